"""kill -9 at every step of announcing a release, then a new worker: said at least once, twice only where it says so."""

import signal

import pytest

from tests.crashes.processes import ended, release_signed, town
from tests.office import FLOOR_CHANNEL, seen

__all__ = ["town"]

POINTS = ("before_claim", "after_claim", "before_send", "after_send", "before_settle", "after_settle")
# Before anything goes out for the first time there is nothing that a second post could repeat.
NOTHING_SENT = {"before_claim"}


def assert_announced(town, *, crashes):
    posts = [seen(message) for message in town.workspace.messages(FLOOR_CHANNEL)]
    assert 1 <= len(posts) <= 2
    assert all("Clear to ship" in post for post in posts)
    assert not posts[0].startswith("Repeat of R-2: ") or len(posts) == 1
    assert all(post.startswith("Repeat of R-2: ") for post in posts[1:])
    (mail,) = town.workspace.mails
    assert "Clear to ship" in mail.text
    keys = {call.arguments["idempotency_key"] for call in town.workspace.calls if call.method == "emails"}
    assert len(keys) == 1
    sends = town.rows("select facts ->> 'kind' as kind from audit where action = 'notice.sent' order by 1")
    assert [row["kind"] for row in sends] == ["floor", "floor.email", "outcome"]
    attempts = town.rows("select max(attempts) as most from notices")[0]["most"]
    assert attempts <= 1 + crashes


@pytest.mark.parametrize("point", POINTS)
async def test_a_release_is_announced_whole_by_the_next_worker(town, point):
    await release_signed(town)
    async with town.app("worker", crash_at=point) as first:
        assert await ended(first) == -signal.SIGKILL
    if point in NOTHING_SENT:
        assert town.workspace.messages(FLOOR_CHANNEL) == []
    async with town.app("worker"):
        await town.delivered("floor", "floor.email", "outcome")
    assert_announced(town, crashes=1)
    if point in NOTHING_SENT:
        assert "Repeat" not in town.workspace.messages(FLOOR_CHANNEL)[0].text


async def test_killed_twice_after_sending_there_are_two_posts_at_most_and_one_mail(town):
    await release_signed(town)
    for _ in range(2):
        async with town.app("worker", crash_at="after_send:2") as process:
            assert await ended(process) == -signal.SIGKILL
    async with town.app("worker"):
        await town.delivered("floor", "floor.email", "outcome")
    posts = [message.text for message in town.workspace.messages(FLOOR_CHANNEL)]
    # The one that was killed may have died before it arrived: then the repeat is all there is.
    assert [post.startswith("Repeat of R-2: ") for post in posts] in ([False], [True], [False, True])
    assert len(town.workspace.mails) == 1
