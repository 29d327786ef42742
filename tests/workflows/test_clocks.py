"""Time as a desk counts it, through weekends, short days and every change of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from tests.factories import make_policy
from workflows.clocks import (
    Calendar,
    at_clock,
    calendar_of,
    due_today,
    later,
    next_due,
    opening,
    workday_on_or_after,
    working_time,
)

CHICAGO = ZoneInfo("America/Chicago")
WEEKDAYS = frozenset(range(5))
ALL_DAY = Calendar(CHICAGO, WEEKDAYS)
OFFICE = Calendar(CHICAGO, WEEKDAYS, time(8), time(17))
EVERY_DAY = Calendar(CHICAGO, frozenset(range(7)))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(text, zone=CHICAGO, fold=0):
    """`2026-11-23 09:00` as the clocks of the zone show it."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def shown(moment, zone=CHICAGO):
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("calendar", "start", "period", "end"),
    [
        (ALL_DAY, "2026-11-23 09:00", 2 * HOUR, "Mon 2026-11-23 11:00"),
        (ALL_DAY, "2026-11-27 23:00", 2 * HOUR, "Mon 2026-11-30 01:00"),  # from Friday night
        (ALL_DAY, "2026-11-28 12:00", 2 * HOUR, "Mon 2026-11-30 02:00"),  # asked on a Saturday
        (ALL_DAY, "2026-11-27 10:00", DAY, "Mon 2026-11-30 10:00"),
        (ALL_DAY, "2026-11-28 10:00", DAY, "Tue 2026-12-01 00:00"),  # all of Monday
        (ALL_DAY, "2026-11-23 10:00", 7 * DAY, "Wed 2026-12-02 10:00"),  # seven workdays
        (ALL_DAY, "2026-11-27 22:00", 2 * HOUR, "Sat 2026-11-28 00:00"),  # ends with the day
        (OFFICE, "2026-11-23 09:00", 2 * HOUR, "Mon 2026-11-23 11:00"),
        (OFFICE, "2026-11-23 15:00", 2 * HOUR, "Mon 2026-11-23 17:00"),
        (OFFICE, "2026-11-23 16:00", 2 * HOUR, "Tue 2026-11-24 09:00"),
        (OFFICE, "2026-11-27 16:30", 2 * HOUR, "Mon 2026-11-30 09:30"),
        (OFFICE, "2026-11-23 05:00", 2 * HOUR, "Mon 2026-11-23 10:00"),  # before work begins
        (OFFICE, "2026-11-23 18:00", DAY, "Wed 2026-11-25 08:00"),  # asked in the evening
        (OFFICE, "2026-11-27 09:15", DAY, "Mon 2026-11-30 09:15"),
        (OFFICE, "2026-11-23 08:00", 20 * HOUR, "Wed 2026-11-25 10:00"),  # nine hours a day
        (EVERY_DAY, "2026-10-31 10:00", DAY, "Sun 2026-11-01 10:00"),  # 25 hours
        (EVERY_DAY, "2026-10-31 10:00", 25 * HOUR, "Sun 2026-11-01 10:00"),
        (EVERY_DAY, "2027-03-13 10:00", DAY, "Sun 2027-03-14 10:00"),  # 23 hours
        (EVERY_DAY, "2027-03-13 10:00", 23 * HOUR, "Sun 2027-03-14 10:00"),
        (EVERY_DAY, "2027-03-13 02:30", DAY, "Sun 2027-03-14 03:30"),  # there is no half past two
        (EVERY_DAY, "2026-10-31 01:30", DAY, "Sun 2026-11-01 01:30"),
        (ALL_DAY, "2026-10-30 23:30", HOUR, "Mon 2026-11-02 00:30"),  # the change falls on a day off
    ],
)
def test_a_period_is_counted_in_the_desks_own_time(calendar, start, period, end):
    assert shown(later(calendar, at(start), period)) == end


def test_of_a_time_that_is_shown_twice_the_first_counts():
    first = at("2026-11-01 01:30", fold=0).astimezone(UTC)
    assert at_clock(EVERY_DAY, date(2026, 11, 1), time(1, 30)) == first
    assert later(EVERY_DAY, at("2026-10-31 01:30"), DAY) == first
    assert later(EVERY_DAY, first, HOUR) == at("2026-11-01 01:30", fold=1).astimezone(UTC)


def test_periods_in_a_row_stay_days_or_time():
    assert shown(later(OFFICE, at("2026-11-23 09:00"), DAY, 3)) == "Thu 2026-11-26 09:00"
    assert shown(later(OFFICE, at("2026-11-23 09:00"), 3 * HOUR, 8)) == "Wed 2026-11-25 15:00"


@pytest.mark.parametrize(
    ("calendar", "start", "end", "hours"),
    [
        (ALL_DAY, "2026-11-23 09:00", "2026-11-24 00:00", 15),
        (ALL_DAY, "2026-11-27 20:00", "2026-11-30 02:00", 6),
        (ALL_DAY, "2026-11-28 09:00", "2026-11-29 09:00", 0),
        (OFFICE, "2026-11-23 16:00", "2026-11-24 15:30", 8.5),
        (OFFICE, "2026-11-23 18:00", "2026-11-23 23:00", 0),
        (OFFICE, "2026-11-23 12:00", "2026-11-23 11:00", 0),
        (EVERY_DAY, "2027-03-14 00:00", "2027-03-15 00:00", 23),
        (EVERY_DAY, "2026-11-01 00:00", "2026-11-02 00:00", 25),
    ],
)
def test_working_time_is_what_lies_in_the_hours_of_workdays(calendar, start, end, hours):
    assert working_time(calendar, at(start), at(end)) == hours * HOUR


@pytest.mark.parametrize("calendar", [ALL_DAY, OFFICE, EVERY_DAY])
@pytest.mark.parametrize("minutes", [1, 90, 9 * 60, 61 * 60])
def test_what_has_passed_is_as_long_as_it_was_to_be(calendar, minutes):
    period = timedelta(minutes=minutes)
    for hours in range(0, 24 * 12, 5):
        start = at("2026-10-26 00:10") + timedelta(hours=hours)
        assert working_time(calendar, start, later(calendar, start, period)) == period


def test_a_daily_job_is_due_on_workdays_at_its_time():
    clock = time(8, 30)
    assert shown(next_due(ALL_DAY, clock, at("2026-11-27 08:29"))) == "Fri 2026-11-27 08:30"
    assert shown(next_due(ALL_DAY, clock, at("2026-11-27 08:30"))) == "Mon 2026-11-30 08:30"
    assert shown(due_today(ALL_DAY, clock, at("2026-11-27 16:00"))) == "Fri 2026-11-27 08:30"
    assert due_today(ALL_DAY, clock, at("2026-11-27 08:29")) is None
    assert due_today(ALL_DAY, clock, at("2026-11-28 09:00")) is None
    assert workday_on_or_after(ALL_DAY, date(2026, 11, 28)) == date(2026, 11, 30)
    assert workday_on_or_after(ALL_DAY, date(2026, 11, 30)) == date(2026, 11, 30)


def test_the_desks_policy_is_its_calendar():
    desk = make_policy(desk={"workdays": ("mon", "sat"), "work_hours": ("08:00", "16:30")}).desk
    assert calendar_of(desk) == Calendar(CHICAGO, frozenset({0, 5}), time(8), time(16, 30))
    assert calendar_of(make_policy().desk) == ALL_DAY
    assert opening(ALL_DAY, at("2026-11-29 12:00")) == at("2026-11-30 00:00")


YEARS = [datetime(2025, 12, 31, 12, tzinfo=UTC) + timedelta(days=day) for day in range(733)]
TIMES = [time(0), time(0, 30), time(1, 30), time(2, 30), time(8, 30), time(23, 30)]


def zones_by_rule():
    """One zone of all that change alike, with the days before its changes."""
    found = {}
    for name in sorted(available_timezones() - {"localtime"}):
        zone = ZoneInfo(name)
        offsets = tuple(each.astimezone(zone).utcoffset() for each in YEARS)
        moved = [YEARS[place].date() for place, (before, after) in enumerate(pairwise(offsets)) if before != after]
        if moved:
            found.setdefault((offsets, tuple(moved)), (zone, moved))
    return list(found.values())


def test_in_every_zone_that_changes_a_daily_job_is_due_once_on_each_local_day():
    zones = zones_by_rule()
    assert len(zones) > 20
    for zone, moved in zones:
        calendar = Calendar(zone, frozenset(range(7)))
        for clock in TIMES:
            for day in moved:
                start = at_clock(calendar, day - 2 * DAY, time(0))
                dues = [start]
                while len(dues) < 6:
                    dues.append(next_due(calendar, clock, dues[-1]))
                days = [each.astimezone(zone).date() for each in dues[1:]]
                assert [after - before for before, after in pairwise(days)] == [DAY] * 4, (zone, clock, days)
                assert all(due_today(calendar, clock, due) == due for due in dues[1:]), (zone, clock)


def test_in_every_zone_that_changes_a_day_is_whole_and_hours_are_hours():
    for zone, moved in zones_by_rule():
        calendar = Calendar(zone, frozenset(range(7)))
        for day in moved:
            start = at_clock(calendar, day - DAY, time(9))
            assert shown(later(calendar, start, 4 * DAY), zone) == shown(
                at_clock(calendar, day + 3 * DAY, time(9)), zone
            )
            assert later(calendar, start, 71 * HOUR) == start + 71 * HOUR
            assert working_time(calendar, start, start + 71 * HOUR) == 71 * HOUR
