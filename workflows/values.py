"""The nouns of the desk: orders, lines, holds, requests, people. Frozen; states change by making new ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from workflows.asked import Asked


class Stage(StrEnum):
    """How far an order or a line has come, derived from its quantities."""

    OPEN = "open"
    ALLOCATED = "allocated"
    PICKED = "picked"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class HoldState(StrEnum):
    REQUESTED = "requested"
    ACTIVE = "active"
    RELEASE_REQUESTED = "release_requested"
    RELEASED = "released"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Kind(StrEnum):
    PLACE_HOLD = "place_hold"
    RELEASE_HOLD = "release_hold"
    CANCEL = "cancel"
    CHANGE = "change"


class RequestState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOID = "void"


class Standing(StrEnum):
    """What Slack says of a person; only an active member acts."""

    ACTIVE = "active"
    GUEST = "guest"
    BOT = "bot"
    STRANGER = "stranger"  # from another workspace, through Slack Connect
    DEACTIVATED = "deactivated"
    UNKNOWN = "unknown"  # never seen, and Slack did not answer


OPEN_HOLD_STATES: Final = frozenset({HoldState.REQUESTED, HoldState.ACTIVE, HoldState.RELEASE_REQUESTED})
# The furthest first: a line stands where all of its remaining units have arrived.
STEPS: Final = (Stage.DELIVERED, Stage.SHIPPED, Stage.PACKED, Stage.PICKED, Stage.ALLOCATED)
GONE: Final = frozenset({Stage.SHIPPED, Stage.DELIVERED, Stage.CANCELLED})


@dataclass(frozen=True, slots=True)
class Line:
    """One order line. Quantities are units; each step counts the units that reached at least that step.

    `original` is what was ordered at first, 0 for a line that we added. The moments are when we first heard of the
    newest move to that step; None where the order came to us in this state.
    """

    key: str
    line: int
    sku: str
    description: str
    ordered: int
    cancelled: int
    allocated: int
    picked: int
    packed: int
    shipped: int
    delivered: int
    unit_price: int
    original: int = 0
    picked_at: datetime | None = None
    packed_at: datetime | None = None
    shipped_at: datetime | None = None

    @property
    def remaining(self) -> int:
        return self.ordered - self.cancelled

    @property
    def stage(self) -> Stage:
        if self.remaining <= 0:
            return Stage.CANCELLED
        return next((step for step in STEPS if self.reached(step) >= self.remaining), Stage.OPEN)

    def reached(self, step: Stage) -> int:
        units: int = getattr(self, step.value)
        return units


@dataclass(frozen=True, slots=True)
class Order:
    """`total` and `unit_price` are minor units of `currency`; `tax` and `shipping` are parts of the total, if known."""

    number: str
    customer: str
    currency: str
    total: int
    version: int
    ship_by: date | None
    lines: tuple[Line, ...]
    tax: int = 0
    shipping: int = 0

    @property
    def left_to_ship(self) -> int:
        return sum(max(line.remaining - line.shipped, 0) for line in self.lines)

    @property
    def stage(self) -> Stage:
        """Where the least advanced of the remaining units stands."""
        live = [line for line in self.lines if line.remaining > 0]
        if not live:
            return Stage.CANCELLED if self.lines else Stage.OPEN
        return next((step for step in STEPS if all(line.reached(step) >= line.remaining for line in live)), Stage.OPEN)


@dataclass(frozen=True, slots=True)
class Hold:
    number: int
    order_number: str
    reason: str
    owner: str
    note: str
    until: date | None
    state: HoldState
    request: int | None
    requested_by: str
    requested_at: datetime
    active_at: datetime | None = None
    closed_at: datetime | None = None
    asked_until: date | None = None  # the newest date about which its owner was asked
    assignee: str = ""  # the member who takes care of it
    nudged_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"H-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_HOLD_STATES


@dataclass(frozen=True, slots=True)
class Signature:
    """What a request needs: `approvals` people of `role`."""

    role: str
    approvals: int = 1


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's word on a request, given for `role`."""

    member: str
    role: str
    decision: str
    note: str
    at: datetime
    on_behalf_of: str = ""  # the member whose deputy signed


@dataclass(frozen=True, slots=True)
class Request:
    number: int
    kind: Kind
    state: RequestState
    version: int
    order_number: str
    hold: int | None
    reason: str
    note: str
    role: str
    sign: tuple[Signature, ...]
    seen: Mapping[str, object]  # the order as the requester saw it; see `workflows.movement`
    channel: str
    requested_by: str
    requested_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_note: str = ""
    decisions: tuple[Decision, ...] = ()
    asked: Asked | None = None
    followers: tuple[str, ...] = ()  # who wants to hear of its outcome, beside the one who asked
    remind_every: int | None = None  # seconds of working time to the first reminder; None: never
    reminded: int = 0
    remind_at: datetime | None = None
    escalate_at: datetime | None = None
    escalate_to: str = ""
    escalated_to: str = ""  # the role that may sign as well by now
    expire_at: datetime | None = None
    bulk: int | None = None  # the bulk that it was asked in

    @property
    def name(self) -> str:
        return f"R-{self.number}"

    @property
    def is_pending(self) -> bool:
        return self.state is RequestState.PENDING


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting, as far as Slack and our own list of members know. `name` is for e-mails, never for a decision.

    `system`: the name of the key through which it came; empty for what people do themselves.
    """

    user_id: str
    standing: Standing
    name: str = ""
    system: str = ""
