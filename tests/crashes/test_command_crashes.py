"""kill -9 at every step of a command, then a new process: what was answered exists, and nothing exists twice."""

import signal

import pytest

from playground.slack.transport_http import SignedRequest
from tests.crashes.processes import ended, release_asked, town
from tests.office import CREDIT_CHANNEL, CSR, FLOOR_CHANNEL, IVAN, seen

__all__ = ["town"]

# The place of death → whether the command had been committed
POINTS = {
    "before_begin": False,
    "after_load": False,
    "before_commit": False,
    "after_commit": True,
    "before_ack": True,
}


def stored(town):
    return len(town.rows("select 1 from requests"))


def sent(answer):
    return SignedRequest(answer.delivery.url, dict(answer.delivery.headers), answer.delivery.body)


async def again(town, answer):
    """The very same request, at the process that answers now."""
    return await town.workspace.send_raw(
        SignedRequest(town.workspace.http.url, sent(answer).headers, sent(answer).body)
    )


async def assert_asked_once(town):
    await town.delivered("card")
    assert town.actions().count("request.created") == 1
    (card,) = town.cards()
    assert "Repeat" not in card.text
    assert town.rows("select number from requests") == [{"number": 1}]


@pytest.mark.parametrize("point", POINTS)
async def test_a_hold_killed_on_its_way_is_there_whole_or_not_and_its_copy_completes_it(town, point):
    async with town.app("serve", "--no-worker", crash_at=point) as first:
        answer = await town.command(CSR, "/hold ORD-123 credit")
        assert await ended(first) == -signal.SIGKILL
    assert answer.error  # Slack tells the person that something went wrong
    assert (stored(town), len(town.audit())) == ((1, 1) if POINTS[point] else (0, 0))
    assert len(town.rows("select 1 from notices")) == stored(town)
    async with town.app("serve"):
        completed = await again(town, answer)
        assert completed.status == 200
        assert "R-1: " in completed.body
        typed_again = await town.command(CSR, "/hold ORD-123 credit  ")
        assert "already has this hold" in typed_again.message.text
        await assert_asked_once(town)


async def test_a_hold_that_was_answered_survives_the_death_right_after(town):
    async with town.app("serve", "--no-worker") as first:
        answer = await town.command(CSR, "/hold ORD-123 credit")
        first.kill()
        await ended(first)
    assert "R-1: " in answer.message.text
    async with town.app("worker"):
        await assert_asked_once(town)


async def assert_released_once(town):
    await town.delivered("floor", "floor.email", "reply")
    assert town.row("select state from holds") == {"state": "released"}
    approvals = [
        entry["actor"] for entry in town.audit() if (entry["action"], entry["request"]) == ("request.approved", 2)
    ]
    assert approvals == [IVAN]
    (post,) = town.workspace.messages(FLOOR_CHANNEL)
    assert "Clear to ship" in seen(post)
    assert "Repeat" not in post.text
    (mail,) = town.workspace.mails
    assert "Clear to ship" in mail.text


@pytest.mark.parametrize("point", ["after_load", "before_commit", "after_commit"])
async def test_a_signature_killed_on_its_way_counts_once_when_it_is_given_again(town, point):
    card = await release_asked(town)
    async with town.app("serve", "--no-worker", crash_at=point) as first:
        await town.workspace.click(IVAN, card, "request.approve")
        assert await ended(first) == -signal.SIGKILL
    state = town.row("select state from requests where number = 2")["state"]
    assert state == ("approved" if POINTS[point] else "pending")
    assert len(town.rows("select 1 from decisions where request = 2")) == POINTS[point]
    assert len(town.rows("select 1 from notices where kind = 'floor'")) == POINTS[point]
    async with town.app("serve"):
        await town.workspace.click(IVAN, card, "request.approve")
        await assert_released_once(town)
    told = [seen(message) for message in town.workspace.ephemerals(IVAN, CREDIT_CHANNEL)]
    assert any("changed nothing" in words for words in told) == POINTS[point]
