"""Bytes to lines to records. Memory stays flat: a line, a record and the lines of a broken record are bounded."""

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Final

from workflows.imports.values import UnreadableFile

LONGEST_LINE: Final = 1 << 20
MOST_LINES_IN_A_RECORD: Final = 10_000
DELIMITERS: Final = ",\t;"

# What people pick by mistake, by its first bytes.
STRANGERS: Final = {
    b"PK\x03\x04": "This is a workbook or a zip archive. Save it as CSV (UTF-8) and import that.",
    b"\xd0\xcf\x11\xe0": "This is an old Excel workbook. Save it as CSV (UTF-8) and import that.",
    b"\x1f\x8b": "This file is compressed. Unpack it first.",
    b"%PDF": "This is a PDF. Export the orders as CSV (UTF-8) and import that.",
    codecs.BOM_UTF16_LE: "This file is in UTF-16. Save it as CSV (UTF-8) and import that.",
    codecs.BOM_UTF16_BE: "This file is in UTF-16. Save it as CSV (UTF-8) and import that.",
}


class Source(io.RawIOBase):
    """A binary file that is hashed as it is read, and tells how far it has got."""

    def __init__(self, file: BinaryIO, progress: Callable[[int], None] = lambda _size: None) -> None:
        self._file = file
        self._progress = progress
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        self._hash.update(data)
        self._progress(len(data))
        buffer[: len(data)] = data
        return len(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def lines_of(source: Source) -> Iterator[str]:
    """Lines of UTF-8, with or without a byte-order mark. A bad byte stays in its cell as a lone surrogate."""
    buffered = io.BufferedReader(source, 1 << 18)
    start = buffered.peek(4)
    for mark, sentence in STRANGERS.items():
        if start.startswith(mark):
            raise UnreadableFile(sentence)
    text = io.TextIOWrapper(buffered, encoding="utf-8-sig", errors="surrogateescape", newline="")
    for number, line in enumerate(iter(partial(text.readline, LONGEST_LINE), ""), start=1):
        if len(line) >= LONGEST_LINE:
            raise UnreadableFile(f"Line {number} has more than {LONGEST_LINE:,} characters: this is not an order file.")
        yield line


@dataclass(frozen=True, slots=True)
class Record:
    """One row as a spreadsheet counts them; `fault` says why its cells cannot be trusted."""

    row: int
    cells: list[str]
    fault: str = ""


def delimiter_of(line: str) -> str:
    """The separator that the header row uses most."""
    return max(DELIMITERS, key=line.count)


def records(lines: Iterable[str], delimiter: str) -> Iterator[Record]:
    """Records of strict CSV. A record with broken quotes is given line by line, each marked as faulty."""
    kept: list[str] = []
    reader = csv.reader(_keep(lines, kept), delimiter=delimiter, strict=True)
    row = 0
    while True:
        kept.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield from _broken(kept, row + 1, delimiter)
            row += len(kept)
            continue
        row += 1
        yield Record(row, cells)


def _keep(lines: Iterable[str], kept: list[str]) -> Iterator[str]:
    for line in lines:
        kept.append(line)
        if len(kept) > MOST_LINES_IN_A_RECORD:
            raise UnreadableFile(
                f"A row goes on for more than {MOST_LINES_IN_A_RECORD:,} lines: a quote is not closed."
            )
        yield line


def _broken(kept: list[str], first: int, delimiter: str) -> Iterator[Record]:
    yield Record(first, _loosely(kept[0], delimiter), "the quotes of this row do not close")
    for row, line in enumerate(kept[1:], start=first + 1):
        yield Record(row, _loosely(line, delimiter), f"a quote opened in row {first} runs into this row")


def _loosely(line: str, delimiter: str) -> list[str]:
    """Just enough to see which order a broken line belongs to."""
    return [cell.strip().strip('"') for cell in line.split(delimiter)]
