"""Sample orders, holds, requests and people. They exist nowhere; the words around them are the policy's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

from workflows.gate import gate
from workflows.movement import seen
from workflows.policy.load import parse_policy
from workflows.policy.model import Policy, Reason
from workflows.policy.template import template_toml
from workflows.results import Signers
from workflows.values import Decision, Hold, HoldState, Kind, Line, Order, Request, RequestState, Signature
from workflows.views import NextSteps, OrderOption, OrderView, QueueItem, RequestView, TimelineEntry

NOW: Final = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
TODAY: Final = date(2026, 11, 23)
ASKER, SIGNER, SECOND = "U0CARL", "U0ROSA", "U0IVAN"
NAMES: Final[Mapping[str, str]] = {ASKER: "Carla Nguyen", SIGNER: "Rosa Alvarez", SECOND: "Ivan Petrov"}
NUMBER: Final = "ORD-123"
NOTE: Final = "Waiting for the wire of <Friday> & the new limit."
LONG: Final = "The bank has promised the money for Friday, and the limit was raised. " * 40

HOLD_AFTER: Final[Mapping[tuple[Kind, RequestState], HoldState]] = {
    (Kind.PLACE_HOLD, RequestState.PENDING): HoldState.REQUESTED,
    (Kind.PLACE_HOLD, RequestState.APPROVED): HoldState.ACTIVE,
    (Kind.PLACE_HOLD, RequestState.REJECTED): HoldState.REJECTED,
    (Kind.RELEASE_HOLD, RequestState.PENDING): HoldState.RELEASE_REQUESTED,
    (Kind.RELEASE_HOLD, RequestState.APPROVED): HoldState.RELEASED,
}
"""What else a placement came to is a withdrawn hold, and what else a release came to one that is still active."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """`payload` is what Slack is sent: text and blocks of a message, or a view."""

    name: str
    kind: Literal["message", "modal", "home"]
    payload: dict[str, Any]


def sample_policy() -> Policy:
    return parse_policy(template_toml())


def hold_reason(policy: Policy, at: int = 0) -> Reason:
    reasons = policy.reasons_of("hold") or (Reason(kind="hold", code="credit"),)
    return reasons[at % len(reasons)]


def release_code(policy: Policy) -> str:
    return next((reason.code for reason in policy.reasons_of("release")), "")


def owner(policy: Policy) -> str:
    return hold_reason(policy).owner or next(iter(policy.roles), "credit")


def without_people(policy: Policy) -> Policy:
    """The same where nobody holds a role any more."""
    bare = {name: role.model_copy(update={"members": (), "notify": ()}) for name, role in policy.roles.items()}
    return policy.model_copy(update={"roles": bare})


def line(number: int = 1, **changes: Any) -> Line:
    plain: dict[str, Any] = dict.fromkeys(("cancelled", "allocated", "picked", "packed", "shipped", "delivered"), 0)
    known = {"key": str(number), "line": number, "sku": f"ABC-{number}", "description": "Blue widget, 40 mm"}
    return Line(**{**plain, **known, "ordered": 3, "unit_price": 1750, **changes})


def order(lines: Iterable[Line] | None = None, **changes: Any) -> Order:
    plain: dict[str, Any] = {"number": NUMBER, "customer": "Nordwind & Söhne <Tools>", "currency": "USD"}
    plain |= {"total": 123_450, "version": 1, "ship_by": TODAY + timedelta(days=8)}
    return Order(**{**plain, "lines": tuple(lines) if lines is not None else (line(1), line(2)), **changes})


def hold(policy: Policy, state: HoldState, *, number: int = 17, reason: int = 0, **changes: Any) -> Hold:
    chosen = hold_reason(policy, reason)
    closed = state not in {HoldState.REQUESTED, HoldState.ACTIVE, HoldState.RELEASE_REQUESTED}
    plain: dict[str, Any] = {
        "number": number,
        "order_number": NUMBER,
        "reason": chosen.code,
        "owner": chosen.owner or "",
        "note": NOTE,
        "until": TODAY + timedelta(days=4),
        "state": state,
        "request": 12,
        "requested_by": ASKER,
        "requested_at": NOW,
        "active_at": NOW,
        "closed_at": NOW if closed else None,
    }
    return Hold(**{**plain, **changes})


def request(policy: Policy, kind: Kind, state: RequestState, **changes: Any) -> Request:
    role, ended = owner(policy), state is not RequestState.PENDING
    word = {RequestState.APPROVED: "approve", RequestState.REJECTED: "reject"}.get(state)
    decisions = (Decision(SIGNER, role, word, "", NOW),) if word else ()
    plain: dict[str, Any] = {
        "number": 12,
        "kind": kind,
        "state": state,
        "version": 1,
        "order_number": NUMBER,
        "hold": 17,
        "reason": release_code(policy) if kind is Kind.RELEASE_HOLD else hold_reason(policy).code,
        "note": NOTE,
        "role": role,
        "sign": (Signature(role),),
        "seen": seen(order()),
        "channel": "C0ORDERS",
        "requested_by": ASKER,
        "requested_at": NOW,
        "decided_by": SIGNER if ended and state is not RequestState.EXPIRED else None,
        "decided_at": NOW if ended else None,
        "decision_note": "The money arrived." if ended else "",
        "decisions": decisions,
    }
    return Request(**{**plain, **changes})


def view(policy: Policy, asked: Request, *, holds: Iterable[Hold] = (), **changes: Any) -> RequestView:
    """A request with its order and the hold in the state that it has brought that to; `holds` are open beside it."""
    otherwise = HoldState.WITHDRAWN if asked.kind is Kind.PLACE_HOLD else HoldState.ACTIVE
    own = hold(policy, HOLD_AFTER.get((asked.kind, asked.state), otherwise))
    plain: dict[str, Any] = {"request": asked, "order": order(), "hold": own, "policy": policy, "names": NAMES}
    used = {**plain, **changes}
    if asked.seen == seen(order()):
        used["request"] = replace(asked, seen=seen(used["order"]))  # nothing moved since it was asked
    found = (each for each in (used["hold"], *holds) if each and each.is_open)
    return RequestView(open_holds=tuple(found), **used)


def order_view(
    policy: Policy, *, shown: Order | None = None, holds: Iterable[Hold] = (), requests: Iterable[Request] = ()
) -> OrderView:
    used, kept, asked = shown or order(), tuple(holds), tuple(requests)
    pending = tuple(each for each in asked if each.is_pending)
    return OrderView(used, kept, asked, timeline(), gate(used, kept, pending, policy), policy, NAMES)


def timeline() -> tuple[TimelineEntry, ...]:
    """The newest first."""
    refused = {"refusal": "NotYoursToSign"}
    return (
        TimelineEntry(NOW, "redtag", "notice.sent", 12, {"kind": "floor"}),
        TimelineEntry(NOW, SIGNER, "request.approved", 12, {}),
        TimelineEntry(NOW, SECOND, "request.refused", 12, refused),
        TimelineEntry(NOW, ASKER, "request.created", 12, {}),
        TimelineEntry(NOW, "cli:admin", "order.imported", None, {}),
    )


def option() -> OrderOption:
    return OrderOption(NUMBER, "Nordwind & Söhne <Tools>", "open", "USD", 123_450)


def signers(policy: Policy) -> tuple[Signers, ...]:
    role = owner(policy)
    return (Signers(role=role, label=policy.role_label(role), members=(SIGNER, SECOND)),)


def queue_item(policy: Policy, **changes: Any) -> QueueItem:
    plain: dict[str, Any] = {
        "id": "R-12",
        "kind": Kind.PLACE_HOLD.value,
        "order_number": NUMBER,
        "customer": "Nordwind & Söhne <Tools>",
        "currency": "USD",
        "total": 123_450,
        "reason_label": hold_reason(policy).label,
        "owner": owner(policy),
        "since": NOW - timedelta(days=3, hours=2),
        "by": ASKER,
        "waiting_for": signers(policy),
    }
    return QueueItem(**{**plain, **changes})


def next_steps(request: int, **changes: Any) -> NextSteps:
    plain: dict[str, Any] = {"request": request, "reminded": 0, "escalated_to": "", "channels": ("C0CREDIT",)}
    for hours, name in ((2, "remind_at"), (24, "escalate_at"), (168, "expire_at")):
        plain[name] = NOW + timedelta(hours=hours)
    return NextSteps(**{**plain, **changes})
