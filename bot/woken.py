"""A loop that does what is waiting, one thing after the other, when it is woken and once a second by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

log = structlog.get_logger(__name__)
POLL_SECONDS: Final = 1.0


class Loop:
    """`once` gives whether there was something to do. Until `stop`, whose caller sees to what is under way."""

    def __init__(self, name: str, once: Callable[[], Awaitable[bool]]) -> None:
        self._name = name
        self._once = once
        self._woken = asyncio.Event()
        self.stopping = False

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self.stopping = True
        self.wake()

    async def run(self) -> None:
        while not self.stopping:
            self._woken.clear()
            try:
                while not self.stopping and await self._once():
                    pass
            except Exception as error:  # noqa: BLE001 - the loop outlives its database
                log.warning("loop.put_off", loop=self._name, error=type(error).__name__)
            await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return
