"""How many units of a line can still be cancelled or changed, and the words for those that cannot."""

from datetime import tzinfo
from zoneinfo import ZoneInfo

from workflows.policy.model import Policy
from workflows.values import STEPS, Line, Stage


def blocked(line: Line, step: str) -> int:
    """Units that are at `step` or past it; all that remain where `step` is open."""
    return line.remaining if step == Stage.OPEN else min(line.remaining, line.reached(Stage(step)))


def cancellable(line: Line, policy: Policy) -> int:
    return max(0, line.remaining - blocked(line, policy.desk.cancel_blocked_from))


def changeable(line: Line, policy: Policy) -> int:
    return max(0, line.remaining - blocked(line, policy.desk.change_blocked_from))


def returns(line: Line, units: int) -> int:
    """How many of these units, once cancelled, are picked already and go back on the shelf.

    Units come off the end of a line, so those that have come least far are cancelled first.
    """
    return min(units, max(0, line.picked - line.shipped, 0), max(0, line.picked - (line.remaining - units)))


def not_cancellable(line: Line, policy: Policy) -> str:
    """`line 2: 3 of 10 shipped 2026-11-18, 7 can be cancelled`."""
    return _said(line, policy.desk.cancel_blocked_from, cancellable(line, policy), "cancelled", policy)


def not_changeable(line: Line, policy: Policy) -> str:
    return _said(line, policy.desk.change_blocked_from, changeable(line, policy), "changed", policy)


def _said(line: Line, step: str, can: int, done: str, policy: Policy) -> str:
    if line.remaining <= 0 and not line.cancelled:
        return f"line {line.line}: it was taken off the order"
    if line.remaining <= 0:
        return f"line {line.line}: all {line.cancelled} cancelled already"
    held = blocked(line, step)
    rest = f"{can} can be {done}" if can else f"none can be {done}"
    return f"line {line.line}: {held} of {line.remaining} {_where(line, step, held, policy)}, {rest}"


def _where(line: Line, step: str, held: int, policy: Policy) -> str:
    """The furthest step that all of these units have reached, and since when, where that is known."""
    found = next((each for each in STEPS if line.reached(each) >= held), Stage(step))
    at = getattr(line, f"{found}_at", None)
    return f"{found} {at.astimezone(_zone(policy)).date()}" if at else found.value


def _zone(policy: Policy) -> tzinfo:
    return ZoneInfo(policy.desk.timezone)
