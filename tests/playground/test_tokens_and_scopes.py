import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.playground.conftest import refusal, refused


async def test_auth_test_tells_who_the_app_is_and_its_scopes(client):
    answer = await client.auth_test()
    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T0ACME", "U0BOT", "B0REDTAG")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")
    assert "channels:history" not in answer.headers["x-oauth-scopes"]


async def test_an_unknown_method(client):
    assert await refused(client.api_call("chat.postMessages")) == "unknown_method"
    assert await refused(client.pins_add(channel="C0CREDIT", timestamp="1.2")) == "unknown_method"


async def test_no_token(client):
    client.token = None
    assert await refused(client.auth_test()) == "not_authed"


async def test_an_unknown_token(client):
    client.token = "xoxb-other"
    assert await refused(client.auth_test()) == "invalid_auth"


async def test_a_token_of_the_wrong_kind(client, workspace):
    assert await refused(client.apps_connections_open(app_token=workspace.bot_token)) == "not_allowed_token_type"
    client.token = workspace.app_token
    assert await refused(client.chat_postMessage(channel="C0CREDIT", text="x")) == "not_allowed_token_type"


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive"])
async def test_a_token_that_lost_its_power(client, workspace, error):
    workspace.token_error = error
    assert await refused(client.auth_test()) == error


@pytest.mark.parametrize(
    ("call", "scope"),
    [
        (lambda c: c.chat_postMessage(channel="C0CREDIT", text="x"), "chat:write"),
        (lambda c: c.users_info(user="U0ROSA"), "users:read"),
        (lambda c: c.users_lookupByEmail(email="rosa@acme.example"), "users:read.email"),
        (lambda c: c.conversations_info(channel="C0CREDIT"), "channels:read"),
        (lambda c: c.conversations_open(users="U0ROSA"), "im:write"),
        (lambda c: c.files_info(file="F1"), "files:read"),
        (lambda c: c.files_getUploadURLExternal(filename="a.csv", length=3), "files:write"),
        (lambda c: c.usergroups_users_list(usergroup="S1"), "usergroups:read"),
    ],
)
async def test_a_missing_scope_is_named(client, workspace, call, scope):
    workspace.state.scopes.remove(scope)
    answer = await refusal(call(client))
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert answer["provided"] == ",".join(workspace.state.scopes)


async def test_history_is_not_granted_by_default(client):
    answer = await refusal(client.conversations_history(channel="C0CREDIT"))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "channels:history")


async def test_a_private_channel_needs_the_scope_of_private_channels(client, workspace):
    workspace.change_channel("C0AUDIT", is_private=True)
    assert (await client.conversations_info(channel="C0AUDIT"))["channel"]["is_private"] is True
    workspace.state.scopes.remove("groups:read")
    assert (await refusal(client.conversations_info(channel="C0AUDIT")))["needed"] == "groups:read"


async def test_calls_are_recorded_without_the_token(client, workspace):
    await client.chat_postMessage(channel="C0CREDIT", text="Card")
    call = workspace.calls[-1]
    assert (call.method, call.status, call.response["ok"]) == ("chat.postMessage", 200, True)
    assert call.arguments["text"] == "Card"
    assert workspace.bot_token not in str(call)


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "json_not_object"),
        (b"hello", "text/plain", "invalid_form_data"),
    ],
)
async def test_an_unreadable_body(workspace, session, body, kind, error):
    headers = {"Content-Type": kind, "Authorization": f"Bearer {workspace.bot_token}"}
    async with session.post(f"{workspace.base_url}/api/auth.test", data=body, headers=headers) as answer:
        assert (await answer.json())["error"] == error


async def test_forms_queries_and_json_are_all_understood(workspace, session):
    url = f"{workspace.base_url}/api/chat.postMessage"
    token = {"token": workspace.bot_token}
    said = {"channel": "C0CREDIT", "text": "as a form", "blocks": "[]"}
    async with session.post(url, data=token | said) as answer:
        assert (await answer.json())["ok"] is True
    multipart = aiohttp.FormData(token | {"channel": "C0STOCK", "text": "in parts"}, default_to_multipart=True)
    async with session.post(url, data=multipart) as answer:
        assert (await answer.json())["ok"] is True
    async with session.get(f"{workspace.base_url}/api/users.info", params=token | {"user": "U0ROSA"}) as answer:
        assert (await answer.json())["user"]["real_name"] == "Rosa Alvarez"


async def test_reading_methods_do_not_read_json(workspace, session):
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    async with session.post(f"{workspace.base_url}/api/users.info", json={"user": "U0ROSA"}, headers=headers) as answer:
        assert (await answer.json())["error"] == "user_not_found"


async def test_a_client_of_its_own_session_works_too(workspace):
    client = AsyncWebClient(workspace.bot_token, base_url=f"{workspace.base_url}/api/")
    assert (await client.auth_test())["ok"] is True
