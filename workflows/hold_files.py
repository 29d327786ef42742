"""A file of the holds of today, as somebody kept them in a spreadsheet: row by row, before any order is looked at."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import BinaryIO, Final

from workflows.imports.dates import day_comes_first
from workflows.imports.fields import BadCell, day, readable
from workflows.imports.mapping import plain
from workflows.imports.source import Record, Source, delimiter_of, lines_of, records, said_separator
from workflows.imports.values import SHOWN, RefusedRow, UnreadableFile

# Our names of columns, and the normalised names that they go by, the best first.
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "number": ("number", "order", "order number", "order no", "order id", "order name", "so number", "sales order"),
    "reason": ("reason", "hold reason", "hold", "hold type", "hold code", "type", "status"),
    "since": ("since", "date", "held since", "on hold since", "hold date", "placed", "placed at", "placed on", "start"),
    "who": ("who", "by", "held by", "placed by", "user", "name", "csr", "agent", "requested by"),
    "note": ("note", "notes", "comment", "comments", "remark", "remarks", "details", "description"),
}
REQUIRED: Final = ("number", "reason")
LONGEST: Final[Mapping[str, int]] = {"number": 60, "reason": 80, "since": 40, "who": 120, "note": 2000}
MOST_ROWS: Final = 20_000
BROAD: Final = "has more cells than the header: put quotes around cells with a separator in them"


@dataclass(frozen=True, slots=True)
class HoldRow:
    """`since` is None where the file does not say; the other cells are as written, trimmed."""

    row: int
    number: str
    reason: str
    since: date | None
    who: str
    note: str


@dataclass(frozen=True, slots=True)
class HoldFile:
    """Read to its end. `titles` are the file's own names of our columns."""

    name: str
    sha256: str
    titles: Mapping[str, str]
    rows: tuple[HoldRow, ...]
    refused: tuple[RefusedRow, ...]


def read_holds(file: BinaryIO, name: str) -> HoldFile:
    """Raises UnreadableFile."""
    source = Source(file)
    lines = lines_of(source)
    first = next(lines, "")
    separator = said_separator(first)
    first = next(lines, "") if separator else first
    if not first.strip():
        raise UnreadableFile("The file is empty." if not first else "The first row is blank; it must be the header.")
    found = records(itertools.chain([first], lines), separator or delimiter_of(first))
    header = next(found)
    if header.fault:
        raise UnreadableFile(f"The header cannot be read: {header.fault}.")
    places = _places(header.cells)
    kept = _kept(found)
    if not kept:
        raise UnreadableFile("There is no hold in this file: it is a header and nothing else.")
    titles = {field: header.cells[at].strip()[:SHOWN] for field, at in places.items()}
    day_first = day_comes_first(_cell(record, places, "since") for record in kept)
    rows: list[HoldRow] = []
    refused: list[RefusedRow] = []
    for record in kept:
        try:
            rows.append(_row(record, places, len(header.cells), day_first))
        except BadCell as bad:
            refused.append(RefusedRow(record.row, titles.get(bad.column, ""), bad.value[:SHOWN], bad.reason))
    return HoldFile(PurePath(name).name, source.sha256, titles, tuple(rows), tuple(refused))


def _places(header: Sequence[str]) -> Mapping[str, int]:
    """Where each of our columns stands; each of theirs is taken once."""
    titles = [plain(title) for title in header]
    twice = sorted({title for title in titles if title and titles.count(title) > 1})
    if twice:
        raise UnreadableFile(f"Two columns are called “{twice[0][:40]}”: rename one.")
    found: dict[str, int] = {}
    for field, names in COLUMNS.items():
        at = next((titles.index(name) for name in names if name in titles), None)
        if at is not None and at not in found.values():
            found[field] = at
    missing = [field for field in REQUIRED if field not in found]
    if missing:
        known = ", ".join(COLUMNS[missing[0]][:4])
        raise UnreadableFile(
            f"There is no column {missing[0]} (it may be called {known}). Each hold needs an order and a reason."
        )
    return found


def _kept(found: Iterator[Record]) -> list[Record]:
    """Rows with something in them."""
    kept = [
        record
        for record in itertools.islice(found, MOST_ROWS * 2)
        if record.fault or any(cell.strip() for cell in record.cells)
    ]
    if len(kept) > MOST_ROWS:
        raise UnreadableFile(f"There are more than {MOST_ROWS:,} holds in this file: split it.")
    return kept


def _row(record: Record, places: Mapping[str, int], width: int, day_first: bool | None) -> HoldRow:
    if record.fault:
        raise BadCell("", "", record.fault)
    if any(cell.strip() for cell in record.cells[width:]):
        raise BadCell("", "", BROAD)
    cells = {field: _text(field, _cell(record, places, field)) for field in COLUMNS}
    for field in REQUIRED:
        if not cells[field]:
            raise BadCell(field, "", "is missing")
    since = day("since", cells["since"], day_first) if cells["since"] else None
    return HoldRow(record.row, cells["number"], cells["reason"], since, cells["who"], cells["note"])


def _cell(record: Record, places: Mapping[str, int], field: str) -> str:
    at = places.get(field)
    return record.cells[at].strip() if at is not None and at < len(record.cells) else ""


def _text(field: str, value: str) -> str:
    readable(field, value)
    if len(value) > LONGEST[field]:
        raise BadCell(field, value, f"is longer than {LONGEST[field]} characters")
    return value if field == "note" else " ".join(value.split())
