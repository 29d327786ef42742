"""Whether an order moved between being asked about and being signed for."""

from collections.abc import Iterable, Mapping
from typing import Final, cast

from workflows.asked import Asked, Cancellation, Change
from workflows.values import GONE, Line, Order

# What a signature rests on. Allocation and delivery are left out: neither changes what a hold or a release does.
QUANTITIES: Final = ("ordered", "cancelled", "picked", "packed", "shipped")
VERBS: Final = {"cancelled": "cancelled", "picked": "picked", "packed": "packed", "shipped": "shipped"}


def seen(order: Order) -> dict[str, object]:
    """The order as a requester or signer sees it now, small enough to keep with the request."""
    return {
        "currency": order.currency,
        "customer": order.customer,
        "lines": {line.key: [line.line, *_quantities(line)] for line in order.lines},
        "total": order.total,
    }


def seen_of(order: Order, keys: Iterable[str], *, dates: bool) -> dict[str, object]:
    """Only these lines, with their articles and prices, and the ship-by date where that is to change."""
    lines = [line for line in order.lines if line.key in set(keys)]
    picture: dict[str, object] = {
        "articles": {line.key: [line.sku, line.unit_price] for line in lines},
        "currency": order.currency,
        "lines": {line.key: [line.line, *_quantities(line)] for line in lines},
        "own": True,
    }
    return {**picture, "ship_by": _iso(order)} if dates else picture


def moves(before: Mapping[str, object], order: Order) -> tuple[str, ...]:
    """What changed since `before`, as short plain phrases: `line 2: 2 of 3 units shipped`."""
    then, now = cast("Mapping[str, list[int]]", before.get("lines", {})), {line.key: line for line in order.lines}
    found = [f"line {then[key][0]} is no longer on the order" for key in then if key not in now]
    if before.get("own"):
        return tuple(found + _own_moves(before, then, now, order))
    for key, line in now.items():
        found += _line_moves(then.get(key), line)
    if (before.get("total"), before.get("currency")) != (order.total, order.currency):
        found.append("the order's total changed")
    if before.get("customer") != order.customer:
        found.append("the customer changed")
    return tuple(found)


def impossible(asked: Asked | None, order: Order) -> tuple[str, ...]:
    """What an import did to the order, beside the lines asked about, that leaves nothing to be signed for."""
    if isinstance(asked, Cancellation) and (asked.tax > order.tax or asked.shipping > order.shipping):
        return ("the order's tax or shipping became less than what is to go back",)
    if isinstance(asked, Change) and order.stage in GONE:
        return (f"the order is {order.stage}",)
    return ()


def _own_moves(
    before: Mapping[str, object], then: Mapping[str, list[int]], now: Mapping[str, Line], order: Order
) -> list[str]:
    """What happens beside the lines that were asked about is left alone."""
    found = [move for key in then if key in now for move in _line_moves(then[key], now[key])]
    articles = cast("Mapping[str, list[object]]", before.get("articles", {}))
    found += [
        f"line {now[key].line}: article or price changed"
        for key, article in articles.items()
        if key in now and article != [now[key].sku, now[key].unit_price]
    ]
    if before.get("currency") != order.currency:
        found.append("the order's currency changed")
    if "ship_by" in before and before["ship_by"] != _iso(order):
        found.append("the ship-by date changed")
    return found


def _iso(order: Order) -> str | None:
    return order.ship_by.isoformat() if order.ship_by else None


def _line_moves(before: list[int] | None, line: Line) -> list[str]:
    if before is None:
        return [f"line {line.line} was added"]
    pairs = zip(QUANTITIES, before[1:], _quantities(line), strict=False)
    return [_phrase(name, was, now, line) for name, was, now in pairs if was != now]


def _phrase(name: str, was: int, now: int, line: Line) -> str:
    if name == "ordered":
        return f"line {line.line}: quantity changed from {was} to {now}"
    return f"line {line.line}: {now} of {line.ordered} units {VERBS[name]}"


def _quantities(line: Line) -> list[int]:
    return [getattr(line, name) for name in QUANTITIES]
