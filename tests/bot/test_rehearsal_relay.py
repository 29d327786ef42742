"""What stands between a rehearsal's bot and Slack."""

import contextlib

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.relay import Relay
from playground.slack.seed import demo_seed
from playground.slack.server import bound_socket, port_of
from playground.slack.workspace import Workspace, running

ROOM, ROSA = "C0ORDERS", "U0ROSA"
BUTTON = {"type": "button", "action_id": "a", "value": "1.1", "text": {"type": "plain_text", "text": "Go"}}
BLOCKS = [{"type": "actions", "elements": [BUTTON]}]


@contextlib.asynccontextmanager
async def relayed(workspace, api_url=""):
    """The relay, and a client as the bot has it, which does not know the real token."""
    relay = Relay(api_url or f"{workspace.base_url}/api/", workspace.bot_token, ROOM)
    listener = bound_socket("127.0.0.1", 0)
    address = f"http://127.0.0.1:{port_of(listener)}"
    async with relay.serving(listener):
        yield relay, AsyncWebClient("xoxb-made-up", base_url=f"{address}/api/", retry_handlers=[]), address


@pytest.fixture
async def workspace():
    made = Workspace(demo_seed())
    async with running(made):
        yield made


async def test_what_goes_to_the_channel_is_passed_on_without_values_and_kept_with_them(workspace):
    async with relayed(workspace) as (relay, client, _):
        first = await client.chat_postMessage(channel=ROOM, text="one", blocks=BLOCKS)
        await client.chat_postMessage(channel=ROOM, text="two", thread_ts=first["ts"], reply_broadcast=True)
        await client.chat_update(channel=ROOM, ts=first["ts"], text="three", blocks=BLOCKS)
    parent, answer = workspace.messages(ROOM)
    assert (parent.text, answer.text, answer.thread_ts) == ("three", "two", parent.ts)
    assert parent.blocks[0]["elements"][0]["value"] == "rehearsal"
    post, reply = relay.posts.values()
    assert (post.text, post.button("a")["value"], reply.thread) == ("three", "1.1", parent.ts)


async def test_what_is_for_one_person_goes_no_further_and_the_bot_is_told_that_it_went(workspace):
    async with relayed(workspace) as (relay, client, address):
        assert (await client.chat_postMessage(channel=ROSA, text="direct"))["ts"]
        assert (await client.chat_postEphemeral(channel=ROOM, user=ROSA, text="private"))["ok"]
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.post(f"{address}/answers/{ROSA}", json={"text": "answered"})).text == "ok"
    assert relay.private[ROSA] == ["direct", "private", "answered"]
    assert workspace.calls == []


async def test_people_are_named_in_the_channel_and_not_notified(workspace):
    asked = [{"type": "section", "text": {"type": "mrkdwn", "text": f"<@{ROSA}> asks, <@U0WALT> signs"}}]
    async with relayed(workspace) as (relay, client, _):
        await client.users_info(user=ROSA)
        await client.chat_postMessage(channel=ROOM, text=f"<@{ROSA}> asks", blocks=asked)
    (message,) = workspace.messages(ROOM)
    assert (message.text, message.blocks[0]["text"]["text"]) == ("Rosa Alvarez asks", "Rosa Alvarez asks, U0WALT signs")
    (kept,) = relay.posts.values()
    assert kept.text == f"<@{ROSA}> asks"


async def test_people_are_looked_up_but_no_e_mail_can_reach_them(workspace):
    async with relayed(workspace) as (_, client, _):
        user = (await client.users_info(user=ROSA))["user"]
    assert (user["real_name"], user["profile"]["email"]) == ("Rosa Alvarez", "")


async def test_what_slack_refuses_is_passed_on_with_how_long_to_wait(workspace):
    workspace.fail("chat.postMessage", "ratelimited", status=429, retry_after=7)
    async with relayed(workspace) as (relay, client, _):
        with pytest.raises(SlackApiError) as refused:
            await client.chat_postMessage(channel=ROOM, text="one")
    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "7")
    assert relay.posts == {}


async def test_a_slack_that_is_not_there_looks_like_one_that_is_down(workspace):
    with contextlib.closing(bound_socket("127.0.0.1", 0)) as nobody:
        gone = f"http://127.0.0.1:{port_of(nobody)}/api/"
    async with relayed(workspace, gone) as (_, client, _):
        with pytest.raises(SlackApiError, match="service_unavailable"):
            await client.chat_postMessage(channel=ROOM, text="one")
