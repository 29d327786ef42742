"""Calls to other systems, against a real HTTP receiver that verifies signatures with the library's own verifier."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import PlainTextResponse

from bot.delivery.hooks import HookSender, hook_session
from bot.delivery.ports import Hook
from bot.delivery.trying import hook_backoff
from bot.outbound import is_public
from tests.receivers import SECRET, Receiver, garbage, nobody
from workflows.notices import Claimed, Dead, Retry, Sent

BODY = json.dumps({"type": "cancellation.approved", "data": {"order": "ORD-123", "note": "Größe – falsch"}})


@pytest.fixture
async def receiver():
    async with Receiver().open() as receiver:
        yield receiver


def notice(attempts=1):
    return Claimed(
        desk_id="T0ACME",
        id=1,
        kind="hook",
        lane="hook:refund",
        order_number="ORD-123",
        request=12,
        payload={},
        trace="",
        attempts=attempts,
        unclear=1,
        created_at=datetime.now(UTC),
        trying_for=timedelta(),
        token="t",
    )


async def send(receiver, *, allow_private=True, url="", secret=SECRET):
    async with hook_session(allow_private=allow_private) as session:
        return await HookSender(session).send(
            notice(), Hook(url or receiver.url, "REDTAG_HOOK_REFUNDS", secret, "msg_T0ACME_12", BODY)
        )


async def test_the_receiver_can_verify_what_it_gets_with_the_library(receiver):
    assert await send(receiver) == Sent(facts={"status": 200})
    assert receiver.calls == [("msg_T0ACME_12", BODY.encode())]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 409, 422, 429, 500, 503])
async def test_any_other_answer_is_tried_again_and_never_followed(receiver, status):
    receiver.answer = PlainTextResponse("no", status, headers={"location": receiver.url + "/elsewhere"})
    settlement = await send(receiver)
    assert isinstance(settlement, Retry)
    assert settlement.definite
    assert f"HTTP {status}" in settlement.error
    assert len(receiver.calls) == 1


async def test_a_receiver_that_wants_no_more_calls_gets_none(receiver):
    receiver.answer = PlainTextResponse("gone", 410)
    assert isinstance(await send(receiver), Dead)


async def test_a_receiver_that_never_answers_may_have_accepted(receiver, monkeypatch):
    monkeypatch.setattr("bot.delivery.hooks.SECONDS", 0.2)
    receiver.answer = None
    settlement = await send(receiver)
    assert isinstance(settlement, Retry)
    assert not settlement.definite


async def test_garbage_for_an_answer_may_have_been_accepted(receiver):
    async with garbage() as url:
        settlement = await send(receiver, url=url)
    assert isinstance(settlement, Retry)
    assert not settlement.definite


async def test_nobody_listening_is_certain_and_tried_again(receiver):
    settlement = await send(receiver, url=nobody())
    assert isinstance(settlement, Retry)
    assert settlement.definite


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"])
async def test_this_machine_is_never_called_unless_that_is_allowed(receiver, host):
    settlement = await send(receiver, allow_private=False, url=receiver.url.replace("127.0.0.1", host))
    assert isinstance(settlement, Dead)
    assert receiver.calls == []


async def test_the_words_for_a_private_address_say_what_to_do(receiver):
    settlement = await send(receiver, allow_private=False)
    assert "127.0.0.1" in settlement.error
    assert "REDTAG_ALLOW_PRIVATE_HOOKS=1" in settlement.error


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.0.0.1", False),
        ("172.16.9.9", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_addresses_of_the_internet_are_public(address, public):
    assert is_public(address) is public


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_ä", "not base64 !"])
async def test_a_secret_that_is_none_is_said_and_nothing_is_sent(receiver, secret):
    settlement = await send(receiver, secret=secret)
    assert isinstance(settlement, Dead)
    assert "secret" in settlement.error
    assert "REDTAG_HOOK_REFUNDS" in settlement.error
    assert receiver.calls == []


@pytest.mark.parametrize("url", ["", "refunds", "ftp://acme.example/", "http://"])
async def test_an_address_that_is_no_url_is_said(url):
    async with hook_session(allow_private=True) as session:
        settlement = await HookSender(session).send(notice(), Hook(url, "REDTAG_HOOK_REFUNDS", SECRET, "msg_1", BODY))
    assert isinstance(settlement, Dead)


def test_the_waits_begin_at_five_seconds_and_double_to_an_hour():
    waits = [hook_backoff(attempt, lambda low, high: (low + high) / 2).total_seconds() for attempt in range(1, 14)]
    assert [round(wait) for wait in waits[:4]] == [5, 10, 20, 40]
    assert round(waits[-1]) == 3600
