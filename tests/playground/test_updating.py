import pytest

from tests.playground.blocks import actions, button, section
from tests.playground.conftest import refused


@pytest.fixture
async def card(client, workspace):
    metadata = {"event_type": "card", "event_payload": {"id": "R-1"}}
    await client.chat_postMessage(
        channel="C0CREDIT", text="Card", blocks=[section(), actions(button())], metadata=metadata
    )
    return workspace.messages("C0CREDIT")[0]


async def test_an_update_replaces_the_card_and_keeps_metadata(client, workspace, card):
    answer = await client.chat_update(channel="C0CREDIT", ts=card.ts, text="Approved", blocks=[section("Approved")])
    assert (answer["channel"], answer["ts"], answer["text"]) == ("C0CREDIT", card.ts, "Approved")
    [now] = workspace.messages("C0CREDIT")
    assert (now.text, len(now.blocks), now.metadata, now.version) == ("Approved", 1, card.metadata, 2)
    assert "edited" not in answer["message"]


async def test_text_alone_removes_the_blocks_and_marks_the_edit(client, workspace, card):
    answer = await client.chat_update(channel="C0CREDIT", ts=card.ts, text="Approved")
    assert workspace.messages("C0CREDIT")[0].blocks == []
    assert answer["message"]["edited"]["user"] == "U0BOT"


async def test_four_thousand_characters_are_the_limit(client, card):
    assert (await client.chat_update(channel="C0CREDIT", ts=card.ts, text="x" * 4000))["ok"] is True
    assert await refused(client.chat_update(channel="C0CREDIT", ts=card.ts, text="x" * 4001)) == "msg_too_long"


async def test_wrong_places(client, card):
    assert await refused(client.chat_update(channel="C0CREDIT", ts="1.2", text="x")) == "message_not_found"
    assert await refused(client.chat_update(channel="C0STOCK", ts=card.ts, text="x")) == "message_not_found"
    assert await refused(client.chat_update(channel="C0NONE", ts=card.ts, text="x")) == "channel_not_found"


async def test_a_direct_message_is_updated_by_its_channel_id(client):
    sent = await client.chat_postMessage(channel="U0CARL", text="x")
    assert await refused(client.chat_update(channel="U0CARL", ts=sent["ts"], text="y")) == "channel_not_found"
    assert (await client.chat_update(channel=sent["channel"], ts=sent["ts"], text="y"))["ok"] is True


async def test_words_of_others_cannot_be_changed(client, workspace):
    said = await workspace.say("U0CARL", "C0CREDIT", "hello")
    assert await refused(client.chat_update(channel="C0CREDIT", ts=said.ts, text="x")) == "cant_update_message"
    assert await refused(client.chat_delete(channel="C0CREDIT", ts=said.ts)) == "cant_delete_message"


async def test_an_archived_channel_is_frozen(client, workspace, card):
    workspace.change_channel("C0CREDIT", is_archived=True)
    assert await refused(client.chat_update(channel="C0CREDIT", ts=card.ts, text="x")) == "is_inactive"


async def test_bad_blocks_and_no_text(client, card):
    assert (
        await refused(client.chat_update(channel="C0CREDIT", ts=card.ts, text="x", blocks=[{"type": "no"}]))
        == "invalid_blocks"
    )
    assert await refused(client.api_call("chat.update", json={"channel": "C0CREDIT", "ts": card.ts})) == "no_text"


async def test_a_deleted_message_is_gone(client, workspace, card):
    await client.chat_delete(channel="C0CREDIT", ts=card.ts)
    assert workspace.messages("C0CREDIT") == []
    assert await refused(client.chat_update(channel="C0CREDIT", ts=card.ts, text="x")) == "message_not_found"
    assert await refused(client.chat_delete(channel="C0CREDIT", ts=card.ts)) == "message_not_found"


async def test_an_ephemeral_message_is_seen_by_one_and_cannot_be_updated(client, workspace):
    answer = await client.chat_postEphemeral(channel="C0CREDIT", user="U0ROSA", text="Only you")
    [seen] = workspace.ephemerals("U0ROSA", "C0CREDIT")
    assert (seen.text, seen.ts) == ("Only you", answer["message_ts"])
    assert workspace.messages("C0CREDIT") == []
    assert await refused(client.chat_update(channel="C0CREDIT", ts=seen.ts, text="x")) == "message_not_found"


async def test_an_ephemeral_message_reaches_only_active_members(client, workspace):
    for user in ("U0EXTN", "U0NONE", "U0LEFT"):
        assert (
            await refused(client.chat_postEphemeral(channel="C0CREDIT", user=user, text="x")) == "user_not_in_channel"
        )
    workspace.change_user("U0ROSA", deleted=True)
    assert (
        await refused(client.chat_postEphemeral(channel="C0CREDIT", user="U0ROSA", text="x")) == "user_not_in_channel"
    )
    assert await refused(client.chat_postEphemeral(channel="C0RANDOM", user="U0CARL", text="x")) == "not_in_channel"
    assert (
        await refused(client.chat_postEphemeral(channel="C0CREDIT", user="U0IVAN", text="x" * 40_001)) == "msg_too_long"
    )
