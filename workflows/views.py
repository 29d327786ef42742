"""What people look at: read models, as they come from the store and before any words or blocks are made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.bulk import Bulk, RoundAction, Step
from workflows.contradictions import DriftedChange, OpenException
from workflows.endpoints import CANCELLED
from workflows.gate import Gate
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.results import Signers
from workflows.signers import waiting_for
from workflows.values import Hold, Kind, Order, Request, RequestState


@dataclass(frozen=True, slots=True)
class HookCall:
    """How a call to another system stands. `state`: waiting | sent | accepted | failed | unknown."""

    endpoint: str
    request: int
    state: str
    attempts: int
    error: str
    amount: int
    currency: str
    tried_at: datetime | None
    accepted_at: datetime | None
    type: str = CANCELLED
    hold: int = 0


@dataclass(frozen=True, slots=True)
class RequestView:
    """Everything a card shows. `names` are display names by user id, for places that cannot mention people."""

    request: Request
    order: Order
    hold: Hold | None
    open_holds: tuple[Hold, ...]
    policy: Policy
    names: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[HookCall, ...] = ()  # for the refund of this request
    others: tuple[Request, ...] = ()  # the order's other requests, newest first
    now: datetime | None = None  # when it was looked at

    @property
    def reason_label(self) -> str:
        """The label of what is held, or of the reason of a cancel or change."""
        kind, code = ("hold", self.hold.reason) if self.hold else (self.request.kind.value, self.request.reason)
        return reason_label(self.policy, kind, code)

    @property
    def release_reason_label(self) -> str:
        """Empty for whatever is not a release, and for a release without a reason."""
        code = self.request.reason if self.request.kind is Kind.RELEASE_HOLD else ""
        return reason_label(self.policy, "release", code) if code else ""

    @property
    def deciders(self) -> tuple[str, ...]:
        """Everyone who signed an approved request; else the one who ended it, if it was a person's doing."""
        request = self.request
        signed = tuple(each.member for each in request.decisions if each.decision == "approve")
        if request.state is RequestState.APPROVED and signed:
            return signed
        return (request.decided_by,) if request.decided_by else ()

    @property
    def waiting_for(self) -> tuple[Signers, ...]:
        """Who has still to sign, without the one who asked; after an escalation also who may sign for them."""
        return waiting_for(self.policy, self.request)


@dataclass(frozen=True, slots=True)
class BulkView:
    """Everything a bulk's card shows: its requests, as they are now, in the order in which they were asked."""

    bulk: Bulk
    requests: tuple[RequestView, ...]
    policy: Policy
    names: Mapping[str, str] = field(default_factory=dict)

    def in_channel(self, channel: str) -> tuple[RequestView, ...]:
        """Those with whose signing this channel has to do."""
        return tuple(view for view in self.requests if channel in _channels(view))

    def waiting_in(self, channel: str) -> tuple[RequestView, ...]:
        """Those that still wait for a signature of a role of this channel."""
        return tuple(
            view
            for view in self.requests
            if view.request.is_pending and any(each.role in self.roles_in(channel) for each in view.waiting_for)
        )

    def roles_in(self, channel: str) -> set[str]:
        """Without those that the policy has no more."""
        return {name for name, role in self.policy.roles.items() if role.channel == channel}


def _channels(view: RequestView) -> set[str]:
    roles = (*(entry.role for entry in view.request.sign), view.request.escalated_to)
    return {view.policy.roles[role].channel for role in roles if role in view.policy.roles}


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round that is done, or that far: `result` of a step is None where it is still to be done."""

    bulk: Bulk
    number: int
    action: RoundAction
    member: str
    note: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    at: datetime
    actor: str
    action: str
    request: int | None
    facts: Mapping[str, Any]
    seq: int = 0


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries of an order, newest first. `faults`: how its chain does not verify; None where it was not checked."""

    order: str
    entries: tuple[TimelineEntry, ...]
    more: bool
    count: int
    faults: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class OrderView:
    """`requests` are all of the order's, newest first; `timeline` the newest audit entries, newest first."""

    order: Order
    holds: tuple[Hold, ...]
    requests: tuple[Request, ...]
    timeline: tuple[TimelineEntry, ...]
    gate: Gate
    policy: Policy
    names: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[HookCall, ...] = ()
    exceptions: tuple[OpenException, ...] = ()
    drift: tuple[DriftedChange, ...] = ()


@dataclass(frozen=True, slots=True)
class NextSteps:
    """What the clock will do about a pending request, None: nothing; and the channels that have its card."""

    request: int
    reminded: int
    remind_at: datetime | None
    escalate_at: datetime | None
    escalated_to: str
    expire_at: datetime | None
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueItem:
    """An open hold or a pending request. `waiting_for` is empty for a hold that nobody has asked to release."""

    id: str
    kind: str  # hold | place_hold | release_hold | cancel | change
    order_number: str
    customer: str
    currency: str
    total: int
    reason_label: str
    owner: str
    since: datetime
    by: str
    waiting_for: tuple[Signers, ...] = ()
    version: int = 1
    state: str = ""  # of a hold


@dataclass(frozen=True, slots=True)
class OrderOption:
    """One line of an order typeahead."""

    number: str
    customer: str
    stage: str
    currency: str
    total: int
