"""Odd cases in people's own words: each is understood as a key of the policy, or read back as not handled."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from workflows.policy.model import Policy

MOST: Final = 50
_DAYS: Final = {"saturday": "sat", "sunday": "sun"}
_CLOCK: Final = r"(?P<at>(?:[01]?\d|2[0-3]):[0-5]\d)"


@dataclass(frozen=True, slots=True)
class Case:
    """`keys`: settings of the desk by name; none where nothing in a policy says this."""

    line: str
    keys: Mapping[str, Any]


def read(lines: Iterable[str], policy: Policy) -> tuple[Case, ...]:
    told = [" ".join(line.split()) for line in lines]
    return tuple(Case(line, _keys(line, policy)) for line in dict.fromkeys(told) if line)[:MOST]


def applied(policy: Policy, cases: Iterable[Case]) -> Policy:
    keys = {key: value for case in cases for key, value in case.keys.items()}
    return policy.model_copy(update={"desk": policy.desk.model_copy(update=keys)}) if keys else policy


def _keys(line: str, policy: Policy) -> Mapping[str, Any]:
    for pattern, keys in CASES:
        if found := re.search(pattern, line, re.IGNORECASE):
            return keys(found, policy)
    return {}


def _says_no(line: str) -> bool:
    return bool(re.search(r"\b(?:not?|never|nobody|cannot|can't|don't|doesn't|without)\b", line, re.IGNORECASE))


def _workday(found: re.Match[str], policy: Policy) -> Mapping[str, Any]:
    day, days = _DAYS[found["day"].lower()], policy.desk.workdays
    left = tuple(each for each in days if each != day)
    return {"workdays": left if _says_no(found.string) else (*left, day)}


def _clock(key: str) -> Callable[[re.Match[str], Policy], Mapping[str, Any]]:
    return lambda found, _: {key: found["at"].zfill(5)}


def _hours(found: re.Match[str], _: Policy) -> Mapping[str, Any]:
    return {"work_hours": (found["start"].zfill(5), found["end"].zfill(5))}


def _unless_no(key: str) -> Callable[[re.Match[str], Policy], Mapping[str, Any]]:
    return lambda found, _: {key: not _says_no(found.string)}


def _missing(found: re.Match[str], _: Policy) -> Mapping[str, Any]:
    return {"missing_orders": {"shipped": "shipped", "ask": "ask"}.get(found["what"].lower(), "leave")}


CASES: Final[tuple[tuple[str, Callable[[re.Match[str], Policy], Mapping[str, Any]]], ...]] = (
    (r"\bwork(?:s|ing)?\b.*\b(?P<day>saturday|sunday)s?\b", _workday),
    (rf"\b(?:cut-?off|last truck|carrier|leaves?)\b.*\b{_CLOCK}", _clock("ship_cutoff")),
    (rf"\bdigest\b.*\b{_CLOCK}", _clock("digest_at")),
    (r"\bhours\b.*?(?P<start>\d{1,2}:\d\d)\D+(?P<end>\d{1,2}:\d\d)", _hours),
    (r"\b(?:approve|sign)\b.*\b(?:own|themselves)\b", _unless_no("self_approval")),
    (r"\b(?:missing|absent)\b.*\b(?P<what>shipped|ask|leave|stay)\b", _missing),
    (r"\bunknown (?:order|number)s?\b.*\b404\b", lambda *_: {"gate_unknown_order": "404"}),
    (r"\b(?:requested|asked)\b.*\bholds?\b.*\b(?:block|stop)", _unless_no("gate_blocks_requested")),
    (r"\bpending\b.*\b(?:cancel|change)s?\b.*\b(?:block|stop)", _unless_no("gate_blocks_pending")),
)
