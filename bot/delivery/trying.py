"""When to try again, and when to give up."""

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from workflows.notices import Claimed, Dead, Retry, Settlement

FIRST: Final = 1.0  # seconds, doubling
LONGEST: Final = 15 * 60.0
HOOK: Final = "hook"
HOOK_FIRST: Final = 5.0  # seconds, doubling
HOOK_LONGEST: Final = 60 * 60.0

# From the first attempt on. Resend knows an idempotency key for 24 hours; a response_url lives for 30 minutes.
HORIZONS: Final[Mapping[str, timedelta]] = {
    "email": timedelta(hours=23),
    HOOK: timedelta(hours=72),
    "reply": timedelta(minutes=30),
    "slack": timedelta(hours=24),
}


def backoff(attempts: int, draw: Callable[[float, float], float] = random.uniform) -> timedelta:
    """Anything up to the doubled delay, so that many that failed together do not come back together."""
    return timedelta(seconds=draw(0, min(LONGEST, FIRST * 2 ** min(attempts - 1, 20))))


def hook_backoff(attempts: int, draw: Callable[[float, float], float] = random.uniform) -> timedelta:
    """About five seconds, doubling to an hour: receivers are told that there is time to mend something."""
    return timedelta(seconds=min(HOOK_LONGEST, HOOK_FIRST * 2 ** min(attempts - 1, 20)) * draw(0.9, 1.1))


def again(claimed: Claimed, error: str, *, definite: bool) -> Retry:
    wait = hook_backoff if claimed.channel_kind == HOOK else backoff
    return Retry(wait(claimed.attempts), error, definite=definite)


def horizon(claimed: Claimed) -> timedelta:
    return HORIZONS.get(claimed.channel_kind, HORIZONS["slack"])


def or_give_up(claimed: Claimed, settlement: Settlement) -> Settlement:
    """A retry that would come after the horizon is the end instead."""
    if not isinstance(settlement, Retry) or claimed.trying_for + settlement.after <= horizon(claimed):
        return settlement
    return Dead(f"{settlement.error}; gave up after {_hours(horizon(claimed))}", definite=settlement.definite)


def too_late(claimed: Claimed) -> Dead | None:
    """An e-mail whose idempotency key may be forgotten is never sent again: it could arrive twice."""
    if claimed.channel_kind != "email" or claimed.trying_for <= horizon(claimed):
        return None
    return Dead(f"first tried {_hours(claimed.trying_for)} ago: sent again, it could arrive twice")


def _hours(time: timedelta) -> str:
    hours = time / timedelta(hours=1)
    return f"{hours:.0f} h" if hours >= 1 else f"{hours * 60:.0f} min"
