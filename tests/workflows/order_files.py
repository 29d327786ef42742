"""Order files for tests, written as people would and read as the desk does."""

import csv
import io
import re
from functools import lru_cache

from playground.samples import SHOPIFY
from workflows.imports.fields import Rules
from workflows.imports.files import open_orders
from workflows.imports.values import ImportedOrder, RefusedOrder
from workflows.money import minor_units


def number(typed):
    stored = typed.strip().strip("#").upper()
    return stored if re.fullmatch(r"(ORD-)?\d+", stored) else None


def any_form(typed):
    return typed.strip("#").upper() or None


def rules(*, any_number=False, **stages):
    take = any_form if any_number else number
    return Rules(number=take, minor=lru_cache(8192)(minor_units), stages=stages, number_form=r"ORD-\d+")


LINE = {
    "order_number": "ORD-1",
    "customer": "Harbour Hardware",
    "customer_email": "buyer@customer.example",
    "currency": "USD",
    "order_total": "100.00",
    "ship_by": "2026-12-01",
    "line": "1",
    "sku": "LMP-100",
    "description": "Desk lamp",
    "quantity": "5",
    "unit_price": "20.00",
    "status": "open",
    "quantity_cancelled": "",
    "quantity_picked": "",
    "quantity_packed": "",
    "quantity_shipped": "",
}


def line(order="ORD-1", number=1, **cells):
    return {**LINE, "order_number": order, "line": str(number), **cells}


SALE = {
    "Name": "#1001",
    "Email": "buyer@customer.example",
    "Fulfillment Status": "unfulfilled",
    "Currency": "USD",
    "Total": "100.00",
    "Billing Name": "Harbour Hardware",
    "Lineitem quantity": "5",
    "Lineitem name": "Desk lamp",
    "Lineitem price": "20.00",
    "Lineitem sku": "LMP-100",
    "Lineitem fulfillment status": "pending",
}


def sale(name="#1001", **cells):
    """The first row of a Shopify order; cells are named with underscores."""
    return {**dict.fromkeys(SHOPIFY, ""), **SALE, "Name": name, **titled(cells)}


def more(name="#1001", **cells):
    """A row that continues an order: its name and its line, nothing else."""
    kept = {title: cell for title, cell in SALE.items() if title.startswith("Lineitem")}
    return {**dict.fromkeys(SHOPIFY, ""), **kept, "Name": name, **titled(cells)}


def titled(cells):
    return {title.replace("_", " "): cell for title, cell in cells.items()}


def written(rows, delimiter=",", header=None):
    text = io.StringIO(newline="")
    rows = list(rows)
    writer = csv.DictWriter(text, header or list(rows[0]), delimiter=delimiter, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def opened(data, preset=None, **stages):
    return open_orders(io.BytesIO(data), "orders.csv", rules(**stages), preset=preset)


def read(rows, **stages):
    """Every order of a file, as it comes."""
    data = rows if isinstance(rows, bytes) else written(rows)
    return list(opened(data, **stages).orders())


def accepted(rows, **stages):
    orders = read(rows, **stages)
    refused = [order for order in orders if isinstance(order, RefusedOrder)]
    assert not refused, refused
    return orders


def only(rows, **stages):
    (order,) = accepted(rows, **stages)
    return order


def refused(rows, **stages):
    """The bad cells of a file, with their reasons."""
    orders = [order for order in read(rows, **stages) if isinstance(order, RefusedOrder)]
    return [problem for order in orders for problem in order.problems if not problem.sound]


def numbers(orders):
    return [order.number for order in orders if isinstance(order, ImportedOrder)]
