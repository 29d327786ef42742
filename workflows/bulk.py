"""Many orders at once: one list, one card, and still an ordinary request for each order, decided under its own lock.

What somebody wants of a bulk is a round: asking about the orders that were pasted, or signing those that the card
showed. A round is stored before anybody is answered; a worker then does it step by step, each step once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from workflows.commands import CancelOrder, Clocked, Command, Decide, Origin, PlaceHold, ReleaseHold
from workflows.outcome import NEW, Entry, Notice, Outcome, Snapshot
from workflows.results import Done, Result
from workflows.transitions import Action
from workflows.values import Kind

MOST: Final = 100  # orders of one bulk
# What people paste between numbers: lines of a sheet, commas of a mail.
_BETWEEN: Final = re.compile(r"[\s,;|]+")


class RoundAction(StrEnum):
    ASK = "ask"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Bulk:
    """`hold`, of a release: the code of the reason whose hold is to end, "": the only open one. `number` is of B-7."""

    number: int
    kind: Kind
    requested_by: str
    requested_at: datetime
    reason: str = ""
    hold: str = ""
    note: str = ""
    channel: str = ""
    until: date | None = None

    @property
    def name(self) -> str:
        return f"B-{self.number}"


@dataclass(frozen=True, slots=True)
class BulkAsk:
    """What somebody asks about several orders, which are as typed."""

    kind: Kind
    orders: tuple[str, ...]
    reason: str = ""
    hold: str = ""
    note: str = ""
    until: date | None = None
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A request of a bulk in the version that somebody saw."""

    request: int
    version: int


@dataclass(frozen=True, slots=True)
class Step:
    """One order of a round. `result` is None until it is done."""

    place: int
    order: str  # as typed, or as stored where a request is decided
    request: int = 0
    version: int = 0
    tries: int = 0
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """A round under way: what a worker holds until its lease ends. `steps` are those that are not done."""

    desk_id: str
    bulk: Bulk
    number: int
    action: RoundAction
    member: str
    note: str
    token: str
    steps: tuple[Step, ...] = ()


def numbers_in(pasted: str) -> tuple[str, ...]:
    """The order numbers of a pasted list, in order, each once."""
    return tuple(dict.fromkeys(word for word in _BETWEEN.split(pasted) if word))


def command_of(round_: Round, step: Step) -> Command:
    """What a step does. Its key makes it happen once, whoever does it."""
    bulk = round_.bulk
    origin = Origin(channel=bulk.channel, key=f"bulk:{bulk.number}.{round_.number}.{step.place}", bulk=bulk.number)
    if round_.action is not RoundAction.ASK:
        return Decide(step.request, Action(round_.action), step.version, round_.note, origin)
    if bulk.kind is Kind.PLACE_HOLD:
        return PlaceHold(step.order, bulk.reason, bulk.until, bulk.note, origin)
    if bulk.kind is Kind.CANCEL:
        return CancelOrder(step.order, reason=bulk.reason, note=bulk.note, origin=origin)
    return ReleaseHold(step.order, bulk.hold, bulk.reason, bulk.note, origin=origin)


def went_well(result: Result | None) -> bool:
    return isinstance(result, Done)


def gathered(outcome: Outcome, snapshot: Snapshot, command: Command) -> Outcome:
    """Whatever is said about a request of a bulk is said once for all of its orders, and the audit names the bulk."""
    bulk = command.origin.bulk
    return replace(
        outcome,
        new_request=replace(outcome.new_request, bulk=bulk) if outcome.new_request and bulk else outcome.new_request,
        audit=tuple(_named(entry, bulk) for entry in outcome.audit) if bulk else outcome.audit,
        notices=_together(outcome.notices, snapshot, bulk),
        gather_for=DURING_A_ROUND if bulk else BY_THE_CLOCK if isinstance(command, Clocked) else 0,
    )


def _named(entry: Entry, bulk: int) -> Entry:
    return replace(entry, facts={**entry.facts, "bulk": bulk})


def _together(notices: Sequence[Notice], snapshot: Snapshot, bulk: int) -> tuple[Notice, ...]:
    found: dict[tuple[object, ...], Notice] = {}
    for place, notice in enumerate(notices):
        of = _bulk_of(notice, snapshot, bulk)
        if of:
            found.setdefault((notice.kind, notice.lane, of), _gathering(notice, of, bulk))
        else:
            found[place,] = notice
    return tuple(found.values())


def _bulk_of(notice: Notice, snapshot: Snapshot, bulk: int) -> int:
    if notice.kind not in GATHERED or notice.request is None:
        return 0
    if notice.request == NEW:
        return bulk
    request = snapshot.request(notice.request)
    return (request.bulk or 0) if request else 0


def _gathering(notice: Notice, bulk: int, during: int) -> Notice:
    """It belongs to no order alone, so none of them waits for it.

    `during`: the bulk of whose round it comes. The release of a hold draws the card of the bulk that placed it.
    """
    item = {**notice.payload, "request": notice.request}
    other = {"during": during} if during not in {0, bulk} else {}
    payload: dict[str, Any] = {**notice.payload, "bulk": bulk, **other, "items": [item]}
    return replace(notice, order_number="", payload=payload, bulk=bulk)


# The kinds of notices that speak of several orders as well as of one.
GATHERED: Final = frozenset(
    {
        "card",
        "card.redraw",
        "escalation.stuck",
        "floor",
        "floor.email",
        "outcome",
        "reminder",
        "request.email",
        "requester.email",
    }
)
# Seconds for which such a notice waits for more of its kind. A round ends that wait itself; the clock comes back to
# the orders of a bulk one after the other; a person's own click is about one order, and nothing is waited for.
DURING_A_ROUND: Final = 30
BY_THE_CLOCK: Final = 10
