"""How many units can still be cancelled or changed, and what is said of the others."""

from datetime import UTC, datetime

import pytest

from tests.factories import make_line, make_policy
from workflows.units import blocked, cancellable, changeable, not_cancellable, not_changeable, returns

STEPS = ("allocated", "picked", "packed", "shipped", "delivered")


def line(ordered=10, upto="", units=0, **changes):
    """`units` of the line have come as far as `upto`."""
    reached = dict.fromkeys(STEPS[: STEPS.index(upto) + 1], units) if upto else {}
    return make_line(line=2, ordered=ordered, **{**reached, **changes})


@pytest.mark.parametrize("units", [0, 1, 9, 10])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("upto", STEPS)
def test_units_at_or_past_the_step_are_blocked(upto, step, units):
    expected = units if STEPS.index(upto) >= STEPS.index(step) else 0
    assert blocked(line(upto=upto, units=units), step) == expected
    policy = make_policy(desk={"cancel_blocked_from": step, "change_blocked_from": step})
    assert cancellable(line(upto=upto, units=units), policy) == 10 - expected
    assert changeable(line(upto=upto, units=units), policy) == 10 - expected


def test_nothing_of_an_open_line_is_free_where_the_desk_blocks_from_open():
    assert blocked(line(), "open") == 10


@pytest.mark.parametrize(("cancelled", "free"), [(0, 7), (6, 1), (7, 0), (9, 0), (10, 0)])
def test_no_more_is_free_than_is_left(cancelled, free):
    found = line(upto="shipped", units=3, cancelled=cancelled)
    assert cancellable(found, make_policy()) == free
    assert blocked(found, "shipped") <= found.remaining


@pytest.mark.parametrize(("units", "back"), [(1, 0), (2, 0), (3, 1), (5, 3), (7, 5)])
def test_units_come_off_the_end_and_only_picked_ones_go_back(units, back):
    assert returns(line(upto="picked", units=8, packed=3, shipped=3), units) == back


def test_units_that_shipped_do_not_go_back_on_the_shelf():
    assert returns(line(upto="shipped", units=10), 10) == 0


def test_units_cancelled_before_are_not_put_back_twice():
    before, after = line(upto="picked", units=8), line(upto="picked", units=8, cancelled=5)
    assert returns(before, 5) + returns(after, 5) == returns(before, 10) == 8


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (line(upto="shipped", units=3), "line 2: 3 of 10 shipped, 7 can be cancelled"),
        (
            line(upto="shipped", units=3, shipped_at=datetime(2026, 11, 19, 3, tzinfo=UTC)),
            "line 2: 3 of 10 shipped 2026-11-18, 7 can be cancelled",  # the evening before in Chicago
        ),
        (line(upto="delivered", units=10), "line 2: 10 of 10 delivered, none can be cancelled"),
        (line(cancelled=10), "line 2: all 10 cancelled already"),
        (line(ordered=0), "line 2: it was taken off the order"),
    ],
)
def test_a_sentence_says_how_far_units_have_come_and_what_is_left(found, said):
    assert not_cancellable(found, make_policy()) == said


def test_a_change_names_its_own_step():
    assert not_changeable(line(upto="picked", units=4), make_policy()) == "line 2: 4 of 10 picked, 6 can be changed"
