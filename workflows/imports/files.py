"""An order file, opened: its shape is known, its orders are read as they are asked for."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePath
from typing import BinaryIO, Final

from workflows.imports.build import Orders
from workflows.imports.dates import day_comes_first
from workflows.imports.fields import Rules
from workflows.imports.mapping import ColumnMapping
from workflows.imports.parts import read_parts, shown
from workflows.imports.presets import Layout, recognise
from workflows.imports.shapes import AT
from workflows.imports.source import Record, Source, delimiter_of, lines_of, records, said_separator
from workflows.imports.values import Guess, ImportedOrder, Part, RefusedOrder, UnknownHeader, UnreadableFile

AHEAD: Final = 500  # rows that are read before the first order, to see how the file writes its dates
FEW: Final = 20  # lines by which the separator is found where the header leaves it open
FEWEST: Final = 3  # columns: a number, an article and a quantity


class OrderFile:
    """Read once, from the beginning to the end."""

    def __init__(self, name: str, source: Source, layout: Layout, found: Iterator[Record], rules: Rules) -> None:
        self.name = name
        self.layout = layout
        self._source = source
        self._records = found
        self._rules = rules
        self._orders = Orders(layout, rules)

    @property
    def preset(self) -> str:
        return self.layout.preset.name

    @property
    def sha256(self) -> str:
        """Of what has been read so far: of the file, once `parts` has come to its end."""
        return self._source.sha256

    @property
    def guess(self) -> Guess | None:
        """How its letters were read, as far as it has been read and where it does not say so itself."""
        return self._source.guess

    def parts(self) -> Iterator[Part]:
        return read_parts(self._records, self.layout, self._rules)

    def whole(self, parts: list[Part]) -> ImportedOrder | RefusedOrder:
        return self._orders.whole(parts)

    def orders(self) -> Iterator[ImportedOrder | RefusedOrder]:
        """For files whose orders stand together: an order in several parts comes several times."""
        return (self.whole([part]) for part in self.parts())


def open_orders(
    file: BinaryIO,
    name: str,
    rules: Rules,
    *,
    preset: str | None = None,
    mapping: ColumnMapping | None = None,
    mappings: Sequence[ColumnMapping] = (),
    progress: Callable[[int], None] = lambda _size: None,
) -> OrderFile:
    """Read the header and recognise the shape; raises UnreadableFile, UnknownHeader where a mapping would help.

    `mapping` or `preset` say how to read it; else the presets and the desk's saved `mappings` are tried.
    """
    source = Source(file, progress)
    lines = lines_of(source)
    first = next(lines, "")
    separator = said_separator(first)
    first = next(lines, "") if separator else first
    if not first.strip():
        raise UnreadableFile("The file is empty." if not first else "The first row is blank; it must be the header.")
    few = list(itertools.islice(lines, FEW))
    found = records(itertools.chain([first, *few], lines), separator or delimiter_of(first, few))
    header = next(found)
    if header.fault:
        raise UnreadableFile(f"The header cannot be read: {header.fault}.")
    try:
        layout = recognise(header.cells, preset, mapping, mappings)
    except UnknownHeader as unknown:
        raise _asked(unknown, found) from unknown
    ahead = list(itertools.islice(found, AHEAD))
    if not any(any(map(str.strip, record.cells)) for record in ahead):
        raise UnreadableFile(f"There is no order in this file: it is a {layout.preset.name} header and nothing else.")
    if layout.day_first is None:
        layout = replace(layout, day_first=_day_first(layout, ahead))
    return OrderFile(shown(PurePath(name).name), source, layout, itertools.chain(ahead, found), rules)


def _asked(unknown: UnknownHeader, found: Iterator[Record]) -> UnreadableFile:
    """With the rows by which questions can be asked; without any, or without columns, there is nothing to ask about."""
    width, samples = len(unknown.header), list[list[str]]()
    with suppress(UnreadableFile):
        for record in itertools.islice(found, AHEAD):
            cells = [shown(cell.strip()) for cell in record.cells[:width]]
            if any(cells) and not record.fault:
                samples.append([*cells, *[""] * (width - len(cells))])
    titled = {title for title in unknown.header if title.strip()}
    if len(titled) < FEWEST or not samples:
        return UnreadableFile(str(unknown))
    return UnknownHeader(str(unknown), [shown(title.strip()) for title in unknown.header], samples)


def _day_first(layout: Layout, ahead: list[Record]) -> bool | None:
    title = layout.titles.get("ship_by")
    if title is None:
        return None
    at, width = AT["ship_by"], layout.width + 1
    return day_comes_first(layout.pick([*record.cells, *[""] * width])[at].strip() for record in ahead)
