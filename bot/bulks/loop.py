"""The loop that does the rounds of bulks: claim one, do its steps one after the other, end it. Any number may run."""

import asyncio
from datetime import timedelta
from typing import Final, Protocol

import structlog

from workflows import refusals
from workflows.bulk import Round, Step, command_of
from workflows.faults import crash_point
from workflows.ports import Unavailable
from workflows.results import Result
from workflows.services import Claim, DeskService

log = structlog.get_logger(__name__)
POLL_SECONDS: Final = 1.0
MOST_TRIES: Final = 6


class Rounds(Protocol):
    async def claim(self) -> Round | None:
        """A round to do, held until its lease ends."""

    async def done(self, round_: Round, step: Step, result: Result | None) -> bool:
        """Write down what came of a step, None: nothing yet. False where the round is no longer ours."""

    async def later(self, round_: Round, delay: timedelta) -> None: ...
    async def end(self, round_: Round) -> None: ...


class Bulks:
    """Does the rounds that are waiting until stopped."""

    def __init__(self, rounds: Rounds, service: DeskService) -> None:
        self._rounds = rounds
        self._service = service
        self._woken = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        """The step under way ends; the others are left to another process or the next start."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                while not self._stopping and await self.once():
                    pass
            except Exception as error:  # noqa: BLE001 - the loop outlives its database
                log.warning("bulks.put_off", error=type(error).__name__)
            await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

    async def once(self) -> bool:
        """Whether there was a round to do."""
        round_ = await self._rounds.claim()
        if round_ is None:
            return False
        put_off = 0
        for step in round_.steps:
            if self._stopping:
                await self._rounds.later(round_, timedelta())
                return True
            result = await self._do(round_, step)
            put_off += result is None
            if not await self._rounds.done(round_, step, result):
                log.info("bulk.taken_over", bulk=round_.bulk.number, desk=round_.desk_id)
                return True
        if put_off:
            await self._rounds.later(round_, _delay(round_))
        else:
            await self._rounds.end(round_)
        return True

    async def _do(self, round_: Round, step: Step) -> Result | None:
        """None: it could not be done just now. After some tries that is what came of it."""
        try:
            result = await self._service.handle(round_.desk_id, Claim(round_.member), command_of(round_, step))
        except Unavailable as away:
            log.info("bulk.step_put_off", bulk=round_.bulk.number, place=step.place, why=str(away))
        except Exception:  # one order that cannot be decided must not stop the others
            log.exception("bulk.step_failed", bulk=round_.bulk.number, desk=round_.desk_id, place=step.place)
        else:
            crash_point("after_step")
            return result
        return refusals.OrderOutOfReach(order=step.order) if step.tries + 1 >= MOST_TRIES else None


def _delay(round_: Round) -> timedelta:
    return timedelta(seconds=2 ** min((step.tries for step in round_.steps), default=0))
