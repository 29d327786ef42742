import pytest

from tests.playground.blocks import actions, button, section


@pytest.fixture
def respond(session):
    async def post(url, **said):
        async with session.post(url, json=said) as answer:
            return answer.status, await answer.text()

    return post


@pytest.fixture
async def of_command(workspace, bot):
    await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1 credit")
    return bot.got[-1]["response_url"]


@pytest.fixture
async def card(client, workspace):
    await client.chat_postMessage(channel="C0CREDIT", text="Card", blocks=[section(), actions(button())])
    return workspace.messages("C0CREDIT")[0]


@pytest.fixture
async def of_click(workspace, bot, card):
    await workspace.click("U0ROSA", card, "request.approve")
    return bot.got[-1]["response_url"]


async def test_words_go_to_the_person_alone(workspace, respond, of_command):
    assert await respond(of_command, text="Noted & done") == (200, "ok")
    [seen] = workspace.ephemerals("U0CARL", "C0ORDERS")
    assert (seen.text, seen.from_bot) == ("Noted & done", True)
    assert workspace.calls[-1].method == "response_url"


async def test_in_channel_words_go_to_all_even_where_the_app_is_no_member(workspace, bot, respond):
    await workspace.command("U0CARL", "C0RANDOM", "/order ORD-1")
    await respond(bot.got[-1]["response_url"], text="Order ORD-1", response_type="in_channel")
    assert [one.text for one in workspace.messages("C0RANDOM")] == ["Order ORD-1"]


async def test_five_uses_and_no_more(respond, of_command):
    for number in range(5):
        assert (await respond(of_command, text=f"{number}"))[0] == 200
    assert await respond(of_command, text="6") == (404, "used_url")


async def test_thirty_minutes_and_no_more(respond, of_command, clock):
    clock.pass_(30 * 60)
    assert (await respond(of_command, text="in time"))[0] == 200
    clock.pass_(1)
    assert await respond(of_command, text="late") == (404, "expired_url")


async def test_an_address_that_was_never_given(workspace, respond):
    assert await respond(f"{workspace.base_url}/commands/T0ACME/R0NONE", text="x") == (404, "expired_url")


async def test_what_is_refused_is_no_use(workspace, respond, of_command, session):
    assert await respond(of_command) == (400, "no_text")
    assert await respond(of_command, text="x", blocks=[{"type": "nonsense"}]) == (400, "invalid_blocks")
    async with session.post(of_command, data=b"hello") as answer:
        assert (answer.status, await answer.text()) == (400, "invalid_payload")
    for number in range(5):
        assert (await respond(of_command, text=f"{number}"))[0] == 200


async def test_a_click_can_replace_the_message_it_came_from(workspace, respond, of_click, card):
    await respond(of_click, text="Approved", replace_original=True)
    [now] = workspace.messages("C0CREDIT")
    assert (now.ts, now.text, now.blocks) == (card.ts, "Approved", [])


async def test_a_click_adds_an_ephemeral_message_unless_it_says_otherwise(workspace, respond, of_click, card):
    await respond(of_click, text="You cannot sign this")
    await respond(of_click, text="Really", replace_original=False)
    assert workspace.messages("C0CREDIT") == [card]
    assert [one.text for one in workspace.ephemerals("U0ROSA", "C0CREDIT")] == ["You cannot sign this", "Really"]


async def test_a_click_can_delete_the_message_it_came_from(workspace, respond, of_click):
    assert await respond(of_click, delete_original=True) == (200, "ok")
    assert workspace.messages("C0CREDIT") == []


async def test_a_commands_address_replaces_nothing(workspace, respond, of_command):
    await respond(of_command, text="first")
    await respond(of_command, text="second", replace_original=True)
    assert [one.text for one in workspace.ephemerals("U0CARL")] == ["first", "second"]
    assert await respond(of_command, delete_original=True) == (400, "no_text")


async def test_a_click_on_a_private_message_replaces_that(workspace, bot, respond):
    bot.answer = {"text": "Withdraw?", "blocks": [section(), actions(button("request.withdraw"))]}
    shown = (await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1 credit")).message
    await workspace.click("U0CARL", shown, "request.withdraw")
    await respond(bot.got[-1]["response_url"], text="Withdrawn", replace_original=True)
    assert [(one.ts, one.text) for one in workspace.ephemerals("U0CARL")] == [(shown.ts, "Withdrawn")]
    await respond(bot.got[-1]["response_url"], delete_original=True)
    assert workspace.ephemerals("U0CARL") == []


async def test_a_public_message_cannot_come_from_a_private_one(workspace, bot, respond):
    bot.answer = {"text": "Withdraw?", "blocks": [section(), actions(button("request.withdraw"))]}
    shown = (await workspace.command("U0CARL", "C0ORDERS", "/hold ORD-1 credit")).message
    await workspace.click("U0CARL", shown, "request.withdraw")
    await respond(bot.got[-1]["response_url"], text="All", response_type="in_channel", replace_original=True)
    assert workspace.messages("C0ORDERS") == []


async def test_a_reply_stays_in_its_thread(workspace, client, bot, respond, card):
    await client.chat_postMessage(channel="C0CREDIT", text="Release", blocks=card.blocks, thread_ts=card.ts)
    await workspace.click("U0ROSA", workspace.messages("C0CREDIT")[1], "request.approve")
    await respond(bot.got[-1]["response_url"], text="Done")
    await respond(bot.got[-1]["response_url"], text="All", response_type="in_channel", thread_ts=card.ts)
    assert workspace.ephemerals("U0ROSA")[0].thread_ts == card.ts
    assert workspace.messages("C0CREDIT")[-1].thread_ts == card.ts


async def test_a_message_shortcut_cannot_replace_what_a_person_wrote(workspace, bot, respond):
    said = await workspace.say("U0SAMI", "C0ORDERS", "please stop ORD-1")
    await workspace.shortcut("U0CARL", "hold.from_message", said)
    await respond(bot.got[-1]["response_url"], text="Done", replace_original=True)
    assert workspace.messages("C0ORDERS") == [said]
    assert [one.text for one in workspace.ephemerals("U0CARL")] == ["Done"]


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ({"status": 500}, 500, "internal_error"),
        ({"retry_after": 7}, 429, "ratelimited"),
        ({"status": 404, "error": "channel_not_found"}, 404, "channel_not_found"),
    ],
)
async def test_faults(workspace, respond, of_command, fault, status, said):
    workspace.fail("response_url", **fault)
    assert await respond(of_command, text="x") == (status, said)
    assert await respond(of_command, text="x") == (200, "ok")
