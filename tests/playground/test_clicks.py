import asyncio

import pytest

from tests.playground.blocks import actions, button, choice, menu, section


@pytest.fixture
async def card(client, workspace):
    blocks = [
        section("Order & co <b>"),
        actions(button(), button("request.reject", text="Reject"), menu("request.reason", "fraud", "credit")),
    ]
    await client.chat_postMessage(channel="C0CREDIT", text="Card", blocks=blocks)
    return workspace.messages("C0CREDIT")[0]


async def test_the_payload_has_the_keys_of_slack(workspace, bot, card):
    await workspace.click("U0ROSA", card, "request.approve")
    [got] = bot.got
    assert set(got) == {
        "type", "user", "api_app_id", "token", "container", "trigger_id", "team", "enterprise", "is_enterprise_install",
        "channel", "message", "state", "response_url", "actions",
    }  # fmt: skip
    assert got["type"] == "block_actions"
    assert got["user"] == {"id": "U0ROSA", "username": "rosa", "name": "rosa", "team_id": "T0ACME"}
    assert got["team"] == {"id": "T0ACME", "domain": "acme"}
    assert got["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": "C0CREDIT",
        "is_ephemeral": False,
    }
    assert got["channel"] == {"id": "C0CREDIT", "name": "credit"}
    [action] = got["actions"]
    assert action.pop("action_ts")
    assert action == {
        "action_id": "request.approve",
        "block_id": "card",
        "text": {"type": "plain_text", "text": "Approve"},
        "value": "R-1",
        "type": "button",
    }


async def test_the_message_in_the_payload_is_escaped(workspace, bot, card):
    await workspace.click("U0ROSA", card, "request.approve")
    assert bot.got[0]["message"]["blocks"][0]["text"]["text"] == "Order &amp; co &lt;b&gt;"


async def test_every_click_has_a_trigger_and_a_time_of_its_own(workspace, bot, card):
    await asyncio.gather(*(workspace.click("U0ROSA", card, "request.approve") for _ in range(5)))
    assert len({got["trigger_id"] for got in bot.got}) == 5
    assert len({got["actions"][0]["action_ts"] for got in bot.got}) == 5
    assert len({got["response_url"] for got in bot.got}) == 5


async def test_the_body_of_the_answer_is_ignored(workspace, bot, card):
    bot.answer = {"text": "Approved!", "replace_original": True}
    answer = await workspace.click("U0ROSA", card, "request.approve")
    assert (answer.error, answer.message) == (None, None)
    assert workspace.messages("C0CREDIT") == [card]
    assert workspace.ephemerals("U0ROSA") == []


async def test_a_menu_beside_the_button_is_in_the_state(workspace, bot, card):
    await workspace.click("U0ROSA", card, "request.approve")
    assert bot.got[0]["state"]["values"] == {
        "card": {"request.reason": {"type": "static_select", "selected_option": None}}
    }
    await workspace.click("U0ROSA", card, "request.reason", selected="credit")
    await workspace.click("U0ROSA", card, "request.approve")
    await workspace.click("U0IVAN", card, "request.approve")
    chosen = [got["state"]["values"]["card"]["request.reason"]["selected_option"] for got in bot.got[1:]]
    assert chosen == [choice("credit"), choice("credit"), None]
    assert bot.got[1]["actions"][0]["selected_option"] == choice("credit")


async def test_a_choice_that_is_not_offered_cannot_be_made(workspace, bot, card):
    with pytest.raises(LookupError, match="not among"):
        await workspace.click("U0ROSA", card, "request.reason", selected="weather")
    with pytest.raises(LookupError, match=r"no element 'hold\.release'"):
        await workspace.click("U0ROSA", card, "hold.release")


async def test_an_old_copy_of_a_card_can_still_be_clicked(workspace, client, bot, card):
    await client.chat_update(channel="C0CREDIT", ts=card.ts, text="Approved", blocks=[section("Approved")])
    await workspace.click("U0IVAN", card, "request.approve")
    assert bot.got[0]["message"]["ts"] == card.ts
    with pytest.raises(LookupError):
        await workspace.click("U0IVAN", workspace.messages("C0CREDIT")[0], "request.approve")


async def test_buttons_of_one_action_id_are_told_apart_by_value_or_block(workspace, client, bot):
    blocks = [
        actions(button("hold.release", "H-1"), block_id="one"),
        actions(button("hold.release", "H-2"), block_id="two"),
    ]
    await client.chat_postMessage(channel="C0CREDIT", text="Holds", blocks=blocks)
    [shown] = workspace.messages("C0CREDIT")
    await workspace.click("U0ROSA", shown, "hold.release", value="H-2")
    await workspace.click("U0ROSA", shown, "hold.release", block_id="two")
    assert [got["actions"][0]["value"] for got in bot.got] == ["H-2", "H-2"]


async def test_an_ephemeral_message_is_not_repeated_in_the_payload(workspace, bot):
    bot.answer = {"text": "Withdraw?", "blocks": [section(), actions(button("request.withdraw"))]}
    shown = (await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1 credit")).message
    await workspace.click("U0CARL", shown, "request.withdraw")
    got = bot.got[-1]
    assert got["container"]["is_ephemeral"] is True
    assert "message" not in got


async def test_a_reply_in_a_thread_says_so(workspace, client, bot, card):
    await client.chat_postMessage(channel="C0CREDIT", text="Release", blocks=card.blocks, thread_ts=card.ts)
    reply = workspace.messages("C0CREDIT")[1]
    await workspace.click("U0ROSA", reply, "request.approve")
    assert bot.got[0]["container"]["thread_ts"] == card.ts
    assert bot.got[0]["message"]["thread_ts"] == card.ts


async def test_a_stranger_clicks_with_our_team_and_a_foreign_one_of_their_own(workspace, bot, card):
    await workspace.click("U0EXTN", card, "request.approve")
    got = bot.got[0]
    assert (got["team"]["id"], got["user"]["team_id"]) == ("T0ACME", "T0OTHER")


async def test_a_failing_app_is_seen(workspace, bot, card):
    bot.answer = lambda payload: 1 / 0
    answer = await workspace.click("U0ROSA", card, "request.approve")
    assert (answer.status, answer.error) == (500, "http_service_error")


async def test_two_hundred_signed_clicks_can_be_built_and_sent_at_once(workspace, bot, card):
    requests = [
        workspace.signed_request("interactive", workspace.payload_for_click("U0ROSA", card, "request.approve"))
        for _ in range(200)
    ]
    answers = await asyncio.gather(*(workspace.send_raw(request) for request in requests))
    assert [answer.status for answer in answers] == [200] * 200
    assert len(bot.got) == 200
