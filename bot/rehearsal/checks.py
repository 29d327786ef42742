"""The checklist: what was looked at, and what to do about a miss. As lines for people, and as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

Result = Literal["passed", "missed", "not played"]
MARKS: Final[dict[Result, str]] = {"passed": "✓", "missed": "✗", "not played": "–"}


@dataclass(frozen=True, slots=True)
class Check:
    """`what` is a sentence of what should be so. `expected`, `got` and `do` are empty where it is."""

    result: Result
    what: str
    expected: str = ""
    got: str = ""
    do: str = ""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """`rule` is 0 for what no rule takes; `order` says what order was made, if any."""

    rule: int
    title: str
    order: str
    checks: tuple[Check, ...]

    @property
    def result(self) -> Result:
        results = {check.result for check in self.checks}
        return "missed" if "missed" in results else "passed" if "passed" in results else "not played"


class Missed(Exception):
    """Something was not as the policy wants it, so the rest of this order cannot be played."""

    def __init__(self, check: Check) -> None:
        super().__init__(check.what)
        self.check = check


def passed(what: str) -> Check:
    return Check("passed", what)


def missed(what: str, *, expected: str, got: str, do: str) -> Check:
    return Check("missed", what, expected, got, do)


def not_played(what: str) -> Check:
    return Check("not played", what)


def lines(found: RuleResult) -> list[str]:
    shown = [f"{MARKS[found.result]} {found.title}", *([f"    {found.order}"] if found.order else [])]
    for check in found.checks:
        shown.append(f"  {MARKS[check.result]} {check.what}")
        shown += [f"      {name}: {words}" for name, words in _reasons(check) if words]
    return shown


def _reasons(check: Check) -> tuple[tuple[str, str], ...]:
    return ("expected", check.expected), ("instead", check.got), ("what to do", check.do)


def count(results: Iterable[RuleResult]) -> dict[Result, int]:
    found = [each.result for each in results]
    return {result: found.count(result) for result in MARKS}


def summary(results: Sequence[RuleResult], seconds: float) -> str:
    counted = count(results)
    checks = sum(check.result == "passed" for each in results for check in each.checks)
    played = f"{counted['passed']} of {len(results)} went as the policy says, {checks} checks, {seconds:.0f} s"
    skipped = f"; {counted['not played']} not played" if counted["not played"] else ""
    if counted["missed"]:
        return f"✗ {counted['missed']} missed; {played}{skipped}."
    return f"✓ {played}{skipped}." if counted["passed"] else "✗ Nothing was played."


def is_good(results: Sequence[RuleResult]) -> bool:
    counted = count(results)
    return not counted["missed"] and bool(counted["passed"])


def rule_json(found: RuleResult) -> dict[str, Any]:
    return {
        "rule": found.rule or "default",
        "title": found.title,
        "order": found.order,
        "result": found.result,
        "checks": [asdict(check) for check in found.checks],
    }
