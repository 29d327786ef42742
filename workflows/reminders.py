"""How long a pending request waits before its signers are reminded, and how a ship-by date shortens that."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from workflows.policy.model import Policy
from workflows.policy.rules import Applied

SOONEST: Final = timedelta(minutes=15)
SHARE: Final = 4  # of the time that is left until the order has to go: three reminders come before its end


def first_wait(rule: Applied, ship_by: date | None, now: datetime, policy: Policy) -> float | None:
    """Seconds from the asking to the first reminder; each later one waits twice as long. None: never."""
    wait = _first_wait(rule, ship_by, now, policy)
    return wait.total_seconds() if wait is not None else None


def _first_wait(rule: Applied, ship_by: date | None, now: datetime, policy: Policy) -> timedelta | None:
    if rule.remind_after is None or ship_by is None:
        return rule.remind_after
    end = datetime.combine(ship_by + timedelta(days=1), time.min, ZoneInfo(policy.desk.timezone))
    return min(rule.remind_after, max(SOONEST, (end - now) / SHARE))
