"""Placing a hold and asking for its release."""

from collections.abc import Iterable

from workflows import refusals, telling
from workflows.commands import PlaceHold, ReleaseHold
from workflows.movement import seen
from workflows.outcome import NEW, Entry, HoldChange, NewDecision, NewHold, NewRequest, Outcome, Snapshot, StatusChange
from workflows.policy.model import Policy, Reason
from workflows.policy.rules import Applied, rule_for
from workflows.reasons import note_missing, reason_label, reason_unknown
from workflows.results import Done, Refusal
from workflows.signers import fillable, missing, signers
from workflows.values import GONE, Decision, Hold, HoldState, Kind, Order, RequestState, Signature

ASKS = {Kind.PLACE_HOLD: "put orders on hold", Kind.RELEASE_HOLD: "release holds"}


def decide_placement(snapshot: Snapshot, command: PlaceHold, policy: Policy) -> Outcome | Refusal:
    order = snapshot.order
    if order is None:
        return refusals.OrderUnknown(typed=command.order)
    reason = policy.reason("hold", command.reason)
    if reason is None or reason.owner is None:
        return reason_unknown(policy, "hold", command.reason)
    if order.stage in GONE:
        return refusals.NothingToHold(order=order.number, stage=order.stage)
    rule = applied_rule(policy, Kind.PLACE_HOLD, reason, order)
    refused = (
        may_not_ask(snapshot, policy, rule, Kind.PLACE_HOLD)
        or _already_held(snapshot, reason)
        or note_missing(reason, command.note)
    )
    return refused or _placed(snapshot, command, policy, order, reason, rule)


def _already_held(snapshot: Snapshot, reason: Reason) -> Refusal | None:
    hold = next((hold for hold in snapshot.open_holds if hold.reason == reason.code), None)
    return hold and refusals.AlreadyHeld(
        order=hold.order_number,
        hold=hold.number,
        request=hold.request,
        reason=reason.label,
        state=hold.state,
        by=hold.requested_by,
        at=hold.requested_at,
    )


def _placed(
    snapshot: Snapshot, command: PlaceHold, policy: Policy, order: Order, reason: Reason, rule: Applied
) -> Outcome:
    sign = required(rule)
    role = _own_signature(snapshot, policy, sign)
    complete = role is not None and not _left_after(sign, role, snapshot)
    actor = snapshot.actor.user_id
    hold = NewHold(
        reason.code,
        reason.owner or "",
        command.note,
        command.until,
        HoldState.ACTIVE if complete else HoldState.REQUESTED,
    )
    request = NewRequest(
        kind=Kind.PLACE_HOLD,
        state=RequestState.APPROVED if complete else RequestState.PENDING,
        hold=NEW,
        reason=reason.code,
        note=command.note,
        role=sign[0].role,
        sign=sign,
        seen=seen(order),
        channel=command.origin.channel,
        targets=() if complete else (f"hold:{reason.code}",),
        decided_by=actor if complete else None,
    )
    done = Done(
        what="placed" if complete else "requested",
        kind=Kind.PLACE_HOLD,
        request=NEW,
        hold=NEW,
        order=order.number,
        reason=reason.label,
        sign=() if complete else signers(policy, _left_after(sign, role, snapshot), leave_out=actor),
        by=actor,
    )
    facts = {"reason": reason.code, "rule": rule.explanation, "stage": order.stage, "version": order.version}
    return Outcome(
        result=done,
        order_number=order.number,
        new_hold=hold,
        new_request=request,
        decision=NewDecision(NEW, role, "approve", "") if role else None,
        status_changes=(placed_change(NEW, None, reason.code),) if complete else (),
        audit=(
            Entry(order.number, actor, "request.created", {**facts, "kind": Kind.PLACE_HOLD}, NEW),
            *signature_entries(order.number, actor, role, NEW, complete=complete),
            *([Entry(order.number, actor, "hold.placed", {"reason": reason.code}, NEW)] if complete else []),
        ),
        notices=(
            *telling.cards(policy, order.number, NEW, (entry.role for entry in sign)),
            *telling.only(telling.reply(command.origin, actor, done, order=order.number, request=NEW)),
        ),
    )


def placed_change(request: int, hold: int | None, reason: str) -> StatusChange:
    return StatusChange("hold.placed", request, {"hold": hold, "reason": reason})


def signature_entries(order: str, actor: str, role: str | None, request: int, *, complete: bool) -> tuple[Entry, ...]:
    if role is None:
        return ()
    action = "request.approved" if complete else "request.signed"
    return (Entry(order, actor, action, {"role": role}, request),)


def _own_signature(snapshot: Snapshot, policy: Policy, sign: tuple[Signature, ...]) -> str | None:
    """An owner who places a hold of their own reason has thereby signed the placement."""
    if not policy.desk.owner_placement_signs:
        return None
    return fillable(missing(sign, ()), policy.roles_of(snapshot.actor.user_id))


def _left_after(sign: tuple[Signature, ...], role: str | None, snapshot: Snapshot) -> tuple[str, ...]:
    own = [Decision(snapshot.actor.user_id, role, "approve", "", snapshot.now)] if role else []
    return missing(sign, own)


def decide_release(snapshot: Snapshot, command: ReleaseHold, policy: Policy) -> Outcome | Refusal:
    order = snapshot.order
    if order is None:
        return refusals.OrderUnknown(typed=command.order)
    if not snapshot.open_holds:
        return refusals.NoOpenHold(order=order.number)
    words = _Words.read(command, snapshot.open_holds, policy)
    hold = _chosen_hold(order, words.hold, snapshot.open_holds, policy)
    if isinstance(hold, Refusal):
        return hold
    return (
        _not_releasable(snapshot, hold, policy)
        or _bad_release_reason(policy, words.reason, words.note)
        or _release_asked(snapshot, command, policy, order, hold, words)
    )


class _Words:
    """What a release names: the hold, the release reason and the note, typed in a row or from a form."""

    def __init__(self, hold: str, reason: str, note: str) -> None:
        self.hold, self.reason, self.note = hold, reason, note

    @classmethod
    def read(cls, command: ReleaseHold, holds: Iterable[Hold], policy: Policy) -> "_Words":
        """First a hold id or hold reason, then a release reason; the rest is the note. Both may be absent."""
        if not command.words:
            return cls(command.hold, command.reason, command.note)
        hold, rest = _take_hold(command.words, tuple(holds), policy)
        word, _, note = rest.partition(" ")
        reason = policy.reason("release", word) if word else None
        return cls(hold, reason.code, note.strip()) if reason else cls(hold, "", rest)


def _take_hold(words: str, holds: tuple[Hold, ...], policy: Policy) -> tuple[str, str]:
    word, _, rest = words.strip().partition(" ")
    named = _named(word, holds, policy)
    # Something that reads as a hold id is meant as one, also when no such hold is open.
    if named or (word[:2].upper() == "H-" and word[2:].isdigit()):
        return word, rest.strip()
    return "", words.strip()


def _named(word: str, holds: tuple[Hold, ...], policy: Policy) -> tuple[Hold, ...]:
    reason = policy.reason("hold", word)
    return tuple(
        hold for hold in holds if hold.name == word.upper() or (reason is not None and hold.reason == reason.code)
    )


def _chosen_hold(order: Order, typed: str, holds: tuple[Hold, ...], policy: Policy) -> Hold | Refusal:
    """One open hold is taken, several are a choice; a release never sweeps."""
    labelled = tuple((hold.number, reason_label(policy, "hold", hold.reason)) for hold in holds)
    if not typed:
        return holds[0] if len(holds) == 1 else refusals.SeveralHolds(order=order.number, holds=labelled)
    named = _named(typed, holds, policy)
    return named[0] if named else refusals.HoldUnknown(order=order.number, typed=typed, holds=labelled)


def _not_releasable(snapshot: Snapshot, hold: Hold, policy: Policy) -> Refusal | None:
    pending = next((r for r in snapshot.requests if r.is_pending and r.hold == hold.number), None)
    if hold.state is HoldState.REQUESTED:
        return refusals.HoldNotYetActive(
            order=hold.order_number, hold=hold.number, request=hold.request, by=hold.requested_by
        )
    if pending is None:
        return None
    return refusals.AlreadyAsked(
        order=hold.order_number,
        hold=hold.number,
        request=pending.number,
        by=pending.requested_by,
        at=pending.requested_at,
        sign=signers(policy, missing(pending.sign, pending.decisions), leave_out=pending.requested_by),
    )


def _bad_release_reason(policy: Policy, typed: str, note: str) -> Refusal | None:
    if not typed:
        return None
    reason = policy.reason("release", typed)
    return note_missing(reason, note) if reason else reason_unknown(policy, "release", typed)


def _release_asked(
    snapshot: Snapshot, command: ReleaseHold, policy: Policy, order: Order, hold: Hold, words: _Words
) -> Outcome | Refusal:
    reason = policy.reason("hold", hold.reason)
    rule = applied_rule(policy, Kind.RELEASE_HOLD, reason, order, owner=hold.owner)
    refused = may_not_ask(snapshot, policy, rule, Kind.RELEASE_HOLD)
    if refused:
        return refused
    sign, actor = required(rule), snapshot.actor.user_id
    release_reason = policy.reason("release", words.reason) if words.reason else None
    request = NewRequest(
        kind=Kind.RELEASE_HOLD,
        state=RequestState.PENDING,
        hold=hold.number,
        reason=release_reason.code if release_reason else "",
        note=words.note,
        role=sign[0].role,
        sign=sign,
        seen=seen(order),
        channel=command.origin.channel,
        targets=(hold.name,),
    )
    done = Done(
        what="release_requested",
        kind=Kind.RELEASE_HOLD,
        request=NEW,
        hold=hold.number,
        order=order.number,
        reason=reason_label(policy, "hold", hold.reason),
        sign=signers(policy, missing(sign, ()), leave_out=actor),
        by=actor,
    )
    facts = {
        "hold": hold.number,
        "kind": Kind.RELEASE_HOLD,
        "reason": request.reason,
        "rule": rule.explanation,
        "stage": order.stage,
        "version": order.version,
    }
    return Outcome(
        result=done,
        order_number=order.number,
        new_request=request,
        hold_change=HoldChange(hold.number, HoldState.ACTIVE, HoldState.RELEASE_REQUESTED),
        audit=(Entry(order.number, actor, "request.created", facts, NEW),),
        notices=(
            *telling.cards(policy, order.number, NEW, (entry.role for entry in sign)),
            *telling.redraw_of_placement(policy, order.number, hold.request, hold.owner),
            *telling.only(telling.reply(command.origin, actor, done, order=order.number, request=NEW)),
        ),
    )


def applied_rule(policy: Policy, kind: Kind, reason: Reason | None, order: Order, *, owner: str = "") -> Applied:
    """The first rule that matches, else the reason's owner signs (`owner` where the reason has left the policy)."""
    return rule_for(
        policy,
        kind=kind,
        reason=reason,
        order_total=order.total,
        currency=order.currency,
        stage=order.stage,
        customer=order.customer,
        fallback_owner=owner,
    )


def required(rule: Applied) -> tuple[Signature, ...]:
    return tuple(Signature(entry.role, entry.approvals) for entry in rule.sign)


def may_not_ask(snapshot: Snapshot, policy: Policy, rule: Applied, kind: Kind) -> Refusal | None:
    if rule.ask is None or rule.ask & policy.roles_of(snapshot.actor.user_id):
        return None
    roles = tuple(policy.role_label(role) for role in sorted(rule.ask))
    return refusals.MayNotAsk(what=ASKS[kind], roles=roles)
