import asyncio
import json
import sqlite3
import time
from contextlib import closing

import pytest
from pydantic import TypeAdapter

from playground.slack.model import Change
from playground.slack.state import State, replies
from playground.slack.wire import message_json
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


def rows(path, kind):
    with closing(sqlite3.connect(path)) as database:
        return dict(database.execute("SELECT key, value FROM entries WHERE kind = ?", (kind,)).fetchall())


async def test_a_save_writes_only_what_has_changed(tmp_path, workspace):
    path = tmp_path / "state.json"
    first = await workspace.say("U0ROSA", "C0CREDIT", "first")
    workspace.save(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE entries SET value = 'untouched' WHERE kind = 'messages'")
    second = await workspace.say("U0ROSA", "C0CREDIT", "second")
    workspace.save(path)
    kept = rows(path, "messages")
    assert kept[f"C0CREDIT {first.ts}"] == "untouched"
    assert json.loads(kept[f"C0CREDIT {second.ts}"])["text"] == "second"


async def test_what_is_gone_is_gone_from_the_file_too(tmp_path, workspace, client):
    path = tmp_path / "state.json"
    said = await client.chat_postMessage(channel="C0CREDIT", text="card")
    await client.chat_postMessage(channel="C0CREDIT", text="reply", thread_ts=said["ts"])
    workspace.save(path)
    await client.chat_delete(channel="C0CREDIT", ts=said["ts"])
    workspace.save(path)
    again = Workspace.load(path)
    assert [one.text for one in again.messages("C0CREDIT")] == ["reply"]
    assert [one.text for one in replies(again.state, "C0CREDIT", said["ts"])] == ["reply"]


async def test_a_file_that_was_taken_away_is_written_anew(tmp_path, workspace):
    path = tmp_path / "state.json"
    await workspace.say("U0ROSA", "C0CREDIT", "first")
    workspace.save(path)
    path.unlink()
    workspace.save(path)
    assert [one.text for one in Workspace.load(path).messages("C0CREDIT")] == ["first"]


async def test_a_save_that_failed_loses_nothing(tmp_path, workspace, monkeypatch):
    path = tmp_path / "state.json"
    workspace.save(path)
    await workspace.say("U0ROSA", "C0CREDIT", "first")
    monkeypatch.setattr("playground.slack.persistence.WAIT_SECONDS", 0)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OSError, match="locked"):
            workspace.save(path)
        other.rollback()
    await workspace.say("U0ROSA", "C0CREDIT", "second")
    workspace.save(path)
    assert [one.text for one in Workspace.load(path).messages("C0CREDIT")] == ["first", "second"]


async def test_a_workspace_that_was_saved_as_json_is_read_and_saved_anew(tmp_path, workspace):
    said = await workspace.say("U0ROSA", "C0CREDIT", "long ago")
    await workspace.say("U0ROSA", "C0CREDIT", "a reply", thread_ts=said.ts)
    path = tmp_path / "state.json"
    path.write_text(json.dumps(TypeAdapter(State).dump_python(workspace.state, mode="json", exclude={"threads"})))
    again = Workspace.load(path)
    assert again.state == workspace.state
    again.save(path)
    assert Workspace.load(path).state == workspace.state


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"SQLite format 3\0", b"SQLite format 3\0" + bytes(5000)])
def test_what_is_no_saved_workspace_is_refused(tmp_path, content):
    path = tmp_path / "state.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"."):
        Workspace.load(path)
    assert path.read_bytes() == content


async def test_the_last_of_five_thousand_messages_costs_no_more_than_the_first(tmp_path, workspace):
    path = tmp_path / "state.json"

    async def cost(messages):
        began = time.process_time()
        for number in range(messages):
            said = await workspace.say("U0ROSA", "C0CREDIT", f"message {number}")
            message_json(workspace, said)
            if number % 50 == 0:
                workspace.save(path)
        return time.process_time() - began

    first = await cost(500)
    await cost(4000)
    last = await cost(500)
    assert len(workspace.messages("C0CREDIT")) == 5000
    assert last < 3 * first + 0.1


async def test_small_answers_do_not_wait_for_acknowledgements(client, workspace):
    workspace.rate_limits = False
    took = []
    for _ in range(21):
        began = time.perf_counter()
        await client.auth_test()
        took.append(time.perf_counter() - began)
    assert sorted(took)[10] < 0.03
