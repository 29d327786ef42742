"""The sample order files: what the demo shows and the documentation names."""

import csv
import io

import pytest

from playground.sample_exports import amazon_number
from playground.samples import FILES, FIRST, FOLDER, ORDERS, sales, written
from tests.workflows.order_files import accepted, opened
from workflows.values import Line, Order, Stage

NAMES = sorted(FILES)


PRICED = [name for name in NAMES if "amazon" not in name]


def orders(name):
    found = accepted((FOLDER / name).read_bytes(), any_number=True)
    return {
        each.number: Order(each.number, each.customer, each.currency, each.total, 1, each.ship_by, lines_of(each))
        for each in found
    }


def lines_of(order):
    return tuple(Line(**line._asdict()) for line in order.lines)


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_as_their_generator_writes_them(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == written(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_order_is_accepted_and_there_are_plenty(name):
    assert len(orders(name)) >= (150 if "amazon" in name else 240)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_recognised_by_its_header(name):
    assert opened((FOLDER / name).read_bytes(), any_number=True).preset in name


@pytest.mark.parametrize("name", PRICED)
def test_totals_are_the_sums_of_their_lines(name):
    for order in orders(name).values():
        assert order.total == sum(line.ordered * line.unit_price for line in order.lines)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("character", ["&", "<", '"', "'", "🦊", "株"])
def test_names_are_as_difficult_as_in_life(name, character):
    assert any(character in order.customer for order in orders(name).values())


@pytest.mark.parametrize("name", NAMES)
def test_articles_repeat_within_orders(name):
    repeated = [order for order in orders(name).values() if len({line.sku for line in order.lines}) < len(order.lines)]
    assert len(repeated) > 20


@pytest.mark.parametrize("name", PRICED)
def test_most_orders_are_in_dollars_and_some_are_not(name):
    currencies = [order.currency for order in orders(name).values()]
    assert len(set(currencies)) >= 5
    assert currencies.count("USD") > len(currencies) / 2


def test_the_redtag_sample_has_every_stage_and_every_half_way():
    found = orders("orders-redtag.csv").values()
    assert {order.stage for order in found} == set(Stage)
    for step in ("picked", "packed", "shipped", "cancelled"):
        assert any(0 < getattr(line, step) < line.ordered for order in found for line in order.lines)


def test_the_shopify_sample_has_what_shopify_can_say():
    found = orders("orders-shopify.csv").values()
    assert {order.stage for order in found} >= {Stage.OPEN, Stage.SHIPPED, Stage.CANCELLED}
    assert any({line.stage for line in order.lines} >= {Stage.OPEN, Stage.SHIPPED} for order in found)


def test_the_orders_that_the_tour_names_are_as_it_says():
    found = orders("orders-redtag.csv")
    assert (found["ORD-123"].stage, len(found["ORD-123"].lines)) == (Stage.OPEN, 3)
    assert any(0 < line.picked < line.ordered for line in found["ORD-1042"].lines)
    assert found["ORD-1050"].stage is Stage.SHIPPED
    assert found["ORD-1060"].stage is Stage.CANCELLED


def test_shopify_continuation_rows_carry_only_the_name_and_the_line():
    rows = list(csv.DictReader(io.StringIO((FOLDER / "orders-shopify.csv").read_text(encoding="utf-8"))))
    continuing = [row for row in rows if not row["Total"]]
    assert len(continuing) > 200
    kept = {title for row in continuing for title, cell in row.items() if cell}
    assert all(title in {"Name", "Vendor"} or title.startswith("Lineitem") for title in kept)


NUMBERED = {
    "orders-shopify.csv": str,
    "orders-woocommerce.csv": str,
    "orders-netsuite.csv": "SO{}".format,
    "orders-amazon.tsv": amazon_number,
}


class TestTheSameSales:
    """What was sold is the same, whichever system exports it."""

    @pytest.mark.parametrize("name", sorted(NUMBERED))
    def test_orders_have_the_customers_and_goods_that_were_sold(self, name):
        found = orders(name)
        sold = {NUMBERED[name](sale.number): sale for sale in sales(79, range(FIRST, FIRST + ORDERS))}
        assert set(found) <= set(sold)
        for number, order in found.items():
            goods = [(item.sku, " ".join(item.name.split()), item.quantity) for item in sold[number].items]
            assert order.customer == sold[number].customer
            assert [(line.sku, line.description, line.ordered) for line in order.lines] == goods

    @pytest.mark.parametrize("name", sorted(set(NUMBERED) & set(PRICED)))
    def test_orders_have_the_prices_that_were_agreed(self, name):
        found = orders(name)
        for sale in sales(79, range(FIRST, FIRST + ORDERS)):
            order = found[NUMBERED[name](sale.number)]
            assert (order.currency, order.total) == (sale.currency, sale.total)
            assert [line.unit_price for line in order.lines] == [item.price for item in sale.items]

    def test_days_are_the_same_in_every_style(self):
        day = {sale.number: sale.ship_by for sale in sales(79, range(FIRST, FIRST + ORDERS))}
        assert {f"SO{number}": when for number, when in day.items()} == {
            number: order.ship_by for number, order in orders("orders-netsuite.csv").items()
        }
        promised = {number: order.ship_by for number, order in orders("orders-amazon.tsv").items()}
        assert promised.items() <= {amazon_number(number): when for number, when in day.items()}.items()

    def test_stages_are_as_far_as_each_system_can_say(self):
        assert {order.stage for order in orders("orders-netsuite.csv").values()} >= set(Stage) - {
            Stage.ALLOCATED,
            Stage.DELIVERED,
        }
        assert {order.stage for order in orders("orders-woocommerce.csv").values()} == {
            Stage.OPEN,
            Stage.SHIPPED,
            Stage.CANCELLED,
        }
        waiting = orders("orders-amazon.tsv").values()
        assert not any(order.stage in (Stage.SHIPPED, Stage.CANCELLED) for order in waiting)
        assert any(0 < line.shipped < line.ordered for order in waiting for line in order.lines)
        assert any(0 < line.cancelled < line.ordered for order in waiting for line in order.lines)
