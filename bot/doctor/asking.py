"""Asking about many things, a few at a time: Slack counts calls by the minute."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

AT_ONCE: Final = 4

T = TypeVar("T")
A = TypeVar("A")


async def each_of(things: Iterable[A], ask: Callable[[A], Awaitable[T]]) -> list[T]:
    """The answers, in the order of the things."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def asked(thing: A) -> T:
        async with gate:
            return await ask(thing)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asked(thing)) for thing in things]
    return [task.result() for task in tasks]
