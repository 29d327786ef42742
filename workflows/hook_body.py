"""The text of a call about a committed change: made once, in the change's own transaction, and never again.

A request or hold that is made by the same command has no number yet: it stands as R-0 or H-0, which the store replaces
where it saves the text. No other text of a body looks like that, because quotes inside of words are escaped.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from workflows.asked import AddedLine, Asked, Cancellation, CancelledLine, Change, ChangedLine
from workflows.endpoints import REFUND
from workflows.systems import shown, system_name
from workflows.values import Decision, Hold, Kind

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """The hold that a change is about; `number` is NEW for one that is placed by the same command."""

    number: int
    reason: str
    label: str
    until: date | None
    note: str


@dataclass(frozen=True, slots=True)
class Event:
    """One committed change. `reason` is the code that counts in the end, `others` what is open beside the hold."""

    type: str
    at: datetime
    desk: str
    request: int
    kind: Kind
    order: str
    reason: str
    note: str
    requested_by: str
    decisions: tuple[Decision, ...]
    names: Mapping[str, str]
    asked: Asked | None = None
    hold: Held | None = None
    others: tuple[Hold, ...] = ()


def body_of(event: Event) -> str:
    """Amounts are in the currency's minor units."""
    at = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    data = {
        "desk": event.desk,
        "request": f"R-{event.request}",
        "order": event.order,
        **BODIES[event.type](event),
        "requester": _person(event, event.requested_by),
        "approvers": [_approver(event, each) for each in event.decisions],
    }
    return json.dumps({"type": event.type, "timestamp": at, "data": data}, ensure_ascii=False, separators=(",", ":"))


def webhook_id(event: Event, endpoint: str) -> str:
    """The same for every try, and for no other decision or endpoint, also after a desk has begun anew."""
    parts = ["msg", event.desk, f"R-{event.request}", str(int(event.at.timestamp() * 1000))]
    parts += [f"H-{event.hold.number}"] if event.hold else []
    return "_".join(parts if endpoint == REFUND else [*parts, endpoint])


def _cancellation(event: Event) -> Data:
    asked = event.asked
    if not isinstance(asked, Cancellation):
        raise TypeError(event.type)
    return {
        "currency": asked.currency,
        "lines": [_cancelled_line(line) for line in asked.lines],
        "amount": asked.amount,
        "tax": asked.tax,
        "shipping": asked.shipping,
        "total": asked.total,
        "reason": event.reason,
        "note": event.note,
    }


def _cancelled_line(line: CancelledLine) -> Data:
    return {
        "line": line.line,
        "sku": line.sku,
        "units": line.units,
        "unit_price": line.unit_price,
        "amount": line.amount,
    }


def _change(event: Event) -> Data:
    asked = event.asked
    if not isinstance(asked, Change):
        raise TypeError(event.type)
    ship_by = asked.ship_by
    return {
        "currency": asked.currency,
        "lines": [_changed_line(line) for line in asked.lines],
        "added": [_added_line(line) for line in asked.added],
        "ship_by": {"before": _day(ship_by.before), "after": _day(ship_by.after)} if ship_by else None,
        "amount": asked.amount,
        "reason": event.reason,
        "note": event.note,
    }


def _changed_line(line: ChangedLine) -> Data:
    return {
        "line": line.line,
        "sku": {"before": line.sku, "after": line.new_sku},
        "units": {"before": line.before, "after": line.after},
        "unit_price": line.unit_price,
        "amount": line.amount,
    }


def _added_line(line: AddedLine) -> Data:
    return {
        "sku": line.sku,
        "description": line.description,
        "units": line.quantity,
        "unit_price": line.unit_price,
        "amount": line.amount,
    }


def _placed(event: Event) -> Data:
    held = _held(event)
    return {"hold": f"H-{held.number}", **_why(held), "note": held.note, "other_holds": _others(event)}


def _released(event: Event) -> Data:
    """`by` is the kind of request that released it: a cancel that leaves nothing to ship releases all holds."""
    held, release = _held(event), event.kind is Kind.RELEASE_HOLD
    return {
        "hold": f"H-{held.number}",
        **_why(held),
        "note": held.note,
        "by": event.kind.value,
        "release_reason": event.reason if release else "",
        "release_note": event.note,
        "other_holds": _others(event),
    }


def _held(event: Event) -> Held:
    if event.hold is None:
        raise TypeError(event.type)
    return event.hold


def _why(held: Held) -> Data:
    return {"reason": held.reason, "label": held.label, "until": _day(held.until)}


def _others(event: Event) -> list[Data]:
    return [{"hold": each.name, "reason": each.reason, "state": each.state.value} for each in event.others]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _approver(event: Event, decision: Decision) -> Data:
    deputy = {"on_behalf_of": _person(event, decision.on_behalf_of)} if decision.on_behalf_of else {}
    return {**_person(event, decision.member), "role": decision.role, **deputy}


def _person(event: Event, actor: str) -> dict[str, str]:
    """A system that asked has a name and no id in Slack."""
    system = system_name(actor)
    if system is not None:
        return {"slack_user_id": "", "name": shown(system)}
    return {"slack_user_id": actor, "name": event.names.get(actor, "")}


BODIES: Final[Mapping[str, Callable[[Event], Data]]] = {
    "cancellation.approved": _cancellation,
    "change.approved": _change,
    "hold.placed": _placed,
    "hold.released": _released,
}
