"""The same sales as three more systems export them: WooCommerce, Amazon and NetSuite."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from playground.sample_sales import Item, Sale

Row = Sequence[object]
MOST_ITEMS: Final = 5
DONE: Final = ("shipped", "delivered", "cancelled")

WOOCOMMERCE: Final = (
    *("order_id", "order_number", "order_date", "paid_date", "status", "shipping_total", "shipping_tax_total"),
    *("fee_total", "fee_tax_total", "tax_total", "cart_discount", "order_discount", "discount_total", "order_total"),
    *("order_subtotal", "order_currency", "payment_method", "payment_method_title", "transaction_id"),
    *("customer_ip_address", "customer_user_agent", "shipping_method", "customer_id", "customer_user"),
    *("customer_email", "billing_first_name", "billing_last_name", "billing_company", "billing_email"),
    *("customer_note", "wt_import_key", "shipping_items", "fee_items", "tax_items", "coupon_items", "refund_items"),
    *("order_notes", "download_permissions"),
    *(f"line_item_{place}" for place in range(1, MOST_ITEMS + 1)),
)
WOO_STATUS: Final = {"shipped": "completed", "delivered": "completed", "cancelled": "cancelled", "open": "on-hold"}


def woocommerce(sales: Iterable["Sale"]) -> Iterator[Row]:
    """A row for each order, its lines in numbered columns."""
    yield WOOCOMMERCE
    for sale in sales:
        cells = _woo_order(sale) | {f"line_item_{item.line}": _woo_line(sale, item) for item in sale.items}
        yield [cells.get(title, "") for title in WOOCOMMERCE]


def _woo_order(sale: "Sale") -> dict[str, object]:
    ordered_at = f"{_ordered_at(sale):%Y-%m-%d %H:%M:%S}"
    return {
        "order_id": 70_000 + sale.number,
        "order_number": sale.number,
        "order_date": ordered_at,
        "paid_date": ordered_at,
        "status": WOO_STATUS.get(sale.stage, "processing"),
        "order_total": sale.money(sale.total),
        "order_subtotal": sale.money(sale.total),
        "order_currency": sale.currency,
        "payment_method": "bacs",
        "shipping_method": "Standard",
        "customer_email": sale.email,
        "billing_company": sale.customer,
        "billing_email": sale.email,
        "customer_note": "Leave at the back door,\nring twice" if sale.number % 20 == 0 else "",
    }


def _woo_line(sale: "Sale", item: "Item") -> str:
    amount = sale.money(item.quantity * item.price)
    parts = {"name": item.name, "product_id": 900 + item.line, "sku": item.sku, "quantity": item.quantity}
    return "|".join(f"{name}:{value}" for name, value in {**parts, "total": amount, "sub_total": amount}.items())


# What Amazon lists as unshipped: no prices, and nothing that is done with.
AMAZON: Final = (
    *("order-id", "order-item-id", "purchase-date", "payments-date", "reporting-date", "promise-date"),
    *("days-past-promise", "buyer-email", "buyer-phone-number", "sku", "product-name", "quantity-purchased"),
    *("quantity-shipped", "quantity-to-ship", "ship-service-level", "recipient-name", "ship-address-1"),
    *("ship-address-2", "ship-address-3", "ship-city", "ship-state", "ship-postal-code", "ship-country"),
    *("is-business-order", "purchase-order-number", "price-designation", "is-prime"),
)


def amazon(sales: Iterable["Sale"]) -> Iterator[Row]:
    yield AMAZON
    for sale in sales:
        if sale.stage not in DONE:
            yield from (_amazon_line(sale, item) for item in sale.items)


def amazon_number(number: int) -> str:
    return f"112-{7 * number:07d}-{13 * number:07d}"


def _amazon_line(sale: "Sale", item: "Item") -> Row:
    ordered_at = f"{_ordered_at(sale):%Y-%m-%dT%H:%M:%S+00:00}"
    cells = {
        "order-id": amazon_number(sale.number),
        "order-item-id": f"{sale.number:07d}{item.line:07d}",
        "purchase-date": ordered_at,
        "payments-date": ordered_at,
        "promise-date": f"{sale.ship_by:%Y-%m-%dT23:59:59+00:00}" if sale.ship_by else "",
        "buyer-email": sale.email,
        "sku": item.sku,
        "product-name": item.name,
        "quantity-purchased": item.quantity,
        "quantity-shipped": item.shipped,
        "quantity-to-ship": item.quantity - item.cancelled - item.shipped,
        "ship-service-level": "Standard",
        "recipient-name": sale.customer,
        "ship-city": "Springfield",
        "ship-country": "US",
        "is-business-order": "false",
        "is-prime": "false",
    }
    return [cells.get(title, "") for title in AMAZON]


# A saved search as somebody may have made it: a row for the order, then one for each line; dates as in the US.
NETSUITE: Final = (
    *("Internal ID", "Date", "Document Number", "Name", "Email", "Status", "Currency", "Ship Date", "Line ID", "Item"),
    *("Memo", "Quantity", "Quantity Picked", "Quantity Packed", "Quantity Fulfilled/Received", "Item Rate", "Amount"),
    "Amount (Transaction Total)",
)
NETSUITE_STATUS: Final = {
    "open": "Pending Approval",
    "shipped": "Pending Billing",
    "delivered": "Billed",
    "cancelled": "Cancelled",
    "partly shipped": "Pending Billing/Partially Fulfilled",
}


def netsuite(sales: Iterable["Sale"]) -> Iterator[Row]:
    yield NETSUITE
    for sale in sales:
        head = _netsuite_order(sale)
        for cells in ({}, *(_netsuite_line(sale, item) for item in sale.items)):
            yield [(head | cells).get(title, "") for title in NETSUITE]


def _netsuite_order(sale: "Sale") -> dict[str, object]:
    return {
        "Internal ID": 40_000 + sale.number,
        "Date": _american(_ordered_at(sale)),
        "Document Number": f"SO{sale.number}",
        "Name": sale.customer,
        "Email": sale.email,
        "Status": f"Sales Order : {NETSUITE_STATUS.get(sale.stage, 'Pending Fulfillment')}",
        "Currency": sale.currency,
        "Ship Date": _american(datetime.combine(sale.ship_by, datetime.min.time())) if sale.ship_by else "",
        "Amount": grouped(sale, sale.total),
        "Amount (Transaction Total)": grouped(sale, sale.total),
    }


def _netsuite_line(sale: "Sale", item: "Item") -> dict[str, object]:
    gone = item.quantity if sale.stage in ("shipped", "delivered") else item.shipped
    packed = max(gone, item.quantity if item.stage == "packed" else item.packed)
    return {
        "Line ID": 10 * item.line,
        "Item": item.sku,
        "Memo": item.name,
        "Quantity": item.quantity,
        "Quantity Picked": max(packed, item.quantity if item.stage == "picked" else item.picked),
        "Quantity Packed": packed,
        "Quantity Fulfilled/Received": gone,
        "Item Rate": grouped(sale, item.price),
        "Amount": grouped(sale, item.quantity * item.price),
    }


def grouped(sale: "Sale", minor: int) -> str:
    """1,234.50"""
    return f"{minor / 10**sale.decimals:,.{sale.decimals}f}"


def _american(day: datetime) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def _ordered_at(sale: "Sale") -> datetime:
    return datetime(2026, 11, 1, 15, tzinfo=UTC) + timedelta(minutes=97 * (sale.number % 200))
