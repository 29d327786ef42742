"""When the clock does something about a pending request, and when it asks about a hold. Working time throughout."""

from datetime import date, datetime, time, timedelta
from typing import Final

from workflows.clocks import (
    Calendar,
    at_clock,
    calendar_of,
    countable,
    later,
    time_of,
    workday_on_or_after,
    working_time,
)
from workflows.outcome import Times
from workflows.policy.model import Policy, Reason
from workflows.policy.rules import Applied
from workflows.values import Hold, Request

SOONEST: Final = timedelta(minutes=15)
SHARE: Final = 4  # of the time that is left until the order has to go: three reminders come before its end
FARTHEST: Final = timedelta(days=1500)  # no wait is long enough for a later ship-by date to shorten it
MOST_DOUBLINGS: Final = 6


def times_of(rule: Applied, ship_by: date | None, now: datetime, policy: Policy) -> Times:
    """Of a request that is asked for now. A rule without a period for something never does it."""
    calendar, every = calendar_of(policy.desk), _first_wait(rule, ship_by, now, policy)
    return Times(
        remind_every=int(every.total_seconds()) if every else None,
        remind_at=_end(calendar, now, every),
        escalate_at=_end(calendar, now, rule.escalate_after) if rule.escalate_to else None,
        escalate_to=rule.escalate_to or "",
        expire_at=_end(calendar, now, rule.expire_after),
    )


def _end(calendar: Calendar, now: datetime, period: timedelta | None) -> datetime | None:
    return later(calendar, now, period) if period else None


def _first_wait(rule: Applied, ship_by: date | None, now: datetime, policy: Policy) -> timedelta | None:
    if rule.remind_after is None or ship_by is None:
        return rule.remind_after
    end = min(ship_end(policy, ship_by), now + FARTHEST)
    left = working_time(calendar_of(policy.desk), now, end)
    return min(rule.remind_after, max(SOONEST, left / SHARE))


def ship_end(policy: Policy, ship_by: date) -> datetime:
    """The last moment at which an order leaves on its ship-by date."""
    calendar, cutoff, day = calendar_of(policy.desk), policy.desk.ship_cutoff, countable(ship_by)
    if cutoff:
        return at_clock(calendar, day, time_of(cutoff))
    return at_clock(calendar, day + timedelta(days=1), time.min)


def next_reminder(policy: Policy, request: Request, now: datetime, *, given: int) -> datetime | None:
    """Each waits twice as long as the one before, up to 64 times the first; None: there are none. `given`: by now."""
    if request.remind_every is None:
        return None
    times = 2 ** min(given, MOST_DOUBLINGS)
    return later(calendar_of(policy.desk), now, timedelta(seconds=request.remind_every), times)


def review_at(policy: Policy, until: date) -> datetime:
    """When the owner of a hold is asked about its date: with the digest, on that day or the next workday."""
    calendar = calendar_of(policy.desk)
    return at_clock(calendar, workday_on_or_after(calendar, countable(until)), time_of(policy.desk.digest_at))


def newest_review(policy: Policy, now: datetime) -> date:
    """The latest date that owners are to be asked about by now."""
    day = now.astimezone(calendar_of(policy.desk).zone).date()
    return next(at for back in range(400) if review_at(policy, at := day - timedelta(days=back)) <= now)


def stale_at(policy: Policy, hold: Hold, reason: Reason | None) -> datetime | None:
    """From when on a hold has been open for too long; None: never."""
    period = reason.stale_after if reason else None
    return later(calendar_of(policy.desk), hold.active_at or hold.requested_at, period) if period else None
