"""A file meets what we have changed ourselves: what it has not heard of it does not undo."""

import pytest
from psycopg.types.json import Jsonb

from tests.store.test_imports import Desk
from tests.workflows.order_files import line


@pytest.fixture
def desk(database_url):
    found = Desk(database_url)
    found.take([line(order_total="200.00"), line(number=2, order_total="")])
    return found


def ours(desk, line, **changes):
    """What an approved cancel or change leaves on a line."""
    values = ", ".join(f"{name} = %s" for name in changes)
    desk.rows(f"update order_lines set {values} where line = %s", *changes.values(), line)


def cancelled(desk, units, of=1):
    ours(desk, of, cancelled=units, ours=Jsonb({"cancelled": units}))


def test_units_that_we_cancelled_stay_cancelled_when_the_file_does_not_know(desk):
    cancelled(desk, 3)
    desk.take([line(order_total="200.00", status="picked"), line(number=2, order_total="")])
    assert desk.column("cancelled") == [3, 0]
    assert desk.column("picked") == [5, 0]
    price = desk.column("unit_price")[0]
    assert desk.order()["total"] == 20_000 - 3 * price


def test_a_file_that_knows_of_the_cancel_has_taken_it_over(desk):
    cancelled(desk, 3)
    desk.take([line(order_total="140.00", quantity_cancelled="3"), line(number=2, order_total="")])
    assert desk.column("cancelled") == [3, 0]
    assert desk.column("ours") == [{}, {}]
    assert desk.order()["total"] == 14_000
    desk.take([line(order_total="200.00", quantity_cancelled="0"), line(number=2, order_total="")])
    assert desk.column("cancelled") == [0, 0]


def test_more_cancelled_in_the_source_than_here_is_what_counts(desk):
    cancelled(desk, 3)
    desk.take([line(order_total="120.00", quantity_cancelled="4"), line(number=2, order_total="")])
    assert desk.column("cancelled") == [4, 0]


def test_a_quantity_that_we_changed_stays_while_the_file_says_the_old_one(desk):
    ours(desk, 1, ordered=8, ours=Jsonb({"ordered": [5, 8]}))
    desk.take([line(customer="Someone Else"), line(number=2, customer="Someone Else")])
    assert desk.column("ordered") == [8, 5]
    desk.take([line(quantity="8"), line(number=2)])
    assert desk.column("ordered") == [8, 5]
    assert desk.column("ours") == [{}, {}]


def test_a_third_quantity_is_the_sources_own(desk):
    ours(desk, 1, ordered=8, ours=Jsonb({"ordered": [5, 8]}))
    desk.take([line(quantity="6"), line(number=2)])
    assert desk.column("ordered") == [6, 5]


def test_an_article_that_we_replaced_stays_replaced(desk):
    sku = desk.column("sku")[0]
    ours(desk, 1, sku="NEW-1", ours=Jsonb({"sku": [sku, "NEW-1"]}))
    desk.take([line(customer="Someone Else"), line(number=2, customer="Someone Else")])
    assert desk.column("sku")[0] == "NEW-1"


def test_a_ship_by_date_of_ours_stays_until_the_file_says_another(desk):
    desk.rows("update orders set ship_by = '2026-12-24', ours = %s", Jsonb({"ship_by": ["2026-12-01", "2026-12-24"]}))
    desk.take([line(status="picked"), line(number=2)])
    assert str(desk.order()["ship_by"]) == "2026-12-24"
    desk.take([line(ship_by="2026-12-05"), line(number=2, ship_by="2026-12-05")])
    assert str(desk.order()["ship_by"]) == "2026-12-05"
    assert desk.order()["ours"] == {}


def test_a_line_that_we_added_stays_until_the_source_brings_its_own(desk):
    desk.rows(
        """insert into order_lines (desk_id, order_number, key, line, sku, ordered, unit_price, ours)
           values (%s, 'ORD-1', 'R-12/1', 3, 'ABC-9', 2, 1000, %s)""",
        desk.desk_id, Jsonb({"added": 2}),
    )  # fmt: skip
    desk.take([line(status="picked", order_total="200.00"), line(number=2, order_total="")])
    assert desk.column("key") == ["1", "2", "R-12/1"]
    assert desk.order()["total"] == 20_000 + 2000
    desk.take(
        [
            line(order_total="220.00"),
            line(number=2, order_total=""),
            line(number=3, sku="ABC-9", quantity="2", order_total=""),
        ]
    )
    assert desk.column("key") == ["1", "2", "3"]
    assert desk.order()["total"] == 22_000


def test_the_quantity_of_the_first_file_is_kept_for_ever(desk):
    desk.take([line(quantity="9"), line(number=2), line(number=3)])
    assert desk.column("original") == [5, 5, 5]
    assert desk.column("ordered") == [9, 5, 5]


def test_the_moment_when_units_were_first_heard_to_have_moved_is_kept(desk):
    assert desk.column("shipped_at") == [None, None]
    desk.take([line(status="shipped"), line(number=2)])
    (first, none), (picked, _) = desk.column("shipped_at"), desk.column("picked_at")
    assert none is None
    assert first == picked
    desk.take([line(status="shipped", customer="Someone Else"), line(number=2, customer="Someone Else")])
    assert desk.column("shipped_at")[0] == first


def test_a_line_that_we_added_stays_though_another_line_is_just_like_it(desk):
    first = desk.lines()[0]
    desk.rows(
        """insert into order_lines (desk_id, order_number, key, line, sku, ordered, unit_price, ours)
           values (%s, 'ORD-1', 'R-12/1', 3, %s, %s, 2000, %s)""",
        desk.desk_id, first["sku"], first["ordered"], Jsonb({"added": first["ordered"]}),
    )  # fmt: skip
    desk.take([line(status="picked", order_total="200.00"), line(number=2, order_total="")])
    assert desk.column("key") == ["1", "2", "R-12/1"]
    desk.take([line(order_total="300.00"), line(number=2, order_total=""), line(number=3, order_total="")])
    assert desk.column("key") == ["1", "2", "3"]
    assert desk.order()["total"] == 30_000
