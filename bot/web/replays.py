"""The same request twice is one: a copy waits for the first and gets its answer.

This is the quick half, for one process. The other half is the row that a command leaves in its own transaction, which
holds across processes and restarts.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

T = TypeVar("T")
KEPT_SECONDS: Final = 600  # twice Slack's window
MOST: Final = 20_000


class Replays(Generic[T]):
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, asyncio.Future[T]]] = OrderedDict()

    async def once(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        """Run `work` for a key that is new, else wait for and give what the first run gave."""
        self._forget_old()
        known = self._known.get(key)
        if known:
            return await asyncio.shield(known[1])
        task = asyncio.ensure_future(work())
        self._known[key] = (self._clock(), task)
        return await asyncio.shield(task)

    def _forget_old(self) -> None:
        oldest = self._clock() - KEPT_SECONDS
        while self._known and (next(iter(self._known.values()))[0] < oldest or len(self._known) > MOST):
            self._known.popitem(last=False)
