"""Bytes to lines to records. Memory stays flat: a line, a record and the lines of a broken record are bounded."""

import codecs
import csv
import gzip
import hashlib
import io
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Final, cast

from workflows.imports.charsets import decoded, encoding_of
from workflows.imports.values import Guess, UnreadableFile

LONGEST_LINE: Final = 1 << 20
MOST_SKIPPED: Final = 1 << 24
KEPT: Final = 2_000  # characters of a line that is too long: enough to see whose it is
LONGEST_CELL: Final = csv.field_size_limit()
TOO_LONG: Final = "x" * (LONGEST_CELL + 1)
MOST_IN_A_RECORD: Final = 1 << 22
MOST_LINES_IN_A_RECORD: Final = 10_000
READ_AGAIN: Final = 20  # lines for each record that is read: enough for any quote that runs into others
WIDE: Final = 6
DELIMITERS: Final = "\t;|,"  # of two that would do, the first: a comma stands in titles and amounts too
QUOTED: Final = re.compile(r'"[^"]*"')
SEP: Final = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)

OPEN_QUOTE: Final = "the quotes of this row do not close"
LONG_CELL: Final = f"a cell of this row is longer than {LONGEST_CELL:,} characters"

# What people pick by mistake, by its first bytes.
STRANGERS: Final = {
    b"PK\x03\x04": "This is a workbook or a zip archive. Save it as CSV (UTF-8) and import that.",
    b"\xd0\xcf\x11\xe0": "This is an old Excel workbook. Save it as CSV (UTF-8) and import that.",
    b"%PDF": "This is a PDF. Export the orders as CSV (UTF-8) and import that.",
    b"\x89PNG": "This is a picture. Export the orders as CSV (UTF-8) and import that.",
    b"\xff\xd8\xff": "This is a picture. Export the orders as CSV (UTF-8) and import that.",
    b"{": "This is JSON. Export the orders as CSV (UTF-8) and import that.",
    b"[{": "This is JSON. Export the orders as CSV (UTF-8) and import that.",
    b"<": "This is a web page or XML: perhaps the page that asks to log in. Export the orders as CSV (UTF-8), or give "
    "the link of a sheet that is published as CSV.",
}
GZIP: Final = b"\x1f\x8b"
DAMAGED: Final = "This compressed file is damaged or not complete. Get it again, or unpack it and import that."
BOMB: Final = "This compressed file grows more than a thousandfold: it is not an order file."
UNPACKED_AT_LEAST: Final = 1 << 26
MOST_GROWTH: Final = 1_000


class Source(io.RawIOBase):
    """A binary file that is hashed as it is read, and tells how far it has got. `guess`: what its letters may be."""

    def __init__(self, file: BinaryIO, progress: Callable[[int], None] = lambda _size: None) -> None:
        self._file = file
        self._progress = progress
        self._hash = hashlib.sha256()
        self.size = 0
        self.guess: Guess | None = None

    def guessed(self, guess: Guess) -> None:
        self.guess = guess

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        self._hash.update(data)
        self.size += len(data)
        self._progress(len(data))
        buffer[: len(data)] = data
        return len(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Unpacked(io.RawIOBase):
    """What a gzip file holds, as long as it keeps in proportion."""

    def __init__(self, packed: io.BufferedIOBase, size: Callable[[], int]) -> None:
        self._file = gzip.GzipFile(fileobj=cast("BinaryIO", packed))
        self._size = size
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._file.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile) as broken:
            raise UnreadableFile(DAMAGED) from broken
        self._given += len(data)
        if self._given > max(UNPACKED_AT_LEAST, MOST_GROWTH * self._size()):
            raise UnreadableFile(BOMB)
        buffer[: len(data)] = data
        return len(data)


def lines_of(source: Source) -> Iterator[str]:
    """Lines of text, whatever it is written in. A byte that is none stays in its cell as a lone surrogate."""
    buffered: io.BufferedReader[Any] = io.BufferedReader(source, 1 << 18)
    if buffered.peek(2).startswith(GZIP):
        buffered = io.BufferedReader(Unpacked(buffered, lambda: source.size), 1 << 18)
    start = buffered.peek(4)
    for mark, sentence in STRANGERS.items():
        if start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(mark):
            raise UnreadableFile(sentence)
    text = io.TextIOWrapper(buffered, encoding=encoding_of(start), errors="surrogateescape", newline="")
    return decoded(_bounded(text), source.guessed)


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines; of one that is too long only the beginning, made so that reading its record fails."""
    try:
        for number, line in enumerate(iter(partial(text.readline, LONGEST_LINE), ""), start=1):
            if len(line) < LONGEST_LINE:
                yield line
                continue
            _skip(text, number)
            yield f"{line[:KEPT].replace(chr(34), chr(39))}{TOO_LONG}\n"
    except UnicodeDecodeError as broken:
        raise UnreadableFile("This file looks like UTF-16 and is damaged. Save it as CSV (UTF-8).") from broken


def _skip(text: io.TextIOWrapper, number: int) -> None:
    """To the end of a line that goes on; one that never ends is no line of an order file."""
    for _ in range(MOST_SKIPPED // LONGEST_LINE):
        if len(more := text.readline(LONGEST_LINE)) < LONGEST_LINE or more.endswith(("\n", "\r")):
            return
    raise UnreadableFile(f"Line {number} has more than {MOST_SKIPPED:,} characters: this is not an order file.")


@dataclass(frozen=True, slots=True)
class Record:
    """One row as a spreadsheet counts them; `fault` says why its cells cannot be trusted."""

    row: int
    cells: list[str]
    fault: str = ""


def delimiter_of(header: str, more: Sequence[str] = ()) -> str:
    """The separator of the header row, outside of quotes.

    Where it could be several (`Amount, net;Amount, gross`): the one by which the rows after it have as many cells as
    it has, and the most of them. csv.Sniffer is no help there: it takes the commas of `1,50;2,50` for the separator.
    """
    bare = QUOTED.sub("", header)
    used = [sign for sign in DELIMITERS if sign in bare]
    return max(used, key=lambda sign: (_even(header, more, sign), bare.count(sign)), default=DELIMITERS[-1])


def _even(header: str, more: Sequence[str], sign: str) -> float:
    """The share of rows that are as wide as the header."""
    found = csv.reader((header, *more), delimiter=sign)
    with suppress(csv.Error):
        width, *widths = map(len, found)
        return widths.count(width) / len(widths) if widths else 0.0
    return 0.0


def said_separator(line: str) -> str | None:
    """Excel may write `sep=;` in a line of its own before the header."""
    found = SEP.fullmatch(line)
    return found[1] if found else None


class Lines:
    """The lines of one record, in `kept`, and all that come after it. What a quote swallowed can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.kept = list[str]()
        self._again = deque[str]()
        self._more = iter(lines)
        self._credit = MOST_LINES_IN_A_RECORD

    def __iter__(self) -> Iterator[str]:
        """Those that were put back before all others. One that never ends is made so that its record fails."""
        size = 0
        while line := self._again.popleft() if self._again else next(self._more, ""):
            size = size + len(line) if self.kept else len(line)
            self.kept.append(line)
            yield line if _is_bounded(self.kept, size) else TOO_LONG

    def begin(self) -> None:
        self.kept.clear()
        self._credit += READ_AGAIN

    def put_back(self) -> None:
        """All but the first."""
        self._credit -= len(self.kept) - 1
        self._again.extendleft(reversed(self.kept[1:]))
        del self.kept[1:]

    @property
    def others(self) -> list[str]:
        """Empty where lines were put back so often that a file could be read again and again without end."""
        return self.kept[1:] if self._credit >= len(self.kept) else []


def records(lines: Iterable[str], delimiter: str) -> Iterator[Record]:
    """Records of strict CSV. One with broken quotes is given line by line, each marked as faulty.

    A quote that ran into other rows costs its own line alone. Reports that are separated by tabs often know no quotes:
    what cannot be meant as one is a sign like any other there.
    """
    found = Lines(lines)
    reader = csv.reader(found, delimiter=delimiter, strict=True)
    row = width = 0
    while True:
        found.begin()
        fault = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            fault, cells = (LONG_CELL if "limit" in str(problem) else OPEN_QUOTE), []
        literal = _unquoted(found.kept, delimiter, width) if len(cells) != width else []
        if literal or _swallowed(found, cells, delimiter, width):
            found.put_back()
            reader = csv.reader(found, delimiter=delimiter, strict=True)
            fault, cells = "" if literal else OPEN_QUOTE, literal
        if fault:
            yield from _broken(found.kept, row + 1, delimiter, fault)
            row += len(found.kept)
            continue
        row, width = row + 1, width or len(cells)
        yield Record(row, cells)


def _swallowed(found: Lines, cells: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether the lines after the first are rows by themselves: the quote that holds them was never meant to.

    A record that is as wide as the header is given up only where nothing else can be meant: each of its lines is a row,
    and too wide a one to be a sentence with commas.
    """
    others = found.others
    if not others or not width:
        return False
    if len(cells) != width:
        return any(_is_row(line, delimiter, width) for line in others) or (
            not cells and any(_begins(line, delimiter, width) for line in others)
        )
    return width >= WIDE and all(_is_row(line, delimiter, width) for line in found.kept)


def _begins(line: str, delimiter: str, width: int) -> bool:
    """Whether it looks like a row whose own quote is open at its end."""
    return width >= WIDE and 2 * line.count(delimiter) >= width - 1


def _is_row(line: str, delimiter: str, width: int) -> bool:
    """By itself, with its quotes meant as quotes or as signs like any other."""
    if line.count(delimiter) == width - 1:
        return True
    with suppress(csv.Error):
        return len(next(csv.reader([line], delimiter=delimiter, strict=True))) == width
    return False


def _is_bounded(kept: Sequence[str], size: int) -> bool:
    return len(kept) <= MOST_LINES_IN_A_RECORD and size <= MOST_IN_A_RECORD


def _unquoted(lines: Sequence[str], delimiter: str, width: int) -> list[str]:
    """The cells of the first line with its quotes as they stand there, where it is as wide as the header then."""
    if delimiter != "\t" or not width or not lines or '"' not in lines[0]:
        return []
    cells = lines[0].rstrip("\r\n").split(delimiter)
    return cells if len(cells) == width else []


def _broken(kept: list[str], first: int, delimiter: str, fault: str) -> Iterator[Record]:
    if not _is_bounded(kept, sum(map(len, kept))):
        raise UnreadableFile(f"A row goes on for {len(kept):,} lines and more: a quote is not closed.")
    yield Record(first, _loosely(kept[0], delimiter), fault)
    for row, line in enumerate(kept[1:], start=first + 1):
        yield Record(row, _loosely(line, delimiter), f"a quote opened in row {first} runs into this row")


def _loosely(line: str, delimiter: str) -> list[str]:
    """Just enough to see which order a broken line belongs to."""
    return [cell.strip().strip('"') for cell in line.split(delimiter)]
