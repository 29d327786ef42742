"""kill -9 at every step of a delivery, then a new process on the same database."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.bot.delivery_fixtures import workspace
from tests.notices import Rows, until

__all__ = ["workspace"]

ROOT = Path(__file__).parent.parent.parent
LEASE = "1.5"
# crash point → posts of the card afterwards, and whether the last one says that it may be a repeat
POINTS = {
    "before_claim": (1, False),
    "after_claim": (1, True),
    "before_send": (1, True),
    "after_send": (2, True),
    "before_settle": (2, True),
    "after_settle": (1, False),
}


@pytest.fixture
def rows(database_url):
    rows = Rows(database_url)
    rows.desk()
    rows.order("ORD-123")
    rows.request(12, order="ORD-123")
    yield rows
    rows.close()


@contextlib.asynccontextmanager
async def worker(database_url, workspace, *, crash_at=""):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "REDTAG_CRASH_AT": crash_at}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bot.delivery_worker",
        database_url,
        workspace.base_url,
        LEASE,
        env=environment,
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ended(process):
    return await asyncio.wait_for(process.wait(), 30)


async def delivered(rows):
    await until(lambda: set(rows.states().values()) == {"sent"}, seconds=30, what="everything sent")


@pytest.mark.parametrize("point", POINTS)
async def test_a_card_survives_a_kill_and_stands_there_twice_at_most(database_url, workspace, rows, point):
    posts, marked = POINTS[point]
    rows.notice(order="ORD-123", request=12)
    async with worker(database_url, workspace, crash_at=point) as first:
        assert await ended(first) == -signal.SIGKILL
    async with worker(database_url, workspace):
        await delivered(rows)
    texts = [message.text for message in workspace.messages("C0CREDIT")]
    assert texts == ["Card of ORD-123"] * (posts - 1) + [("Repeat of R-12: " if marked else "") + "Card of ORD-123"]
    assert [entry["action"] for entry in rows.audit()] == ["notice.sent"]
    assert len(rows.run("select * from cards")) == 1


@pytest.mark.parametrize("point", ["after_claim", "after_send", "before_settle", "after_settle"])
async def test_a_mail_survives_a_kill_and_arrives_once(database_url, workspace, rows, point):
    notice = rows.notice(lane="email:floor@acme.example", kind="floor.email", order="ORD-123", request=12)
    async with worker(database_url, workspace, crash_at=point) as first:
        assert await ended(first) == -signal.SIGKILL
    async with worker(database_url, workspace):
        await delivered(rows)
    assert len(workspace.mails) == 1
    assert {call.arguments["idempotency_key"] for call in workspace.calls} == {f"T0ACME/{notice}"}


async def test_with_the_history_scope_a_killed_post_is_found_and_not_repeated(database_url, workspace, rows):
    workspace.state.scopes.append("channels:history")
    rows.notice(order="ORD-123", request=12)
    async with worker(database_url, workspace, crash_at="after_send") as first:
        assert await ended(first) == -signal.SIGKILL
    async with worker(database_url, workspace):
        await delivered(rows)
    (message,) = workspace.messages("C0CREDIT")
    assert rows.run("select ts from cards") == [{"ts": message.ts}]


async def test_a_terminated_worker_ends_with_nothing_under_way(database_url, workspace, rows):
    workspace.fail("chat.postMessage", delay=0.3, times=-1)
    for number in range(4):
        rows.notice(lane=f"slack:{('C0CREDIT', 'C0STOCK', 'C0FRAUD', 'C0PRICE')[number]}", order=f"ORD-{number}")
    async with worker(database_url, workspace) as process:
        await until(lambda: rows.run("select 1 from notices where attempts > 0"), seconds=30)
        process.terminate()
        assert await ended(process) == 0
    assert rows.run("select 1 from lanes where token <> ''") == []
    assert {(row["state"], row["unclear"] > 1) for row in rows.run("select state, unclear from notices")} <= {
        ("sent", False),
        ("ready", False),
    }
