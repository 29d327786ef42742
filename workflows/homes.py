"""The Home tab as data: what waits for somebody, the queue of holds through filters, and how the desk fares."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from workflows.absences import ADMIN
from workflows.outcome import NewAbsence, Outcome, Snapshot
from workflows.policy.model import Policy
from workflows.systems import is_person
from workflows.values import Hold, Request
from workflows.views import QueueItem

MOST_PEOPLE: Final = 500


class Filters(BaseModel):
    """What somebody chose to see of the queue. `after` and `before` are the `key` of the hold next to the page."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    role: str = ""
    reason: str = ""
    days: int = 0  # at least so old
    customer: str = ""  # how the customer's name begins
    mine: bool = False  # asked for by the viewer, or theirs to take care of
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """Whatever is not readable chooses nothing."""
        try:
            return cls.model_validate_json(text or "{}")
        except ValidationError:
            return cls()

    def write(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    def choose(self, **what: Any) -> Self:
        """Another choice begins at the first page."""
        return self.model_copy(update={"after": "", "before": "", **what})

    @property
    def chosen(self) -> bool:
        return bool(self.role or self.reason or self.days or self.customer or self.mine)


def key_of(item: QueueItem) -> str:
    return f"{item.since.isoformat()} {item.id.removeprefix('H-')}"


def read_key(key: str) -> tuple[datetime, int] | None:
    """The moment and number of a hold; None for anything that `key_of` does not write."""
    at, _, number = key.partition(" ")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, int(number)) if moment.tzinfo and 0 < int(number) < 2**31 else None
    except ValueError:
        return None


MOST_COUNTED: Final = 9_999


@dataclass(frozen=True, slots=True)
class HeldPage:
    """A page of open holds, oldest first. `count` is of all that the filters let through, at most `MOST_COUNTED`."""

    items: tuple[QueueItem, ...] = ()
    count: int = 0
    older: bool = False  # there are some before this page
    newer: bool = False


@dataclass(frozen=True, slots=True)
class DeadOne:
    """A notice that was given up."""

    id: int
    kind: str
    lane: str
    order_number: str
    error: str


@dataclass(frozen=True, slots=True)
class Health:
    """For admins. `dead` are the newest of `dead_count`; `empty` are labels of roles that nobody holds today."""

    dead: tuple[DeadOne, ...] = ()
    dead_count: int = 0
    empty: tuple[str, ...] = ()
    away: tuple[str, ...] = ()  # somebody holds them, and nobody of them is there
    imported_at: datetime | None = None
    imported: str = ""
    exported_at: datetime | None = None
    exported: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """What one person opens the day with; oldest first. `health` is None for whoever is no admin."""

    now: datetime
    mine: tuple[QueueItem, ...]
    to_sign: tuple[QueueItem, ...]
    held: HeldPage = HeldPage()
    filters: Filters = field(default_factory=Filters)
    roles: tuple[tuple[str, str], ...] = ()  # code and label
    reasons: tuple[tuple[str, str], ...] = ()
    health: Health | None = None


def concerned(outcome: Outcome, snapshot: Snapshot, policy: Policy) -> tuple[str, ...]:
    """Everybody whose Home tab shows something that this outcome changes, whether or not they have ever opened it."""
    if outcome.new_absence:
        return _beside(outcome.new_absence, snapshot, policy)
    made, changed = outcome.new_request, _changed(outcome, snapshot)
    if not (made or changed or outcome.hold_changes or outcome.new_hold or _dated(outcome)):
        return ()
    holds = _held(outcome, snapshot)
    roles = [
        *((entry.role for entry in made.sign) if made else ()),
        *(role for request in changed for role in (*(entry.role for entry in request.sign), request.escalated_to)),
        *(hold.owner for hold in holds),
        *((outcome.new_hold.owner,) if outcome.new_hold else ()),
        *((outcome.chased.to,) if outcome.chased else ()),
    ]
    askers = (
        snapshot.actor.user_id,
        *(request.requested_by for request in changed),
        *(hold.requested_by for hold in holds),
    )
    signers = (member for role in dict.fromkeys(roles) if role in policy.roles for member in policy.roles[role].members)
    return tuple(dict.fromkeys(person for person in (*askers, *signers) if is_person(person)))[:MOST_PEOPLE]


def _beside(absence: NewAbsence, snapshot: Snapshot, policy: Policy) -> tuple[str, ...]:
    """Who goes or comes back, who stands in from now on or did so until now, and the admins."""
    before = (each.deputy for each in snapshot.absences if each.member == absence.member)
    admins = policy.roles[ADMIN].members if ADMIN in policy.roles else ()
    people = (snapshot.actor.user_id, absence.member, absence.deputy, *before, *admins)
    return tuple(dict.fromkeys(person for person in people if is_person(person)))[:MOST_PEOPLE]


def _changed(outcome: Outcome, snapshot: Snapshot) -> list[Request]:
    numbers = {change.request for change in outcome.request_changes}
    numbers |= {change.request for change in outcome.refreshed}
    numbers |= {outcome.decision.request} if outcome.decision else set()
    numbers |= {outcome.chased.request} if outcome.chased else set()
    return [request for request in snapshot.requests if request.number in numbers]


def _dated(outcome: Outcome) -> bool:
    return outcome.hold_date is not None or outcome.hold_care is not None


def _held(outcome: Outcome, snapshot: Snapshot) -> list[Hold]:
    numbers = {change.hold for change in outcome.hold_changes}
    numbers |= {outcome.hold_date.hold} if outcome.hold_date else set()
    numbers |= {outcome.hold_care.hold} if outcome.hold_care else set()
    return [hold for hold in snapshot.holds if hold.number in numbers]
