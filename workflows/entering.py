"""What another system enters: a system may ask, as itself or for a member, and never sign."""

from dataclasses import replace

from workflows import refusals
from workflows.commands import CancelOrder, ChangeOrder, Command, PlaceHold, ReleaseHold
from workflows.outcome import Entry, Outcome
from workflows.results import Refusal
from workflows.systems import SYSTEM
from workflows.values import Actor, Standing


def not_for_systems(actor: Actor, command: Command) -> Refusal | None:
    """Whatever is not an ask is a person's own doing, even where the system acts for one."""
    asks = isinstance(command, PlaceHold | ReleaseHold | CancelOrder | ChangeOrder)
    return refusals.NotAMember(standing=Standing.BOT) if actor.system and not asks else None


def entered(outcome: Outcome, actor: Actor) -> Outcome:
    """The audit names the system, and the note says through which one a member asked: cards show the note."""
    if not actor.system or actor.user_id == f"{SYSTEM}{actor.system}":
        return outcome
    by = f"(entered by {actor.system}, API key)"
    request, hold = outcome.new_request, outcome.new_hold
    return replace(
        outcome,
        audit=tuple(_by_system(entry, actor) for entry in outcome.audit),
        new_request=replace(request, note=f"{request.note} {by}".strip()) if request else None,
        new_hold=replace(hold, note=f"{hold.note} {by}".strip()) if hold else None,
    )


def _by_system(entry: Entry, actor: Actor) -> Entry:
    return replace(entry, actor=f"{SYSTEM}{actor.system}", facts={**entry.facts, "on_behalf_of": actor.user_id})
