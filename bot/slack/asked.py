"""What a cancel or a change asks for, in the same words on cards, in previews, e-mails and on the floor."""

from collections.abc import Sequence
from typing import Final

from bot.slack import text
from workflows.asked import AddedLine, Asked, Cancellation, Change, ChangedLine
from workflows.money import NO_CURRENCY, show_money
from workflows.values import Order
from workflows.words import listed

ARROW: Final = "→"
NAMED: Final = 6  # lines that a sentence names


def summary(asked: Asked, order: str) -> str:
    """`5 units of line 2 of ORD-123`; `order` is ready to be shown, so that the caller decides how."""
    if isinstance(asked, Change):
        return f"{listed(_parts(asked), 'and')} of {order}"
    if asked.whole:
        return f"the whole order {order}"
    if len(asked.lines) == 1:
        return f"{text.count(asked.lines[0].units, 'unit')} of line {asked.lines[0].line} of {order}"
    return f"{text.count(units(asked), 'unit')} of {_numbers([line.line for line in asked.lines])} of {order}"


def brief(asked: Asked) -> str:
    """The same without the order: `5 units of line 2`."""
    if isinstance(asked, Change):
        return listed(_parts(asked), "and")
    if asked.whole:
        return "all of it"
    return f"{text.count(units(asked), 'unit')} of {_numbers([line.line for line in asked.lines])}"


def units(asked: Cancellation) -> int:
    return sum(line.units for line in asked.lines)


def _parts(asked: Change) -> list[str]:
    lines = [_numbers([line.line for line in asked.lines])] if asked.lines else []
    added = [text.count(len(asked.added), "new line")] if asked.added else []
    return [*lines, *added, *(["the ship-by date"] if asked.ship_by else [])]


def _numbers(lines: Sequence[int]) -> str:
    """`line 2`, `lines 1, 2 and 3`, `12 lines`."""
    if len(lines) > NAMED:
        return text.count(len(lines), "line")
    return f"{'line' if len(lines) == 1 else 'lines'} {listed([str(line) for line in lines], 'and')}"


def detail(asked: Asked, order: Order | None = None) -> list[str]:
    """One plain line for each thing that is asked for. `order`, while it is as it was: for what stays of each line."""
    if isinstance(asked, Cancellation):
        left = {line.key: line.remaining for line in order.lines} if order else {}
        return [_cancelled(asked, index, left) for index in range(len(asked.lines))]
    lines = [said for line in asked.lines for said in _changed(line, asked.currency)]
    added = [_added(line, asked.currency) for line in asked.added]
    return [*lines, *added, *_ship_by(asked)]


def _cancelled(asked: Cancellation, index: int, left: dict[str, int]) -> str:
    line = asked.lines[index]
    before = left.get(line.key)
    name = _name(line.line, line.sku, line.description)
    goods = f"{line.units:,} × {money(line.unit_price, asked.currency)} = {money(line.amount, asked.currency)}"
    if _has_no_price(line.unit_price, asked.currency):
        goods = text.count(line.units, "unit")
    return f"{name}: {goods}" if before is None else f"{name}: {before:,} {ARROW} {before - line.units:,} ({goods})"


def _has_no_price(unit_price: int, currency: str) -> bool:
    """Order files may leave prices and currency out."""
    return currency == NO_CURRENCY and not unit_price


def _worth(line: ChangedLine, currency: str) -> str:
    silent = not currency or _has_no_price(line.unit_price, currency)
    return "" if silent else f" ({signed(line.amount, currency)})"


def _changed(line: ChangedLine, currency: str) -> list[str]:
    """Without a `currency`, without money."""
    name = _name(line.line, line.sku, line.description)
    if line.removed:
        return [f"{name}: {line.before:,} {ARROW} removed{_worth(line, currency)}"]
    quantity = [f"{name}: {line.before:,} {ARROW} {line.after:,}{_worth(line, currency)}"]
    article = [f"{name}: SKU {text.one_line(line.sku, 60)} {ARROW} {text.one_line(line.new_sku, 60)}"]
    return [*(quantity if line.before != line.after else []), *(article if line.new_sku != line.sku else [])]


def _added(line: AddedLine, currency: str) -> str:
    name = _article(line.sku, line.description)
    return (
        f"New line: {line.quantity:,} × {name} at {money(line.unit_price, currency)} ({signed(line.amount, currency)})"
    )


def _ship_by(asked: Change) -> list[str]:
    if asked.ship_by is None:
        return []
    before = text.day(asked.ship_by.before) if asked.ship_by.before else "no date"
    return [f"Ship by: {before} {ARROW} {text.day(asked.ship_by.after)}"]


def _article(sku: str, description: str) -> str:
    return f"{text.one_line(sku, 60)} {text.one_line(description, 60)}".strip()


def _name(number: int, sku: str, description: str) -> str:
    return f"Line {number}, {text.one_line(sku, 40)} {text.one_line(description, 50)}".rstrip(", ")


def money(minor: int, currency: str) -> str:
    """As plain text."""
    return show_money(minor, currency)


def signed(minor: int, currency: str) -> str:
    if minor == 0:
        return "same value"
    sign = "+" if minor > 0 else "−"
    return f"{sign}{money(abs(minor), currency)}"


def refund(asked: Cancellation) -> str:
    """`USD 93.00 (goods USD 87.50, tax USD 5.50)`, plain."""
    if asked.currency == NO_CURRENCY and not asked.total:
        return "not known: the order has no prices"
    parts = [(asked.tax, "tax"), (asked.shipping, "shipping")]
    more = [f"{name} {money(amount, asked.currency)}" for amount, name in parts if amount]
    total = money(asked.total, asked.currency)
    return f"{total} (goods {', '.join([money(asked.amount, asked.currency), *more])})" if more else total


def on_the_floor(asked: Asked) -> list[str]:
    """The same without money, for those who move boxes."""
    if isinstance(asked, Cancellation):
        return [f"{_name(line.line, line.sku, line.description)}: {line.units:,} cancelled" for line in asked.lines]
    lines = [said for line in asked.lines for said in _changed(line, "")]
    added = [f"New line: {line.quantity:,} × {_article(line.sku, line.description)}" for line in asked.added]
    return [*lines, *added, *_ship_by(asked)]


def returns(asked: Asked) -> list[str]:
    """`2 picked units of line 2 (ABC-2)`: units that go and are in somebody's hands."""
    lines = asked.lines if isinstance(asked, Cancellation) else ()
    return [
        f"{text.count(line.returns, 'picked unit')} of line {line.line} ({text.one_line(line.sku, 40)})"
        for line in lines
        if isinstance(asked, Cancellation) and line.returns
    ]


def value_after(asked: Asked, order: Order) -> int:
    """What the order is worth once it is signed, while it is as it was."""
    change = -asked.total if isinstance(asked, Cancellation) else asked.amount
    return max(0, order.total + change)
