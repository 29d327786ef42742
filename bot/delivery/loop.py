"""The delivery loop: claim, send outside any transaction, settle."""

import asyncio
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog

from bot.delivery.ports import Outbox, Sends
from bot.delivery.trying import again, or_give_up, too_late
from workflows.faults import crash_point
from workflows.notices import Claimed, Retry, Settlement, pace

# Parts of the lease: the last moment to begin a send, the longest one, and the moment by which all are over.
LAST_BEGIN: Final = 0.7
LONGEST_SEND: Final = 0.6
ALL_OVER: Final = 0.9
FIRST_DELAY: Final = 0.05  # seconds, doubling, while the database does not answer
LONGEST_DELAY: Final = 2.0
LAST_WORDS: Final = 2.0  # seconds to write down, at a stop, what was cut off

log = structlog.get_logger(__name__)


class Delivery:
    """Delivers what is in the outbox until stopped. Any number of these may run on one database."""

    def __init__(
        self,
        outbox: Outbox,
        sends: Sends,
        *,
        lease: timedelta = timedelta(seconds=60),
        concurrency: int = 16,
        poll: float = 1.0,
    ) -> None:
        self._outbox = outbox
        self._sends = sends
        self._lease = lease
        self._concurrency = concurrency
        self._poll = poll
        self._tasks: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._grace = 10.0

    def wake(self) -> None:
        """There may be something new. Safe to call at any time from the loop's own thread."""
        self._woken.set()

    async def run(self) -> None:
        """Ends after `stop`, when what was under way is settled."""
        self._ended.clear()
        hints = asyncio.create_task(self._outbox.listen(self.wake))
        try:
            while not self._stopping.is_set():
                self._woken.clear()
                await self._start_what_is_due()
                await _wait(self._woken, self._poll)
        finally:
            hints.cancel()
            await asyncio.gather(hints, return_exceptions=True)
            await self._finish()
            self._ended.set()

    async def stop(self, *, grace: float = 10.0) -> None:
        """Claim nothing more and finish what is under way; what takes longer than `grace` seconds is cut off."""
        self._grace = grace
        self._stopping.set()
        self.wake()
        await self._ended.wait()

    async def _start_what_is_due(self) -> None:
        free = self._concurrency - len(self._tasks)
        if free < 1:
            return
        began = time.monotonic()
        try:
            crash_point("before_claim")
            claims = await self._outbox.claim(limit=free, lease=self._lease)
            crash_point("after_claim")
        except Exception as error:  # noqa: BLE001 - the loop outlives its database
            log.warning("delivery.cannot_claim", error=type(error).__name__)
            await _wait(self._stopping, self._poll)
            return
        for claimed in claims:
            task = asyncio.create_task(self._deliver(claimed, began))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.wake()
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery.task_failed", exc_info=error)

    async def _deliver(self, claimed: Claimed, began: float) -> None:
        settlement = or_give_up(claimed, await attempt(self._sends, claimed, began=began, lease=self._lease))
        _tell(claimed, settlement)
        await self._settle(claimed, settlement, began)
        if rest := pace(claimed):
            asyncio.get_running_loop().call_later(rest.total_seconds() + 0.01, self.wake)

    async def _settle(self, claimed: Claimed, settlement: Settlement, began: float) -> None:
        """Try for longer than the lease: as long as nobody else took the lane, this still counts."""
        give_up = began + 2 * self._lease.total_seconds()
        delay = FIRST_DELAY
        while True:
            try:
                crash_point("before_settle")
                ours = await self._outbox.settle(claimed, settlement)
                crash_point("after_settle")
            except Exception as error:  # noqa: BLE001 - the loop outlives its database
                log.warning("delivery.cannot_settle", error=type(error).__name__, **_names(claimed))
            else:
                if not ours:
                    log.warning("delivery.settled_too_late", **_names(claimed))
                return
            if time.monotonic() > give_up:
                log.error("delivery.never_settled", **_names(claimed))
                return
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)

    async def _finish(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._grace)
        for task in (cut := set(self._tasks)):
            task.cancel()
        if cut:
            await asyncio.wait(cut, timeout=LAST_WORDS)


async def attempt(sends: Sends, claimed: Claimed, *, began: float, lease: timedelta) -> Settlement:
    """One try, over before the lease is. `began` is the monotonic time before the claim."""
    if dead := too_late(claimed):
        return dead
    seconds = lease.total_seconds()
    sending = False
    try:
        async with asyncio.timeout(began + ALL_OVER * seconds - time.monotonic()):
            call = await sends.prepare(claimed)
            if time.monotonic() > began + LAST_BEGIN * seconds:
                return Retry(timedelta(), "the lease was nearly over before the send began", definite=True)
            crash_point("before_send")
            sending = True
            async with asyncio.timeout(LONGEST_SEND * seconds):
                settlement = await sends.send(claimed, call)
            crash_point("after_send")
            return settlement
    except asyncio.CancelledError:
        return Retry(timedelta(), "stopped before an answer came", definite=not sending)
    except TimeoutError:
        return again(claimed, "no answer in time", definite=not sending)
    except Exception as error:  # one notice that cannot be sent must not end the loop
        reference = uuid.uuid4().hex[:8].upper()
        log.exception("delivery.unexpected", reference=reference, **_names(claimed))
        return again(claimed, f"unexpected {type(error).__name__}, reference {reference}", definite=not sending)


def _names(claimed: Claimed) -> dict[str, object]:
    return {
        "attempt": claimed.attempts,
        "desk": claimed.desk_id,
        "kind": claimed.kind,
        "lane": claimed.lane,
        "notice": claimed.id,
        "trace": claimed.trace,
    }


def _tell(claimed: Claimed, settlement: Settlement) -> None:
    words = {"sent": log.info, "skipped": log.info, "retry": log.warning, "dead": log.error}
    how = type(settlement).__name__.lower()
    say: Callable[..., None] = words[how]
    say(f"notice.{how}", error=getattr(settlement, "error", getattr(settlement, "reason", "")), **_names(claimed))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
