"""Values for tests, sensible as they come: one order of Acme's with two open lines, a credit hold, its request."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from workflows.gate import gate
from workflows.movement import seen
from workflows.policy.model import DeskSettings, Policy, Reason, Role
from workflows.values import (
    Decision,
    Hold,
    HoldState,
    Kind,
    Line,
    Order,
    Request,
    RequestState,
    Signature,
)
from workflows.views import OrderOption, OrderView, QueueItem, RequestView, TimelineEntry

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # a Monday morning in Chicago

NAMES: Mapping[str, str] = {
    "U0ROSA": "Rosa Alvarez",
    "U0IVAN": "Ivan Petrov",
    "U0CARL": "Carla Nguyen",
    "U0SAMI": "Sami O'Neil",
    "U0WALT": "Walt Brandt",
    "U0LENA": "Lena Fischer",
    "U0FAYE": "Faye Osei",
    "U0PRIA": "Pria Nair",
    "U0ARNO": "Arno Vidal",
    "U0MONA": "Mona Haddad",
    "U0ADAM": "Adam Reyes",
}
# role → channel, members; the first member is the one who is notified
ROLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "csr": ("C0ORDERS", ("U0CARL", "U0SAMI")),
    "credit": ("C0CREDIT", ("U0ROSA", "U0IVAN")),
    "warehouse": ("C0STOCK", ("U0WALT",)),
    "cs_lead": ("C0CSLEAD", ("U0LENA",)),
    "fraud": ("C0FRAUD", ("U0FAYE",)),
    "pricing": ("C0PRICE", ("U0PRIA",)),
    "ar": ("C0AR", ("U0ARNO",)),
    "manager": ("C0MGRS", ("U0MONA",)),
    "admin": ("C0MGRS", ("U0ADAM",)),
}
HOLD_REASONS: Mapping[str, tuple[str, str]] = {
    "credit": ("Credit not cleared", "credit"),
    "stock": ("Stock problem", "warehouse"),
    "customer": ("Customer asked to wait", "cs_lead"),
    "fraud": ("Fraud review", "fraud"),
    "pricing": ("Price to be checked", "pricing"),
}
RELEASE_REASONS: Mapping[str, str] = {"paid": "Payment received", "resolved": "Resolved"}


def make_role(*, name: str = "credit", **changes: Any) -> Role:
    channel, members = ROLES[name]
    return Role(**{"channel": channel, "members": members, "notify": members[:1], **changes})


def make_policy(
    *,
    desk: Mapping[str, Any] | None = None,
    roles: Mapping[str, Mapping[str, Any]] | None = None,
    reasons: Iterable[Reason] | None = None,
    **rest: Any,
) -> Policy:
    """The demo desk. `roles` changes single roles; `reasons` replaces all of them."""
    settings = {
        "name": "Acme order desk",
        "timezone": "America/Chicago",
        "floor_channel": "C0FLOOR",
        "managers_channel": "C0MGRS",
        "audit_channel": "C0AUDIT",
        "floor_email": ("floor@acme.example",),
        **(desk or {}),
    }
    plain = {name: make_role(name=name).model_dump(exclude={"label"}) for name in ROLES}
    changed = {name: {**plain.get(name, {}), **change} for name, change in (roles or {}).items()}
    return Policy(
        desk=DeskSettings(**settings),
        roles={**plain, **changed},
        reasons=tuple(reasons) if reasons is not None else make_reasons(),
        **rest,
    )


def make_reasons() -> tuple[Reason, ...]:
    holds = (Reason(kind="hold", code=code, label=label, owner=owner) for code, (label, owner) in HOLD_REASONS.items())
    releases = (Reason(kind="release", code=code, label=label) for code, label in RELEASE_REASONS.items())
    return (*holds, *releases)


def make_line(*, line: int = 1, **changes: Any) -> Line:
    plain: dict[str, Any] = {
        "key": str(line),
        "line": line,
        "sku": f"ABC-{line}",
        "description": "Blue widget",
        "ordered": 3,
        "cancelled": 0,
        "allocated": 0,
        "picked": 0,
        "packed": 0,
        "shipped": 0,
        "delivered": 0,
        "unit_price": 1750,
    }
    return Line(**{**plain, "original": changes.get("ordered", plain["ordered"]), **changes})


def make_order(*, number: str = "ORD-123", lines: Iterable[Line] | None = None, **changes: Any) -> Order:
    plain: dict[str, Any] = {
        "number": number,
        "customer": "Nordwind Tools",
        "currency": "USD",
        "total": 10500,
        "version": 1,
        "ship_by": date(2026, 12, 1),
        "lines": tuple(lines) if lines is not None else (make_line(line=1), make_line(line=2)),
    }
    return Order(**{**plain, **changes})


def make_hold(*, number: int = 17, state: HoldState = HoldState.REQUESTED, **changes: Any) -> Hold:
    asked_only = {HoldState.REQUESTED, HoldState.REJECTED, HoldState.WITHDRAWN}
    plain: dict[str, Any] = {
        "number": number,
        "order_number": "ORD-123",
        "reason": "credit",
        "owner": "credit",
        "note": "waiting for wire",
        "until": None,
        "state": state,
        "request": 12,
        "requested_by": "U0CARL",
        "requested_at": NOW,
        "active_at": None if state in asked_only else NOW,
        "closed_at": NOW if state in {HoldState.RELEASED, HoldState.REJECTED, HoldState.WITHDRAWN} else None,
    }
    return Hold(**{**plain, **changes})


def make_decision(*, member: str = "U0ROSA", role: str = "credit", **changes: Any) -> Decision:
    return Decision(**{"member": member, "role": role, "decision": "approve", "note": "", "at": NOW, **changes})


def make_request(
    *, number: int = 12, kind: Kind = Kind.PLACE_HOLD, state: RequestState = RequestState.PENDING, **changes: Any
) -> Request:
    """A placement for credit; with `kind` a release. One that is approved or rejected has Rosa's decision."""
    decided = state is not RequestState.PENDING
    word = {RequestState.APPROVED: "approve", RequestState.REJECTED: "reject"}.get(state)
    plain: dict[str, Any] = {
        "number": number,
        "kind": kind,
        "state": state,
        "version": 2 if decided else 1,
        "order_number": "ORD-123",
        "hold": 17,
        "reason": "credit" if kind is Kind.PLACE_HOLD else "paid",
        "note": "waiting for wire",
        "role": "credit",
        "sign": (Signature("credit"),),
        "seen": seen(make_order()),
        "channel": "C0ORDERS",
        "requested_by": "U0CARL",
        "requested_at": NOW,
        "decided_by": "U0ROSA" if decided else None,
        "decided_at": NOW if decided else None,
        "decision_note": "",
        "decisions": (make_decision(decision=word),) if word else (),
    }
    return Request(**{**plain, **changes})


# What a request in this state has made of its hold.
_HOLD_AFTER: Mapping[tuple[Kind, RequestState], HoldState] = {
    (Kind.PLACE_HOLD, RequestState.PENDING): HoldState.REQUESTED,
    (Kind.PLACE_HOLD, RequestState.APPROVED): HoldState.ACTIVE,
    (Kind.PLACE_HOLD, RequestState.REJECTED): HoldState.REJECTED,
    (Kind.PLACE_HOLD, RequestState.WITHDRAWN): HoldState.WITHDRAWN,
    (Kind.PLACE_HOLD, RequestState.VOID): HoldState.WITHDRAWN,
    (Kind.RELEASE_HOLD, RequestState.PENDING): HoldState.RELEASE_REQUESTED,
    (Kind.RELEASE_HOLD, RequestState.APPROVED): HoldState.RELEASED,
}


def make_view(
    *,
    request: Request | None = None,
    order: Order | None = None,
    hold: Hold | None = None,
    others: Iterable[Hold] = (),
    policy: Policy | None = None,
    names: Mapping[str, str] = NAMES,
) -> RequestView:
    """What a card shows. The hold is in the state that the request has brought it to; `others` are open beside it."""
    request = request or make_request()
    order = order or make_order(number=request.order_number)
    if request.seen == seen(make_order()):
        request = replace(request, seen=seen(order))  # nothing moved since it was asked
    hold = hold or make_hold(state=_HOLD_AFTER.get((request.kind, request.state), HoldState.ACTIVE))
    return RequestView(
        request=request,
        order=order,
        hold=hold,
        open_holds=tuple(each for each in (hold, *others) if each.is_open),
        policy=policy or make_policy(),
        names=names,
    )


def make_order_view(
    *,
    order: Order | None = None,
    holds: Iterable[Hold] = (),
    requests: Iterable[Request] = (),
    timeline: Iterable[TimelineEntry] = (),
    policy: Policy | None = None,
    names: Mapping[str, str] = NAMES,
) -> OrderView:
    order, policy, holds, requests = order or make_order(), policy or make_policy(), tuple(holds), tuple(requests)
    pending = tuple(request for request in requests if request.is_pending)
    return OrderView(
        order=order,
        holds=holds,
        requests=requests,
        timeline=tuple(timeline),
        gate=gate(order, holds, pending, policy),
        policy=policy,
        names=names,
    )


def make_entry(*, action: str = "request.created", **changes: Any) -> TimelineEntry:
    plain: dict[str, Any] = {"at": NOW, "actor": "U0CARL", "action": action, "request": 12, "facts": {}}
    return TimelineEntry(**{**plain, **changes})


def make_option(*, number: str = "ORD-123", **changes: Any) -> OrderOption:
    plain = {"number": number, "customer": "Nordwind Tools", "stage": "open", "currency": "USD", "total": 10500}
    return OrderOption(**{**plain, **changes})


def make_queue_item(**changes: Any) -> QueueItem:
    plain: dict[str, Any] = {
        "id": "H-17",
        "kind": "hold",
        "order_number": "ORD-123",
        "customer": "Nordwind Tools",
        "currency": "USD",
        "total": 10500,
        "reason_label": "Credit not cleared",
        "owner": "credit",
        "since": NOW,
        "by": "U0CARL",
    }
    return QueueItem(**{**plain, **changes})


def with_number(order: Order, number: str) -> Order:
    return replace(order, number=number)
