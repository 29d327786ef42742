"""Reminds signers of what waits for them, in the thread of the card."""

import asyncio
from typing import Final, Protocol

import structlog

from workflows.ports import Unavailable

log = structlog.get_logger()
EVERY_SECONDS: Final = 30


class Reminders(Protocol):
    async def remind(self) -> int:
        """Write the reminders that are due, each once however many processes ask; gives how many."""


async def keep_reminding(reminders: Reminders) -> None:
    """Round after round, until cancelled."""
    while True:
        try:
            reminded = await reminders.remind()
            if reminded:
                log.info("reminded", requests=reminded)
        except Unavailable as away:
            log.info("reminding.put_off", why=str(away))
        await asyncio.sleep(EVERY_SECONDS)
