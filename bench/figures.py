"""What was measured, and how it stands to its floor."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Any, Final, Self

FLOOR, UP, DOWN = "bare Bolt", "redtag", "redtag, Slack away"


@dataclass(frozen=True, slots=True)
class Leg:
    """One stretch of load. Rate in answers a second, the rest in milliseconds; processor time is an answer's share."""

    rate: float
    p50: float
    p99: float
    app: float | None
    database: float | None

    @classmethod
    def of(cls, times: Sequence[float], seconds: float, app: float | None, database: float | None) -> Self:
        """`app` and `database` are the seconds of processor time that the whole stretch took."""
        hundredths = quantiles(times, n=100, method="inclusive")
        shares = [None if each is None else 1000 * each / len(times) for each in (app, database)]
        return cls(len(times) / seconds, 1000 * hundredths[49], 1000 * hundredths[98], *shares)


Round = dict[str, Leg]


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median over the rounds of one figure divided by another of the same round, and the spread."""

    name: str
    goal: str
    median: float
    least: float
    most: float
    met: bool


@dataclass(frozen=True, slots=True)
class Report:
    rounds: tuple[Round, ...]
    connections: int
    server: dict[str, str]

    def legs(self) -> dict[str, Leg]:
        """The medians of each."""
        return {name: _middle([each[name] for each in self.rounds]) for name in self.rounds[0]}

    def ratios(self) -> list[Ratio]:
        return [self._ratio(goal) for goal in GOALS]

    def _ratio(self, goal: "Goal") -> Ratio:
        found = [getattr(each[goal.of], goal.figure) / getattr(each[goal.to], goal.figure) for each in self.rounds]
        middle = median(found)
        sign, met = ("≤", middle <= goal.bound) if goal.at_most else ("≥", middle >= goal.bound)
        return Ratio(goal.name, f"{sign} {goal.bound}", middle, min(found), max(found), met)

    def as_json(self) -> dict[str, Any]:
        return {
            "connections": self.connections,
            "legs": {name: asdict(leg) for name, leg in self.legs().items()},
            "ratios": [asdict(ratio) for ratio in self.ratios()],
            "rounds": [{name: asdict(leg) for name, leg in each.items()} for each in self.rounds],
            "server": self.server,
        }


def _middle(legs: Sequence[Leg]) -> Leg:
    return Leg(*(_median(values) for values in zip(*(asdict(leg).values() for leg in legs), strict=True)))


def _median(values: Iterable[float | None]) -> Any:
    known = [value for value in values if value is not None]
    return median(known) if known else None


@dataclass(frozen=True, slots=True)
class Goal:
    name: str
    figure: str
    of: str
    to: str
    bound: float
    at_most: bool = False


GOALS: Final = (
    Goal("rate, to bare Bolt", "rate", UP, FLOOR, 0.18),
    Goal("p99, to bare Bolt", "p99", UP, FLOOR, 6.0, at_most=True),
    Goal("rate while Slack is away, to its own", "rate", DOWN, UP, 0.95),
)
