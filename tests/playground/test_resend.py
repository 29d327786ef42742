import asyncio

import pytest
import resend
from resend.exceptions import ResendError

MAIL = {
    "from": "Redtag <desk@acme.example>",
    "to": ["floor@acme.example"],
    "subject": "Clear to ship: ORD-1",
    "text": "ORD-1",
}


@pytest.fixture
def post(workspace, session):
    async def send(mail=MAIL, key="", token="re_test"):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        async with session.post(f"{workspace.base_url}/resend/emails", json=mail, headers=headers) as answer:
            return answer.status, await answer.json(), answer.headers

    return send


async def test_a_mail_lands_in_the_tray(workspace, post):
    status, body, _ = await post(
        {**MAIL, "html": "<b>ORD-1</b>", "cc": "carla@acme.example", "tags": [{"name": "k", "value": "v"}]}
    )
    [mail] = workspace.mails
    assert (status, body) == (200, {"id": mail.id})
    assert (mail.to, mail.cc, mail.subject) == (
        ("floor@acme.example",),
        ("carla@acme.example",),
        "Clear to ship: ORD-1",
    )
    assert (mail.text, mail.html, mail.at) == ("ORD-1", "<b>ORD-1</b>", workspace.clock())


async def test_resends_own_client_works_against_it(workspace, monkeypatch):
    monkeypatch.setattr(resend, "api_url", f"{workspace.base_url}/resend")
    monkeypatch.setattr(resend, "api_key", "re_test")
    sent = await asyncio.to_thread(resend.Emails.send, MAIL, {"idempotency_key": "N-1"})
    again = await asyncio.to_thread(resend.Emails.send, MAIL, {"idempotency_key": "N-1"})
    assert sent["id"] == again["id"] == workspace.mails[0].id
    with pytest.raises(ResendError):
        await asyncio.to_thread(resend.Emails.send, {**MAIL, "to": "nobody"})


async def test_the_same_key_and_body_send_one_mail(workspace, post):
    first, second = await post(key="N-1"), await post(key="N-1")
    assert first[:2] == second[:2]
    assert len(workspace.mails) == 1
    assert workspace.mails[0].idempotency_key == "N-1"


async def test_the_same_key_and_another_body_is_a_conflict(workspace, post):
    await post(key="N-1")
    status, body, _ = await post({**MAIL, "subject": "Other"}, key="N-1")
    assert (status, body["name"]) == (409, "invalid_idempotent_request")
    assert len(workspace.mails) == 1


async def test_a_key_is_remembered_for_a_day(workspace, post, clock):
    await post(key="N-1")
    clock.pass_(24 * 3600 + 1)
    await post(key="N-1")
    assert len(workspace.mails) == 2


async def test_no_key_means_a_mail_each_time(workspace, post):
    await post()
    await post()
    assert len(workspace.mails) == 2


@pytest.mark.parametrize(
    ("change", "status", "name"),
    [
        ({"from": None}, 422, "missing_required_field"),
        ({"to": []}, 422, "missing_required_field"),
        ({"subject": ""}, 422, "missing_required_field"),
        ({"text": ""}, 422, "missing_required_field"),
        ({"from": "desk"}, 422, "invalid_from_address"),
        ({"to": ["nobody"]}, 422, "validation_error"),
        ({"to": [f"u{number}@acme.example" for number in range(51)]}, 422, "validation_error"),
        ({"to": {"email": "a@acme.example"}}, 422, "validation_error"),
        ({"subject": "two\nlines"}, 422, "validation_error"),
        ({"text": 5}, 422, "validation_error"),
        ({"idempotency_key": "N-1"}, 422, "validation_error"),
        ({"tags": [{"name": "no spaces", "value": "v"}]}, 422, "validation_error"),
        ({"headers": {"X-A": 1}}, 422, "validation_error"),
    ],
)
async def test_a_wrong_shape(workspace, post, change, status, name):
    answer = await post({**MAIL, **change})
    assert (answer[0], answer[1]["name"], answer[1]["statusCode"]) == (status, name, status)
    assert workspace.mails == []


async def test_keys(post):
    assert (await post(token=""))[1]["name"] == "missing_api_key"
    assert (await post(token="wrong"))[1]["name"] == "invalid_api_key"
    assert (await post(key="x" * 257))[1]["name"] == "invalid_idempotency_key"


async def test_faults(workspace, post):
    workspace.fail("emails", status=429, retry_after=2)
    workspace.fail("emails", status=500)
    status, body, headers = await post(key="N-1")
    assert (status, body["name"], headers["retry-after"]) == (429, "rate_limit_exceeded", "2")
    assert (await post(key="N-1"))[0] == 500
    assert (await post(key="N-1"))[0] == 200
    assert [call.status for call in workspace.calls] == [429, 500, 200]


async def test_a_cut_request_was_carried_out_and_its_repetition_sends_nothing(workspace, post):
    import aiohttp

    workspace.fail("emails", cut=True)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(key="N-1")
    assert (await post(key="N-1"))[1]["id"] == workspace.mails[0].id
    assert len(workspace.mails) == 1


async def test_a_mail_can_be_read_again(workspace, post, session):
    mail_id = (await post())[1]["id"]
    async with session.get(f"{workspace.base_url}/resend/emails/{mail_id}") as answer:
        assert (await answer.json())["subject"] == MAIL["subject"]
    async with session.get(f"{workspace.base_url}/resend/emails/none") as answer:
        assert answer.status == 404
