"""Time as a desk counts it: its workdays and hours, in its own timezone, through every change of the clocks. Pure.

A period of whole days ends at the same time of day so many workdays later; any other is working time that passes. Both
begin at once, or when work begins next. A time of day that the clocks leave out comes as much later as they are put
forward, and as much earlier where that would be another day; of one that they show twice it is the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from workflows.policy.model import DeskSettings

WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY: Final = timedelta(days=1)
# 9999-12-31 and 0001-01-01, which systems write for "no date", are days too: a year less leaves room to count on.
FIRST_DAY: Final = date(2, 1, 1)
LAST_DAY: Final = date(9998, 12, 31)


@dataclass(frozen=True, slots=True)
class Calendar:
    """`workdays` count from Monday, 0; none at all means every day. `closes` None: midnight."""

    zone: ZoneInfo
    workdays: frozenset[int]
    opens: time = time.min
    closes: time | None = None


def calendar_of(desk: DeskSettings) -> Calendar:
    opens, closes = desk.work_hours or ("00:00", "")
    days = frozenset(WEEK.index(day) for day in desk.workdays)
    return Calendar(ZoneInfo(desk.timezone), days, time_of(opens), time_of(closes) if closes else None)


def time_of(clock: str) -> time:
    """`08:30`."""
    return time.fromisoformat(clock)


def day_of(calendar: Calendar, at: datetime) -> date:
    return at.astimezone(calendar.zone).date()


def countable(day: date) -> date:
    """The day, or the nearest one that has days before and after it."""
    return min(max(day, FIRST_DAY), LAST_DAY)


def at_clock(calendar: Calendar, day: date, clock: time) -> datetime:
    """The moment, in UTC, at which the desk's clocks show this."""
    local = datetime.combine(day, clock, calendar.zone)
    moment = local.astimezone(UTC)
    # In Greenland the clocks leave out the last hour of a day: what is later would be the next day, so it is earlier.
    return local.replace(fold=1).astimezone(UTC) if day_of(calendar, moment) > day else moment


def hours_of(calendar: Calendar, day: date) -> tuple[datetime, datetime]:
    """From when to when the day counts. 23 or 25 hours where the clocks change."""
    closes = at_clock(calendar, day, calendar.closes) if calendar.closes else at_clock(calendar, day + DAY, time.min)
    return at_clock(calendar, day, calendar.opens), closes


def is_workday(calendar: Calendar, day: date) -> bool:
    return day.weekday() in calendar.workdays or not calendar.workdays


def workdays_from(calendar: Calendar, day: date) -> Iterator[date]:
    """This day, if it is one, and all after it."""
    while True:
        if is_workday(calendar, day):
            yield day
        day += DAY


def opening(calendar: Calendar, at: datetime) -> datetime:
    """This moment, if it is working time; else the next at which work begins."""
    spans = (hours_of(calendar, day) for day in workdays_from(calendar, day_of(calendar, at)))
    return next(max(at.astimezone(UTC), opens) for opens, closes in spans if at < closes)


def later(calendar: Calendar, at: datetime, period: timedelta, times: int = 1) -> datetime:
    """The end of so many periods that begin now, one after the other. What a period is of, days or time, it stays."""
    begin = opening(calendar, at)
    if period % DAY:
        return _passed(calendar, begin, period * times)
    return _days_on(calendar, begin, period // DAY * times)


def _passed(calendar: Calendar, begin: datetime, left: timedelta) -> datetime:
    for day in workdays_from(calendar, day_of(calendar, begin)):
        opens, closes = hours_of(calendar, day)
        room = closes - max(opens, begin)
        if left <= room:
            return max(opens, begin) + left
        left -= max(room, timedelta())
    raise AssertionError("workdays do not end")


def _days_on(calendar: Calendar, begin: datetime, days: int) -> datetime:
    local = begin.astimezone(calendar.zone)
    following = workdays_from(calendar, local.date() + DAY)
    day = local.date()
    for _ in range(days):
        day = next(following)
    return at_clock(calendar, day, local.time())


def working_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much of the time between the two is working time; none where the end is not later."""
    passed = timedelta()
    for day in workdays_from(calendar, day_of(calendar, start)):
        opens, closes = hours_of(calendar, day)
        if opens >= end:
            break
        passed += max(min(closes, end) - max(opens, start), timedelta())
    return passed


def next_due(calendar: Calendar, clock: time, after: datetime) -> datetime:
    """When a job of each workday at this time of day is due next."""
    days = workdays_from(calendar, day_of(calendar, after))
    return next(due for day in days if (due := at_clock(calendar, day, clock)) > after)


def due_today(calendar: Calendar, clock: time, now: datetime) -> datetime | None:
    """When it was due on the desk's present day; None on a day off, and before its time."""
    day = day_of(calendar, now)
    due = at_clock(calendar, day, clock)
    return due if is_workday(calendar, day) and due <= now else None


def workday_on_or_after(calendar: Calendar, day: date) -> date:
    return next(workdays_from(calendar, day))
