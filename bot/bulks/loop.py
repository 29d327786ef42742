"""The loop that does the rounds of bulks: claim one, do its steps one after the other, end it. Any number may run."""

from datetime import timedelta
from typing import Final, Protocol

import structlog

from bot.woken import Loop
from workflows import refusals
from workflows.bulk import Round, Step, command_of
from workflows.faults import crash_point
from workflows.ports import Unavailable
from workflows.results import Result
from workflows.services import Claim, DeskService

log = structlog.get_logger(__name__)
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
        self._loop = Loop("bulks", self.once)

    def wake(self) -> None:
        self._loop.wake()

    def stop(self) -> None:
        """The step under way ends; the others are left to another process or the next start."""
        self._loop.stop()

    async def run(self) -> None:
        await self._loop.run()

    async def once(self) -> bool:
        """Whether there was a round to do."""
        round_ = await self._rounds.claim()
        if round_ is None:
            return False
        put_off = 0
        for step in round_.steps:
            if self._loop.stopping:
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
