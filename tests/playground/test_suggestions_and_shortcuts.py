import pytest

from tests.playground.blocks import choice, input_of, modal, section

EXTERNAL = {"type": "external_select", "min_query_length": 2}


@pytest.fixture
async def view(workspace, client, bot):
    await workspace.command("U0CARL", "C0ORDERS", "/hold")
    answer = await client.views_open(trigger_id=bot.got[-1]["trigger_id"], view=modal(input_of("order", EXTERNAL)))
    return answer["view"]["id"]


async def test_the_app_is_asked_for_options(workspace, bot, view):
    bot.answer = {"options": [choice("ORD-1"), choice("ORD-12")]}
    offered = await workspace.suggest("U0CARL", view, "order", "ord-1")
    assert [one["value"] for one in offered] == ["ORD-1", "ORD-12"]
    got = bot.got[-1]
    assert (got["type"], got["action_id"], got["block_id"], got["value"]) == (
        "block_suggestion",
        "order",
        "order",
        "ord-1",
    )
    assert got["container"] == {"type": "view", "view_id": view}
    assert got["view"]["id"] == view
    assert "trigger_id" not in got


async def test_an_option_that_was_offered_is_submitted(workspace, bot, view):
    bot.answer = {"options": [choice("ORD-1", "ORD-1 · Acme")]}
    await workspace.suggest("U0CARL", view, "order", "ord-1")
    with pytest.raises(LookupError, match="not among"):
        await workspace.submit("U0CARL", view, order="ORD-99")
    bot.answer = None
    await workspace.submit("U0CARL", view, order="ORD-1")
    assert bot.got[-1]["view"]["state"]["values"]["order"]["order"]["selected_option"] == choice(
        "ORD-1", "ORD-1 · Acme"
    )


async def test_too_few_letters_ask_nobody(workspace, bot, view):
    sent = len(bot.got)
    assert await workspace.suggest("U0CARL", view, "order", "o") == []
    assert len(bot.got) == sent


async def test_groups_are_options_too(workspace, bot, view):
    label = {"type": "plain_text", "text": "Open"}
    bot.answer = {"option_groups": [{"label": label, "options": [choice("ORD-1")]}]}
    assert await workspace.suggest("U0CARL", view, "order", "ord") == [choice("ORD-1")]


@pytest.mark.parametrize(
    "body",
    [
        {"options": [choice(f"ORD-{number}") for number in range(101)]},
        {"options": [choice("ORD-1", "x" * 76)]},
        {"options": [choice("x" * 151, "long")]},
        {"options": [{"text": "ORD-1", "value": "ORD-1"}]},
        {"ok": True},
        {},
        "ORD-1",
        None,
    ],
)
async def test_an_answer_that_is_no_list_of_options_shows_none(workspace, bot, view, body):
    bot.answer = body
    assert await workspace.suggest("U0CARL", view, "order", "ord") == []
    assert workspace.deliveries[-1].problem


async def test_a_menu_in_a_message_asks_with_the_message(workspace, client, bot):
    accessory = {**EXTERNAL, "action_id": "order", "placeholder": {"type": "plain_text", "text": "Order"}}
    await client.chat_postMessage(channel="C0CREDIT", text="x", blocks=[section(accessory=accessory)])
    bot.answer = {"options": [choice("ORD-1")]}
    [message] = workspace.messages("C0CREDIT")
    assert await workspace.suggest("U0ROSA", message, "order", "ord") == [choice("ORD-1")]
    assert bot.got[-1]["container"]["message_ts"] == message.ts
    assert bot.got[-1]["channel"]["id"] == "C0CREDIT"


async def test_a_message_shortcut_carries_the_message_escaped(workspace, bot):
    said = await workspace.say("U0SAMI", "C0ORDERS", "stop ORD-1 & ORD-2 <b>")
    await workspace.shortcut("U0CARL", "hold.from_message", said)
    [got] = bot.got
    assert set(got) == {
        "type", "token", "action_ts", "team", "user", "channel", "is_enterprise_install", "enterprise", "callback_id",
        "trigger_id", "response_url", "message_ts", "message", "api_app_id",
    }  # fmt: skip
    assert got["type"] == "message_action"
    assert got["message"]["text"] == "stop ORD-1 &amp; ORD-2 &lt;b&gt;"
    assert got["message"]["user"] == "U0SAMI"
    assert got["message_ts"] == said.ts


async def test_a_global_shortcut_has_a_trigger_and_no_response_url(workspace, client, bot):
    await workspace.shortcut("U0CARL", "hold.open")
    [got] = bot.got
    assert set(got) == {
        "type", "token", "action_ts", "team", "user", "is_enterprise_install", "enterprise", "callback_id", "trigger_id",
        "api_app_id",
    }  # fmt: skip
    assert got["type"] == "shortcut"
    assert (await client.views_open(trigger_id=got["trigger_id"], view=modal()))["ok"] is True
