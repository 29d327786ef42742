"""How far a file has been read: a bar on a terminal, a line now and then in a log. Both on the error stream."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

EVERY: Final = 5.0  # seconds between lines


class Reading(Protocol):
    def more(self, count: int) -> None:
        """So many bytes more were read."""

    def rows(self, count: int) -> None:
        """So many rows more were taken up."""


@contextmanager
def reading(name: str, size: int) -> Iterator[Reading]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines(name, size)
        return
    rows = RowsColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), rows, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar(progress, rows, name, size)


class RowsColumn(ProgressColumn):
    """`1,234,000 rows, 45,600/s`."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def render(self, task: Task) -> Text:
        return Text(rows_words(self.count, task.elapsed or 0.0), style="progress.data.speed")


def rows_words(count: int, seconds: float) -> str:
    rate = f", {count / seconds:,.0f}/s" if seconds >= 1 else ""
    return f"{count:,} rows{rate}"


class Bar:
    def __init__(self, progress: Progress, rows: RowsColumn, name: str, size: int) -> None:
        self._progress = progress
        self._rows = rows
        self._name = name
        self._left = size
        self._task = progress.add_task(f"Reading {name}", total=size)

    def more(self, count: int) -> None:
        self._progress.advance(self._task, count)
        before, self._left = self._left, self._left - count
        if before > 0 >= self._left:
            self._progress.update(self._task, description=f"Storing {self._name}", total=None)

    def rows(self, count: int) -> None:
        self._rows.count += count


class Lines:
    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._read = self._rows = 0
        self._began = self._at = time.monotonic()

    def more(self, count: int) -> None:
        self._read += count
        now = time.monotonic()
        if now - self._at >= EVERY:
            self._at = now
            rows = rows_words(self._rows, now - self._began)
            click.echo(f"{self._name}: {self._read:,} of {self._size:,} bytes read, {rows}", err=True)

    def rows(self, count: int) -> None:
        self._rows += count
