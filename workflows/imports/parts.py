"""Records to parts: neighbouring rows of one order, with what is wrong about whole rows."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from workflows.formulas import meant
from workflows.imports.fields import LONGEST, ROUNDED, SCIENTIFIC, UNREADABLE, Rules
from workflows.imports.packed import unpacked
from workflows.imports.presets import Layout
from workflows.imports.shapes import AT
from workflows.imports.source import Record
from workflows.imports.values import SHOWN, Part, RefusedRow, SourceRow

MOST_LINES: Final = 5_000
TOO_MANY: Final = f"this order has more than {MOST_LINES:,} rows"
COMPANY: Final = "is fine, but row {} of the same order was refused, so no row of it was taken"
BREAKS: Final = re.compile(r"[\t\n\r]+")
MOST_IN_A_ROW: Final = 32_767  # characters, which is what a spreadsheet holds in one cell; in a longer row they are cut
CUT: Final = 1_000
INSIDE: Final = 1_000  # nameless rows that are kept to see whether they stand inside an order


@dataclass(slots=True)
class Growing:
    """A part that is still being read. `typed` is its number as the file has it."""

    number: str
    typed: str
    first_row: int
    count: int = 0
    rows: list[SourceRow] = field(default_factory=list)
    problems: list[RefusedRow] = field(default_factory=list)

    last_row: int = 0

    def goes_on(self, number: str, row: int) -> bool:
        """Not beyond the first row too many: what comes then is another part, so that none grows without end."""
        return self.number == number and (self.count <= MOST_LINES or row == self.last_row)

    def add(self, row: SourceRow, problem: RefusedRow | None) -> None:
        self.count += row.row != self.last_row  # one row of the file may hold several lines
        self.last_row = row.row
        if self.count > MOST_LINES:
            problem = RefusedRow(row.row, "", shown(self.typed), TOO_MANY)
            self.problems += [problem] if problem not in self.problems[-1:] else []
        elif problem:
            self.problems += [problem] if problem not in self.problems[-1:] else []
        else:
            self.rows.append(row)

    def take(self, other: "Growing") -> None:
        self.count += other.count
        self.problems += other.problems

    def done(self) -> Part:
        return Part(self.number, self.first_row, self.count, tuple(self.rows), tuple(self.problems))


def read_parts(records: Iterable[Record], layout: Layout, rules: Rules) -> Iterator[Part]:
    """Group neighbours by order number. Nameless rows between two rows of one order count as that order's."""
    grouping, numbers = Grouping(), Numbers(rules)
    for record in records:
        for row in _rows(record, layout):
            yield from grouping.add(row, *numbers.of(row, record, layout))
    yield from grouping.flush()


class Grouping:
    """The order that is being read, and the nameless rows after it."""

    def __init__(self) -> None:
        self._order: Growing | None = None
        self._nameless: list[Growing] = []

    def add(self, row: SourceRow, number: str, problem: RefusedRow | None) -> Iterator[Part]:
        if not number:
            yield from self._add_nameless(row, problem)
            return
        if self._order is None or not self._order.goes_on(number, row.row):
            yield from self.flush()
            self._order = Growing(number, row.cells[AT["number"]], row.row)
        for inside in self._nameless:
            self._order.take(inside)
        self._nameless = []
        self._order.add(row, problem)

    def _add_nameless(self, row: SourceRow, problem: RefusedRow | None) -> Iterator[Part]:
        if sum(each.count for each in self._nameless) >= INSIDE:
            yield from self.flush()
        typed = row.cells[AT["number"]]
        if not self._nameless or self._nameless[-1].typed != typed:
            self._nameless.append(Growing("", typed, row.row))
        self._nameless[-1].add(row, problem)

    def flush(self) -> Iterator[Part]:
        yield from (each.done() for each in (self._order, *self._nameless) if each is not None)
        self._order, self._nameless = None, []


def _rows(record: Record, layout: Layout) -> Iterator[SourceRow]:
    """The used cells, mostly once; a row for a whole order gives them once for each line, a blank row never."""
    cells = record.cells
    if not any(cells) or (not record.fault and not "".join(cells).strip()):
        return
    padded = [*cells[: layout.width], *[""] * max(layout.width - len(cells) + 1, 1)]
    used = tuple(map(str.strip, layout.pick(padded)))
    others = _kept([padded[place] for place in layout.rest]) if layout.rest else ()
    if not layout.packed:
        yield SourceRow(record.row, _unbroken(used), others)
        return
    for line in unpacked(used, [padded[place] for place in layout.packed]):
        yield SourceRow(record.row, _unbroken(line), others)


def _unbroken(used: tuple[str, ...]) -> tuple[str, ...]:
    """In one line each, and no longer than it takes to see that a cell is too long."""
    together = "".join(used)
    if len(together) > MOST_IN_A_ROW:
        used = tuple(cell[:CUT] for cell in used)
    return tuple(BREAKS.sub(" ", cell) for cell in used) if BREAKS.search(together) else used


def _kept(others: list[str]) -> tuple[str, ...]:
    """As they stand there, as far as they are text that can be stored."""
    together = "".join(others)
    if len(together) > MOST_IN_A_ROW:
        others = [cell[:CUT] for cell in others]
    return tuple([UNREADABLE.sub("\ufffd", cell) for cell in others] if UNREADABLE.search(together) else others)


class Numbers:
    """Order numbers as stored, remembering the last one: neighbours mostly share it."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._last: tuple[str, str] = ("", "")

    def of(self, row: SourceRow, record: Record, layout: Layout) -> tuple[str, RefusedRow | None]:
        """The number, empty where there is none, and what is wrong with the row as a whole."""
        typed = row.cells[AT["number"]]
        number = self._number(typed)
        fault = record.fault or _ragged(record, layout)
        if fault:
            return number, RefusedRow(row.row, "", shown(typed), fault)
        if number:
            return number, None
        reason = _no_number(typed, self._rules)
        return "", RefusedRow(row.row, layout.titles["number"], shown(typed), reason)

    def _number(self, typed: str) -> str:
        if typed != self._last[0]:
            rounded = not self._rules.literal and SCIENTIFIC.fullmatch(typed)
            fits = len(typed) <= LONGEST["number"] and not UNREADABLE.search(typed) and not rounded
            number = typed if self._rules.literal else meant(typed)
            self._last = (typed, (self._rules.number(number) or "") if fits else "")
        return self._last[1]


def _ragged(record: Record, layout: Layout) -> str:
    """Spreadsheets add empty cells at the end; any other difference means that cells are not where they belong."""
    if len(record.cells) == layout.width or (
        len(record.cells) > layout.width and not any(record.cells[layout.width :])
    ):
        return ""
    return f"this row has {len(record.cells)} cells, the header has {layout.width}"


def with_company(
    number: str, problems: Iterable[RefusedRow], rows: Iterable[SourceRow], because: int | None = None
) -> tuple[RefusedRow, ...]:
    """The problems, and the rows that are refused with them though nothing is wrong with these: each row is named."""
    found = sorted(problems, key=lambda problem: problem.row)
    named = {problem.row for problem in found}
    because = because or next((problem.row for problem in found if not problem.sound), 0)
    others = dict.fromkeys(row.row for row in rows if row.row not in named)
    found += [RefusedRow(row, "", number, COMPANY.format(because), sound=True) for row in others]
    return tuple(sorted(found, key=lambda problem: problem.row))


def _no_number(typed: str, rules: Rules) -> str:
    if not typed:
        return "is missing"
    if SCIENTIFIC.fullmatch(typed) and not rules.literal:
        return ROUNDED
    form = rules.number_form
    return f"is not an order number of this desk{f' ({form})' if form else ''}"


def shown(value: str) -> str:
    """A refused value as it can be repeated: bounded, and always proper text."""
    return UNREADABLE.sub("\ufffd", value[:SHOWN])
