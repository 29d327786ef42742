"""kill -9 on the way of a cancel's approval and of its refund: all or nothing, and accepted once."""

import signal

import pytest

from tests.crashes.processes import LEADS, cancel_asked, cancel_signed, ended, town
from tests.office import LENA, seen
from tests.receivers import Receiver

__all__ = ["town"]


@pytest.fixture
async def receiver():
    async with Receiver().open() as receiver:
        yield receiver


def stored(town):
    """Everything that the approval writes, each with how many there are."""
    return {
        "decisions": len(town.rows("select 1 from decisions")),
        "calls": len(town.rows("select 1 from hook_calls")),
        "changes": len(town.rows("select 1 from status_changes where kind <> 'refund.approved'")),
        "refunds": len(town.rows("select 1 from status_changes where kind = 'refund.approved'")),
        "posts": len(town.rows("select 1 from notices where kind = 'floor'")),
        "approvals": town.actions().count("request.approved"),
        "cancelled": town.row("select cancelled from order_lines")["cancelled"],
    }


NOTHING = dict.fromkeys(["decisions", "calls", "changes", "refunds", "posts", "approvals", "cancelled"], 0)
ALL = {**dict.fromkeys(NOTHING, 1), "cancelled": 2}


def assert_paid_back_once(town, receiver):
    assert town.row("select state from hook_calls") == {"state": "accepted"}
    assert len(set(receiver.calls)) == 1


@pytest.mark.parametrize(("point", "left"), [("before_commit", NOTHING), ("after_commit", ALL)])
async def test_an_approval_killed_on_its_way_is_there_whole_or_not_and_pays_back_once(town, receiver, point, left):
    card = await cancel_asked(town, receiver.hook)
    async with town.app("serve", "--no-worker", crash_at=point) as first:
        await town.workspace.click(LENA, card, "request.approve")
        assert await ended(first) == -signal.SIGKILL
    assert stored(town) == left
    assert receiver.calls == []
    async with town.app("serve"):
        await town.workspace.click(LENA, card, "request.approve")
        await town.delivered("hook", "reply", "floor")
        assert stored(town) == ALL
        assert_paid_back_once(town, receiver)
    assert len(receiver.calls) == 1
    told = [seen(message) for message in town.workspace.ephemerals(LENA, LEADS)]
    assert any("changed nothing" in words for words in told) is (left is ALL)


@pytest.mark.parametrize(
    ("point", "before", "state"),
    [
        ("before_send", 0, "sent"),
        ("after_send", 1, "sent"),
        pytest.param("before_settle", 1, "sent", marks=pytest.mark.slow),
        ("after_settle", 1, "accepted"),
    ],
)
async def test_a_refund_whose_worker_was_killed_is_sent_again_under_the_same_id(town, receiver, point, before, state):
    await cancel_signed(town, receiver.hook)
    async with town.app("worker", crash_at=point) as first:
        assert await ended(first) == -signal.SIGKILL
    assert len(receiver.calls) == before
    assert town.row("select state from hook_calls") == {"state": state}
    async with town.app("worker"):
        await town.delivered("hook")
    assert_paid_back_once(town, receiver)
    assert len(receiver.calls) == before + (state == "sent")
