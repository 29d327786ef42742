"""Who is told when something changes."""

import asyncio
from collections.abc import Callable
from typing import Self, TypeVar

from playground.slack.model import Change

T = TypeVar("T")


class Subscription:
    """An async iterator over the changes since it was made. Close it, or use it in `async with`."""

    def __init__(self, queues: set["asyncio.Queue[Change]"]) -> None:
        self._queues = queues
        self._queue: asyncio.Queue[Change] = asyncio.Queue()
        queues.add(self._queue)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        return await self._queue.get()

    async def aclose(self) -> None:
        self._queues.discard(self._queue)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class Changes:
    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Change]] = set()
        self._next: asyncio.Future[None] | None = None

    def tell(self, change: Change) -> None:
        for queue in self._queues:
            queue.put_nowait(change)
        self.touch()

    def touch(self) -> None:
        """Wake those who wait for a condition: something happened, though nobody would see it on a page."""
        if self._next is not None and not self._next.done():
            self._next.set_result(None)
        self._next = None

    def upcoming(self) -> "asyncio.Future[None]":
        """Done with the next change or touch. Many wait for the same one: nobody cancels it."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        return self._next

    def subscribe(self) -> Subscription:
        return Subscription(self._queues)

    async def wait_for(self, predicate: Callable[[], T], timeout: float) -> T:  # noqa: ASYNC109
        """The first true value of `predicate`, which is asked again after every change."""
        try:
            async with asyncio.timeout(timeout):
                while not (value := predicate()):
                    await self._change()
                return value
        except TimeoutError:
            raise TimeoutError(f"it did not become true within {timeout} s: {_words(predicate)}") from None

    async def _change(self) -> None:
        await asyncio.shield(self.upcoming())


def _words(predicate: Callable[[], object]) -> str:
    code = getattr(predicate, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(predicate)
