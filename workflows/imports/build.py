"""Parts to one order: every cell read, every contradiction named. One bad cell refuses the order; all are listed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final, NamedTuple, TypeVar

from workflows.formulas import meant
from workflows.imports import fields
from workflows.imports.fields import BadCell, Rules
from workflows.imports.parts import MOST_LINES, TOO_MANY, shown, with_company
from workflows.imports.presets import Layout
from workflows.imports.quantities import NOTHING_GIVEN, Given, check_quantities, never_to_ship, quantities
from workflows.imports.shapes import AT, FIELDS
from workflows.imports.values import ImportedLine, ImportedOrder, Part, RefusedOrder, RefusedRow, SourceRow, digest
from workflows.money import NO_CURRENCY
from workflows.values import Stage

T = TypeVar("T")
HEAD: Final = (
    *("customer", "first_name", "last_name", "ship_to", "customer_email"),
    *("currency", "total", "ship_by", "order_status", "cancelled_at"),
)
SAID_ONCE: Final = tuple(name for name in HEAD if name != "ship_by")  # where each line has a date of its own
GIVEN: Final = slice(AT["cancelled"], AT["shipped"] + 1)  # the fields of Given stand side by side


class Head(NamedTuple):
    """What is said once for the order, still as text, and the row that says it first."""

    values: dict[str, str]
    rows: dict[str, int]


@dataclass
class Reading:
    """One order being read. Cells are taken one by one, so that all bad ones are named and not only the first."""

    layout: Layout
    words: Mapping[str, Stage]
    rules: Rules
    problems: list[RefusedRow] = field(default_factory=list)

    @property
    def decimal(self) -> str:
        return self.layout.preset.decimal

    def take(self, row: int, otherwise: T, read: Callable[..., T], *args: object) -> T:
        try:
            return read(*args)
        except BadCell as bad:
            self.refuse(row, bad.column, bad.value, bad.reason)
            return otherwise

    def text(self, row: int, name: str, value: str) -> str:
        return self.take(row, "", partial(fields.text, literal=self.rules.literal), name, value)

    def refuse(self, row: int, column: str, value: str, reason: str) -> None:
        self.problems.append(RefusedRow(row, self.layout.titles.get(column, column), shown(value), reason))


class Orders:
    """Builds the orders of one file."""

    def __init__(self, layout: Layout, rules: Rules) -> None:
        self._layout = layout
        decimal = layout.preset.decimal
        self._rules = fields.told_decimal(rules, decimal) if decimal else rules
        self._words = fields.words_of(layout.preset.words, rules.stages)

    def whole(self, parts: Sequence[Part]) -> ImportedOrder | RefusedOrder:
        """The order that these parts make up, in the order of their rows."""
        count = sum(part.count for part in parts)
        reading = Reading(self._layout, self._words, self._rules)
        reading.problems += [problem for part in parts for problem in part.problems]
        rows = [row for part in parts for row in part.rows]
        order = _order(reading, parts[0].number, parts[0].first_row, count, rows) if parts[0].number else None
        if order is None or reading.problems:
            problems = with_company(parts[0].number, reading.problems, rows)
            return RefusedOrder(parts[0].number, parts[0].first_row, count, problems)
        return order


def _order(reading: Reading, number: str, first_row: int, count: int, rows: list[SourceRow]) -> ImportedOrder | None:
    if len(rows) > MOST_LINES and not reading.problems:
        reading.refuse(rows[MOST_LINES].row, "", "", TOO_MANY)
    _refuse_unreadable(reading, rows)
    head = _head(reading, rows)
    currency = _currency(reading, head, first_row)
    if reading.problems and not rows:
        return None
    goods = _goods(reading, rows)
    lines = _numbered(reading, [(row.row, _line(reading, row, head, currency)) for row in goods])
    top = (
        _customer(reading, head),
        _text(reading, head, "customer_email"),
        currency,
        _total(reading, head, currency, first_row, goods),
        _ship_by(reading, head, rows),
    )
    extra, extras = _others(reading.layout, goods)
    mark = digest(top, lines, numbered=reading.layout.preset.numbered, extra=extra, extras=extras)
    return ImportedOrder(
        number, *top, lines=lines, first_row=first_row, count=count, digest=mark, extra=extra, extras=extras
    )


def _others(layout: Layout, rows: list[SourceRow]) -> tuple[dict[str, str], tuple[dict[str, str], ...]]:
    """Cells of columns that no field uses: of the order where its one row holds all of its lines, else of each line."""
    if not layout.others:
        return {}, ()
    cells = [
        {title: meant(cell) for title, cell in zip(layout.others, row.others, strict=True) if cell.strip()}
        for row in rows
    ]
    return (cells[0] if cells else {}, ()) if layout.packed else ({}, tuple(cells))


def _goods(reading: Reading, rows: list[SourceRow]) -> list[SourceRow]:
    """The rows that are lines of goods; a search may also give one for the order, its tax and its freight."""
    if not reading.layout.preset.heads:
        return rows
    found = [row for row in rows if row.cells[AT["ordered"]]]
    if rows and not found:
        reading.refuse(rows[0].row, "ordered", "", "is missing in every row of this order")
    return found


def _refuse_unreadable(reading: Reading, rows: Iterable[SourceRow]) -> None:
    """Also in cells whose value goes nowhere: a file that is broken in one place is not trusted in the next."""
    for row, cells, _others in rows:
        if fields.UNREADABLE.search("".join(cells)):
            for name, cell in zip(FIELDS, cells, strict=True):
                reading.take(row, None, fields.readable, name, cell)


def _head(reading: Reading, rows: Iterable[SourceRow]) -> Head:
    """The first value of each field that belongs to the order; a later row may repeat it or leave it blank."""
    head = Head({}, {})
    for row, cells, _others in rows:
        for name in HEAD if not reading.layout.preset.dated else SAID_ONCE:
            value = cells[AT[name]]
            if value and head.values.setdefault(name, value) != value:
                reason = f"contradicts row {head.rows[name]} of the same order, which says {shown(head.values[name])!r}"
                reading.refuse(row, name, value, reason)
            elif value:
                head.rows.setdefault(name, row)
    return head


def _currency(reading: Reading, head: Head, first_row: int) -> str:
    value = head.values.get("currency", "") or reading.layout.preset.currency
    if not value and reading.layout.preset.priceless:
        return NO_CURRENCY
    if not value and reading.problems:
        return ""  # it may stand in a row that could not be read
    row = head.rows.get("currency", first_row)
    return reading.take(row, "", fields.currency, value, reading.rules)


def _customer(reading: Reading, head: Head) -> str:
    """The company, else the person, else where it goes."""
    if "customer" in head.values:
        return _text(reading, head, "customer")
    person = f"{_text(reading, head, 'first_name')} {_text(reading, head, 'last_name')}".strip()
    return person or _text(reading, head, "ship_to")


def _text(reading: Reading, head: Head, name: str) -> str:
    value = head.values.get(name, "")
    return reading.text(head.rows[name], name, value) if value else ""


def _total(reading: Reading, head: Head, currency: str, first_row: int, goods: list[SourceRow]) -> int:
    value = head.values.get("total", "")
    if not currency:
        return 0
    if not value and reading.layout.preset.sums:
        return reading.take(first_row, 0, fields.bounded, "total", sum(_worth(reading, row, currency) for row in goods))
    return reading.take(head.rows.get("total", first_row), 0, fields.money, "total", value, currency, reading.rules)


def _worth(reading: Reading, source: SourceRow, currency: str) -> int:
    """What a line costs as a whole. Its cells have been judged already."""
    amount, price, ordered = (source.cells[AT[name]] for name in ("line_total", "unit_price", "ordered"))
    with suppress(BadCell):
        if amount:
            return fields.money("line_total", amount, currency, reading.rules)
        if price:
            return fields.money("unit_price", price, currency, reading.rules) * fields.units(
                "ordered", ordered, reading.decimal
            )
    return 0


def _ship_by(reading: Reading, head: Head, rows: Iterable[SourceRow]) -> date | None:
    """The one that the order has, else the earliest of its lines."""
    said = {head.values["ship_by"]: head.rows["ship_by"]} if "ship_by" in head.values else dict[str, int]()
    for row, cells, _others in rows if reading.layout.preset.dated else ():
        said.setdefault(cells[AT["ship_by"]], row)
    days = [
        reading.take(row, None, fields.day, "ship_by", value, reading.layout.day_first)
        for value, row in said.items()
        if value
    ]
    return min(filter(None, days), default=None)


def _line(reading: Reading, source: SourceRow, head: Head, currency: str) -> ImportedLine:
    row, cells, _others = source
    take = reading.take
    ordered = take(row, 0, fields.units, "ordered", cells[AT["ordered"]], reading.decimal)
    before = len(reading.problems)
    stage = take(row, Stage.OPEN, _stage, reading, cells, head)
    given = _refunded(reading, source, stage) or _given(reading, source, ordered)
    counted = quantities(ordered, stage, given)
    if len(reading.problems) == before:
        take(row, None, check_quantities, ordered, counted)
    numbered = reading.layout.preset.numbered
    return ImportedLine(
        reading.text(row, "key", cells[AT["key"]]),
        take(row, 0, fields.line_number, cells[AT["line"]]) if numbered else 0,
        reading.text(row, "sku", cells[AT["sku"]]),
        reading.text(row, "description", cells[AT["description"]]),
        ordered,
        *counted,
        take(row, 0, fields.worth, _price(reading, source, currency, ordered), ordered) if currency else 0,
    )


def _price(reading: Reading, source: SourceRow, currency: str, ordered: int) -> int:
    """Of one unit: as it stands there, else the line's amount shared among its units, to the nearest minor unit."""
    row, cells, _others = source
    price, amount = cells[AT["unit_price"]], cells[AT["line_total"]]
    if not price and not amount and (reading.layout.preset.priceless or not cells[AT["ordered"]]):
        return 0
    if price or not amount:
        return reading.take(row, 0, fields.money, "unit_price", price, currency, reading.rules)
    whole = reading.take(row, 0, fields.money, "line_total", amount, currency, reading.rules)
    return (2 * whole + ordered) // (2 * ordered) if ordered else 0


def _given(reading: Reading, source: SourceRow, ordered: int) -> Given:
    row, cells, _others = source
    if not any(cells[GIVEN]):
        return NOTHING_GIVEN
    pairs = zip(Given._fields, cells[GIVEN], strict=True)
    given = Given(
        *(reading.take(row, None, fields.optional_units, name, cell, reading.decimal) for name, cell in pairs)
    )
    to_ship = reading.take(row, None, fields.optional_units, "to_ship", cells[AT["to_ship"]], reading.decimal)
    if to_ship is None or given.shipped is None or given.cancelled is not None:
        return given
    return given._replace(cancelled=reading.take(row, 0, never_to_ship, ordered, given.shipped, to_ship))


def _refunded(reading: Reading, source: SourceRow, stage: Stage) -> Given | None:
    """Units that were paid back will not ship. The count may have a minus; of a cancelled line it says nothing."""
    cell = source.cells[AT["refunded"]].removeprefix("-")
    if cell in ("", "0") or stage is Stage.CANCELLED:
        return None
    return Given(cancelled=reading.take(source.row, None, fields.optional_units, "refunded", cell, reading.decimal))


def _stage(reading: Reading, cells: tuple[str, ...], head: Head) -> Stage:
    """Where the whole line stands by the words of its row and of its order."""
    if head.values.get("cancelled_at"):
        return Stage.CANCELLED
    preset, counted = reading.layout.preset, any(cells[GIVEN])
    whole = head.values.get("order_status", "")
    word = cells[AT["status"]] or (whole if preset.heeds.fullmatch(whole) else "")
    if not word and counted:
        return Stage.OPEN
    words = {**dict.fromkeys(preset.partly, Stage.OPEN), **reading.words} if counted else reading.words
    return fields.stage(word, words, preset.prefix, preset.partly)


def _numbered(reading: Reading, lines: list[tuple[int, ImportedLine]]) -> tuple[ImportedLine, ...]:
    """The lines with their keys. Where the source has no line numbers they are counted as they come."""
    column = "line" if reading.layout.preset.numbered else "key"
    seen: dict[int | str, int] = {}
    for row, line in lines:
        name = line.line or line.key
        if name and seen.setdefault(name, row) != row:
            reading.refuse(row, column, str(name), f"stands in row {seen[name]} of the same order too")
    if reading.layout.preset.numbered:
        return tuple(line._replace(key=str(line.line)) for _, line in lines)
    found = _counted([line for _, line in lines])
    return tuple(line._replace(line=number) for number, line in enumerate(found, start=1))


def _counted(lines: list[ImportedLine]) -> list[ImportedLine]:
    """Keys where the source gives none: the article, and which of its lines this is, by what stays as it moves on.

    So a file in another order gives the same keys; only lines that are alike in all of this are told apart by place.
    """
    ranks: dict[str, int] = {}
    keys = [""] * len(lines)
    for place in sorted(
        range(len(lines)), key=lambda at: (lines[at].description, lines[at].unit_price, lines[at].ordered)
    ):
        article = lines[place].sku or lines[place].description
        ranks[article] = ranks.get(article, 0) + 1
        keys[place] = f"{article}#{ranks[article]}"
    return [line._replace(key=line.key or key) for line, key in zip(lines, keys, strict=True)]
