"""What goes back with cancelled units: exact, and never more than there was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_line, make_order, make_policy
from workflows.asked import Cancellation, CancelledLine
from workflows.policy.model import RefundHook
from workflows.refunds import refund_of

PRICE = 1000


def desk(tax="proportional", shipping="never"):
    hook = RefundHook(
        url="https://erp.acme.example/refunds", secret="env:REDTAG_HOOK_REFUNDS", tax=tax, shipping=shipping
    )
    return make_policy(desk={"refund_hook": hook}).desk


BOTH = desk(shipping="proportional")


def order(ordered=4, tax=100, shipping=500, price=PRICE, **line):
    return make_order(lines=[make_line(ordered=ordered, unit_price=price, **line)], tax=tax, shipping=shipping)


def waiting(units, tax, shipping=0):
    line = CancelledLine(key="1", line=1, sku="ABC-1", description="", units=units, unit_price=PRICE)
    return Cancellation(lines=(line,), currency="USD", tax=tax, shipping=shipping)


@pytest.mark.parametrize(
    ("settings", "back"),
    [
        (desk(), (25, 0)),
        (desk(tax="never"), (0, 0)),
        (BOTH, (25, 125)),
        (desk(tax="never", shipping="proportional"), (0, 125)),
        (make_policy().desk, (25, 0)),  # without a hook
    ],
)
def test_tax_and_shipping_go_back_as_the_policy_says(settings, back):
    assert refund_of(order(), settings, PRICE, 1) == back


@pytest.mark.parametrize(("tax", "back"), [(1, 0), (2, 1), (3, 2), (5, 2), (7, 4)])
def test_half_a_unit_of_money_goes_to_the_even_side(tax, back):
    assert refund_of(order(ordered=2, tax=tax), desk(), PRICE, 1)[0] == back


def test_the_last_units_take_all_that_is_left():
    assert refund_of(order(ordered=3, cancelled=2, tax=34, shipping=167), BOTH, PRICE, 1) == (34, 167)


def test_units_that_cost_nothing_bring_back_no_share_but_all_of_them_bring_back_all():
    assert refund_of(order(price=0), BOTH, 0, 1) == (0, 0)
    assert refund_of(order(price=0), BOTH, 0, 4) == (100, 500)


@pytest.mark.parametrize(("tax", "shipping"), [(0, 0), (-5, -1)])
def test_nothing_goes_back_of_what_there_is_not(tax, shipping):
    assert refund_of(order(tax=tax, shipping=shipping), BOTH, 4 * PRICE, 4) == (0, 0)


def test_what_a_pending_cancel_gives_back_is_not_given_twice():
    first = refund_of(order(ordered=2, tax=3), desk(), PRICE, 1)
    second = refund_of(order(ordered=2, tax=3), desk(), PRICE, 1, [waiting(1, *first)])
    assert (first[0], second[0]) == (2, 1)


@given(
    prices=st.lists(st.integers(0, 10**7), min_size=1, max_size=8),
    tax=st.integers(0, 10**6),
    shipping=st.integers(0, 10**6),
)
def test_cancels_asked_side_by_side_give_back_exactly_what_there_was(prices, tax, shipping):
    lines = [make_line(line=place, ordered=1, unit_price=price) for place, price in enumerate(prices, 1)]
    found, asked = make_order(lines=lines, tax=tax, shipping=shipping), []
    for line in lines:
        back = refund_of(found, BOTH, line.unit_price, 1, asked)
        assert min(back) >= 0
        one = CancelledLine(
            key=line.key, line=line.line, sku=line.sku, description="", units=1, unit_price=line.unit_price
        )
        asked.append(Cancellation(lines=(one,), currency="USD", tax=back[0], shipping=back[1]))
    assert (sum(each.tax for each in asked), sum(each.shipping for each in asked)) == (tax, shipping)
