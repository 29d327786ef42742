"""What a committed change owes to other systems: one call for each endpoint that wants to hear of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workflows.asked import Cancellation
from workflows.endpoints import CANCELLED, REFUND, Endpoint, endpoints
from workflows.hook_body import Event, Held, body_of, webhook_id
from workflows.outcome import NEW, NewHookCall, NewRequest, Notice, Outcome, Snapshot, StatusChange
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.values import Decision, Hold, HoldState, Request


@dataclass(frozen=True, slots=True)
class CallKey:
    """One call of a desk. `hold` is 0 for what is not about a hold."""

    endpoint: str
    request: int
    type: str
    hold: int


def key_of(payload: Mapping[str, Any], request: int | None) -> CallKey:
    """The call that a notice is about. A hold made with the notice stands among its numbers."""
    made = payload.get("numbers", (NEW, NEW))[1]
    hold = int(payload.get("hold") or made)
    return CallKey(str(payload.get("endpoint", REFUND)), request or NEW, str(payload.get("type", CANCELLED)), hold)


def with_calls(snapshot: Snapshot, policy: Policy, outcome: Outcome) -> Outcome:
    """The outcome, and each of its committed changes for each endpoint that wants its type."""
    calls = tuple(_calls(snapshot, policy, outcome))
    notices = (_notice(outcome.order_number, call) for call in calls)
    return replace(outcome, hook_calls=calls, notices=(*outcome.notices, *notices)) if calls else outcome


def _calls(snapshot: Snapshot, policy: Policy, outcome: Outcome) -> Iterator[NewHookCall]:
    for change in outcome.status_changes:
        wanted = [each for each in endpoints(policy) if change.kind in each.types]
        if wanted:
            event = _event(snapshot, policy, outcome, change)
            yield from (_call(event, each) for each in wanted)


def _call(event: Event, endpoint: Endpoint) -> NewHookCall:
    money = event.asked if endpoint.name == REFUND and isinstance(event.asked, Cancellation) else None
    return NewHookCall(
        endpoint=endpoint.name,
        request=event.request,
        kind=event.kind,
        type=event.type,
        hold=event.hold.number if event.hold else NEW,
        webhook_id=webhook_id(event, endpoint.name),
        body=body_of(event),
        amount=money.total if money else 0,
        currency=money.currency if money else "",
    )


def _notice(order: str, call: NewHookCall) -> Notice:
    payload = {"endpoint": call.endpoint, "hold": call.hold, "type": call.type}
    return Notice("hook", f"hook:{call.endpoint}", payload, order, call.request)


def _event(snapshot: Snapshot, policy: Policy, outcome: Outcome, change: StatusChange) -> Event:
    request = snapshot.request(change.request)
    made = outcome.new_request
    if request is None and made is None:
        raise LookupError(change.kind)
    hold = _held(snapshot, policy, outcome, change)
    return Event(
        type=change.kind,
        at=snapshot.now,
        desk=snapshot.desk_id,
        request=change.request,
        kind=request.kind if request else _new(made).kind,
        order=outcome.order_number,
        reason=_reason(outcome, request) if request else _new(made).reason,
        note=request.note if request else _new(made).note,
        requested_by=request.requested_by if request else snapshot.actor.user_id,
        decisions=_decisions(snapshot, outcome, request),
        names=snapshot.names,
        asked=request.asked if request else None,
        hold=hold,
        others=tuple(_others(snapshot, outcome, hold)) if hold else (),
    )


def _new(made: NewRequest | None) -> NewRequest:
    if made is None:
        raise LookupError("request")
    return made


def _reason(outcome: Outcome, request: Request) -> str:
    """The last signer's, where they chose another one."""
    chosen = (each.reason for each in outcome.request_changes if each.request == request.number)
    return next(chosen, "") or request.reason


def _decisions(snapshot: Snapshot, outcome: Outcome, request: Request | None) -> tuple[Decision, ...]:
    earlier = tuple(each for each in request.decisions if each.decision == "approve") if request else ()
    last, actor, at = outcome.decision, snapshot.actor.user_id, snapshot.now
    if last is None:
        return earlier
    return (*earlier, Decision(actor, last.role, "approve", last.note, at, last.on_behalf_of))


def _held(snapshot: Snapshot, policy: Policy, outcome: Outcome, change: StatusChange) -> Held | None:
    if "hold" not in change.facts:
        return None
    label = reason_label(policy, "hold", change.facts["reason"])
    hold = snapshot.hold(change.facts["hold"])
    if hold:
        return Held(hold.number, hold.reason, label, hold.until, hold.note)
    new = outcome.new_hold
    return Held(NEW, new.reason, label, new.until, new.note) if new else None


def _others(snapshot: Snapshot, outcome: Outcome, held: Held) -> Iterator[Hold]:
    """The order's other holds, as they stand once this is saved."""
    after = _after(outcome)
    for hold in snapshot.open_holds:
        now = replace(hold, state=after.get(hold.number, hold.state))
        if now.is_open and now.number != held.number:
            yield now


def _after(outcome: Outcome) -> Mapping[int, HoldState]:
    return {change.hold: change.after for change in outcome.hold_changes}
