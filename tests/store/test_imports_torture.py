"""Torn files into a real database: every row is stored or refused, and the sums of both sides match the file."""

import random

import pytest

from tests.store.test_imports import Desk
from tests.workflows.order_files import line, written

GOOD = {"5": 5, "5.0": 5, "1 234": 1234, "0": 0}
BAD = {
    "quantity": ["-3", "1e5", "1.234,56", "(12)", ""],
    "status": ["lost"],
    "ship_by": ["03/04/2026"],
    "customer": ["a\0b"],
}


@pytest.fixture
def desk(database_url):
    return Desk(database_url)


def torn(dice):
    """Rows of a few orders in any order, some with a bad cell; and which orders are good, with their units."""
    units, rows, refused = {}, [], set()
    for number in range(1, dice.randint(4, 30)):
        order = f"ORD-{dice.randint(1, 9)}"
        count = dice.choice(sorted(GOOD))
        row = line(order, number, quantity=count, our_note=dice.choice(["", "\tcall\r\nfirst", "\0", "ï"]))
        units[order] = units.get(order, 0) + GOOD[count]
        if dice.random() < 0.15:
            column = dice.choice(sorted(BAD))
            row[column] = dice.choice(BAD[column])
            refused.add(order)
        rows.append(row)
    return rows, {order: count for order, count in units.items() if order not in refused}


def check(desk, dice):
    desk.rows("delete from order_lines")
    desk.rows("delete from orders")
    rows, good = torn(dice)
    report = desk.take(written(rows).decode().encode(dice.choice(["utf-8", "utf-16", "cp1252"])))
    stored = desk.rows("select order_number, sum(ordered)::int as units from order_lines group by 1")
    assert {row["order_number"]: row["units"] for row in stored} == good
    assert report.rows.read == len(rows) == report.rows.accepted + report.rows.refused
    assert report.rows.accepted == sum(row["order_number"] in good for row in rows)
    listed = {bad.row for bad in desk.refused}
    assert listed == {at for at, row in enumerate(rows, start=2) if row["order_number"] not in good}
    assert len(listed) == report.rows.refused
    again = desk.take(written(rows))
    assert (again.orders.new, again.orders.changed, again.orders.unchanged) == (0, 0, len(good))


def test_every_row_of_a_torn_file_is_stored_or_refused(desk):
    for seed in range(6):
        check(desk, random.Random(seed))


@pytest.mark.slow
def test_every_row_of_many_torn_files_is_stored_or_refused(desk):
    for seed in range(6, 300):
        check(desk, random.Random(seed))
