"""The local tick: round after round of one job. What a round finds to do, and that it is done once, says the database.

Rounds are counted by how long the process has run, not by the machine's clock: whoever sets that, forward or back,
neither stops nor hurries them.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from workflows.ports import Unavailable

log = structlog.get_logger()


async def keep(name: str, job: Callable[[], Awaitable[int]], *, every: float) -> None:
    """Until cancelled, with this many seconds between rounds. `job` gives how much it did."""
    while True:
        await _round(name, job)
        await asyncio.sleep(every)


async def _round(name: str, job: Callable[[], Awaitable[int]]) -> None:
    try:
        done = await job()
        if done:
            log.info("round.done", job=name, done=done)
    except Unavailable as away:
        log.info("round.put_off", job=name, why=str(away))
    except Exception:
        log.exception("round.failed", job=name)
