from dataclasses import replace

import pytest

from tests.playground.conftest import refusal, refused


async def test_a_person(client):
    user = (await client.users_info(user="U0ROSA"))["user"]
    assert (user["id"], user["team_id"], user["real_name"], user["tz"]) == (
        "U0ROSA",
        "T0ACME",
        "Rosa Alvarez",
        "America/Chicago",
    )
    assert user["profile"]["email"] == "rosa@acme.example"
    assert (user["deleted"], user["is_bot"], user["is_restricted"]) == (False, False, False)


async def test_an_unknown_person(client):
    assert await refused(client.users_info(user="U0NONE")) == "user_not_found"


async def test_a_person_of_another_workspace_has_their_own_team_and_little_else(client):
    user = (await client.users_info(user="U0EXTN"))["user"]
    assert user["team_id"] == "T0OTHER"
    assert "is_restricted" not in user
    assert "email" not in user["profile"]


async def test_a_guest_a_bot_and_somebody_who_left(client):
    guest = (await client.users_info(user="U0GUES"))["user"]
    assert (guest["is_restricted"], guest["is_ultra_restricted"]) == (True, True)
    assert (await client.users_info(user="U0BOT"))["user"]["is_bot"] is True
    left = (await client.users_info(user="U0LEFT"))["user"]
    assert left["deleted"] is True
    assert "tz" not in left


async def test_the_address_needs_its_scope(client, workspace):
    workspace.state.scopes.remove("users:read.email")
    assert "email" not in (await client.users_info(user="U0ROSA"))["user"]["profile"]


async def test_people_by_address(client):
    assert (await client.users_lookupByEmail(email="ROSA@acme.example"))["user"]["id"] == "U0ROSA"
    assert await refused(client.users_lookupByEmail(email="lou@acme.example")) == "users_not_found"


async def test_the_demo_has_a_person_for_each_role(client):
    ids = {user["id"] for user in (await client.users_list())["members"]}
    assert {"U0ROSA", "U0CARL", "U0WALT", "U0LENA", "U0FAYE", "U0PRIA", "U0ARNO", "U0MONA", "U0ADAM"} <= ids


async def test_a_channel(client):
    channel = (await client.conversations_info(channel="C0CREDIT"))["channel"]
    assert (channel["name"], channel["is_member"], channel["is_archived"]) == ("credit", True, False)
    assert "num_members" not in channel
    assert (await client.conversations_info(channel="C0RANDOM", include_num_members=True))["channel"][
        "num_members"
    ] == 11
    assert (await client.conversations_info(channel="C0RANDOM"))["channel"]["is_member"] is False
    assert await refused(client.conversations_info(channel="C0NONE")) == "channel_not_found"
    assert (await client.conversations_info(channel="C0ORDERS"))["channel"]["is_ext_shared"] is True


async def test_members_and_the_list(client):
    members = (await client.conversations_members(channel="C0CREDIT"))["members"]
    assert "U0ROSA" in members
    assert "U0EXTN" not in members
    names = {channel["name"] for channel in (await client.conversations_list())["channels"]}
    assert {"credit", "floor", "random"} <= names


async def test_a_direct_message_is_opened(client):
    answer = await client.conversations_open(users="U0ROSA")
    assert answer["channel"] == {"id": "D0ROSA"}
    assert (await client.conversations_open(users="U0ROSA", return_im=True))["channel"]["user"] == "U0ROSA"
    assert await refused(client.conversations_open(users="U0NONE")) == "user_not_found"
    assert await refused(client.conversations_open(users="U0LEFT")) == "user_disabled"
    assert await refused(client.api_call("conversations.open", json={})) == "users_list_not_supplied"
    assert (await refusal(client.conversations_open(users="U0ROSA,U0IVAN")))["needed"] == "mpim:write"


@pytest.fixture
def history(workspace):
    workspace.state.scopes.append("channels:history")


async def test_history_and_replies(client, workspace, history):
    first = await client.chat_postMessage(
        channel="C0CREDIT", text="one", metadata={"event_type": "n", "event_payload": {"id": 1}}
    )
    await client.chat_postMessage(channel="C0CREDIT", text="reply", thread_ts=first["ts"])
    said = await workspace.say("U0ROSA", "C0CREDIT", "two & three")
    answer = await client.conversations_history(channel="C0CREDIT")
    assert [one["text"] for one in answer["messages"]] == ["two &amp; three", "one"]
    assert answer["messages"][1]["reply_count"] == 1
    assert "metadata" not in answer["messages"][1]
    full = await client.conversations_history(channel="C0CREDIT", include_all_metadata=True)
    assert full["messages"][1]["metadata"]["event_payload"] == {"id": 1}
    thread = await client.conversations_replies(channel="C0CREDIT", ts=first["ts"])
    assert [one["text"] for one in thread["messages"]] == ["one", "reply"]
    assert await refused(client.conversations_replies(channel="C0CREDIT", ts="1.2")) == "thread_not_found"
    newer = await client.conversations_history(channel="C0CREDIT", oldest=first["ts"])
    assert [one["ts"] for one in newer["messages"]] == [said.ts]
    assert await refused(client.conversations_history(channel="C0RANDOM")) == "not_in_channel"


async def test_history_comes_in_pages(client, workspace, history):
    for number in range(5):
        await workspace.say("U0ROSA", "C0CREDIT", f"{number}")
    first = await client.conversations_history(channel="C0CREDIT", limit=2)
    assert (first["has_more"], len(first["messages"])) == (True, 2)
    second = await client.conversations_history(
        channel="C0CREDIT", limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [one["text"] for one in second["messages"]] == ["2", "1"]
    assert await refused(client.conversations_history(channel="C0CREDIT", cursor="x")) == "invalid_cursor"


async def test_user_groups(client, workspace):
    workspace.state.user_groups["S0CREDIT"] = ["U0ROSA", "U0LEFT"]
    assert (await client.usergroups_users_list(usergroup="S0CREDIT"))["users"] == ["U0ROSA", "U0LEFT"]
    assert await refused(client.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"


async def test_people_and_channels_can_change(client, workspace):
    workspace.change_user("U0ROSA", deleted=True)
    assert (await client.users_info(user="U0ROSA"))["user"]["deleted"] is True
    workspace.state.channels["C0NEW"] = replace(workspace.state.channels["C0CREDIT"], id="C0NEW", name="new")
    assert (await client.conversations_info(channel="C0NEW"))["channel"]["name"] == "new"
