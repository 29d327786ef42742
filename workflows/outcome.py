"""What one command changes: everything that is saved in its transaction, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from workflows.asked import Asked
from workflows.policy.people import Absence
from workflows.results import Result
from workflows.values import Actor, Hold, HoldState, Kind, Order, Request, RequestState, Signature

NEW: Final = 0  # stands for the number that the store gives to a request or hold made by this command
DESK: Final = ""  # the audit chain of the desk itself


@dataclass(frozen=True, slots=True)
class Entry:
    """An audit entry. `chain` is an order number, or DESK."""

    chain: str
    actor: str
    action: str
    facts: dict[str, Any]
    request: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that must reach a person or a system. A lane is one destination, and keeps its order.

    `bulk`: one that still waits about the same bulk takes this one in, so that people hear once of many orders.
    """

    kind: str
    lane: str
    payload: dict[str, Any]
    order_number: str = ""
    request: int | None = None
    bulk: int = 0


@dataclass(frozen=True, slots=True)
class NewHold:
    reason: str
    owner: str
    note: str
    until: date | None
    state: HoldState


@dataclass(frozen=True, slots=True)
class Times:
    """What the clock has in mind for a pending request; None: nothing. `remind_every`: seconds of working time."""

    remind_every: int | None = None
    remind_at: datetime | None = None
    escalate_at: datetime | None = None
    escalate_to: str = ""
    expire_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewRequest:
    """`hold` is NEW for a placement and None for a cancel or change.

    `decided_by` is set where the requester's own signature was enough.
    """

    kind: Kind
    state: RequestState
    hold: int | None
    reason: str
    note: str
    role: str
    sign: tuple[Signature, ...]
    seen: dict[str, Any]
    channel: str
    targets: tuple[str, ...]
    decided_by: str | None = None
    asked: Asked | None = None
    times: Times = Times()
    bulk: int | None = None


@dataclass(frozen=True, slots=True)
class NewDecision:
    request: int
    role: str
    decision: str
    note: str
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class RequestChange:
    """Saved only where the request is still pending in `version`. `reason`: the signer's own; "" keeps the asker's."""

    request: int
    version: int
    state: RequestState
    note: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NewReason:
    """The reason that one signer of several chose instead."""

    request: int
    reason: str


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A pending request whose order we changed ourselves: its signers look at the new order, and at a new version."""

    request: int
    version: int
    seen: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewFollower:
    """The actor wants to hear of the outcome."""

    request: int


@dataclass(frozen=True, slots=True)
class OrderChange:
    """New values of the order. Saved only where it is still in `version`, the snapshot's."""

    version: int
    total: int
    tax: int
    shipping: int
    ship_by: date | None


@dataclass(frozen=True, slots=True)
class LineChange:
    """New values of the line with this key."""

    key: str
    ordered: int
    cancelled: int
    sku: str


@dataclass(frozen=True, slots=True)
class NewLine:
    key: str
    line: int
    sku: str
    description: str
    ordered: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class RetryCall:
    """Send this request's call again now."""

    endpoint: str
    request: int


@dataclass(frozen=True, slots=True)
class NewHookCall:
    """A call that a committed change owes to another system: the bytes that every try sends, under one `webhook_id`.

    `request` is NEW for one made here, and `hold` as well; 0 too where the change is about no hold. `amount` and
    `currency` are the refund's.
    """

    endpoint: str  # refund, or the name of a webhook
    request: int
    kind: Kind
    type: str  # cancellation.approved | change.approved | hold.placed | hold.released
    hold: int
    webhook_id: str
    body: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Chased:
    """Signers of a pending request were reminded, or it escalated `to` a role; "": to nobody who could sign."""

    request: int
    remind_at: datetime | None
    escalated: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True)
class HoldDate:
    """The new review date of a hold, and the one that its owner was asked about."""

    hold: int
    until: date | None
    asked_until: date | None


@dataclass(frozen=True, slots=True)
class HoldCare:
    """Who takes care of a hold from now on; `nudged`: those who can act on it hear of it now."""

    hold: int
    assignee: str
    nudged: bool = False


@dataclass(frozen=True, slots=True)
class HoldChange:
    hold: int
    before: HoldState
    after: HoldState


@dataclass(frozen=True, slots=True)
class NewAbsence:
    """Takes the place of an earlier one of this member. `deputy` "": the member is back."""

    member: str
    deputy: str
    until: date | None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A committed change that the system of record has yet to hear of."""

    kind: str
    request: int
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    result: Result
    order_number: str = ""
    new_hold: NewHold | None = None
    new_request: NewRequest | None = None
    decision: NewDecision | None = None
    follower: NewFollower | None = None
    new_reason: NewReason | None = None
    retry_call: RetryCall | None = None
    new_absence: NewAbsence | None = None
    chased: Chased | None = None
    hold_date: HoldDate | None = None
    hold_care: HoldCare | None = None
    request_changes: tuple[RequestChange, ...] = ()
    refreshed: tuple[Refreshed, ...] = ()
    hold_changes: tuple[HoldChange, ...] = ()
    order_change: OrderChange | None = None
    line_changes: tuple[LineChange, ...] = ()
    new_lines: tuple[NewLine, ...] = ()
    hook_calls: tuple[NewHookCall, ...] = ()
    status_changes: tuple[StatusChange, ...] = ()
    audit: tuple[Entry, ...] = ()
    notices: tuple[Notice, ...] = ()
    gather_for: int = 0  # seconds for which a notice about a bulk waits for more of its kind
    homes: tuple[str, ...] = ()  # whose Home tab is drawn anew, if they have ever opened it


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is true at the moment of deciding, read under the order's lock.

    `requests` are the order's pending ones; where the command names a request also that one, and every decided one that
    is no release. `recent_refusals` are the names of the refusals written for this actor in the last minute; `names`
    are those of the people of the request that is named.
    """

    now: datetime
    actor: Actor
    order: Order | None
    holds: tuple[Hold, ...] = ()
    requests: tuple[Request, ...] = ()
    recent_refusals: frozenset[str] = field(default_factory=frozenset)
    names: Mapping[str, str] = field(default_factory=dict)
    desk_id: str = ""
    open_calls: frozenset[str] = field(default_factory=frozenset)  # endpoints that the named request still owes a call
    absences: tuple[Absence, ...] = ()
    other: Actor | None = None  # somebody whom the command names

    def request(self, number: int) -> Request | None:
        return next((request for request in self.requests if request.number == number), None)

    def hold(self, number: int | None) -> Hold | None:
        return next((hold for hold in self.holds if hold.number == number), None)

    @property
    def open_holds(self) -> tuple[Hold, ...]:
        return tuple(hold for hold in self.holds if hold.is_open)
