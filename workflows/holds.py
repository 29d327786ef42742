"""Placing a hold and asking for its release."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from workflows import refusals, telling
from workflows.commands import PlaceHold, ReleaseHold
from workflows.movement import seen
from workflows.outcome import NEW, Entry, HoldChange, NewDecision, NewHold, NewRequest, Outcome, Snapshot, StatusChange
from workflows.policy.model import Policy, Reason
from workflows.policy.rules import Applied, rule_for
from workflows.reasons import note_missing, reason_label, reason_unknown
from workflows.release_words import ReleaseWords, named
from workflows.reminders import times_of
from workflows.results import Done, Refusal
from workflows.signers import fillable, missing, signers, waiting_for
from workflows.values import GONE, Decision, Hold, HoldState, Kind, Order, RequestState, Signature

ASKS = {
    Kind.PLACE_HOLD: "put orders on hold",
    Kind.RELEASE_HOLD: "release holds",
    Kind.CANCEL: "cancel orders",
    Kind.CHANGE: "change orders",
}


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
        or _until_is_past(snapshot, command, policy)
        or note_missing(reason, command.note)
    )
    return refused or _placement(snapshot, command, policy, order=order, reason=reason, rule=rule).outcome()


def _until_is_past(snapshot: Snapshot, command: PlaceHold, policy: Policy) -> Refusal | None:
    today = snapshot.now.astimezone(ZoneInfo(policy.desk.timezone)).date()
    past = command.until is not None and command.until < today
    return refusals.UntilIsPast(until=command.until, today=today) if command.until and past else None


def _already_held(snapshot: Snapshot, reason: Reason) -> Refusal | None:
    hold = next((hold for hold in snapshot.open_holds if hold.reason == reason.code), None)
    if hold is None:
        return None
    return refusals.AlreadyHeld(
        order=hold.order_number,
        hold=hold.number,
        request=hold.request,
        reason=reason.label,
        state=hold.state,
        by=hold.requested_by,
        at=hold.requested_at,
    )


@dataclass(frozen=True, slots=True)
class _Placement:
    """A placement that nothing speaks against, on its way to an outcome."""

    snapshot: Snapshot
    command: PlaceHold
    policy: Policy
    order: Order
    reason: Reason
    rule: Applied
    sign: tuple[Signature, ...]
    role: str | None  # for which the requester has signed by asking
    left: tuple[str, ...]  # the signatures that are still missing

    @property
    def actor(self) -> str:
        return self.snapshot.actor.user_id

    def outcome(self) -> Outcome:
        number, done, complete = self.order.number, self._done(), not self.left
        return Outcome(
            result=done,
            order_number=number,
            new_hold=self._hold(),
            new_request=self._request(),
            decision=NewDecision(NEW, self.role, "approve", "") if self.role else None,
            status_changes=(placed_change(NEW, None, self.reason.code),) if complete else (),
            audit=tuple(self._entries()),
            notices=(
                *telling.cards(self.policy, number, NEW, (entry.role for entry in self.sign)),
                *telling.only(telling.reply(self.command.origin, self.actor, done, order=number, request=NEW)),
            ),
        )

    def _hold(self) -> NewHold:
        state = HoldState.REQUESTED if self.left else HoldState.ACTIVE
        return NewHold(self.reason.code, self.reason.owner or "", self.command.note, self.command.until, state)

    def _request(self) -> NewRequest:
        return NewRequest(
            kind=Kind.PLACE_HOLD,
            state=RequestState.PENDING if self.left else RequestState.APPROVED,
            hold=NEW,
            reason=self.reason.code,
            note=self.command.note,
            role=self.sign[0].role,
            sign=self.sign,
            seen=seen(self.order),
            channel=self.command.origin.channel,
            targets=(f"hold:{self.reason.code}",) if self.left else (),
            decided_by=None if self.left else self.actor,
            times=times_of(self.rule, self.order.ship_by, self.snapshot.now, self.policy),
        )

    def _done(self) -> Done:
        return Done(
            what="requested" if self.left else "placed",
            kind=Kind.PLACE_HOLD,
            request=NEW,
            hold=NEW,
            order=self.order.number,
            reason=self.reason.label,
            sign=signers(self.policy, self.left, leave_out=self.actor),
            by=self.actor,
            rule=self.rule.explanation,
        )

    def _entries(self) -> Iterable[Entry]:
        facts = created_facts(Kind.PLACE_HOLD, self.order, self.rule, self.reason.code)
        yield Entry(self.order.number, self.actor, "request.created", facts, NEW)
        if self.role:
            action = "request.signed" if self.left else "request.approved"
            yield Entry(self.order.number, self.actor, action, {"role": self.role}, NEW)
        if not self.left:
            yield Entry(self.order.number, self.actor, "hold.placed", {"reason": self.reason.code}, NEW)


def _placement(
    snapshot: Snapshot, command: PlaceHold, policy: Policy, *, order: Order, reason: Reason, rule: Applied
) -> _Placement:
    """An owner who places a hold of their own reason has thereby signed the placement."""
    actor, sign = snapshot.actor.user_id, required(rule)
    signs = policy.desk.owner_placement_signs and not snapshot.actor.system
    role = fillable(missing(sign, ()), policy.own_roles_of(actor)) if signs else None
    own = [Decision(actor, role, "approve", "", snapshot.now)] if role else []
    return _Placement(snapshot, command, policy, order, reason, rule, sign, role, missing(sign, own))


def created_facts(kind: Kind, order: Order, rule: Applied, reason: str) -> dict[str, Any]:
    """What the decision to accept a request rested on."""
    return {
        "kind": kind,
        "reason": reason,
        "rule": rule.explanation,
        "stage": order.stage,
        "version": order.version,
    }


def placed_change(request: int, hold: int | None, reason: str) -> StatusChange:
    return StatusChange("hold.placed", request, {"hold": hold, "reason": reason})


def decide_release(snapshot: Snapshot, command: ReleaseHold, policy: Policy) -> Outcome | Refusal:
    order = snapshot.order
    if order is None:
        return refusals.OrderUnknown(typed=command.order)
    if not snapshot.open_holds:
        return refusals.NoOpenHold(order=order.number)
    words = _words(command, snapshot.open_holds, policy)
    hold = _chosen_hold(order, words.hold, snapshot.open_holds, policy)
    if isinstance(hold, Refusal):
        return hold
    return (
        _not_releasable(snapshot, hold, policy)
        or _bad_release_reason(policy, words.reason, words.note)
        or _Release(snapshot, command, policy, order, hold, words).outcome()
    )


def _words(command: ReleaseHold, holds: Sequence[Hold], policy: Policy) -> ReleaseWords:
    if command.words:
        return ReleaseWords.of(command.words, holds, policy)
    return ReleaseWords(command.hold, command.reason, command.note)


def _chosen_hold(order: Order, typed: str, holds: tuple[Hold, ...], policy: Policy) -> Hold | Refusal:
    """One open hold is taken, several are a choice; a release never sweeps."""
    labelled = tuple((hold.number, reason_label(policy, "hold", hold.reason)) for hold in holds)
    if not typed:
        return holds[0] if len(holds) == 1 else refusals.SeveralHolds(order=order.number, holds=labelled)
    found = named(typed, holds, policy)
    return found[0] if found else refusals.HoldUnknown(order=order.number, typed=typed, holds=labelled)


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
        sign=waiting_for(policy, pending),
    )


def _bad_release_reason(policy: Policy, typed: str, note: str) -> Refusal | None:
    if not typed:
        return None
    reason = policy.reason("release", typed)
    return note_missing(reason, note) if reason else reason_unknown(policy, "release", typed)


@dataclass(frozen=True, slots=True)
class _Release:
    """A release that nothing speaks against, on its way to an outcome."""

    snapshot: Snapshot
    command: ReleaseHold
    policy: Policy
    order: Order
    hold: Hold
    words: ReleaseWords

    @property
    def actor(self) -> str:
        return self.snapshot.actor.user_id

    @property
    def reason(self) -> str:
        found = self.policy.reason("release", self.words.reason) if self.words.reason else None
        return found.code if found else ""

    def outcome(self) -> Outcome | Refusal:
        # A reason may have left the policy since; the hold's own owner still signs for it.
        known = self.policy.reason("hold", self.hold.reason)
        held_for = known or Reason(kind="hold", code=self.hold.reason, owner=self.hold.owner)
        rule = applied_rule(self.policy, Kind.RELEASE_HOLD, held_for, self.order)
        return may_not_ask(self.snapshot, self.policy, rule, Kind.RELEASE_HOLD) or self._asked(rule)

    def _asked(self, rule: Applied) -> Outcome:
        number, sign = self.order.number, required(rule)
        done = self._done(rule, sign)
        facts = {**created_facts(Kind.RELEASE_HOLD, self.order, rule, self.reason), "hold": self.hold.number}
        return Outcome(
            result=done,
            order_number=number,
            new_request=self._request(rule, sign),
            hold_changes=(HoldChange(self.hold.number, HoldState.ACTIVE, HoldState.RELEASE_REQUESTED),),
            audit=(Entry(number, self.actor, "request.created", facts, NEW),),
            notices=(
                *telling.cards(self.policy, number, NEW, (entry.role for entry in sign)),
                *telling.redraw_of_placement(self.policy, number, self.hold.request, self.hold.owner),
                *telling.only(telling.reply(self.command.origin, self.actor, done, order=number, request=NEW)),
            ),
        )

    def _request(self, rule: Applied, sign: tuple[Signature, ...]) -> NewRequest:
        return NewRequest(
            kind=Kind.RELEASE_HOLD,
            state=RequestState.PENDING,
            hold=self.hold.number,
            reason=self.reason,
            note=self.words.note,
            role=sign[0].role,
            sign=sign,
            seen=seen(self.order),
            channel=self.command.origin.channel,
            targets=(self.hold.name,),
            times=times_of(rule, self.order.ship_by, self.snapshot.now, self.policy),
        )

    def _done(self, rule: Applied, sign: tuple[Signature, ...]) -> Done:
        return Done(
            what="release_requested",
            kind=Kind.RELEASE_HOLD,
            request=NEW,
            hold=self.hold.number,
            order=self.order.number,
            reason=reason_label(self.policy, "hold", self.hold.reason),
            sign=signers(self.policy, missing(sign, ()), leave_out=self.actor),
            by=self.actor,
            rule=rule.explanation,
        )


def applied_rule(policy: Policy, kind: Kind, reason: Reason, order: Order) -> Applied:
    return rule_for(
        policy,
        kind=kind,
        reason=reason,
        order_total=order.total,
        currency=order.currency,
        stage=order.stage,
        customer=order.customer,
    )


def required(rule: Applied) -> tuple[Signature, ...]:
    return tuple(Signature(entry.role, entry.approvals) for entry in rule.sign)


def may_not_ask(snapshot: Snapshot, policy: Policy, rule: Applied, kind: Kind) -> Refusal | None:
    if rule.ask is None or rule.ask & policy.roles_of(snapshot.actor.user_id):
        return None
    roles = tuple(policy.role_label(role) for role in sorted(rule.ask))
    return refusals.MayNotAsk(what=ASKS[kind], roles=roles)
