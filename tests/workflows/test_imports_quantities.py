"""How far units have come, from stage words and given quantities."""

import itertools

import pytest

from tests.workflows.order_files import line, only
from workflows.imports.quantities import Given, Quantities, quantities
from workflows.values import Stage

STEPS = ("allocated", "picked", "packed", "shipped", "delivered")


@pytest.mark.parametrize(
    ("word", "reached"),
    [("open", 0), ("allocated", 1), ("picked", 2), ("packed", 3), ("shipped", 4), ("delivered", 5)],
)
def test_a_stage_word_stands_for_the_whole_line(word, reached):
    found = only([line(status=word)]).lines[0]
    assert [getattr(found, step) for step in STEPS] == [5] * reached + [0] * (5 - reached)
    assert found.cancelled == 0


def test_a_cancelled_line_has_no_units_left_and_none_on_the_way():
    found = only([line(status="Cancelled")]).lines[0]
    assert (found.ordered, found.cancelled, found.picked, found.shipped) == (5, 5, 0, 0)


def test_our_words_are_understood_in_any_case_and_theirs_beside_them():
    theirs = {"Awaiting fulfilment": "open", "Out the door": "shipped"}
    assert only([line(status=" SHIPPED ")]).lines[0].shipped == 5
    assert only([line(status="out  THE door")], **theirs).lines[0].shipped == 5
    assert only([line(status="awaiting fulfilment")], **theirs).lines[0].allocated == 0


@pytest.mark.parametrize(
    ("word", "given", "found"),
    [
        ("shipped", {"quantity_shipped": "2"}, (0, 5, 2, 2, 2, 0)),
        ("open", {"quantity_picked": "3", "quantity_packed": "2", "quantity_shipped": "1"}, (0, 3, 3, 2, 1, 0)),
        ("open", {"quantity_shipped": "5"}, (0, 5, 5, 5, 5, 0)),
        ("delivered", {"quantity_shipped": "2"}, (0, 5, 2, 2, 2, 2)),
        ("shipped", {"quantity_picked": "0", "quantity_packed": "0", "quantity_shipped": "0"}, (0, 5, 0, 0, 0, 0)),
        ("shipped", {"quantity_cancelled": "2"}, (2, 3, 3, 3, 3, 0)),
        ("cancelled", {"quantity_shipped": "2"}, (3, 2, 2, 2, 2, 0)),
        ("", {"quantity_picked": "2"}, (0, 2, 2, 0, 0, 0)),
        ("open", {"quantity_cancelled": "4", "quantity_picked": "3"}, (4, 3, 3, 0, 0, 0)),
    ],
)
def test_given_quantities_win_over_the_stage_word(word, given, found):
    assert only([line(status=word, **given)]).lines[0][5:11] == found


def test_whatever_is_said_the_steps_never_overtake_each_other():
    counts = (None, 0, 2, 5)
    for stage, *given in itertools.product(Stage, counts, counts, counts, counts):
        found = quantities(5, stage, Given(*given))
        if not contradicts(Given(*given)):
            assert found.allocated >= found.picked >= found.packed >= found.shipped >= found.delivered >= 0, (
                stage,
                given,
            )
            assert 0 <= found.cancelled <= 5, (stage, given)


def contradicts(given):
    known = [count for count in (given.picked, given.packed, given.shipped) if count is not None]
    return known != sorted(known, reverse=True)


def test_a_line_of_nothing_is_allowed():
    assert quantities(0, Stage.SHIPPED) == Quantities(0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("written", ["5", "5.0", " 5 ", "005"])
def test_a_count_is_understood_as_spreadsheets_write_it(written):
    assert only([line(quantity=written)]).lines[0].ordered == 5


@pytest.mark.parametrize(
    ("written", "ship_by"),
    [
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01 10:00:00 +0000", "2026-12-01"),
        ("2026-12-01T10:00:00Z", "2026-12-01"),
        ("", "None"),
    ],
)
def test_a_date_may_carry_a_time(written, ship_by):
    assert str(only([line(ship_by=written)]).ship_by) == ship_by


@pytest.mark.parametrize(
    ("currency", "price", "minor"),
    [("USD", "12.50", 1250), ("JPY", "1250", 1250), ("KWD", "1.250", 1250), ("usd", "1", 100)],
)
def test_money_is_kept_in_the_minor_units_of_its_currency(currency, price, minor):
    order = only([line(currency=currency, unit_price=price, order_total=price)])
    assert (order.currency, order.total, order.lines[0].unit_price) == (currency.upper(), minor, minor)
