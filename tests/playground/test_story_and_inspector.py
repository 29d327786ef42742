"""What the guided story has seen, and what the inspector shows of each exchange."""

import json

import pytest

from playground.slack.model import Call
from playground.web.inspecting import LONGEST, MOST, exchange, exchanges
from playground.web.story import first_hold, story_json
from tests.playground.blocks import actions, button, section

CARLA, SAMI, ROSA = "U0CARL", "U0SAMI", "U0ROSA"
STORY = first_hold("ORD-123")


def done(workspace, since="0"):
    return [step["done"] for step in story_json(STORY, workspace, since)["steps"]]


def shown(workspace, name):
    """The newest exchange of this name, with everything about it."""
    row = next(row for row in exchanges(workspace) if name in row["name"])
    return exchange(workspace, row["id"])


async def card(client, text="ORD-123"):
    blocks = [section(text), actions(button())]
    return await client.chat_postMessage(channel="C0CREDIT", text=text, blocks=blocks)


# The story


async def test_a_card_of_the_order_is_the_first_step(workspace, client, bot, clock):
    assert done(workspace) == [False] * 5
    for other in ("ORD-999", "ORD-1234", "NORD-123"):
        await card(client, other)
        clock.pass_(2)
    assert not any(done(workspace))
    await card(client)
    assert done(workspace) == [True, False, False, False, False]


async def test_only_a_click_of_the_wrong_person_is_the_refusal(workspace, client, bot):
    await card(client)
    message = workspace.messages("C0CREDIT")[0]
    await workspace.click(ROSA, message, "request.approve")
    assert not done(workspace)[1]
    await workspace.click(SAMI, message, "request.approve")
    assert not done(workspace)[1]
    await client.chat_postEphemeral(channel="C0CREDIT", user=SAMI, text="Not yours to sign.")
    assert done(workspace)[1]


async def test_a_card_that_is_drawn_again_is_the_approval(workspace, client, bot):
    posted = await card(client)
    await client.chat_update(channel="C0CREDIT", ts=posted["ts"], text="ORD-123 is on hold")
    assert done(workspace)[2]


async def test_a_story_that_begins_anew_does_not_count_what_was_before(workspace, client, bot, clock):
    posted = await card(client)
    clock.pass_(60)
    since = str(workspace.clock())
    assert not any(done(workspace, since))
    clock.pass_(1)
    await client.chat_update(channel="C0CREDIT", ts=posted["ts"], text="ORD-123: released")
    assert not any(done(workspace, since))
    clock.pass_(1)
    await card(client)
    assert done(workspace, since)[0]


async def test_what_people_say_themselves_proves_nothing(workspace, bot):
    await workspace.say(CARLA, "C0CREDIT", "ORD-123 is on hold, hold released, Clear to ship")
    assert not any(done(workspace))


async def test_a_story_of_another_workspace_waits_without_its_channels(workspace, bot):
    story = first_hold("ORD-1")
    for channel in ("C0CREDIT", "C0FLOOR"):
        del workspace.state.channels[channel]
    assert not any(step["done"] for step in story_json(story, workspace, "0")["steps"])


# The inspector


async def test_a_command_is_shown_with_its_answer_its_time_and_its_signature(workspace, bot):
    bot.answer = {"response_type": "ephemeral", "text": "Asked for."}
    await workspace.command(CARLA, "C0ORDERS", "/hold ORD-123 credit")
    seen = shown(workspace, "/hold")
    assert (seen["way"], seen["ok"], seen["transport"]) == ("to_app", True, "http")
    assert seen["sent"]["text"] == "ORD-123 credit"
    assert seen["answer"]["text"] == "Asked for."
    assert 0 <= seen["ms"] < seen["budget_ms"]
    signature = seen["signature"]
    assert signature["valid"] is True
    assert signature["base"].startswith(f"v0:{signature['timestamp']}:")
    assert signature["given"].startswith("v0=")


async def test_a_forged_request_shows_that_its_signature_is_wrong(workspace, bot):
    request = workspace.signed_request("command", {"command": "/hold", "user_id": CARLA, "team_id": "T0ACME"})
    request.headers["X-Slack-Signature"] = "v0=" + "0" * 64
    await workspace.send_raw(request)
    seen = shown(workspace, "raw")
    assert seen["signature"]["valid"] is False
    assert (seen["ok"], seen["said"]) == (False, "http_client_error")


async def test_an_answer_that_comes_too_late_says_which_rule_that_is(workspace, bot):
    workspace.answer_within, bot.pause = 0.05, 1.0
    await workspace.command(CARLA, "C0ORDERS", "/hold ORD-123")
    seen = shown(workspace, "/hold")
    assert seen["said"] == "operation_timeout"
    assert "three seconds" in seen["rule"]


async def test_what_strictness_refuses_is_shown_with_where_and_why(workspace, session):
    url = f"{workspace.base_url}/api/chat.postMessage"
    blocks = json.dumps([{"type": "section", "text": {"type": "mrkdwn", "text": ""}}])
    body = {"channel": "C0CREDIT", "text": "x", "blocks": blocks}
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    async with session.post(url, data=body, headers=headers) as answer:
        assert (await answer.json())["error"] == "invalid_blocks"
    seen = shown(workspace, "chat.postMessage")
    assert (seen["way"], seen["ok"], seen["said"]) == ("from_app", False, "invalid_blocks")
    assert "Block Kit" in seen["rule"]
    assert seen["answer"]["response_metadata"]["messages"]
    assert isinstance(seen["sent"]["blocks"], list)


async def test_no_token_and_no_secret_is_ever_shown(workspace, client, bot):
    await card(client)
    await workspace.command(CARLA, "C0ORDERS", "/hold ORD-123")
    everything = json.dumps([exchange(workspace, row["id"]) for row in exchanges(workspace)])
    for secret in (workspace.bot_token, workspace.app_token, workspace.signing_secret):
        assert secret not in everything


async def test_the_newest_comes_first_and_the_list_has_an_end(workspace, client, bot, clock):
    for number in range(MOST + 5):
        clock.pass_(1)
        workspace.record_call(workspace_call(workspace, f"method.{number}"))
    rows = exchanges(workspace)
    assert len(rows) == MOST
    assert rows[0]["name"] == f"method.{MOST + 4}"


async def test_what_is_long_is_cut(workspace, bot):
    bot.answer = "x" * (LONGEST + 100)
    await workspace.command(CARLA, "C0ORDERS", "/hold ORD-123")
    assert len(shown(workspace, "/hold")["answer"]) == LONGEST


async def test_an_exchange_that_is_no_longer_kept_is_none(workspace):
    assert exchange(workspace, "d999") is None


def workspace_call(workspace, method):
    return Call(workspace.clock(), method, {}, 200, {"ok": True}, 0.001)


@pytest.mark.parametrize("order", ["ORD-1", "4711", "#1001"])
def test_the_story_speaks_of_the_order_that_it_was_given(order):
    texts = " ".join(f"{step.text} {step.typed}" for step in first_hold(order).steps)
    assert f"/hold {order} credit" in texts
    assert f"/release {order}" in texts
