"""Throws away what nobody needs any more. The audit, requests and holds stay for ever."""

import asyncio
from typing import Final, Protocol

import structlog

from workflows.ports import Unavailable

log = structlog.get_logger()
EVERY_SECONDS: Final = 3600


class Attic(Protocol):
    async def tidy(self) -> int:
        """Remove arrivals and delivered notices past their time; gives how many."""


async def keep_tidy(attic: Attic) -> None:
    """Round after round, until cancelled. Several processes may do it; each finds less to do."""
    while True:
        try:
            log.info("tidied", rows=await attic.tidy())
        except Unavailable as away:
            log.info("tidying.put_off", why=str(away))
        await asyncio.sleep(EVERY_SECONDS)
