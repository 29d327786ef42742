import asyncio
import time

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.playground.conftest import refusal, refused


async def _post_until_limited(client, channel="C0CREDIT"):
    for posted in range(20):
        try:
            await client.chat_postMessage(channel=channel, text="x")
        except SlackApiError as error:
            return posted, error.response
    raise AssertionError("twenty messages at once were taken")


async def test_one_message_a_second_in_a_channel_after_a_small_burst(client, clock):
    posted, answer = await _post_until_limited(client)
    assert 1 <= posted <= 5
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "1")
    clock.pass_(1)
    assert (await client.chat_postMessage(channel="C0CREDIT", text="x"))["ok"] is True
    assert await refused(client.chat_postMessage(channel="C0CREDIT", text="x")) == "ratelimited"


async def test_channels_are_limited_apart(client):
    await _post_until_limited(client)
    assert (await client.chat_postMessage(channel="C0STOCK", text="x"))["ok"] is True


async def test_what_is_refused_for_other_reasons_is_not_counted(client):
    for _ in range(10):
        call = client.chat_postMessage(channel="C0CREDIT", text="x", blocks=[{"type": "no"}])
        assert await refused(call) == "invalid_blocks"


async def test_methods_have_their_tiers(client, clock):
    for _ in range(20):
        await client.users_list()
    answer = await refusal(client.users_list())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    clock.pass_(3)
    assert (await client.users_list())["ok"] is True


async def test_limits_can_be_switched_off(client, workspace):
    workspace.rate_limits = False
    for _ in range(20):
        await client.chat_postMessage(channel="C0CREDIT", text="x")
    assert len(workspace.messages("C0CREDIT")) == 20


async def test_an_error_that_was_asked_for_comes_once(client, workspace):
    workspace.fail("chat.postMessage", "is_archived")
    assert await refused(client.chat_postMessage(channel="C0CREDIT", text="x")) == "is_archived"
    assert (await client.chat_postMessage(channel="C0CREDIT", text="x"))["ok"] is True


async def test_a_status_that_was_asked_for_comes_as_often_as_asked(client, workspace):
    workspace.fail("chat.postMessage", status=503, times=2)
    for _ in range(2):
        assert (await refusal(client.chat_postMessage(channel="C0CREDIT", text="x"))).status_code == 503
    assert (await client.chat_postMessage(channel="C0CREDIT", text="x"))["ok"] is True
    assert [call.status for call in workspace.calls] == [503, 503, 200]


async def test_retry_after_is_ridden_out_by_slacks_own_handler(workspace, session):
    client = AsyncWebClient(
        workspace.bot_token,
        base_url=f"{workspace.base_url}/api/",
        session=session,
        retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=1)],
    )
    workspace.fail("chat.postMessage", retry_after=0)
    assert (await client.chat_postMessage(channel="C0CREDIT", text="x"))["ok"] is True
    assert [call.status for call in workspace.calls] == [429, 200]


async def test_everything_may_fail_until_healed(client, workspace):
    workspace.fail("*", status=500, times=-1)
    for call in (client.auth_test, lambda: client.users_info(user="U0ROSA")):
        assert (await refusal(call())).status_code == 500
    workspace.heal()
    assert (await client.auth_test())["ok"] is True


async def test_a_cut_call_was_carried_out(client, workspace):
    workspace.fail("chat.postMessage", cut=True)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.chat_postMessage(channel="C0CREDIT", text="x")
    assert [one.text for one in workspace.messages("C0CREDIT")] == ["x"]


async def test_slacks_own_client_doubles_a_cut_post(workspace, session):
    client = AsyncWebClient(workspace.bot_token, base_url=f"{workspace.base_url}/api/", session=session)
    workspace.fail("chat.postMessage", cut=True)
    await client.chat_postMessage(channel="C0CREDIT", text="x")
    assert len(workspace.messages("C0CREDIT")) == 2


async def test_a_delay_delays(client, workspace):
    workspace.fail("auth.test", delay=0.1)
    began = time.perf_counter()
    assert (await client.auth_test())["ok"] is True
    assert time.perf_counter() - began >= 0.1


async def test_a_client_that_gives_up_waiting(client, workspace):
    workspace.fail("auth.test", delay=0.5)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await client.auth_test()
    assert (await client.auth_test())["ok"] is True
