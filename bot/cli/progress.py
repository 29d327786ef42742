"""How far a file has been read: a bar on a terminal, a line now and then in a log. Both on the error stream."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

EVERY: Final = 5.0  # seconds between lines


@contextmanager
def reading(name: str, size: int) -> Iterator[Callable[[int], None]]:
    """Gives a function that is told how many bytes more were read."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines(name, size).more
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"Reading {name}", total=size)
        left = Countdown(size, lambda: progress.update(task, description=f"Storing {name}", total=None))

        def more(count: int) -> None:
            progress.advance(task, count)
            left.more(count)

        yield more


class Countdown:
    """Calls once when all bytes have been read."""

    def __init__(self, size: int, then: Callable[[], None]) -> None:
        self._left = size
        self._then = then

    def more(self, count: int) -> None:
        before, self._left = self._left, self._left - count
        if before > 0 >= self._left:
            self._then()


class Lines:
    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._read = 0
        self._at = time.monotonic()

    def more(self, count: int) -> None:
        self._read += count
        if time.monotonic() - self._at >= EVERY:
            self._at = time.monotonic()
            click.echo(f"{self._name}: {self._read:,} of {self._size:,} bytes read", err=True)
