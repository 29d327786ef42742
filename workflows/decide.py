"""One command against one snapshot: an outcome, always with its reason. Pure, and the only door to the rules."""

from dataclasses import replace

from workflows import refusals, telling
from workflows.commands import Command, Decide, Look, PlaceHold, ReleaseHold
from workflows.holds import decide_placement, decide_release
from workflows.outcome import DESK, NEW, Entry, Outcome, Snapshot
from workflows.policy.model import Policy
from workflows.results import Done, Refusal
from workflows.signing import decide_signing
from workflows.values import Standing


def decide(snapshot: Snapshot, command: Command, policy: Policy) -> Outcome:
    """What the command comes to. A refusal is an outcome too: it is audited and answered."""
    outcome = _not_a_member(snapshot) or _by_kind(snapshot, command, policy)
    if isinstance(outcome, Refusal):
        return refused(snapshot, command, outcome)
    if isinstance(outcome.result, Refusal):
        return _answered(snapshot, command, outcome)
    return outcome


def _not_a_member(snapshot: Snapshot) -> Refusal | None:
    standing = snapshot.actor.standing
    return None if standing is Standing.ACTIVE else refusals.NotAMember(standing=standing)


def _by_kind(snapshot: Snapshot, command: Command, policy: Policy) -> Outcome | Refusal:
    match command:
        case PlaceHold():
            return decide_placement(snapshot, command, policy)
        case ReleaseHold():
            return decide_release(snapshot, command, policy)
        case Decide():
            return decide_signing(snapshot, command, policy)
        case Look():
            return Outcome(Done(what="allowed", kind="", request=NEW, hold=NEW, order="", reason=""))


def refused(snapshot: Snapshot, command: Command, refusal: Refusal) -> Outcome:
    """A refusal with its audit entry, written at most once a minute for one person and one reason."""
    request = command.request if isinstance(command, Decide) and snapshot.request(command.request) else None
    order = snapshot.order.number if snapshot.order and not isinstance(refusal, refusals.NotAMember) else DESK
    facts = {"refusal": refusal.name, **refusal.facts()}
    entry = Entry(order, snapshot.actor.user_id, "request.refused", facts, request)
    outcome = Outcome(
        result=refusal,
        order_number=order,
        audit=() if refusal.name in snapshot.recent_refusals else (entry,),
    )
    return _answered(snapshot, command, outcome)


def _answered(snapshot: Snapshot, command: Command, outcome: Outcome) -> Outcome:
    said = telling.reply(command.origin, snapshot.actor.user_id, outcome.result, order=outcome.order_number)
    return replace(outcome, notices=(*outcome.notices, *telling.only(said)))
