"""What became different about an order, field by field, as people read it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from workflows.imports.report import ChangedOrder, FieldChange
from workflows.money import show_money

MOST: Final = 12  # fields of one order that are shown
ADDED: Final = "line added"
GONE: Final = "line gone"
OTHER: Final = "other columns"
ORDER_FIELDS: Final[Mapping[str, str]] = {
    "customer": "customer",
    "customer_email": "customer e-mail",
    "currency": "currency",
    "total": "total",
    "ship_by": "ship-by date",
    "extra": OTHER,
}
LINE_FIELDS: Final[Mapping[str, str]] = {
    "line": "line number",
    "sku": "article",
    "description": "description",
    "ordered": "quantity",
    "cancelled": "cancelled",
    "allocated": "allocated",
    "picked": "picked",
    "packed": "packed",
    "shipped": "shipped",
    "delivered": "delivered",
    "unit_price": "unit price",
    "extra": OTHER,
}
MONEY: Final = frozenset({"total", "unit_price"})


@dataclass(frozen=True, slots=True)
class Picture:
    """An order and its lines as they are stored, by the names of the columns."""

    order: Mapping[str, Any]
    lines: tuple[Mapping[str, Any], ...]

    def by_key(self) -> dict[str, Mapping[str, Any]]:
        return {line["key"]: line for line in self.lines}


def changed(before: Picture, after: Picture) -> ChangedOrder:
    found = tuple(differences(before, after))
    return ChangedOrder(after.order["number"], found[:MOST], max(len(found) - MOST, 0))


def differences(before: Picture, after: Picture) -> Iterator[FieldChange]:
    yield from _fields(None, ORDER_FIELDS, before.order, after.order, after.order["currency"])
    old, new = before.by_key(), after.by_key()
    for key, line in old.items():
        if key not in new:
            yield FieldChange(line["line"], GONE, _article(line), "")
    for key, line in new.items():
        if key in old:
            yield from _fields(line["line"], LINE_FIELDS, old[key], line, after.order["currency"])
        else:
            yield FieldChange(line["line"], ADDED, "", _article(line))


def _fields(
    line: int | None, names: Mapping[str, str], old: Mapping[str, Any], new: Mapping[str, Any], currency: str
) -> Iterator[FieldChange]:
    for name, shown in names.items():
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if name == "extra":
            yield from _other(line, before or {}, after or {})
        else:
            yield FieldChange(line, shown, _shown(name, before, currency), _shown(name, after, currency))


def _other(line: int | None, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[FieldChange]:
    """Columns that mean nothing to us, by the names that the file gives them."""
    for title in sorted({*old, *new}):
        if old.get(title) != new.get(title):
            yield FieldChange(line, title, old.get(title, ""), new.get(title, ""))


def _shown(name: str, value: object, currency: str) -> str:
    if name in MONEY and isinstance(value, int):
        return show_money(value, currency)
    return "" if value is None else str(value)


def _article(line: Mapping[str, Any]) -> str:
    return f"{line['ordered']} × {line['sku'] or line['description']}"


def counted(counts: Mapping[str, int]) -> dict[str, int]:
    """Only what occurs, the most frequent first."""
    found: Iterable[tuple[str, int]] = ((name, count) for name, count in counts.items() if count)
    return dict(sorted(found, key=lambda each: -each[1]))
