"""What a file is read into."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

SHOWN: Final = 200  # characters of a refused value that are repeated


class UnreadableFile(Exception):
    """Nothing of this file can be imported; the message is a sentence for people."""


class UnknownHeader(UnreadableFile):
    """The file is a table whose columns nobody has named yet. `samples` are its first rows, as wide as the header."""

    def __init__(self, sentence: str, header: Sequence[str], samples: Sequence[Sequence[str]] = ()) -> None:
        super().__init__(sentence)
        self.header = tuple(header)
        self.samples = tuple(tuple(row) for row in samples)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A cell, or a whole row where `column` is empty, that was not understood. Row 1 is the header.

    `sound`: nothing is wrong with the row itself, another one of its order was refused.
    """

    row: int
    column: str
    value: str
    reason: str
    sound: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """The encoding that a file which is no Unicode was read in, and words by which people see whether it is right."""

    encoding: str
    words: tuple[str, ...]


class SourceRow(NamedTuple):
    """The used cells of one row, trimmed, in the order of `workflows.imports.shapes.FIELDS`.

    `others` are those of `Layout.others`, in its order; empty where the file has no such columns.
    """

    row: int
    cells: tuple[str, ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Neighbouring rows of one order. An order may come in several parts; a file may be sorted by anything.

    `number` is empty where the rows do not name an order.
    """

    number: str
    first_row: int
    count: int
    rows: tuple[SourceRow, ...]
    problems: tuple[RefusedRow, ...] = ()


class ImportedLine(NamedTuple):
    """`key` is the line's identity in its source, `line` the number people see. See `workflows.values.Line`."""

    key: str
    line: int
    sku: str
    description: str
    ordered: int
    cancelled: int
    allocated: int
    picked: int
    packed: int
    shipped: int
    delivered: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class ImportedOrder:
    """`total` and `unit_price` are minor units of `currency`; `count` is the number of rows it came from.

    Columns that mean nothing to us are kept by their titles, without blank cells: of each line in `extras`, beside
    `lines` or empty; in `extra` where one row stands for the whole order.
    """

    number: str
    customer: str
    customer_email: str
    currency: str
    total: int
    ship_by: date | None
    lines: tuple[ImportedLine, ...]
    first_row: int
    count: int
    digest: str
    extra: Mapping[str, str] = field(default_factory=dict)
    extras: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedOrder:
    """`problems` name each of its rows at least once."""

    number: str
    first_row: int
    count: int
    problems: tuple[RefusedRow, ...]

    @property
    def because(self) -> int:
        """The first row that is bad by itself."""
        return next(problem.row for problem in self.problems if not problem.sound)


def digest(
    head: tuple[object, ...],
    lines: tuple[ImportedLine, ...],
    *,
    numbered: bool,
    extra: Mapping[str, str] | None = None,
    extras: Sequence[Mapping[str, str]] = (),
) -> str:
    """Of what the source says, whatever the order of its rows: line numbers count only where the source gives them."""
    content = sorted(tuple(line) if numbered else (line.key, *line[2:]) for line in lines)
    mark = hashlib.blake2b(repr((head, content)).encode(), digest_size=16)
    if extra or extras:
        beside = sorted((line.key, sorted(cells.items())) for line, cells in zip(lines, extras, strict=False))
        mark.update(repr((sorted((extra or {}).items()), beside)).encode())
    return mark.hexdigest()
