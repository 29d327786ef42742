"""Where a command's file goes: standard output, or a file that has its name only when it is complete."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from bot.main.stop import Stop

out_option = click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the file goes (standard output)."
)


@contextmanager
def opened(out: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or a draft beside the file."""
    if out is None:
        yield sys.stdout.buffer
        return
    draft = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        file = draft.open("xb")
    except OSError as problem:
        raise Stop(f"{out} cannot be written: {problem.strerror}. Nothing was taken.") from problem
    try:
        with file:
            yield file
    finally:
        draft.unlink(missing_ok=True)


def finish(file: IO[bytes], out: Path | None) -> None:
    """The draft takes the file's name when all of it is on the disk. Raises OSError."""
    file.flush()
    if out is not None:
        os.fsync(file.fileno())
        Path(file.name).replace(out)
