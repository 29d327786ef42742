"""One command against one snapshot: an outcome, always with its reason. Pure, and the only door to the rules."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from workflows import refusals, telling
from workflows.absences import decide_away, decide_back
from workflows.cancellations import decide_cancel
from workflows.changes import decide_change
from workflows.commands import (
    CancelOrder,
    ChangeOrder,
    ComeBack,
    Command,
    Decide,
    GoAway,
    Join,
    Look,
    PlaceHold,
    ReleaseHold,
    RetryCall,
)
from workflows.entering import not_for_systems
from workflows.holds import decide_placement, decide_release
from workflows.hook_calls import with_calls
from workflows.joining import decide_join, decide_retry
from workflows.outcome import DESK, NEW, Entry, Outcome, Snapshot
from workflows.policy.model import Policy
from workflows.results import Done, Refusal
from workflows.reviewing import HOLDS_AND_CLOCK
from workflows.signers import signers
from workflows.signing import decide_signing
from workflows.transitions import Action
from workflows.values import Standing

PREVIEWED: Final = "request.previewed"


def decide(snapshot: Snapshot, command: Command, policy: Policy) -> Outcome:
    """What the command comes to. A refusal is an outcome too: it is audited and answered."""
    refusal = _not_a_member(snapshot) or not_for_systems(snapshot.actor, command)
    outcome = refusal or _by_kind(snapshot, command, policy)
    if isinstance(outcome, Refusal):
        return refused(snapshot, command, outcome)
    if isinstance(outcome.result, Refusal):
        return _answered(snapshot, command, outcome)
    if _is_preview(command):
        return _previewed(outcome, outcome.result)
    return with_calls(snapshot, policy, outcome)


def _is_preview(command: Command) -> bool:
    return isinstance(command, PlaceHold | ReleaseHold | CancelOrder | ChangeOrder) and command.preview


def _previewed(outcome: Outcome, done: Done) -> Outcome:
    """What would have come about, and nothing of it but that somebody looked."""
    looked = replace(outcome.audit[0], action=PREVIEWED, request=None)
    result = done.model_copy(update={"what": f"preview.{done.what}"})
    return Outcome(result=result, order_number=outcome.order_number, audit=(looked,))


def _not_a_member(snapshot: Snapshot) -> Refusal | None:
    standing = snapshot.actor.standing
    return None if standing is Standing.ACTIVE else refusals.NotAMember(standing=standing)


def _by_kind(snapshot: Snapshot, command: Command, policy: Policy) -> Outcome | Refusal:
    decider: Decider = DECIDERS[type(command)]
    return decider(snapshot, command, policy)


def _look(snapshot: Snapshot, command: Look, policy: Policy) -> Outcome | Refusal:
    """Whoever may not reject hears so before they have written a note."""
    if command.only and not policy.roles_of(snapshot.actor.user_id).intersection(command.only):
        return refusals.NotYourRole(what=command.what, sign=signers(policy, command.only))
    if command.reject:
        rejection = Decide(command.reject, Action.REJECT, command.version, note="to be written")
        found = decide_signing(snapshot, rejection, policy)
        if isinstance(found, Refusal):
            return found
    return Outcome(Done(what="allowed", kind="", request=NEW, hold=NEW, order="", reason=""))


def refused(snapshot: Snapshot, command: Command, refusal: Refusal) -> Outcome:
    """A refusal with its audit entry, written at most once a minute for one person and one reason."""
    stranger = isinstance(refusal, refusals.NotAMember)
    order = snapshot.order.number if snapshot.order and not stranger else DESK
    action = PREVIEWED if _is_preview(command) and not stranger else "request.refused"
    facts = {"refusal": refusal.name, **refusal.facts()}
    entry = Entry(order, snapshot.actor.user_id, action, facts, _request_of(snapshot, command))
    outcome = Outcome(
        result=refusal,
        order_number=order,
        audit=() if refusal.name in snapshot.recent_refusals else (entry,),
    )
    return _answered(snapshot, command, outcome)


def _request_of(snapshot: Snapshot, command: Command) -> int | None:
    named = command.reject if isinstance(command, Look) else getattr(command, "request", 0)
    return named if snapshot.request(named) else None


def _answered(snapshot: Snapshot, command: Command, outcome: Outcome) -> Outcome:
    said = telling.reply(command.origin, snapshot.actor.user_id, outcome.result, order=outcome.order_number)
    return replace(outcome, notices=(*outcome.notices, *telling.only(said)))


Decider = Callable[[Snapshot, Any, Policy], Outcome | Refusal]
DECIDERS: Final[Mapping[type, Decider]] = {
    PlaceHold: decide_placement,
    ReleaseHold: decide_release,
    CancelOrder: decide_cancel,
    ChangeOrder: decide_change,
    Decide: decide_signing,
    Join: decide_join,
    RetryCall: decide_retry,
    GoAway: decide_away,
    ComeBack: decide_back,
    Look: _look,
    **HOLDS_AND_CLOCK,
}
