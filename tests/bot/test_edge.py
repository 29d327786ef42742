"""What reaches the desk from outside: signatures, shapes, copies, and people who have no business here."""

import asyncio
import json
import time

import httpx
import psycopg
import pytest

from playground.slack.signing import sign
from tests.bot.hostile import HOSTILE, assert_harmless, marked
from tests.demo_runs import PLAIN
from tests.office import CREDIT_CHANNEL, CSR, DESK, IVAN, ORDERS_CHANNEL, ROSA, action_ids, open_office, seen

FORM = "application/x-www-form-urlencoded"
COMMAND = b"command=%2Fhold&text=ORD-123+credit&team_id=T0ACME&user_id=U0CARL&channel_id=C0ORDERS"


def url(office):
    return office.workspace.http.url


async def post(
    office, body=COMMAND, *, headers=None, off=0, timestamp=None, secret=None, content_type=FORM, signature=None
):
    timestamp = str(int(time.time()) + off) if timestamp is None else timestamp
    signed = sign(secret or office.workspace.signing_secret, timestamp, body) if signature is None else signature
    sent = {
        b"content-type": content_type.encode(),
        b"x-slack-request-timestamp": timestamp.encode(),
        b"x-slack-signature": signed.encode(),
        **(headers or {}),
    }
    async with httpx.AsyncClient(**PLAIN) as client:
        return await client.post(url(office), content=body, headers=list(sent.items()))


def nothing_stored(office):
    return not office.rows("select 1 from requests union all select 1 from audit where action <> 'policy.applied'")


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": ""},
        {"signature": "v0=" + "0" * 64},
        {"signature": "v0=" + "A" * 64},
        {"signature": "v0=é"},
        {"signature": "v1=" + "0" * 64},
        {"secret": "another secret"},
        {"timestamp": "abc"},
        {"timestamp": ""},
        {"timestamp": "9" * 5000},
        {"timestamp": "-1763700000"},
        {"off": -301},
        {"off": 400},
        {"timestamp": "１７６３７０００００"},
    ],
    ids=lambda wrong: ascii(wrong)[:40],
)
async def test_a_wrong_or_old_signature_is_401_and_stores_nothing(office, wrong):
    response = await post(office, **wrong)
    assert response.status_code == 401
    assert nothing_stored(office)


async def test_an_unsigned_ssl_check_has_no_effect(office):
    response = await post(office, b"ssl_check=1&command=%2Fhold&text=ORD-123+credit", signature="")
    assert response.status_code == 401
    assert nothing_stored(office)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"payload=not-json", FORM),
        (b"payload=%5B1%5D", FORM),
        (b"payload=null", FORM),
        (b"payload=", FORM),
        (b"", FORM),
        (b"hello", FORM),
        (b"\xff\xfe\x00", FORM),
        (b"not json", "application/json"),
        (b"[1]", "application/json"),
        (b'{"a": NaN, "type": "x"}', "application/json"),
        (b"[" * 20000, "application/json"),
        (b'{"type": ' + b"9" * 5000 + b"}", "application/json"),
        (b"command=%2Fhold&text=ORD-123", FORM),
        (b'payload={"type":"block_actions","actions":[]}', FORM),
        (b'payload={"type":"block_actions","team":{"id":"T0ACME"},"user":{"id":"U0CARL"},"actions":[]}', FORM),
        (b'payload={"type":"view_submission","team":{"id":"T0ACME"},"user":{"id":"U0CARL"},"view":7}', FORM),
        (b'{"type":"event_callback","team_id":"T0ACME","event":"no"}', "application/json"),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_a_signed_but_malformed_payload_is_400_and_stores_nothing(office, body, content_type):
    response = await post(office, body, content_type=content_type)
    assert response.status_code == 400
    assert nothing_stored(office)


async def test_a_body_over_the_cap_is_413(office):
    assert (await post(office, b"x" * (256 * 1024 + 1))).status_code == 413


async def test_a_compressed_body_is_415(office):
    assert (await post(office, headers={b"content-encoding": b"gzip"})).status_code == 415


async def test_url_verification_answers_the_challenge_only_when_signed(office):
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "t"}).encode()
    assert (await post(office, body, content_type="application/json")).json() == {"challenge": "abc"}
    assert (await post(office, body, content_type="application/json", signature="")).status_code == 401


async def test_the_same_signed_request_again_gets_the_same_answer_and_no_second_effect(office):
    await office.command(CSR, "/hold ORD-123 credit")
    first = office.workspace.deliveries[-1]
    for _ in range(3):
        await office.workspace.resend(first)
    answers = {(delivery.status, delivery.answer) for delivery in office.workspace.deliveries}
    assert len(answers) == 1
    assert len(office.rows("select 1 from requests")) == 1


async def test_copies_that_arrive_together_wait_for_the_first(office):
    payload = office.workspace.payload_for_command(CSR, ORDERS_CHANNEL, "/hold ORD-123 credit")
    request = office.workspace.signed_request("command", payload)
    await asyncio.gather(*(office.workspace.send_raw(request) for _ in range(20)))
    answers = {(delivery.status, delivery.answer) for delivery in office.workspace.deliveries}
    assert len(answers) == 1
    assert len(office.rows("select 1 from requests")) == 1


async def test_a_copy_at_another_process_or_after_a_restart_gets_the_same_answer(office, database_url):
    await office.command(CSR, "/hold ORD-123 credit")
    first = office.workspace.deliveries[-1]
    async with open_office(database_url) as other:
        other.workspace.signing_secret = office.workspace.signing_secret
        again = await post(
            other,
            first.body if isinstance(first.body, bytes) else first.body.encode(),
            timestamp=dict(first.headers)["X-Slack-Request-Timestamp"],
            signature=sign(
                other.workspace.signing_secret, dict(first.headers)["X-Slack-Request-Timestamp"], first.body
            ),
        )
    assert again.status_code == first.status
    assert again.text == first.answer
    assert len(office.rows("select 1 from requests")) == 1


@pytest.mark.parametrize("text", ["/hold", "/release", "/order ORD-123", "/desk queue", "/desk help", "/desk nonsense"])
async def test_an_unknown_workspace_is_told_so_and_no_desk_is_touched(office, text):
    payload = office.workspace.payload_for_command(CSR, ORDERS_CHANNEL, text) | {"team_id": "T0FOREIGN"}
    delivery = await office.workspace.deliver("command", payload)
    assert delivery.status == 200
    assert "not set up for this workspace" in delivery.answer
    assert nothing_stored(office)


async def test_an_unknown_command_is_answered_politely_and_privately(office):
    payload = office.workspace.payload_for_command(CSR, ORDERS_CHANNEL, "/hold x") | {"command": "/lunch", "text": ""}
    delivery = await office.workspace.deliver("command", payload)
    assert delivery.status == 200
    assert json.loads(delivery.answer)["response_type"] == "ephemeral"


@pytest.mark.parametrize("typed", ["hello there", ""])
async def test_the_word_that_is_not_ours_is_named(office, typed):
    answer = await office.command(CSR, f"/desk frobnicate {typed}".strip())
    assert "frobnicate* is no command of mine" in seen(answer.message)


@pytest.mark.parametrize("body", [b"ssl_check=1&token=x", b"ssl_check=1&" + COMMAND])
async def test_a_look_at_the_certificate_is_answered_and_does_nothing(office, body):
    answer = await post(office, body)
    assert (answer.status_code, answer.text) == (200, "")
    assert (await post(office, body, secret="wrong")).status_code == 401
    assert nothing_stored(office)


async def test_a_form_is_read_by_what_it_holds_and_not_by_what_it_calls_itself(office):
    await office.command(CSR, "/hold")
    (view,) = office.workspace.views(CSR)
    payload = office.workspace.payload_for_submit(CSR, view.id, order="ORD-123", reason="credit")
    del payload["view"]["type"]
    assert (await office.workspace.deliver("interactive", payload)).status == 200
    assert office.row("select reason from requests") == {"reason": "credit"}


async def test_an_unknown_button_is_answered_privately(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    payload = office.workspace.payload_for_click(ROSA, office.cards()[0], "request.approve")
    payload["actions"][0]["action_id"] = "request.sell"
    delivery = await office.workspace.deliver("interactive", payload)
    await office.settled()
    assert delivery.status == 200
    assert "older version" in seen(office.workspace.ephemerals(ROSA)[0])


@pytest.mark.parametrize("value", ["", "abc", "1", "1.1.1", "-1.1", "99999.1", "1.99", "1.1' or 1=1", "１.１"])
async def test_a_forged_button_value_changes_nothing_and_is_answered(office, value):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    payload = office.workspace.payload_for_click(ROSA, office.cards()[0], "request.approve")
    payload["actions"][0]["value"] = value
    delivery = await office.workspace.deliver("interactive", payload)
    await office.settled()
    assert delivery.status == 200
    assert office.row("select state from requests")["state"] == "pending"
    assert len(office.workspace.ephemerals(ROSA)) == 1


@pytest.mark.parametrize("user", ["U0GUES", "U0LEFT", "U0BOT"])
async def test_guests_bots_and_deactivated_people_are_refused_and_audited(office, user):
    answer = await office.command(user, "/hold ORD-123 credit")
    assert answer.message is not None
    assert office.rows("select 1 from requests") == []
    assert [entry["action"] for entry in office.audit("")][-1] == "request.refused"


async def test_a_strangers_click_arrives_with_our_team_and_is_refused_and_audited(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    await office.workspace.click("U0EXTN", office.cards()[0], "request.approve")
    await office.settled()
    assert office.row("select state from requests")["state"] == "pending"
    refused = office.audit("")[-1]
    assert (refused["actor"], refused["facts"]["refusal"], refused["facts"]["standing"]) == (
        "U0EXTN", "NotAMember", "stranger",
    )  # fmt: skip


async def test_somebody_who_was_deactivated_cannot_sign_from_the_event_on(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.command(ROSA, "/desk queue")
    await office.settled()
    user = {"id": ROSA, "team_id": DESK, "deleted": True, "profile": {"real_name": "Rosa"}}
    await office.workspace.event({"type": "user_change", "user": user})
    await office.workspace.click(ROSA, office.cards()[0], "request.approve")
    await office.settled()
    assert office.row("select state from requests")["state"] == "pending"


async def test_while_slack_refuses_connections_known_people_go_on_and_strangers_are_refused(office):
    await office.command(CSR, "/desk queue")
    office.workspace.fail("users.info", status=500, times=99)
    office.workspace.fail("chat.postMessage", cut=True, times=99)
    known = await office.command(CSR, "/hold ORD-123 credit")
    assert "R-1" in seen(known.message)
    unknown = await office.command("U0SAMI", "/release ORD-123")
    assert "try again" in seen(unknown.message)
    assert office.audit("")[-1]["facts"]["standing"] == "unknown"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:30])
async def test_hostile_notes_are_stored_and_shown_harmlessly(office, text):
    answer = await office.command(CSR, f"/hold ORD-123 credit {text}")
    assert answer.error is None
    await office.settled()
    (card,) = office.cards(CREDIT_CHANNEL)
    assert "request.approve" in action_ids(card)
    assert not [call for call in office.workspace.calls if "invalid_blocks" in str(call.response)]
    known = frozenset({CSR, ROSA, IVAN})
    for said in marked({"text": card.text, "blocks": card.blocks}):
        assert_harmless(said, known)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:30])
@pytest.mark.parametrize("command", ["/hold {} credit", "/hold ORD-123 {}", "/release {}", "/order {}", "/desk {}"])
async def test_hostile_words_anywhere_are_answered(office, command, text):
    answer = await office.command(CSR, command.format(text))
    assert answer.error is None
    assert office.workspace.deliveries[-1].status == 200


async def test_hostile_forms_are_answered(office):
    await office.command(CSR, "/hold ORD-123")
    (view,) = office.workspace.views(CSR)
    for text in HOSTILE:
        payload = office.workspace.payload_for_submit(CSR, view.id, order="ORD-123", reason="credit", note="x")
        payload["view"]["state"]["values"]["note"]["note"]["value"] = text
        delivery = await office.workspace.deliver("interactive", payload)
        assert delivery.status == 200
    await office.settled()
    assert len(office.rows("select 1 from requests")) == 1


async def test_a_click_that_cannot_be_saved_is_said_so(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.command(ROSA, "/desk queue")
    await office.settled()
    with psycopg.connect(office.url) as busy:
        busy.execute("select from orders for update")
        await office.workspace.click(ROSA, office.cards()[0], "request.approve")
        await office.workspace.wait_for(lambda: office.workspace.ephemerals(ROSA, CREDIT_CHANNEL))
    assert "may not be saved" in seen(office.workspace.ephemerals(ROSA, CREDIT_CHANNEL)[0])
    assert office.row("select state from requests")["state"] == "pending"
