"""Lists that come in pages, and the limits and filters that go with them."""

import base64

import pytest

from tests.playground.conftest import refusal, refused


@pytest.fixture(autouse=True)
def every_scope(workspace):
    workspace.state.scopes += ["channels:history", "channels:join", "im:read"]
    workspace.rate_limits = False


async def everything(method, key, **arguments):
    """All pages of a list, and how many there were."""
    found, pages, cursor = [], 0, ""
    while True:
        answer = await method(**arguments, **({"cursor": cursor} if cursor else {}))
        found += answer[key]
        pages += 1
        cursor = answer.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return found, pages


async def test_people_come_in_pages_and_all_at_once_without_a_limit(client, workspace):
    everybody, pages = await everything(client.users_list, "members")
    assert (len(everybody), pages) == (len(workspace.state.users), 1)
    paged, pages = await everything(client.users_list, "members", limit=4)
    assert ([user["id"] for user in paged], pages) == ([user["id"] for user in everybody], 4)


async def test_channels_come_in_pages(client):
    everything_at_once, _ = await everything(client.conversations_list, "channels")
    paged, pages = await everything(client.conversations_list, "channels", limit=5)
    assert (paged, pages) == (everything_at_once, 3)


async def test_members_come_in_pages(client, workspace):
    paged, pages = await everything(client.conversations_members, "members", channel="C0CREDIT", limit=5)
    assert (tuple(paged), pages) == (workspace.state.channels["C0CREDIT"].members, 3)


async def test_a_page_of_history_stands_still_while_people_go_on_talking(client, workspace):
    for number in range(6):
        await workspace.say("U0ROSA", "C0CREDIT", f"{number}")
    first = await client.conversations_history(channel="C0CREDIT", limit=2)
    await workspace.say("U0ROSA", "C0CREDIT", "meanwhile")
    second = await client.conversations_history(
        channel="C0CREDIT", limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [one["text"] for one in (*first["messages"], *second["messages"])] == ["5", "4", "3", "2"]


async def test_a_page_of_history_goes_on_where_its_message_was_deleted(client, workspace):
    said = [await workspace.say("U0ROSA", "C0CREDIT", f"{number}") for number in range(4)]
    first = await client.conversations_history(channel="C0CREDIT", limit=2)
    workspace.remove(said[1])
    second = await client.conversations_history(
        channel="C0CREDIT", limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [one["text"] for one in second["messages"]] == ["0"]
    assert second["has_more"] is False


async def test_replies_come_in_pages(client, workspace):
    parent = await workspace.say("U0ROSA", "C0CREDIT", "0")
    for number in range(1, 5):
        await workspace.say("U0ROSA", "C0CREDIT", f"{number}", thread_ts=parent.ts)
    paged, pages = await everything(client.conversations_replies, "messages", channel="C0CREDIT", ts=parent.ts, limit=2)
    assert ([one["text"] for one in paged], pages) == (["0", "1", "2", "3", "4"], 3)


CALLS = {
    "users.list": {},
    "conversations.list": {},
    "conversations.members": {"channel": "C0CREDIT"},
    "conversations.history": {"channel": "C0CREDIT"},
}
NOWHERE = base64.b64encode(b"user:U0NOBODY").decode()


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize("cursor", ["x", "at:2", "\N{SNOWMAN}", NOWHERE])
async def test_a_cursor_that_was_never_given(client, workspace, method, cursor):
    await workspace.say("U0ROSA", "C0CREDIT", "hello")
    assert await refused(client.api_call(method, params=CALLS[method] | {"cursor": cursor})) == "invalid_cursor"


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("users.list", "invalid_arguments"),
        ("conversations.list", "invalid_limit"),
        ("conversations.members", "invalid_limit"),
        ("conversations.history", "invalid_arguments"),
    ],
)
@pytest.mark.parametrize("limit", ["0", "-1", "many", "1000001"])
async def test_a_limit_that_is_none(client, method, error, limit):
    assert await refused(client.api_call(method, params=CALLS[method] | {"limit": limit})) == error


async def test_a_list_holds_the_kinds_that_were_asked_for(client, workspace):
    workspace.change_channel("C0AUDIT", is_private=True)
    workspace.change_channel("C0RANDOM", is_private=True)
    workspace.change_channel("C0AR", is_archived=True)
    workspace.messages("U0ROSA")

    async def listed(**arguments):
        return {one["id"] for one in (await client.conversations_list(**arguments))["channels"]}

    assert "C0AUDIT" not in await listed()
    assert await listed(types="private_channel") == {"C0AUDIT"}  # not #random, where the app is no member
    assert await listed(types="im") == {"D0ROSA"}
    assert {"C0AUDIT", "C0CREDIT", "D0ROSA"} <= await listed(types="public_channel, private_channel,im")
    assert "C0AR" in await listed()
    assert "C0AR" not in await listed(exclude_archived=True)
    assert await refused(client.conversations_list(types="public_channel,secret")) == "invalid_types"


async def test_each_kind_of_conversation_needs_its_own_scope(client, workspace):
    workspace.state.scopes.remove("groups:read")
    assert (await client.conversations_list())["ok"] is True
    assert (await refusal(client.conversations_list(types="private_channel")))["needed"] == "groups:read"


async def test_joining_a_channel(client, workspace):
    assert (await client.conversations_join(channel="C0RANDOM"))["channel"]["is_member"] is True
    assert (await client.chat_postMessage(channel="C0RANDOM", text="hello"))["ok"] is True
    assert (await client.conversations_join(channel="C0RANDOM"))["warning"] == "already_in_channel"


async def test_channels_that_cannot_be_joined(client, workspace):
    workspace.change_channel("C0RANDOM", is_archived=True)
    assert await refused(client.conversations_join(channel="C0RANDOM")) == "is_archived"
    workspace.change_channel("C0RANDOM", is_private=True)
    assert await refused(client.conversations_join(channel="C0RANDOM")) == "channel_not_found"
    workspace.change_channel("C0CREDIT", is_private=True)
    assert await refused(client.conversations_join(channel="C0CREDIT")) == "method_not_supported_for_channel_type"
    assert await refused(client.conversations_join(channel="C0NONE")) == "channel_not_found"


async def test_groups_with_and_without_their_people(client, workspace):
    workspace.state.user_groups["S0CREDIT"] = ["U0ROSA"]
    [bare] = (await client.usergroups_list())["usergroups"]
    assert "users" not in bare
    assert "user_count" not in bare
    [full] = (await client.usergroups_list(include_users=True, include_count=True))["usergroups"]
    assert (full["users"], full["user_count"]) == (["U0ROSA"], 1)
