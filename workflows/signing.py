"""Approving, rejecting and withdrawing a request, whatever it asks for."""

from dataclasses import replace

from workflows import refusals, telling
from workflows.aftermath import blockers_after, done_with, floor_when_last_doubt_is_gone, reply, told
from workflows.applying import Approval
from workflows.commands import Decide
from workflows.holds import placed_change
from workflows.movement import impossible, moves
from workflows.outcome import (
    NEW,
    Entry,
    HoldChange,
    NewDecision,
    NewReason,
    Notice,
    Outcome,
    RequestChange,
    Snapshot,
    StatusChange,
)
from workflows.policy.model import Policy
from workflows.reasons import reason_unknown
from workflows.results import Refusal
from workflows.signers import (
    barred_from,
    fillable,
    may_sign_own,
    missing,
    signed_as,
    signers,
    signing_roles,
    waiting_for,
)
from workflows.transitions import Action, next_hold_state, next_request_state
from workflows.values import Decision, Hold, Kind, Request, RequestState


def decide_signing(snapshot: Snapshot, command: Decide, policy: Policy) -> Outcome | Refusal:
    request = snapshot.request(command.request)
    if request is None or snapshot.order is None:
        return refusals.RequestUnknown(request=command.request)
    if next_request_state(request.state, command.action) is None:
        return _already_decided(request)
    if command.action is Action.WITHDRAW:
        return _withdraw(snapshot, command, policy, request)
    actor = snapshot.actor.user_id
    left, roles = missing(request.sign, request.decisions), signing_roles(policy, request, actor)
    role = fillable(left, roles, request.escalated_to)
    refused = _may_not_sign(snapshot, command, policy, request, role)
    if refused or role is None:
        return refused or _not_yours(policy, request)
    if command.action is Action.REJECT:
        return _reject(snapshot, command, policy, request, role)
    name = policy.in_whose_name(role, actor, barred_from(request))
    signed = Decision(actor, role, "approve", command.note, snapshot.now, name)
    return _refused(snapshot, command, policy, request) or _sign(snapshot, command, policy, request, signed)


def _refused(snapshot: Snapshot, command: Decide, policy: Policy, request: Request) -> Outcome | Refusal | None:
    """What a signature would rest on is not so, or not any more."""
    order = snapshot.order
    moved = (*moves(request.seen, order), *impossible(request.asked, order)) if order else ()
    return _void(snapshot, policy, request, moved) if moved else _bad_reason(command, policy, request)


def _sign(snapshot: Snapshot, command: Decide, policy: Policy, request: Request, signed: Decision) -> Outcome:
    if missing(request.sign, (*request.decisions, signed)):
        return _signed(snapshot, command, policy, request, signed)
    if snapshot.order and request.asked is not None:
        reason = _other_reason(command, policy, request) or request.reason
        return Approval(snapshot, command, policy, request, snapshot.order, signed, reason).outcome()
    return _approve(snapshot, command, policy, request, signed)


def _already_decided(request: Request) -> Refusal:
    at = request.decided_at or request.requested_at
    return refusals.AlreadyDecided(request=request.number, state=request.state, by=request.decided_by, at=at)


def _not_yours(policy: Policy, request: Request) -> Refusal:
    return refusals.NotYoursToSign(request=request.number, sign=waiting_for(policy, request))


def _may_not_sign(
    snapshot: Snapshot, command: Decide, policy: Policy, request: Request, role: str | None
) -> Refusal | None:
    actor = snapshot.actor.user_id
    left = missing(request.sign, request.decisions)
    earlier = next((each for each in request.decisions if actor in {each.member, each.on_behalf_of}), None)
    if earlier:
        can = signers(policy, left, leave_out=actor)
        return refusals.AlreadySigned(request=request.number, at=earlier.at, sign=can)
    if role is None:
        return _not_yours(policy, request)
    if actor == request.requested_by and not may_sign_own(policy, request):
        return refusals.OwnRequest(request=request.number, sign=signers(policy, left, leave_out=actor))
    if command.version is not None and command.version != request.version:
        return refusals.CardOutdated(request=request.number)
    return None


def _approve(snapshot: Snapshot, command: Decide, policy: Policy, request: Request, signed: Decision) -> Outcome:
    """A placement or release whose signatures are complete."""
    actor, role = signed.member, signed.role
    hold = snapshot.hold(request.hold)
    after = _change_of(request, hold, Action.APPROVE)
    changes = (after,) if after else ()
    remaining = blockers_after(snapshot, policy, [request.number], changes)
    done = done_with("approved", snapshot, policy, request, hold, blockers=remaining)
    return Outcome(
        result=done,
        order_number=request.order_number,
        decision=NewDecision(request.number, role, "approve", command.note, signed.on_behalf_of),
        request_changes=(RequestChange(request.number, request.version, RequestState.APPROVED, command.note),),
        hold_changes=changes,
        status_changes=_status_changes(request, hold),
        audit=(
            Entry(request.order_number, actor, "request.approved", signed_as(signed), request.number),
            *_hold_entries(snapshot, request, hold, remaining),
        ),
        notices=(
            *telling.redraws(policy, request),
            *_redraw_placement(snapshot, policy, request, hold),
            *told(snapshot, request, "approved", command.note),
            *_floor_after_release(policy, request, remaining),
            *telling.only(reply(snapshot, command, done)),
        ),
    )


def _bad_reason(command: Decide, policy: Policy, request: Request) -> Refusal | None:
    """A signer of a cancel may choose another of the desk's reasons for cancels."""
    if request.kind is not Kind.CANCEL or command.reason in {"", request.reason}:
        return None
    return None if policy.reason("cancel", command.reason) else reason_unknown(policy, "cancel", command.reason)


def _other_reason(command: Decide, policy: Policy, request: Request) -> str:
    """The code that the signer chose instead; "" where they left the requester's."""
    chosen = policy.reason("cancel", command.reason) if request.kind is Kind.CANCEL and command.reason else None
    return chosen.code if chosen and chosen.code != request.reason else ""


def _signed(snapshot: Snapshot, command: Decide, policy: Policy, request: Request, decision: Decision) -> Outcome:
    """One signature of several."""
    facts, reason = signed_as(decision), _other_reason(command, policy, request)
    if reason:
        facts |= {"reason": reason, "reason_before": request.reason}
    after = replace(request, decisions=(*request.decisions, decision))
    done = done_with("signed", snapshot, policy, request, snapshot.hold(request.hold))
    done = done.model_copy(update={"sign": waiting_for(policy, after)})
    return Outcome(
        result=done,
        order_number=request.order_number,
        decision=NewDecision(request.number, decision.role, "approve", command.note, decision.on_behalf_of),
        new_reason=NewReason(request.number, reason) if reason else None,
        audit=(Entry(request.order_number, decision.member, "request.signed", facts, request.number),),
        notices=(*telling.redraws(policy, request), *telling.only(reply(snapshot, command, done))),
    )


def _reject(snapshot: Snapshot, command: Decide, policy: Policy, request: Request, role: str) -> Outcome | Refusal:
    if not command.note.strip():
        return refusals.NoteMissing(why="A rejection")
    return ended(snapshot, command, policy, request, role=role)


def _withdraw(snapshot: Snapshot, command: Decide, policy: Policy, request: Request) -> Outcome | Refusal:
    if snapshot.actor.user_id != request.requested_by:
        return refusals.NotYoursToWithdraw(request=request.number, by=request.requested_by)
    return ended(snapshot, command, policy, request, role=None)


def ended(snapshot: Snapshot, command: Decide, policy: Policy, request: Request, *, role: str | None) -> Outcome:
    """A request that comes to nothing: rejected by a signer, withdrawn by the one who asked, or expired."""
    actor, hold = snapshot.actor.user_id, snapshot.hold(request.hold)
    state = next_request_state(request.state, command.action) or request.state
    after = _change_of(request, hold, command.action)
    changes = (after,) if after else ()
    remaining = blockers_after(snapshot, policy, [request.number], changes)
    done = done_with(state, snapshot, policy, request, hold, blockers=remaining)
    name = policy.in_whose_name(role, actor, barred_from(request)) if role else ""
    facts = {"note": command.note, "role": role, **({"for": name} if name else {})} if role else {}
    return Outcome(
        result=done,
        order_number=request.order_number,
        decision=NewDecision(request.number, role, "reject", command.note, name) if role else None,
        request_changes=(RequestChange(request.number, request.version, state, command.note),),
        hold_changes=changes,
        audit=(Entry(request.order_number, actor, f"request.{state}", facts, request.number),),
        notices=(
            *telling.redraws(policy, request),
            *_redraw_placement(snapshot, policy, request, hold),
            *told(snapshot, request, state, command.note),
            *floor_when_last_doubt_is_gone(snapshot, policy, request, remaining),
            *telling.only(reply(snapshot, command, done)),
        ),
    )


def _void(snapshot: Snapshot, policy: Policy, request: Request, moved: tuple[str, ...]) -> Outcome:
    """The order is not the one that was asked about, so the signature would be for something else."""
    actor, hold = snapshot.actor.user_id, snapshot.hold(request.hold)
    refused = refusals.OrderMoved(
        request=request.number, order=request.order_number, moves=moved, by=request.requested_by
    )
    after = _change_of(request, hold, Action.VOID)
    changes = (after,) if after else ()
    remaining = blockers_after(snapshot, policy, [request.number], changes)
    return Outcome(
        result=refused,
        order_number=request.order_number,
        request_changes=(RequestChange(request.number, request.version, RequestState.VOID, "; ".join(moved)[:2000]),),
        hold_changes=changes,
        audit=(Entry(request.order_number, actor, "request.void", {"moves": list(moved)}, request.number),),
        notices=(
            *telling.redraws(policy, request),
            *_redraw_placement(snapshot, policy, request, hold),
            *told(snapshot, request, "void", "; ".join(moved)[:2000]),
            *floor_when_last_doubt_is_gone(snapshot, policy, request, remaining),
        ),
    )


def _change_of(request: Request, hold: Hold | None, action: Action) -> HoldChange | None:
    if hold is None:
        return None
    after = next_hold_state(request.kind, hold.state, action)
    return HoldChange(hold.number, hold.state, after) if after else None


def _status_changes(request: Request, hold: Hold | None) -> tuple[StatusChange, ...]:
    if hold is None:
        return ()
    if request.kind is Kind.PLACE_HOLD:
        return (placed_change(request.number, hold.number, hold.reason),)
    return (StatusChange("hold.released", request.number, {"hold": hold.number, "reason": hold.reason}),)


def _hold_entries(
    snapshot: Snapshot, request: Request, hold: Hold | None, remaining: tuple[str, ...]
) -> tuple[Entry, ...]:
    if hold is None:
        return ()
    action = "hold.placed" if request.kind is Kind.PLACE_HOLD else "hold.released"
    facts = {"blockers": list(remaining), "hold": hold.number, "reason": hold.reason}
    return (Entry(request.order_number, snapshot.actor.user_id, action, facts, request.number),)


def _floor_after_release(policy: Policy, request: Request, remaining: tuple[str, ...]) -> tuple[Notice, ...]:
    if request.kind is not Kind.RELEASE_HOLD:
        return ()
    return telling.release_announcements(
        policy, request.order_number, request.number, clear=not remaining, blockers=remaining
    )


def _redraw_placement(snapshot: Snapshot, policy: Policy, request: Request, hold: Hold | None) -> tuple[Notice, ...]:
    """Also where it had escalated to."""
    if hold is None or request.kind is not Kind.RELEASE_HOLD:
        return ()
    placement = snapshot.request(hold.request or NEW)
    escalated_to = placement.escalated_to if placement else ""
    return telling.redraw_of_placement(policy, request.order_number, hold.request, hold.owner, escalated_to)
