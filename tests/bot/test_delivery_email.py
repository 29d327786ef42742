"""E-mail against the workspace's strict mail service."""

import asyncio
from datetime import timedelta

import pytest

from bot.delivery.email import EmailSender, wrong_with
from bot.delivery.ports import Mail
from tests.bot.delivery_fixtures import claimed, session, workspace
from workflows.notices import Dead, Retry, Sent, Skipped

__all__ = ["session", "workspace"]

MAIL = Mail("floor@acme.example", "ORD-123: Clear to ship", "Clear to ship", "<p>Clear to ship</p>", "T0ACME/7")
CLAIMED = claimed(kind="floor.email", lane="email:floor@acme.example")


@pytest.fixture
def email(workspace, session):
    return sender(workspace, session)


def sender(workspace, session, *, key="re_playground", address="Redtag <redtag@acme.example>"):
    return EmailSender(session, key, f"{workspace.base_url}/resend/", address)


def keys(workspace):
    return [call.arguments["idempotency_key"] for call in workspace.calls if call.method == "emails"]


async def test_a_mail_arrives_with_text_and_html(workspace, email):
    sent = await email.send(CLAIMED, MAIL)
    (mail,) = workspace.mails
    assert sent == Sent(facts={"mail": mail.id})
    assert (mail.subject, mail.text, mail.html) == (MAIL.subject, MAIL.text, MAIL.html)


async def test_every_attempt_carries_the_same_key_and_arrives_once(workspace, email):
    workspace.fail("emails", cut=True)
    first = await email.send(CLAIMED, MAIL)
    workspace.fail("emails", status=500)
    second = await email.send(claimed(attempts=2, unclear=1), MAIL)
    third = await email.send(claimed(attempts=3, unclear=1), MAIL)
    assert [type(ended) for ended in (first, second, third)] == [Retry, Retry, Sent]
    assert keys(workspace) == ["T0ACME/7"] * 3
    assert len(workspace.mails) == 1


async def test_two_workers_that_send_the_same_mail_send_it_once(workspace, session):
    both = (sender(workspace, session), sender(workspace, session))
    await asyncio.gather(*(one.send(CLAIMED, MAIL) for one in both))
    assert len(workspace.mails) == 1


async def test_senders_with_different_keys_do_not_mix_them_up(workspace, session):
    senders = [sender(workspace, session, key=key) for key in ("re_one", "wrong", "re_two", "wrong")]
    ended = await asyncio.gather(*(one.send(CLAIMED, MAIL) for one in senders))
    assert [type(one) for one in ended] == [Sent, Dead, Sent, Dead]


@pytest.mark.parametrize(("missing", "name"), [({"key": ""}, "RESEND_API_KEY"), ({"address": ""}, "REDTAG_EMAIL_FROM")])
async def test_without_its_settings_a_mail_is_skipped_and_says_which(workspace, session, missing, name):
    assert await sender(workspace, session, **missing).send(CLAIMED, MAIL) == Skipped(f"no {name}")
    assert keys(workspace) == []


async def test_too_many_mails_wait_as_long_as_resend_says(workspace, email):
    workspace.fail("emails", retry_after=7)
    ended = await email.send(CLAIMED, MAIL)
    assert (ended.after, ended.lane_wait) == (timedelta(seconds=7), timedelta(seconds=7))


@pytest.mark.parametrize("quota", ["daily_quota_exceeded", "monthly_quota_exceeded"])
async def test_a_used_up_quota_stops_the_lane_for_an_hour(workspace, email, quota):
    workspace.fail("emails", status=429, error=quota)
    ended = await email.send(CLAIMED, MAIL)
    assert ended.lane_wait == timedelta(hours=1)
    assert ended.error.startswith(quota)


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, "internal_server_error"), (503, ""), (408, "timeout"), (409, "concurrent_idempotent_requests")],
)
async def test_what_may_pass_is_tried_again(workspace, email, status, error):
    workspace.fail("emails", status=status, error=error)
    ended = await email.send(CLAIMED, MAIL)
    assert isinstance(ended, Retry)
    assert ended.lane_wait is None


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "validation_error"),
        (401, "missing_api_key"),
        (403, "invalid_api_key"),
        (422, "missing_required_field"),
        (451, "security_error"),
    ],
)
async def test_what_resend_will_refuse_again_is_dead(workspace, email, status, error):
    workspace.fail("emails", status=status, error=error)
    ended = await email.send(CLAIMED, MAIL)
    assert isinstance(ended, Dead)
    assert ended.error.startswith(f"{error} (HTTP {status})")


async def test_a_mail_that_changed_between_attempts_is_dead_and_loud(workspace, email):
    await email.send(CLAIMED, MAIL)
    changed = Mail(MAIL.to, "ORD-123: Still on hold", MAIL.text, MAIL.html, MAIL.key)
    ended = await email.send(claimed(attempts=2, unclear=2), changed)
    assert ended.error.startswith("invalid_idempotent_request")
    assert len(workspace.mails) == 1


async def test_a_resend_that_cannot_be_reached_is_tried_again(session):
    ended = await EmailSender(session, "re_secret", "http://127.0.0.1:9", "a@b.example").send(CLAIMED, MAIL)
    assert isinstance(ended, Retry)
    assert "re_secret" not in ended.error


@pytest.mark.parametrize(
    "to",
    [
        "floor@acme.example\r\nBcc: all@acme.example",
        "floor@acme.example\n",
        "floor @acme.example",
        "floor",
        "a@b@c",
        "",
        "x" * 400 + "@acme.example",
        "floor@acme.example\0",
        "floor@acme.example\u2028",
    ],
)
async def test_a_recipient_that_is_none_is_dead_before_anything_is_sent(workspace, email, to):
    assert isinstance(await email.send(CLAIMED, Mail(to, "s", "t", "h", "k")), Dead)
    assert keys(workspace) == []


@pytest.mark.parametrize("subject", ["Hello\nBcc: x", "Hello\r", "x" * 1000])
def test_a_subject_is_one_line(subject):
    assert wrong_with(Mail("floor@acme.example", subject, "t", "h", "k")) == "the subject is not one line"
