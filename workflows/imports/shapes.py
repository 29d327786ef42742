"""The shapes of order files as data: what each source calls its columns, and what its words mean."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

# What a row can say, whatever its source calls it.
FIELDS: Final = (
    "number",
    "customer",
    "first_name",
    "last_name",
    "ship_to",
    "customer_email",
    "currency",
    "total",
    "ship_by",
    "order_status",
    "cancelled_at",
    "line",
    "key",
    "sku",
    "description",
    "ordered",
    "unit_price",
    "line_total",
    "status",
    "cancelled",
    "picked",
    "packed",
    "shipped",
    "to_ship",
    "refunded",
)
AT: Final[Mapping[str, int]] = {field: index for index, field in enumerate(FIELDS)}
NOTHING: Final = re.compile("")
ANYTHING: Final = re.compile(".*")


@dataclass(frozen=True)
class Preset:
    """`columns` maps a field to the normalised names it goes by, the best first.

    `required` names fields, or several of which one will do. `markers` are columns by which the shape is known: of each
    group one. `words` are the source's own stage words, without what `prefix` matches; `partly` those that say that
    some units have gone, and not how many. `heeds`: which words of the order count for a line that has none.

    `numbered`: the source numbers its lines. `priceless`: it may leave out currency and prices. `sums`: where it gives
    no total, the lines make it. `heads`: a row without a quantity is no line of goods. `dated`: lines have ship-by
    dates of their own; the earliest is the order's. `packed`: the beginning of the columns that each hold a whole line.
    What a desk's own mapping may add: the `currency` where no column says one, the `decimal` sign, and `day_first`, how
    03/04/2026 is meant.
    """

    name: str
    columns: Mapping[str, Sequence[str]]
    required: Sequence[str | tuple[str, ...]]
    markers: Sequence[tuple[str, ...]]
    words: Mapping[str, str] = field(default_factory=dict)
    prefix: re.Pattern[str] = NOTHING
    partly: Sequence[str] = ()
    heeds: re.Pattern[str] = ANYTHING
    numbered: bool = False
    priceless: bool = False
    sums: bool = False
    heads: bool = False
    dated: bool = False
    packed: str = ""
    currency: str = ""
    decimal: str = ""
    day_first: bool | None = None


REDTAG: Final = Preset(
    name="redtag",
    columns={
        "number": ["order number", "order no"],
        "customer": ["customer", "customer name"],
        "customer_email": ["customer email", "email"],
        "currency": ["currency", "currency code"],
        "total": ["order total", "total"],
        "ship_by": ["ship by", "ship by date"],
        "line": ["line", "line number", "line no"],
        "sku": ["sku"],
        "description": ["description"],
        "ordered": ["quantity", "qty"],
        "unit_price": ["unit price", "price"],
        "status": ["status", "stage"],
        "cancelled": ["quantity cancelled", "quantity canceled"],
        "picked": ["quantity picked"],
        "packed": ["quantity packed"],
        "shipped": ["quantity shipped"],
    },
    required=["number", "currency", "total", "line", "sku", "ordered", "unit_price", "status"],
    markers=[("order number", "order no"), ("line", "line number", "line no"), ("quantity", "qty")],
    words={
        **dict.fromkeys(("new", "unshipped", "unfulfilled"), "open"),
        "reserved": "allocated",
        **dict.fromkeys(("fulfilled", "dispatched"), "shipped"),
        **dict.fromkeys(("void", "voided"), "cancelled"),
    },
    numbered=True,
)

# 79 columns today; older files lack the last ones, and two generations spell some names differently.
SHOPIFY: Final = Preset(
    name="shopify",
    columns={
        "number": ["name"],
        "customer": ["billing name"],
        "ship_to": ["shipping name"],
        "customer_email": ["email"],
        "currency": ["currency"],
        "total": ["total"],
        "order_status": ["fulfillment status"],
        "cancelled_at": ["cancelled at", "canceled at"],
        "sku": ["lineitem sku"],
        "description": ["lineitem name"],
        "ordered": ["lineitem quantity"],
        "unit_price": ["lineitem price"],
        "status": ["lineitem fulfillment status"],
    },
    required=["number", "currency", "total", "ordered", "description", "unit_price"],
    markers=[("name",), ("lineitem quantity",), ("lineitem name",)],
    words={"": "open", "fulfilled": "shipped", "pending": "open", "restocked": "cancelled", "unfulfilled": "open"},
    heeds=re.compile("fulfilled", re.IGNORECASE),
)

# WooCommerce has no export of its own. Its export plugins agree on the names of columns and differ in the lines: a row
# for each, or a row for each order with a column for each line.
WOO_ORDER: Final[Mapping[str, Sequence[str]]] = {
    "number": ["order number", "order number formatted", "order id"],
    "customer": ["billing company", "company billing"],
    "first_name": ["billing first name", "first name billing"],
    "last_name": ["billing last name", "last name billing"],
    "ship_to": ["billing full name", "shipping full name"],
    "customer_email": ["billing email", "customer email", "email billing"],
    "currency": ["order currency", "currency"],
    "total": ["order total", "order total amount"],
    "status": ["status", "order status"],
}
WOO_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("pending", "pending payment", "processing", "on-hold", "on hold"), "open"),
    **dict.fromkeys(("completed", "shipped"), "shipped"),
    **dict.fromkeys(("cancelled", "canceled", "refunded", "failed", "trash"), "cancelled"),
    **dict.fromkeys(("draft", "checkout-draft"), "open"),
}
WOO_PREFIX: Final = re.compile(r"^wc-")

WOO_ROWS: Final = Preset(
    name="woocommerce",
    columns={
        **WOO_ORDER,
        "key": ["item id", "order item id"],
        "sku": ["item sku", "sku"],
        "description": ["item name", "product name"],
        "ordered": ["item quantity", "item qty", "quantity"],
        "unit_price": ["item price", "item cost"],
        "line_total": ["item total", "item subtotal", "order line total"],
        "refunded": ["item refunded qty", "item refunded quantity"],
    },
    required=["number", "currency", "total", "status", "ordered", "description", ("unit_price", "line_total")],
    markers=[("order number", "order id"), ("order total", "order total amount"), ("item name", "item sku")],
    words=WOO_WORDS,
    prefix=WOO_PREFIX,
)

WOO_COLUMNS: Final = Preset(
    name="woocommerce",
    columns=WOO_ORDER,
    required=["number", "currency", "total", "status"],
    markers=[("order number", "order id"), ("order total", "order total amount"), ("line item 1",)],
    words=WOO_WORDS,
    prefix=WOO_PREFIX,
    packed="line item ",
)

# What the report of all orders says of those that the seller ships; wherever the parcel is, it has left.
AMAZON_ON_ITS_WAY: Final = tuple(
    f"shipped - {where}"
    for where in (
        *("picked up", "out for delivery", "lost in transit", "damaged", "undeliverable"),
        *("rejected by buyer", "returning to seller", "returned to seller"),
    )
)

# The reports of unshipped orders, of new orders and of all orders; only the last two know prices.
AMAZON: Final = Preset(
    name="amazon",
    columns={
        "number": ["order id", "amazon order id"],
        "customer": ["buyer name"],
        "ship_to": ["recipient name"],
        "customer_email": ["buyer email"],
        "currency": ["currency"],
        "ship_by": ["promise date", "latest ship date"],
        "key": ["order item id", "amazon order item code"],
        "sku": ["sku"],
        "description": ["product name"],
        "ordered": ["quantity purchased", "quantity"],
        "line_total": ["item price"],
        "status": ["item status", "order status"],
        "shipped": ["quantity shipped"],
        "to_ship": ["quantity to ship"],
    },
    required=["number", "sku", "ordered"],
    markers=[
        ("order item id", "amazon order id", "amazon order item code"),
        ("sku",),
        ("quantity purchased", "quantity"),
    ],
    words={
        **dict.fromkeys(("", "pending", "unshipped", "shipping", "pendingavailability"), "open"),
        "pending - waiting for pick up": "open",
        **dict.fromkeys(("shipped", "invoiceunconfirmed", *AMAZON_ON_ITS_WAY), "shipped"),
        "shipped - delivered to buyer": "delivered",
        **dict.fromkeys(("cancelled", "canceled", "unfulfillable"), "cancelled"),
    },
    partly=["partiallyshipped"],
    priceless=True,
    sums=True,
)

# The report of all orders has a status of each; that of an item may be blank.
AMAZON_ALL: Final = replace(
    AMAZON,
    columns={**AMAZON.columns, "status": ["item status"], "order_status": ["order status"]},
    markers=[*AMAZON.markers, ("item status",), ("order status",)],
)

# A saved search is the user's own; these are the names that NetSuite itself proposes. Its status is that of the order.
NETSUITE: Final = Preset(
    name="netsuite",
    columns={
        "number": ["document number", "order number", "transaction number", "external id", "tran id", "number"],
        "customer": ["customer", "name", "customer name", "entity", "company name"],
        "customer_email": ["email", "customer email"],
        "currency": ["currency", "currency code"],
        "total": ["total", "total amount", "amount transaction total", "transaction total", "order total"],
        "ship_by": ["ship date", "expected ship date", "requested ship date", "ship by"],
        "key": ["line unique key", "line id", "line sequence number"],
        "sku": ["item", "item name", "sku"],
        "description": ["memo", "item description", "description", "display name"],
        "ordered": ["quantity", "quantity ordered", "qty"],
        "unit_price": ["rate", "item rate", "unit price"],
        "line_total": ["amount", "amount foreign currency"],
        "status": ["status", "order status", "document status"],
        "picked": ["quantity picked"],
        "packed": ["quantity packed"],
        "shipped": ["quantity fulfilled received", "quantity fulfilled", "quantity shipped"],
    },
    required=["number", "sku", "ordered", "status", ("unit_price", "line_total")],
    markers=[
        ("document number", "external id", "tran id", "transaction number", "internal id"),
        ("item", "item name"),
        ("quantity", "quantity ordered", "qty"),
    ],
    words={
        **dict.fromkeys(("pending approval", "a", "pending fulfillment", "pending fulfilment", "b"), "open"),
        **dict.fromkeys(("pending billing", "f", "billed", "g"), "shipped"),
        **dict.fromkeys(("cancelled", "canceled", "c", "closed", "h"), "cancelled"),
    },
    prefix=re.compile(r"^sales ?ord(?:er)? ?: ?"),
    partly=[
        *("partially fulfilled", "pending billing/partially fulfilled", "pending billing / partially fulfilled"),
        *("d", "e"),
    ],
    priceless=True,
    sums=True,
    heads=True,
    dated=True,
)

SHAPES: Final = (REDTAG, SHOPIFY, WOO_ROWS, WOO_COLUMNS, AMAZON_ALL, AMAZON, NETSUITE)
PRESETS: Final[Mapping[str, Sequence[Preset]]] = {
    shape.name: [each for each in SHAPES if each.name == shape.name] for shape in SHAPES
}
