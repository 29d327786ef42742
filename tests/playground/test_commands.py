import asyncio

import pytest
from starlette.responses import PlainTextResponse, Response

from tests.playground.blocks import section


async def test_an_answered_text_is_shown_to_the_person_alone(workspace, bot):
    bot.answer = "R-1 is waiting for Credit."
    answer = await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-123 credit")
    assert answer.error is None
    assert answer.message.text == "R-1 is waiting for Credit."
    assert workspace.ephemerals("U0CARL", "C0ORDERS") == [answer.message]
    assert workspace.ephemerals("U0SAMI") == []
    assert workspace.messages("C0ORDERS") == []


async def test_the_app_gets_the_form_fields_of_slack(workspace, bot):
    await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-123  credit until later")
    [got] = bot.got
    assert got.pop("response_url").startswith(f"{workspace.base_url}/commands/T0ACME/")
    assert got.pop("trigger_id").count(".") == 2
    assert got.pop("token")
    assert got == {
        "team_id": "T0ACME",
        "team_domain": "acme",
        "channel_id": "C0ORDERS",
        "channel_name": "order-desk",
        "user_id": "U0CARL",
        "user_name": "carla",
        "command": "/hold",
        "text": "ORD-123  credit until later",
        "api_app_id": "A0REDTAG",
        "is_enterprise_install": "false",
    }


async def test_a_bare_command_has_an_empty_text(workspace, bot):
    await workspace.command("U0CARL", "C0ORDERS", "/hold")
    assert bot.got[0]["text"] == ""


@pytest.mark.parametrize("typed", ["“credit” ’til &lt; & <@U0ROSA>", "NUL \x00 here", "half \ud83d emoji", "x" * 4000])
async def test_text_reaches_the_app_as_it_was_typed(workspace, bot, typed):
    answer = await workspace.command("U0CARL", "C0ORDERS", f"/hold {typed}")
    assert answer.status == 200
    assert bot.got[0]["text"] == typed


async def test_an_empty_answer_shows_nothing(workspace, bot):
    answer = await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1 credit")
    assert (answer.status, answer.message, answer.error) == (200, None, None)
    assert workspace.ephemerals("U0CARL") == []


async def test_an_answer_in_channel_is_seen_by_all(workspace, bot):
    bot.answer = {"response_type": "in_channel", "text": "Order ORD-1", "blocks": [section()]}
    answer = await workspace.command("U0CARL", "C0ORDERS", "/order ORD-1")
    assert workspace.messages("C0ORDERS") == [answer.message]
    assert answer.message.ephemeral_to is None


@pytest.mark.parametrize(
    "body",
    [{"blocks": [{"type": "nonsense"}], "text": "x"}, {}, {"response_action": "clear"}],
)
async def test_a_json_answer_that_is_no_message_is_an_error_for_the_person(workspace, bot, body):
    bot.answer = body
    answer = await workspace.command("U0CARL", "C0ORDERS", "/order ORD-1")
    assert answer.error == "invalid_command_response"
    assert workspace.deliveries[-1].problem
    assert workspace.ephemerals("U0CARL") == []


async def test_a_list_is_no_answer(workspace, bot):
    bot.answer = Response("[]", media_type="application/json")
    assert (await workspace.command("U0CARL", "C0ORDERS", "/order")).error == "invalid_command_response"


@pytest.mark.parametrize(
    ("status", "shown"),
    [(404, "http_client_error"), (401, "http_client_error"), (500, "http_service_error"), (201, "http_client_error")],
)
async def test_any_status_but_200_is_an_error_for_the_person(workspace, bot, status, shown):
    bot.answer = PlainTextResponse("no", status)
    answer = await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1")
    assert (answer.error, answer.status, answer.message) == (shown, status, None)


async def test_an_answer_later_than_three_seconds_is_an_operation_timeout(workspace, bot):
    assert workspace.answer_within == 3.0
    workspace.answer_within = 0.05
    release = asyncio.Event()

    async def late(_payload):
        await release.wait()
        return "too late"

    bot.answer = late
    answer = await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1")
    release.set()
    assert answer.error == "operation_timeout"
    assert workspace.ephemerals("U0CARL") == []


async def test_nobody_listening_is_a_dispatch_failure(workspace):
    assert (await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1")).error == "dispatch_failed"
    workspace.connect_http("http://127.0.0.1:9/slack/events")
    assert (await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1")).error == "dispatch_failed"


async def test_people_of_another_workspace_cannot_run_commands(workspace, bot):
    answer = await workspace.command("U0EXTN", "C0ORDERS", "/hold ORD-1")
    assert answer.error
    assert answer.delivery is None
    assert bot.got == []


async def test_a_command_works_in_a_direct_message_and_where_the_app_is_no_member(workspace, bot):
    await workspace.command("U0CARL", "U0CARL", "/desk help")
    await workspace.command("U0CARL", "C0RANDOM", "/desk help")
    assert [(got["channel_id"], got["channel_name"]) for got in bot.got] == [
        ("D0CARL", "directmessage"),
        ("C0RANDOM", "random"),
    ]


async def test_every_delivery_is_on_record(workspace, bot):
    bot.answer = "ok"
    answer = await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1")
    [delivery] = workspace.deliveries
    assert answer.delivery == delivery
    assert (delivery.kind, delivery.transport, delivery.status, delivery.answer) == ("command", "http", 200, "ok")
    assert delivery.body == bot.raw[0]
    assert delivery.ms > 0
