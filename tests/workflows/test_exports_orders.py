"""Orders as rows of a shape: what is left of each line, and nothing that a spreadsheet would run."""

import pytest

from tests.factories import make_line, make_order
from workflows.exports.orders import SHAPES, OrderRows, OutgoingOrder

LEFT = make_line(line=1, ordered=5, cancelled=2, allocated=4, picked=4, packed=1, shipped=1)
GONE = make_line(line=2, ordered=3, cancelled=3)
SHIPPED = make_line(line=3, ordered=3, cancelled=1, allocated=2, picked=2, packed=2, shipped=2)
ORDER = OutgoingOrder(
    make_order(number="ORD-1", customer="=1+1", total=10500, lines=[LEFT, GONE, SHIPPED]),
    "buyer@acme.example",
    {"Tags": "rush"},
    ({"Shelf": "+3"}, {"Tags": "line"}, {}),
)


def written(preset, outgoing=ORDER, others=("Tags", "Shelf")):
    rows = OrderRows(preset, others)
    return rows, [dict(zip(rows.header, cells, strict=True)) for cells in rows.of(outgoing)]


@pytest.mark.parametrize(
    ("preset", "columns", "cells", "unsaid"),
    [
        ("redtag", "quantity quantity_cancelled quantity_picked status order_total",
         ["5 2 4 picked 105.00", "3 3 0 cancelled 105.00", "3 1 2 shipped 105.00"], 0),
        ("shopify", "Lineitem_quantity Lineitem_fulfillment_status", ["3 pending", "3 restocked", "2 fulfilled"], 1),
        ("woocommerce", "item_quantity item_refunded_qty status",
         ["5 2 processing", "3  cancelled", "3 1 completed"], 1),
        ("amazon", "quantity-purchased quantity-shipped quantity-to-ship", ["5 1 2", "3 0 0", "3 2 0"], 1),
        ("netsuite", "Quantity Quantity_Picked Quantity_Fulfilled/Received",
         ["3 3 1", "3 0 0", "2 2 2"], 0),
    ],
)  # fmt: skip
def test_each_shape_says_what_is_left_as_far_as_it_can(preset, columns, cells, unsaid):
    rows, found = written(preset)
    titles = [title if title in found[0] else title.replace("_", " ") for title in columns.split(" ")]
    assert [" ".join(row[title] for title in titles) for row in found] == cells
    assert rows.unsaid == unsaid


@pytest.mark.parametrize("preset", sorted(SHAPES))
def test_columns_that_mean_nothing_to_us_follow_and_no_cell_is_a_formula(preset):
    rows, found = written(preset)
    assert [(row["Tags"], row["Shelf"]) for row in found] == [("rush", "'+3"), ("line", ""), ("rush", "")]
    assert rows.header[-2:] == ["Tags", "Shelf"]
    assert "'=1+1" in found[0].values()
    assert not [cell for row in found for cell in row.values() if cell.startswith(("=", "+", "@"))]


def test_a_column_of_the_shape_is_not_there_twice():
    assert written("redtag", others=["Quantity", "SKU", "Note"])[0].header[-2:] == ["quantity_shipped", "Note"]


def test_where_no_prices_are_known_none_are_made_up():
    unknown = OutgoingOrder(make_order(currency="XXX", total=0, lines=[make_line(unit_price=0)]), "")
    (row,) = written("netsuite", unknown)[1]
    assert (row["Currency"], row["Item Rate"], row["Amount (Transaction Total)"]) == ("", "", "")
    (row,) = written("redtag", unknown)[1]
    assert (row["currency"], row["unit_price"], row["order_total"]) == ("XXX", "0", "0")
