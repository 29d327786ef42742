"""When the clock does something about a request, and when it asks about a hold."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.factories import make_hold, make_policy, make_request
from workflows.policy.rules import Applied
from workflows.reminders import SOONEST, newest_review, next_reminder, review_at, ship_end, stale_at, times_of

POLICY = make_policy()  # Chicago: six hours behind UTC
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)  # nine in the morning there


EVERY_DAY = make_policy(desk={"workdays": ("mon", "tue", "wed", "thu", "fri", "sat", "sun")})
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def rule(remind_after, escalate_after=None, escalate_to=None, expire_after=None):
    return Applied("default", None, (), remind_after, escalate_after, escalate_to, expire_after, "")


def wait(remind_after, ship_by, now=NOW, policy=POLICY):
    return times_of(rule(remind_after), ship_by, now, policy).remind_every


def local(moment):
    return f"{moment.astimezone(ZoneInfo('America/Chicago')):%a %d %H:%M}"


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


@pytest.mark.parametrize("day", [date.max, date.min])
@pytest.mark.parametrize("cutoff", ["", "08:00"])
@pytest.mark.parametrize("zone", ["America/Chicago", "Pacific/Kiritimati"])
def test_what_systems_write_for_no_date_is_counted_as_far_away(day, cutoff, zone):
    policy = make_policy(desk={"timezone": zone, "ship_cutoff": cutoff, "digest_at": "23:30", "workdays": ("mon",)})
    assert abs(ship_end(policy, day) - NOW) > 365 * 1000 * DAY
    assert abs(review_at(policy, day) - NOW) > 365 * 1000 * DAY
    assert wait(timedelta(hours=8), day, policy=policy) in (8 * 3600, SOONEST.total_seconds())


def test_a_rule_that_reminds_sooner_than_that_is_kept():
    assert wait(timedelta(minutes=5), date(2020, 1, 1)) == 300


@pytest.mark.parametrize(("day", "left"), [(date(2027, 3, 14), 23), (date(2026, 11, 1), 25)])
def test_the_day_of_a_clock_change_is_as_long_as_it_is(day, left):
    midnight = datetime(day.year, day.month, day.day, 6 if left == 23 else 5, tzinfo=UTC)
    assert wait(timedelta(hours=100), day, midnight, EVERY_DAY) == left * 3600 / 4


def test_what_is_far_away_shortens_nothing():
    assert wait(timedelta(hours=8), date(9999, 12, 30)) == 8 * 3600


def test_a_day_off_is_no_time_to_sign_in():
    friday = datetime(2026, 11, 27, 21, tzinfo=UTC)  # three in the afternoon: nine hours are left of it
    assert wait(100 * HOUR, date(2026, 11, 29), friday) == 9 * 3600 / 4


def test_the_time_of_day_at_which_goods_leave_is_the_end():
    policy = make_policy(desk={"ship_cutoff": "15:30", "work_hours": ("08:00", "17:00")})
    assert wait(8 * HOUR, date(2026, 11, 23), policy=policy) == 6.5 * 3600 / 4
    assert ship_end(policy, date(2026, 11, 23)) == datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
    assert ship_end(POLICY, date(2026, 11, 23)) == datetime(2026, 11, 24, 6, tzinfo=UTC)


def test_the_times_of_a_request_are_counted_in_workdays():
    times = times_of(rule(2 * HOUR, DAY, "manager", 7 * DAY), None, NOW, POLICY)
    assert [local(each) for each in (times.remind_at, times.escalate_at, times.expire_at)] == [
        "Mon 23 11:00",
        "Tue 24 09:00",
        "Wed 02 09:00",
    ]
    assert times.escalate_to == "manager"


def test_a_rule_that_escalates_to_nobody_never_does():
    assert times_of(rule(None, DAY, None, None), None, NOW, POLICY).escalate_at is None
    assert times_of(rule(None), None, NOW, POLICY).expire_at is None


def test_each_reminder_waits_twice_as_long_up_to_sixty_four_times():
    after = [next_reminder(EVERY_DAY, make_request(remind_every=3600), NOW, given=done) for done in range(1, 9)]
    assert [(each - NOW) / HOUR for each in after] == [2, 4, 8, 16, 32, 64, 64, 64]
    assert next_reminder(POLICY, make_request(), NOW, given=1) is None


def test_reminders_in_days_stay_on_days():
    friday = datetime(2026, 11, 27, 16, tzinfo=UTC)
    daily = make_request(remind_every=24 * 3600)
    assert local(next_reminder(POLICY, daily, friday, given=1)) == "Tue 01 10:00"


@pytest.mark.parametrize(
    ("until", "asked"),
    [
        (date(2026, 11, 23), "Mon 23 08:30"),
        (date(2026, 11, 28), "Mon 30 08:30"),  # a Saturday
        (date(2026, 10, 31), "Mon 02 08:30"),  # and the clocks change on the Sunday
    ],
)
def test_the_owner_of_a_hold_is_asked_with_the_digest_on_its_day_or_the_next_workday(until, asked):
    at = review_at(POLICY, until)
    assert local(at) == asked
    assert newest_review(POLICY, at) >= until
    assert newest_review(POLICY, at - timedelta(seconds=1)) < until


def test_a_hold_is_stale_after_so_many_workdays_in_force():
    reason = POLICY.reasons_of("hold")[0]
    hold = make_hold(requested_at=datetime(2026, 11, 27, 16, tzinfo=UTC))
    assert local(stale_at(POLICY, hold, reason)) == "Tue 01 10:00"
    assert stale_at(POLICY, hold, reason.model_copy(update={"stale_after": None})) is None
    assert stale_at(POLICY, hold, None) is None
