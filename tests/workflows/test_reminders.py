"""When signers are first reminded."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories import make_policy
from workflows.policy.rules import Applied
from workflows.reminders import SOONEST, first_wait

POLICY = make_policy()  # Chicago: six hours behind UTC
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)  # nine in the morning there


def rule(remind_after):
    return Applied("default", None, (), remind_after, None, None, None, "")


def wait(remind_after, ship_by, now=NOW):
    return first_wait(rule(remind_after), ship_by, now, POLICY)


def test_a_rule_without_reminders_has_none():
    assert wait(None, None) is None
    assert wait(None, date(2026, 11, 23)) is None


def test_without_a_ship_by_date_the_rule_says_when():
    assert wait(timedelta(hours=2), None) == 7200


@pytest.mark.parametrize(
    ("ship_by", "hours"),
    [
        (date(2026, 12, 24), 8.0),
        (date(2026, 11, 24), 8.0),  # 39 hours left
        (date(2026, 11, 23), 3.75),  # 15 hours left
    ],
)
def test_a_near_ship_by_date_shortens_the_wait_to_a_quarter_of_what_is_left(ship_by, hours):
    assert wait(timedelta(hours=8), ship_by) == hours * 3600


@pytest.mark.parametrize("ship_by", [date(2026, 11, 22), date(2020, 1, 1)])
def test_a_date_that_is_past_reminds_as_soon_as_is_decent(ship_by):
    assert wait(timedelta(hours=8), ship_by) == SOONEST.total_seconds()


def test_a_rule_that_reminds_sooner_than_that_is_kept():
    assert wait(timedelta(minutes=5), date(2020, 1, 1)) == 300


@pytest.mark.parametrize(("day", "left"), [(date(2027, 3, 14), 23), (date(2026, 11, 1), 25)])
def test_the_day_of_a_clock_change_is_as_long_as_it_is(day, left):
    midnight = datetime(day.year, day.month, day.day, 6 if left == 23 else 5, tzinfo=UTC)
    assert wait(timedelta(hours=100), day, midnight) == left * 3600 / 4
