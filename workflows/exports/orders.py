"""The desk's orders in the columns of a shape that order files come in, as they stand after our changes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from workflows.formulas import harmless
from workflows.imports.mapping import plain
from workflows.money import NO_CURRENCY, decimal_digits, major_units
from workflows.values import Line, Order, Stage

GONE: Final = frozenset({Stage.SHIPPED, Stage.DELIVERED})


@dataclass(frozen=True, slots=True)
class OutgoingOrder:
    """`extra` and `extras` (one for each line): what its file says in columns that mean nothing to us."""

    order: Order
    email: str
    extra: Mapping[str, str] = field(default_factory=dict)
    extras: Sequence[Mapping[str, str]] = ()


Write = Callable[[OutgoingOrder, Line], str]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`columns`: header → its cell. `says`: whether the shape can tell how far this line has come."""

    columns: Mapping[str, Write]
    says: Callable[[Line], bool]
    delimiter: str = ","


def number(of: OutgoingOrder, _line: Line) -> str:
    return harmless(of.order.number)


def customer(of: OutgoingOrder, _line: Line) -> str:
    return harmless(of.order.customer)


def email(of: OutgoingOrder, _line: Line) -> str:
    return harmless(of.email)


def currency(of: OutgoingOrder, _line: Line) -> str:
    return "" if of.order.currency == NO_CURRENCY else of.order.currency


def total(of: OutgoingOrder, _line: Line) -> str:
    return _money(of, of.order.total)


def price(of: OutgoingOrder, line: Line) -> str:
    return _money(of, line.unit_price)


def ship_by(of: OutgoingOrder, _line: Line) -> str:
    return of.order.ship_by.isoformat() if of.order.ship_by else ""


def key(_of: OutgoingOrder, line: Line) -> str:
    return harmless(line.key)


def sku(_of: OutgoingOrder, line: Line) -> str:
    return harmless(line.sku)


def description(_of: OutgoingOrder, line: Line) -> str:
    return harmless(line.description)


def ordered(_of: OutgoingOrder, line: Line) -> str:
    return str(line.ordered)


def left(_of: OutgoingOrder, line: Line) -> str:
    """Where the shape has no column for cancelled units; of a cancelled line, what was ordered."""
    return str(line.remaining or line.ordered)


def units(name: str) -> Write:
    return lambda _of, line: str(getattr(line, name))


def of_those_left(name: str) -> Write:
    """Units that were picked and then cancelled are no part of what is left."""
    return lambda _of, line: str(min(getattr(line, name), line.remaining))


def to_ship(_of: OutgoingOrder, line: Line) -> str:
    return str(max(line.remaining - line.shipped, 0))


def words(*, cancelled: str, gone: str, waiting: str) -> Write:
    def word(_of: OutgoingOrder, line: Line) -> str:
        return cancelled if line.stage is Stage.CANCELLED else gone if line.stage in GONE else waiting

    return word


def _money(of: OutgoingOrder, minor: int) -> str:
    if of.order.currency == NO_CURRENCY:
        return ""
    return f"{major_units(minor, of.order.currency):.{decimal_digits(of.order.currency)}f}"


def _stands_whole(line: Line) -> bool:
    """Nothing has begun, or all that is left has gone."""
    return line.stage is Stage.CANCELLED or line.stage in GONE or not line.picked


def _only_shipped(line: Line) -> bool:
    return line.picked == line.shipped or line.stage is Stage.CANCELLED


SHAPES: Final[Mapping[str, Outgoing]] = {
    "redtag": Outgoing(
        {
            "order_number": number,
            "customer": customer,
            "customer_email": email,
            "currency": lambda of, _line: of.order.currency,
            "order_total": lambda of, _line: _money(of, of.order.total) or "0",
            "ship_by": ship_by,
            "line": lambda _of, line: str(line.line),
            "sku": sku,
            "description": description,
            "quantity": ordered,
            "unit_price": lambda of, line: _money(of, line.unit_price) or "0",
            "status": lambda _of, line: line.stage.value,
            "quantity_cancelled": units("cancelled"),
            "quantity_picked": units("picked"),
            "quantity_packed": units("packed"),
            "quantity_shipped": units("shipped"),
        },
        lambda _line: True,
    ),
    "shopify": Outgoing(
        {
            "Name": number,
            "Email": email,
            "Currency": currency,
            "Total": total,
            "Lineitem quantity": left,
            "Lineitem name": description,
            "Lineitem price": price,
            "Lineitem sku": sku,
            "Lineitem fulfillment status": words(cancelled="restocked", gone="fulfilled", waiting="pending"),
            "Billing Name": customer,
        },
        _stands_whole,
    ),
    "woocommerce": Outgoing(
        {
            "order_number": number,
            "status": words(cancelled="cancelled", gone="completed", waiting="processing"),
            "order_total": total,
            "order_currency": currency,
            "billing_company": customer,
            "billing_email": email,
            "item_id": key,
            "item_sku": sku,
            "item_name": description,
            "item_quantity": ordered,
            "item_price": price,
            "item_refunded_qty": lambda _of, line: str(line.cancelled) if line.remaining else "",
        },
        _stands_whole,
    ),
    "amazon": Outgoing(
        {
            "order-id": number,
            "order-item-id": key,
            "promise-date": ship_by,
            "buyer-email": email,
            "sku": sku,
            "product-name": description,
            "quantity-purchased": ordered,
            "quantity-shipped": units("shipped"),
            "quantity-to-ship": to_ship,
            "recipient-name": customer,
        },
        _only_shipped,
        "\t",
    ),
    "netsuite": Outgoing(
        {
            "Document Number": number,
            "Name": customer,
            "Email": email,
            "Status": words(cancelled="Closed", gone="Pending Billing", waiting="Pending Fulfillment"),
            "Currency": currency,
            "Ship Date": ship_by,
            "Line ID": key,
            "Item": sku,
            "Memo": description,
            "Quantity": left,
            "Quantity Picked": of_those_left("picked"),
            "Quantity Packed": of_those_left("packed"),
            "Quantity Fulfilled/Received": of_those_left("shipped"),
            "Item Rate": price,
            "Amount (Transaction Total)": total,
        },
        lambda _line: True,
    ),
}


class OrderRows:
    """Rows of one shape, with the columns of the orders' own files behind its own."""

    def __init__(self, name: str, others: Sequence[str] = ()) -> None:
        self.shape = SHAPES[name]
        own = {plain(title) for title in self.shape.columns}
        self._others = [title for title in others if plain(title) not in own]
        self.unsaid = 0  # lines that have come further than the shape can say

    @property
    def header(self) -> list[str]:
        return [*self.shape.columns, *(harmless(title) for title in self._others)]

    def of(self, outgoing: OutgoingOrder) -> Iterator[list[str]]:
        for at, line in enumerate(outgoing.order.lines):
            self.unsaid += not self.shape.says(line)
            beside = {**outgoing.extra, **(outgoing.extras[at] if at < len(outgoing.extras) else {})}
            cells = [write(outgoing, line) for write in self.shape.columns.values()]
            yield cells + [harmless(beside.get(title, "")) for title in self._others]
