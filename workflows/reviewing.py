"""The day that a hold was to last until: its owner is asked, and says how it goes on. Nothing is released by itself."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from workflows import refusals, telling
from workflows.care import decide_care, decide_nudge
from workflows.chasing import decide_chase, nothing
from workflows.clocks import calendar_of, day_of
from workflows.commands import AskForReview, AssignHold, Chase, ExtendHold, NudgeHold
from workflows.outcome import Entry, HoldDate, Outcome, Snapshot
from workflows.policy.model import Policy
from workflows.policy.rules import owner_of
from workflows.reasons import reason_label
from workflows.reminders import review_at
from workflows.results import Done, Refusal
from workflows.signers import signers
from workflows.values import Hold, HoldState, Kind, Order


def decide_review(snapshot: Snapshot, command: AskForReview, policy: Policy) -> Outcome | Refusal:
    """Once for each date. A hold whose release is asked for is asked about should that come to nothing."""
    hold = snapshot.hold(command.hold)
    if hold is None or hold.state is not HoldState.ACTIVE or hold.until is None or hold.asked_until == hold.until:
        return nothing(snapshot)
    if review_at(policy, hold.until) > snapshot.now:
        return nothing(snapshot)
    facts = {"hold": hold.number, "until": hold.until.isoformat()}
    return Outcome(
        result=_done("review_asked", policy, hold, snapshot.actor.user_id),
        order_number=hold.order_number,
        hold_date=HoldDate(hold.number, hold.until, hold.until),
        audit=(Entry(hold.order_number, snapshot.actor.user_id, "hold.review_asked", facts, hold.request),),
        notices=telling.review(policy, hold),
    )


def decide_extension(snapshot: Snapshot, command: ExtendHold, policy: Policy) -> Outcome | Refusal:
    order, hold = snapshot.order, snapshot.hold(command.hold)
    if order is None:
        return refusals.OrderUnknown(typed=command.order)
    if hold is None or not hold.is_open:
        return _not_open(snapshot, order, command, policy)
    return _may_not_extend(snapshot, command, policy, hold) or _extended(snapshot, command, policy, hold)


def _not_open(snapshot: Snapshot, order: Order, command: ExtendHold, policy: Policy) -> Refusal:
    holds = tuple((hold.number, reason_label(policy, "hold", hold.reason)) for hold in snapshot.open_holds)
    if not holds:
        return refusals.NoOpenHold(order=order.number)
    return refusals.HoldUnknown(order=order.number, typed=f"H-{command.hold}", holds=holds)


def _may_not_extend(snapshot: Snapshot, command: ExtendHold, policy: Policy, hold: Hold) -> Refusal | None:
    owner, today = owner_of(policy, None, hold.owner), day_of(calendar_of(policy.desk), snapshot.now)
    if owner not in policy.roles_of(snapshot.actor.user_id):
        return refusals.NotYoursToExtend(hold=hold.number, sign=signers(policy, [owner]))
    if command.until and command.until <= today:
        return refusals.NotLater(until=command.until, today=today)
    return None


def _extended(snapshot: Snapshot, command: ExtendHold, policy: Policy, hold: Hold) -> Outcome:
    actor, until = snapshot.actor.user_id, command.until.isoformat() if command.until else ""
    before = hold.until.isoformat() if hold.until else ""
    facts = {"hold": hold.number, "before": before, "until": until, "note": command.note}
    done = _done("extended", policy, hold, actor).model_copy(update={"until": command.until})
    return Outcome(
        result=done,
        order_number=hold.order_number,
        hold_date=HoldDate(hold.number, command.until, hold.asked_until),
        audit=(Entry(hold.order_number, actor, "hold.extended", facts, hold.request),),
        notices=(
            *telling.redraw_of_placement(policy, hold.order_number, hold.request, hold.owner),
            *telling.extended(policy, hold, until=until, by=actor, note=command.note),
            *telling.only(telling.reply(command.origin, actor, done, order=hold.order_number, request=hold.request)),
        ),
    )


def _done(what: str, policy: Policy, hold: Hold, by: str) -> Done:
    return Done(
        what=what,
        kind=Kind.PLACE_HOLD,
        request=hold.request or 0,
        hold=hold.number,
        order=hold.order_number,
        reason=reason_label(policy, "hold", hold.reason),
        by=by,
    )


HOLDS_AND_CLOCK: Final[Mapping[type, Callable[[Snapshot, Any, Policy], Outcome | Refusal]]] = {
    AskForReview: decide_review,
    AssignHold: decide_care,
    Chase: decide_chase,
    ExtendHold: decide_extension,
    NudgeHold: decide_nudge,
}
