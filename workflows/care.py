"""Who looks after a hold that has been open for long: a nudge now, and a member who takes care of it."""

from datetime import timedelta
from typing import Final

from workflows import refusals, telling
from workflows.care_refusals import CannotTakeCare, NotYoursToAssign, NudgedLately
from workflows.commands import AssignHold, NudgeHold
from workflows.outcome import Entry, HoldCare, Notice, Outcome, Snapshot
from workflows.policy.model import Policy
from workflows.policy.rules import owner_of
from workflows.reasons import reason_label
from workflows.results import Done, Refusal
from workflows.signers import members_of, signers, waiting_roles
from workflows.values import Hold, Kind, Request

PAUSE: Final = timedelta(hours=1)  # between two nudges of one hold
WATCHERS: Final = ("manager", "admin")  # who reads the digest, and says who takes care of a hold


def decide_nudge(snapshot: Snapshot, command: NudgeHold, policy: Policy) -> Outcome | Refusal:
    """Any active member may. A hold that somebody is asked about: its signers; else whoever takes care of it."""
    hold = snapshot.hold(command.hold)
    if hold is None or not hold.is_open:
        return _ended(snapshot, command)
    if hold.nudged_at and hold.nudged_at + PAUSE > snapshot.now:
        return NudgedLately(hold=hold.number, at=hold.nudged_at)
    request = _waiting(snapshot, hold)
    actor = snapshot.actor.user_id
    done = _done("nudged", policy, hold, actor)
    facts = {"hold": hold.number, **({"waits_for": list(waiting_roles(request))} if request else {})}
    return Outcome(
        result=done,
        order_number=hold.order_number,
        hold_care=HoldCare(hold.number, hold.assignee, nudged=True),
        audit=(Entry(hold.order_number, actor, "hold.nudged", facts, hold.request),),
        notices=(*_nudges(policy, hold, request, actor), *_answer(command, snapshot, done)),
    )


def decide_care(snapshot: Snapshot, command: AssignHold, policy: Policy) -> Outcome | Refusal:
    hold = snapshot.hold(command.hold)
    if hold is None or not hold.is_open:
        return _ended(snapshot, command)
    refusal = _may_not_assign(snapshot, command, policy, hold)
    return refusal or _assigned(snapshot, command, policy, hold)


def _may_not_assign(snapshot: Snapshot, command: AssignHold, policy: Policy, hold: Hold) -> Refusal | None:
    owner = owner_of(policy, None, hold.owner)
    may = [role for role in (owner, *WATCHERS) if role in policy.roles]
    if not policy.roles_of(snapshot.actor.user_id).intersection(may):
        return NotYoursToAssign(order=hold.order_number, hold=hold.number, sign=signers(policy, may))
    if command.member and command.member not in members_of(policy, owner):
        return CannotTakeCare(
            order=hold.order_number, hold=hold.number, member=command.member, sign=signers(policy, [owner])
        )
    return None


def _assigned(snapshot: Snapshot, command: AssignHold, policy: Policy, hold: Hold) -> Outcome:
    """Who takes it on themselves needs no message about it."""
    actor, to = snapshot.actor.user_id, command.member
    done = _done("assigned" if to else "unassigned", policy, hold, actor).model_copy(update={"deputy": to})
    payload = {"by": actor, "hold": hold.number}
    told = Notice("hold.assigned", telling.slack_lane(to), payload, hold.order_number, hold.request)
    facts = {"before": hold.assignee, "hold": hold.number, "to": to}
    return Outcome(
        result=done,
        order_number=hold.order_number,
        hold_care=HoldCare(hold.number, to),
        audit=(Entry(hold.order_number, actor, "hold.assigned", facts, hold.request),),
        notices=(*([told] if to and to != actor else []), *_answer(command, snapshot, done)),
    )


def _nudges(policy: Policy, hold: Hold, request: Request | None, by: str) -> tuple[Notice, ...]:
    if request is None:
        return telling.nudge(policy, hold, by=by)
    return telling.reminders(policy, request, waiting_roles(request), request.reminded)


def _waiting(snapshot: Snapshot, hold: Hold) -> Request | None:
    return next((each for each in snapshot.requests if each.is_pending and each.hold == hold.number), None)


def _ended(snapshot: Snapshot, command: NudgeHold | AssignHold) -> Refusal:
    if snapshot.order is None:
        return refusals.OrderUnknown(typed=command.order)
    return refusals.NoOpenHold(order=snapshot.order.number)


def _answer(command: NudgeHold | AssignHold, snapshot: Snapshot, done: Done) -> tuple[Notice, ...]:
    return telling.only(telling.reply(command.origin, snapshot.actor.user_id, done, order=done.order))


def _done(what: str, policy: Policy, hold: Hold, by: str) -> Done:
    reason = reason_label(policy, "hold", hold.reason)
    kind = Kind.PLACE_HOLD
    return Done(
        what=what, kind=kind, request=hold.request or 0, hold=hold.number, order=hold.order_number, reason=reason, by=by
    )
