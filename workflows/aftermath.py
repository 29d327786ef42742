"""What follows from a decision, whatever was decided: what still stops the order, and who hears."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from workflows import telling
from workflows.commands import Decide
from workflows.gate import blocking
from workflows.outcome import HoldChange, Notice, Snapshot
from workflows.policy.model import Policy
from workflows.reasons import block_label, reason_label
from workflows.results import Done
from workflows.values import Hold, HoldState, Kind, Request


def blockers_after(
    snapshot: Snapshot, policy: Policy, ended: Iterable[int], changes: Iterable[HoldChange]
) -> tuple[str, ...]:
    """What will still stop the order once this is saved, in plain words. `ended` are the requests that end with it."""
    after: Mapping[int, HoldState] = {change.hold: change.after for change in changes}
    over = set(ended)
    holds = tuple(replace(each, state=after.get(each.number, each.state)) for each in snapshot.open_holds)
    pending = tuple(other for other in snapshot.requests if other.is_pending and other.number not in over)
    return tuple(
        f"{block_label(policy, block.reason, block.kind)} ({block.id}{', asked for' if state != 'on_hold' else ''})"
        for state, block in blocking(holds, pending, policy)
    )


def told(snapshot: Snapshot, request: Request, what: str, note: str) -> tuple[Notice, ...]:
    """Who asked and who follows hear what others did to a request; nobody is told of their own doing."""
    actor = snapshot.actor.user_id
    people = dict.fromkeys((request.requested_by, *request.followers))
    return tuple(telling.to_person(person, request, what, actor, note) for person in people if person != actor)


def floor_when_last_doubt_is_gone(
    snapshot: Snapshot, policy: Policy, request: Request, remaining: tuple[str, ...]
) -> tuple[Notice, ...]:
    """A release said "still on hold" because of this request; now that it is gone, the floor must hear so."""
    waited = any(
        hold.closed_at and hold.state is HoldState.RELEASED and hold.closed_at >= request.requested_at
        for hold in snapshot.holds
    )
    if request.kind is Kind.RELEASE_HOLD or remaining or not waited:
        return ()
    return telling.release_announcements(policy, request.order_number, request.number, clear=True, blockers=())


def reply(snapshot: Snapshot, command: Decide, done: Done) -> Notice | None:
    return telling.reply(command.origin, snapshot.actor.user_id, done, order=done.order, request=done.request)


def done_with(
    what: str,
    snapshot: Snapshot,
    policy: Policy,
    request: Request,
    hold: Hold | None,
    *,
    blockers: tuple[str, ...] = (),
    reason: str = "",
) -> Done:
    """`reason`: the one that the signer chose instead of the requester's."""
    code = hold.reason if hold else reason or request.reason
    return Done(
        what=what,
        kind=request.kind,
        request=request.number,
        hold=hold.number if hold else 0,
        order=request.order_number,
        reason=reason_label(policy, "hold" if hold else request.kind, code),
        blockers=blockers,
        by=snapshot.actor.user_id,
        asked=request.asked,
    )
