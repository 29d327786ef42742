"""What the inspector says beyond the bodies: kinds, places, pages; and how it is told."""

import asyncio
import json

import pytest
from slack_sdk.errors import SlackApiError

from playground.slack.workspace import Workspace
from playground.web.events import stream
from playground.web.inspecting import exchange, exchanges, newest
from tests.playground.blocks import actions, button, section

CARLA, ROSA = "U0CARL", "U0ROSA"


def shown(workspace, name):
    """The newest exchange of this name, with everything about it."""
    row = next(row for row in exchanges(workspace) if name in row["name"])
    return exchange(workspace, row["id"])


async def test_exchanges_can_be_told_apart_by_kind(workspace, client, bot, session):
    await workspace.command(CARLA, "C0ORDERS", "/hold ORD-123")
    async with session.post(bot.got[-1]["response_url"], json={"text": "Asked for."}) as answer:
        assert answer.status == 200
    await client.chat_postMessage(channel="C0CREDIT", text="Card", blocks=[section(), actions(button())])
    await workspace.click(ROSA, workspace.messages("C0CREDIT")[0], "request.approve")
    kinds = [row["kind"] for row in exchanges(workspace)]
    assert sorted(kinds) == ["command", "interactive", "method", "response_url"]


async def test_a_refused_call_says_where_and_which_page_explains_it(workspace, client):
    empty = {"type": "section", "text": {"type": "mrkdwn", "text": ""}}
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C0CREDIT", text="x", blocks=[empty])
    seen = shown(workspace, "chat.postMessage")
    assert any("/blocks/0/text" in line for line in seen["where"])
    assert seen["pages"] == ["chat.postMessage method", "Block Kit blocks reference"]


async def test_a_wrong_answer_of_the_app_says_what_is_wrong_with_it(workspace, bot):
    bot.answer = {"response_type": "ephemeral", "text": "x", "blocks": [{"type": "sectoin"}]}
    await workspace.command(CARLA, "C0ORDERS", "/hold ORD-123")
    seen = shown(workspace, "/hold")
    assert not seen["ok"]
    assert "/blocks/0" in f"{seen['said']} {seen['where']}"
    assert "Implementing slash commands" in seen["pages"]


async def test_a_token_is_hidden_also_where_the_app_writes_it_into_a_text(workspace, client, bot):
    bot.answer = f"My token is {workspace.bot_token}."
    await workspace.command(CARLA, "C0ORDERS", f"/hold {workspace.bot_token}")
    await client.chat_postMessage(channel="C0CREDIT", text=f"{workspace.app_token} {workspace.signing_secret}")
    everything = json.dumps([exchange(workspace, row["id"]) for row in exchanges(workspace)])
    for secret in (workspace.bot_token, workspace.app_token, workspace.signing_secret):
        assert secret not in everything
    assert shown(workspace, "/hold")["answer"] == "My token is …."


async def test_the_record_has_an_end(workspace: Workspace, client):
    workspace.longest_record = 10
    for _ in range(25):
        await client.auth_test()
    assert len(workspace.calls) <= 10
    assert workspace.calls[-1].id == newest(workspace)[1]


async def test_an_exchange_keeps_its_number_when_older_ones_are_dropped(workspace, client):
    workspace.longest_record = 3
    await client.auth_test()
    first = exchanges(workspace)[0]["id"]
    for _ in range(5):
        await client.auth_test()
    assert exchange(workspace, first) is None
    assert len({row["id"] for row in exchanges(workspace)}) == len(exchanges(workspace))


async def test_the_page_is_told_of_an_exchange_that_changes_nothing_else(workspace, client):
    told = stream(workspace, CARLA, asyncio.Event())
    assert '"all"' in await anext(told)
    waiting = asyncio.ensure_future(anext(told))
    await client.auth_test()
    async with asyncio.timeout(5):
        assert '"exchanges"' in await waiting
    await told.aclose()
