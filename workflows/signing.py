"""Approving, rejecting and withdrawing a request, whatever it asks for."""

from dataclasses import replace

from workflows import refusals, telling
from workflows.commands import Decide
from workflows.gate import blocking
from workflows.holds import placed_change
from workflows.movement import moves
from workflows.outcome import Entry, HoldChange, NewDecision, Notice, Outcome, RequestChange, Snapshot, StatusChange
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.results import Done, Refusal
from workflows.signers import fillable, missing, signers
from workflows.transitions import Action, next_hold_state, next_request_state
from workflows.values import Decision, Hold, HoldState, Kind, Request, RequestState


def decide_signing(snapshot: Snapshot, command: Decide, policy: Policy) -> Outcome | Refusal:
    request, order = snapshot.request(command.request), snapshot.order
    if request is None or order is None:
        return refusals.RequestUnknown(request=command.request)
    if next_request_state(request.state, command.action) is None:
        return _already_decided(request)
    if command.action is Action.WITHDRAW:
        return _withdraw(snapshot, command, policy, request)
    role = fillable(missing(request.sign, request.decisions), policy.roles_of(snapshot.actor.user_id))
    refused = _may_not_sign(snapshot, command, policy, request, role)
    if refused or role is None:
        return refused or _not_yours(policy, request)
    if command.action is Action.REJECT:
        return _reject(snapshot, command, policy, request, role)
    moved = moves(request.seen, order)
    return _void(snapshot, policy, request, moved) if moved else _approve(snapshot, command, policy, request, role)


def _already_decided(request: Request) -> Refusal:
    at = request.decided_at or request.requested_at
    return refusals.AlreadyDecided(request=request.number, state=request.state, by=request.decided_by, at=at)


def _not_yours(policy: Policy, request: Request) -> Refusal:
    left = missing(request.sign, request.decisions)
    can = signers(policy, left, leave_out=request.requested_by)
    return refusals.NotYoursToSign(request=request.number, sign=can)


def _may_not_sign(
    snapshot: Snapshot, command: Decide, policy: Policy, request: Request, role: str | None
) -> Refusal | None:
    actor = snapshot.actor.user_id
    left = missing(request.sign, request.decisions)
    earlier = next((decision for decision in request.decisions if decision.member == actor), None)
    if earlier:
        can = signers(policy, left, leave_out=actor)
        return refusals.AlreadySigned(request=request.number, at=earlier.at, sign=can)
    if role is None:
        return _not_yours(policy, request)
    if actor == request.requested_by and not _may_sign_own(policy, request):
        return refusals.OwnRequest(request=request.number, sign=signers(policy, left, leave_out=actor))
    if command.version is not None and command.version != request.version:
        return refusals.CardOutdated(request=request.number)
    return None


def _may_sign_own(policy: Policy, request: Request) -> bool:
    """A release always needs a second person, whatever the policy allows elsewhere."""
    return policy.desk.self_approval and request.kind is not Kind.RELEASE_HOLD


def _approve(snapshot: Snapshot, command: Decide, policy: Policy, request: Request, role: str) -> Outcome:
    actor = snapshot.actor.user_id
    signed = Decision(actor, role, "approve", command.note, snapshot.now)
    if missing(request.sign, (*request.decisions, signed)):
        return _signed(snapshot, command, policy, request, signed)
    hold = snapshot.hold(request.hold)
    after = _change_of(request, hold, Action.APPROVE)
    remaining = _blockers_after(snapshot, policy, request, after)
    done = _done("approved", snapshot, policy, request, hold, blockers=remaining)
    return Outcome(
        result=done,
        order_number=request.order_number,
        decision=NewDecision(request.number, role, "approve", command.note),
        request_changes=(RequestChange(request.number, request.version, RequestState.APPROVED, command.note),),
        hold_changes=(after,) if after else (),
        status_changes=_status_changes(request, hold),
        audit=(
            Entry(request.order_number, actor, "request.approved", {"role": role}, request.number),
            *_hold_entries(snapshot, request, hold, remaining),
        ),
        notices=(
            *telling.redraws(policy, request),
            *_redraw_placement(policy, request, hold),
            *_told_requester(snapshot, request, "approved", command.note),
            *_floor_after_release(policy, request, remaining),
            *telling.only(_reply(snapshot, command, done)),
        ),
    )


def _signed(snapshot: Snapshot, command: Decide, policy: Policy, request: Request, decision: Decision) -> Outcome:
    """One signature of several."""
    left = missing(request.sign, (*request.decisions, decision))
    done = _done("signed", snapshot, policy, request, snapshot.hold(request.hold))
    done = done.model_copy(update={"sign": signers(policy, left, leave_out=request.requested_by)})
    return Outcome(
        result=done,
        order_number=request.order_number,
        decision=NewDecision(request.number, decision.role, "approve", command.note),
        audit=(
            Entry(request.order_number, decision.member, "request.signed", {"role": decision.role}, request.number),
        ),
        notices=(*telling.redraws(policy, request), *telling.only(_reply(snapshot, command, done))),
    )


def _reject(snapshot: Snapshot, command: Decide, policy: Policy, request: Request, role: str) -> Outcome | Refusal:
    if not command.note.strip():
        return refusals.NoteMissing(why="A rejection")
    return _ended(snapshot, command, policy, request, role=role)


def _withdraw(snapshot: Snapshot, command: Decide, policy: Policy, request: Request) -> Outcome | Refusal:
    if snapshot.actor.user_id != request.requested_by:
        return refusals.NotYoursToWithdraw(request=request.number, by=request.requested_by)
    return _ended(snapshot, command, policy, request, role=None)


def _ended(snapshot: Snapshot, command: Decide, policy: Policy, request: Request, *, role: str | None) -> Outcome:
    """A request that comes to nothing: rejected by a signer, or withdrawn by the one who asked."""
    actor, hold = snapshot.actor.user_id, snapshot.hold(request.hold)
    state = next_request_state(request.state, command.action) or request.state
    after = _change_of(request, hold, command.action)
    remaining = _blockers_after(snapshot, policy, request, after)
    done = _done(state, snapshot, policy, request, hold, blockers=remaining)
    facts = {"note": command.note, "role": role} if role else {}
    return Outcome(
        result=done,
        order_number=request.order_number,
        decision=NewDecision(request.number, role, "reject", command.note) if role else None,
        request_changes=(RequestChange(request.number, request.version, state, command.note),),
        hold_changes=(after,) if after else (),
        audit=(Entry(request.order_number, actor, f"request.{state}", facts, request.number),),
        notices=(
            *telling.redraws(policy, request),
            *_redraw_placement(policy, request, hold),
            *_told_requester(snapshot, request, state, command.note),
            *_floor_when_last_doubt_is_gone(snapshot, policy, request, remaining),
            *telling.only(_reply(snapshot, command, done)),
        ),
    )


def _void(snapshot: Snapshot, policy: Policy, request: Request, moved: tuple[str, ...]) -> Outcome:
    """The order is not the one that was asked about, so the signature would be for something else."""
    actor, hold = snapshot.actor.user_id, snapshot.hold(request.hold)
    refused = refusals.OrderMoved(
        request=request.number, order=request.order_number, moves=moved, by=request.requested_by
    )
    after = _change_of(request, hold, Action.VOID)
    remaining = _blockers_after(snapshot, policy, request, after)
    return Outcome(
        result=refused,
        order_number=request.order_number,
        request_changes=(RequestChange(request.number, request.version, RequestState.VOID, "; ".join(moved)[:2000]),),
        hold_changes=(after,) if after else (),
        audit=(Entry(request.order_number, actor, "request.void", {"moves": list(moved)}, request.number),),
        notices=(
            *telling.redraws(policy, request),
            *_redraw_placement(policy, request, hold),
            telling.to_requester(request, "void", actor, "; ".join(moved)[:2000]),
            *_floor_when_last_doubt_is_gone(snapshot, policy, request, remaining),
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


def _blockers_after(snapshot: Snapshot, policy: Policy, request: Request, change: HoldChange | None) -> tuple[str, ...]:
    """What will still stop the order once this is saved, in plain words."""
    after = {change.hold: change.after} if change else {}
    holds = tuple(replace(each, state=after.get(each.number, each.state)) for each in snapshot.open_holds)
    pending = tuple(other for other in snapshot.requests if other.is_pending and other.number != request.number)
    return tuple(
        f"{reason_label(policy, block.kind, block.reason)} ({block.id}{', asked for' if state != 'on_hold' else ''})"
        for state, block in blocking(holds, pending, policy)
    )


def _floor_after_release(policy: Policy, request: Request, remaining: tuple[str, ...]) -> tuple[Notice, ...]:
    if request.kind is not Kind.RELEASE_HOLD:
        return ()
    return telling.release_announcements(
        policy, request.order_number, request.number, clear=not remaining, blockers=remaining
    )


def _floor_when_last_doubt_is_gone(
    snapshot: Snapshot, policy: Policy, request: Request, remaining: tuple[str, ...]
) -> tuple[Notice, ...]:
    """A release said "still on hold" because of this placement; now that it is gone, the floor must hear so."""
    waited = any(
        hold.closed_at and hold.state is HoldState.RELEASED and hold.closed_at >= request.requested_at
        for hold in snapshot.holds
    )
    if request.kind is not Kind.PLACE_HOLD or remaining or not waited:
        return ()
    return telling.release_announcements(policy, request.order_number, request.number, clear=True, blockers=())


def _redraw_placement(policy: Policy, request: Request, hold: Hold | None) -> tuple[Notice, ...]:
    if hold is None or request.kind is not Kind.RELEASE_HOLD:
        return ()
    return telling.redraw_of_placement(policy, request.order_number, hold.request, hold.owner)


def _told_requester(snapshot: Snapshot, request: Request, what: str, note: str) -> tuple[Notice, ...]:
    """What others did to a request; nobody is told of their own doing."""
    if snapshot.actor.user_id == request.requested_by:
        return ()
    return (telling.to_requester(request, what, snapshot.actor.user_id, note),)


def _reply(snapshot: Snapshot, command: Decide, done: Done) -> Notice | None:
    return telling.reply(command.origin, snapshot.actor.user_id, done, order=done.order, request=done.request)


def _done(
    what: str,
    snapshot: Snapshot,
    policy: Policy,
    request: Request,
    hold: Hold | None,
    *,
    blockers: tuple[str, ...] = (),
) -> Done:
    code = hold.reason if hold else request.reason
    return Done(
        what=what,
        kind=request.kind,
        request=request.number,
        hold=hold.number if hold else 0,
        order=request.order_number,
        reason=reason_label(policy, "hold" if hold else request.kind, code),
        blockers=blockers,
        by=snapshot.actor.user_id,
    )
