"""What a check found: one line of the doctor's list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.logs import redact


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """`mend` says what to do, and is empty where there is nothing to do."""

    check: str
    state: State
    found: str
    mend: str = ""


Findings = Sequence[Finding]
Show = Callable[[Finding], None]


def ok(check: str, found: str) -> Finding:
    return Finding(check, State.OK, _clean(found))


def warning(check: str, found: str, mend: str) -> Finding:
    return Finding(check, State.WARNING, _clean(found), mend)


def problem(check: str, found: str, mend: str) -> Finding:
    return Finding(check, State.PROBLEM, _clean(found), mend)


def skipped(check: str, why: str, mend: str = "") -> Finding:
    return Finding(check, State.SKIPPED, _clean(why), mend)


def _clean(words: str) -> str:
    """One line without a secret, also where it repeats what another system said."""
    return " ".join(redact(words).split())[:600]
