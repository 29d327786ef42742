"""How far an import is, on the message whose button was clicked. Nothing is lost where Slack does not take it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError

from bot.imports.ports import Clients, Fetched, Interrupted
from workflows.imports.jobs import Job

log = structlog.get_logger(__name__)
EVERY: Final = 3.0  # seconds: Slack draws a message again about once a second at most
LONGEST_CALL: Final = 5.0
Draw = Callable[[Job, int, int], dict[str, Any]]


class Meter:
    """Counts what a thread reads; tells it to stop. Both sides may look at any time."""

    def __init__(self, file: Fetched) -> None:
        self._size = max(1, file.size)
        self._began = time.monotonic()
        self.read = 0
        self.stopped = False

    def more(self, count: int) -> None:
        """Called by the thread for each piece it reads. Raises Interrupted."""
        self.read += count
        if self.stopped:
            raise Interrupted

    @property
    def percent(self) -> int:
        return min(100, self.read * 100 // self._size)

    def rate(self, rows: int) -> int:
        """Rows a second, where the file has so many in all."""
        seconds = time.monotonic() - self._began
        return int(rows * self.read / self._size / seconds) if seconds > 0 else 0


async def keep_telling(clients: Clients, job: Job, meter: Meter, draw: Draw, *, rows: int) -> None:
    """Until cancelled."""
    while True:
        await asyncio.sleep(EVERY)
        await _tell(clients, job, draw(job, meter.percent, meter.rate(rows)))


async def _tell(clients: Clients, job: Job, shown: dict[str, Any]) -> None:
    client = clients.client_for(job.desk_id)
    if client is None or not job.ts:
        return
    try:
        async with asyncio.timeout(LONGEST_CALL):
            await client.chat_update(channel=job.channel, ts=job.ts, **shown)
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as failed:
        log.info("import.progress_not_told", job=job.id, error=type(failed).__name__)
