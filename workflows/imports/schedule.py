"""When a sheet is to be read: every so often from midnight UTC on, or at times of the desk's own day."""

from datetime import UTC, datetime, timedelta

from workflows.clocks import DAY, Calendar, at_clock, day_of, time_of
from workflows.policy.model import Sheet


def due(sheet: Sheet, calendar: Calendar, now: datetime) -> datetime | None:
    """The newest moment, by now, at which it was to be read; None where it is read when somebody asks."""
    if sheet.every:
        return _whole(now, sheet.every)
    today = day_of(calendar, now)
    moments = [at_clock(calendar, today - DAY * back, time_of(each)) for back in (0, 1) for each in sheet.at]
    return max((moment for moment in moments if moment <= now), default=None)


def _whole(now: datetime, period: timedelta) -> datetime:
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return start + (now - start) // period * period
