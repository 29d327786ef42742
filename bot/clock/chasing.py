"""Does what is due: expiries, escalations, reminders, and questions about the dates of holds."""

from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from workflows.commands import Clocked
from workflows.results import Done
from workflows.services import BY_CLOCK, DeskService

log = structlog.get_logger()
EVERY_SECONDS: Final = 30


class Clocks(Protocol):
    async def due(self) -> Sequence[tuple[str, Clocked]]:
        """Some of what is due on any desk, with the desk; what other processes find at the same time as well."""


async def chase(clocks: Clocks, service: DeskService) -> int:
    """One round, until nothing new is due. Gives how much this process has done, without what others did first."""
    tried: set[tuple[str, Clocked]] = set()
    done = 0
    while due := [each for each in await clocks.due() if each not in tried]:
        tried.update(due)
        for desk_id, command in due:
            done += await _did(service, desk_id, command)
    return done


async def _did(service: DeskService, desk_id: str, command: Clocked) -> bool:
    """One that fails waits for the next round, and stops none of the others."""
    try:
        result = await service.handle(desk_id, BY_CLOCK, command)
    except Exception:
        log.exception("chase.failed", desk=desk_id, command=command)
        return False
    return isinstance(result, Done) and result.what != "nothing"
