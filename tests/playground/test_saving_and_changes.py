import asyncio

import pytest

from playground.slack.model import Change
from playground.slack.workspace import Workspace, running
from tests.playground.blocks import actions, button, home, modal, section


async def test_everything_survives_a_restart(tmp_path, workspace, client, bot, clock, session):
    await client.chat_postMessage(channel="C0CREDIT", text="Card", blocks=[section(), actions(button())])
    await client.chat_postMessage(channel="U0CARL", text="Done")
    await client.chat_postEphemeral(channel="C0CREDIT", user="U0ROSA", text="Only you")
    await client.views_publish(user_id="U0CARL", view=home())
    await workspace.say("U0SAMI", "C0ORDERS", "half \ud83d & \x00")
    await workspace.share_file("U0CARL", "C0ORDERS", "a.bin", bytes(range(256)))
    await workspace.command("U0CARL", "C0ORDERS", "/hold")
    await client.views_open(trigger_id=bot.got[-1]["trigger_id"], view=modal())
    mail = {"from": "a@acme.example", "to": "b@acme.example", "subject": "s", "text": "t"}
    async with session.post(
        f"{workspace.base_url}/resend/emails", json=mail, headers={"Authorization": "Bearer re_1"}
    ) as sent:
        assert sent.status == 200
    workspace.change_channel("C0AUDIT", is_archived=True)
    workspace.save(tmp_path / "state.json")
    again = Workspace.load(tmp_path / "state.json", clock=clock)
    assert again.state == workspace.state
    assert again.messages("C0CREDIT") == workspace.messages("C0CREDIT")
    assert again.views("U0CARL") == workspace.views("U0CARL")
    assert list(tmp_path.iterdir()) == [tmp_path / "state.json"]


async def test_a_card_of_before_the_restart_can_be_clicked_and_answered(
    tmp_path, workspace, client, bot, clock, session
):
    await client.chat_postMessage(channel="C0CREDIT", text="Card", blocks=[actions(button())])
    await workspace.click("U0ROSA", workspace.messages("C0CREDIT")[0], "request.approve")
    old_path = bot.got[-1]["response_url"].removeprefix(workspace.base_url)
    workspace.save(tmp_path / "state.json")
    again = Workspace.load(tmp_path / "state.json", clock=clock)
    async with running(again) as base:
        again.connect_http(workspace.http.url)
        assert (await again.click("U0ROSA", again.messages("C0CREDIT")[0], "request.approve")).status == 200
        async with session.post(base + old_path, json={"text": "Late words"}) as answer:
            assert answer.status == 200
    assert again.ephemerals("U0ROSA")[0].text == "Late words"


async def test_old_tickets_are_not_kept(tmp_path, workspace, bot, clock):
    await workspace.command("U0CARL", "C0ORDERS", "/hold")
    clock.pass_(7200)
    workspace.save(tmp_path / "state.json")
    again = Workspace.load(tmp_path / "state.json")
    assert (again.state.triggers, again.state.response_urls) == ({}, {})


async def test_subscribers_hear_of_every_change_since_they_asked(workspace, client):
    await workspace.say("U0SAMI", "C0ORDERS", "before")
    changes = workspace.subscribe()
    sent = await client.chat_postMessage(channel="C0CREDIT", text="x")
    await client.chat_update(channel="C0CREDIT", ts=sent["ts"], text="y")
    await client.chat_postEphemeral(channel="C0CREDIT", user="U0ROSA", text="z")
    await client.views_publish(user_id="U0CARL", view=home())
    await client.chat_delete(channel="C0CREDIT", ts=sent["ts"])
    heard = [await anext(changes) for _ in range(5)]
    assert [one.kind for one in heard] == ["message", "message_changed", "ephemeral", "home", "message_deleted"]
    assert heard[0] == Change("message", "C0CREDIT", "", sent["ts"])
    assert heard[2].user == "U0ROSA"
    await changes.aclose()


async def test_waiting_ends_with_the_change_that_fulfils_it(workspace):
    waiting = asyncio.create_task(workspace.wait_for(lambda: workspace.messages("C0ORDERS")))
    await asyncio.sleep(0)
    said = await workspace.say("U0SAMI", "C0ORDERS", "now")
    assert await waiting == [said]


async def test_waiting_in_vain_says_for_what(workspace):
    with pytest.raises(TimeoutError, match=r"test_saving_and_changes\.py"):
        await workspace.wait_for(lambda: False, timeout=0.01)


async def test_waiting_sees_calls_and_deliveries_too(workspace, client, bot):
    waiting = asyncio.create_task(workspace.wait_for(lambda: workspace.calls and workspace.deliveries))
    await asyncio.sleep(0)
    await client.auth_test()
    await workspace.command("U0CARL", "C0ORDERS", "/hold")
    assert await waiting
