import pytest

from tests.playground.blocks import actions, button, section
from tests.playground.conftest import refusal, refused


async def test_a_message_comes_back_as_slack_stored_it(client, workspace):
    answer = await client.chat_postMessage(
        channel="C0CREDIT", text="A & B <c>", blocks=[section("A & B"), actions(button())]
    )
    assert (answer["channel"], answer["ts"]) == ("C0CREDIT", answer["message"]["ts"])
    message = answer["message"]
    assert message["text"] == "A &amp; B &lt;c&gt;"
    assert message["bot_id"] == "B0REDTAG"
    assert message["app_id"] == "A0REDTAG"
    assert message["blocks"][0]["block_id"]
    assert message["blocks"][0]["text"]["text"] == "A &amp; B"
    [stored] = workspace.messages("C0CREDIT")
    assert stored.text == "A & B <c>"


async def test_mentions_links_and_entities_are_left_alone(client):
    text = "<@U0ROSA> see <https://acme.example/a?b=1&c=2|here>, 1 &lt; 2 & <!date^1^{date}|then>"
    answer = await client.chat_postMessage(channel="C0CREDIT", text=text)
    assert answer["message"]["text"] == text.replace(" & ", " &amp; ")


async def test_a_persons_id_leads_to_the_direct_message(client, workspace):
    answer = await client.chat_postMessage(channel="U0CARL", text="Approved")
    assert answer["channel"] == "D0CARL"
    assert [one.text for one in workspace.messages("U0CARL")] == ["Approved"]
    assert workspace.messages("D0CARL") == workspace.messages("U0CARL")


@pytest.mark.parametrize("channel", ["C0NONE", "", "#credit", "U0NONE", "U0LEFT", "U0EXTN"])
async def test_an_unknown_channel(client, channel):
    assert await refused(client.chat_postMessage(channel=channel, text="x")) == "channel_not_found"


async def test_a_bot_cannot_be_written_to(client):
    assert await refused(client.chat_postMessage(channel="U0BOT", text="x")) == "cannot_dm_bot"


async def test_a_channel_without_the_app(client, workspace):
    assert await refused(client.chat_postMessage(channel="C0RANDOM", text="x")) == "not_in_channel"
    workspace.state.scopes.append("chat:write.public")
    assert (await client.chat_postMessage(channel="C0RANDOM", text="x"))["ok"] is True


async def test_a_private_channel_without_the_app_does_not_exist(client, workspace):
    workspace.change_channel("C0RANDOM", is_private=True)
    assert await refused(client.chat_postMessage(channel="C0RANDOM", text="x")) == "channel_not_found"


async def test_an_archived_channel(client, workspace):
    workspace.change_channel("C0CREDIT", is_archived=True)
    assert await refused(client.chat_postMessage(channel="C0CREDIT", text="x")) == "is_archived"


async def test_nothing_said(client):
    assert await refused(client.api_call("chat.postMessage", json={"channel": "C0CREDIT"})) == "no_text"
    empty = {"channel": "C0CREDIT", "text": "", "blocks": []}
    assert await refused(client.api_call("chat.postMessage", json=empty)) == "no_text"


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "nonsense"}],
        [{"type": "section"}],
        [section("x" * 3001)],
        [actions({**button(), "disabled": True})],
        [actions(button(text="x" * 76))],
        [section()] * 51,
        [actions(button(), button())],
    ],
)
async def test_blocks_that_slack_would_not_take(client, workspace, blocks):
    answer = await refusal(client.chat_postMessage(channel="C0CREDIT", text="x", blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"]
    assert answer["response_metadata"]["messages"][0].startswith("[ERROR] ")
    assert workspace.messages("C0CREDIT") == []


@pytest.mark.parametrize("blocks", ["{", '{"type": "section"}', '"x"'])
async def test_blocks_that_are_no_list(client, blocks):
    assert (
        await refused(client.api_call("chat.postMessage", data={"channel": "C0CREDIT", "text": "x", "blocks": blocks}))
        == "invalid_blocks_format"
    )


async def test_too_much_text_in_all_blocks(client):
    fine = [section("x" * 2600) for _ in range(5)]
    assert (await client.chat_postMessage(channel="C0CREDIT", text="x", blocks=fine))["ok"] is True
    assert (
        await refused(client.chat_postMessage(channel="C0CREDIT", text="x", blocks=[*fine, section("x" * 300)]))
        == "msg_blocks_too_long"
    )


async def test_a_long_text_is_cut_with_a_warning(client, workspace):
    answer = await client.chat_postMessage(channel="C0CREDIT", text="x" * 40_001)
    assert answer["warning"] == "message_truncated"
    assert len(workspace.messages("C0CREDIT")[0].text) == 40_000


async def test_a_thread_and_its_broadcast(client, workspace):
    parent = await client.chat_postMessage(channel="C0CREDIT", text="Card")
    first = await client.chat_postMessage(channel="C0CREDIT", text="Reminder", thread_ts=parent["ts"])
    second = await client.chat_postMessage(
        channel="C0CREDIT", text="Release", thread_ts=first["ts"], reply_broadcast=True
    )
    assert first["message"]["thread_ts"] == parent["ts"]
    assert second["message"]["thread_ts"] == parent["ts"]
    assert second["message"]["subtype"] == "thread_broadcast"
    shown = workspace.messages("C0CREDIT")
    assert [(one.is_reply, one.broadcast) for one in shown] == [(False, False), (True, False), (True, True)]


async def test_metadata_is_kept_and_checked(client, workspace):
    metadata = {"event_type": "notice", "event_payload": {"id": "N-1", "more": {"a": 1}}}
    answer = await client.chat_postMessage(channel="C0CREDIT", text="x", metadata=metadata)
    assert answer["message"]["metadata"] == metadata
    wrong = {"event_type": "notice", "event_payload": "N-1"}
    assert (
        await refused(client.chat_postMessage(channel="C0CREDIT", text="x", metadata=wrong))
        == "invalid_metadata_format"
    )
    deep = {"event_type": "notice", "event_payload": {"a": {"b": {"c": 1}}}}
    assert (
        await refused(client.chat_postMessage(channel="C0CREDIT", text="x", metadata=deep)) == "invalid_metadata_schema"
    )


async def test_half_an_emoji_breaks_nothing(client, workspace):
    sent = await client.chat_postMessage(channel="C0CREDIT", text="half \ud83d", blocks=[section("half \ud83d")])
    assert sent["message"]["text"] == workspace.messages("C0CREDIT")[0].text == "half \ud83d"


async def test_every_message_has_a_ts_of_its_own(client, workspace):
    sent = [await client.chat_postMessage(channel=channel, text="x") for channel in ("C0CREDIT", "C0STOCK", "C0FLOOR")]
    assert len({one["ts"] for one in sent}) == 3


async def test_a_permalink(client, workspace):
    sent = await client.chat_postMessage(channel="C0CREDIT", text="x")
    answer = await client.chat_getPermalink(channel="C0CREDIT", message_ts=sent["ts"])
    assert answer["permalink"].endswith(f"/archives/C0CREDIT/p{sent['ts'].replace('.', '')}")
    assert await refused(client.chat_getPermalink(channel="C0CREDIT", message_ts="1.2")) == "message_not_found"
    assert await refused(client.chat_getPermalink(channel="C0NONE", message_ts=sent["ts"])) == "channel_not_found"


async def test_the_messages_tab_may_be_off(client, workspace):
    from dataclasses import replace

    workspace.seed = replace(workspace.seed, messages_tab=False)
    assert await refused(client.chat_postMessage(channel="U0CARL", text="x")) == "messages_tab_disabled"
