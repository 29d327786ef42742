"""What follows from a decision, whatever was decided: what still stops the order, and who hears."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from workflows import telling
from workflows.commands import Decide
from workflows.gate import blocking
from workflows.outcome import HoldChange, Notice, Snapshot
from workflows.policy.model import Policy
from workflows.reasons import block_label, reason_label
from workflows.results import Done
from workflows.systems import is_person
from workflows.values import GONE, Hold, HoldState, Kind, Request, RequestState

_APPROVED = RequestState.APPROVED


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
    people = filter(is_person, dict.fromkeys((request.requested_by, *request.followers)))
    return tuple(telling.to_person(person, request, what, actor, note) for person in people if person != actor)


def floor_when_last_doubt_is_gone(
    snapshot: Snapshot, policy: Policy, request: Request, remaining: tuple[str, ...]
) -> tuple[Notice, ...]:
    """The floor was told "still on hold" while this request was pending; now that it is gone, it must hear so.

    The e-mails go only where a release was mailed as well.
    """
    gone = snapshot.order is None or snapshot.order.stage in GONE
    if gone or request.kind is Kind.RELEASE_HOLD or remaining:
        return ()
    since = _in_doubt_since(snapshot, request)
    released = any(
        hold.closed_at and hold.state is HoldState.RELEASED and hold.closed_at >= since for hold in snapshot.holds
    )
    approved = any(
        _over(each, since) and each.asked and each.state is RequestState.APPROVED for each in snapshot.requests
    )
    news = telling.release_announcements(policy, request.order_number, request.number, clear=True, blockers=())
    return tuple(notice for notice in news if released or (approved and notice.kind == "floor"))


def _in_doubt_since(snapshot: Snapshot, request: Request) -> datetime:
    """From when on one request or another has been pending without a break."""
    since, earlier = request.requested_at, sorted(snapshot.requests, key=lambda each: each.number, reverse=True)
    while found := next((each for each in earlier if _over(each, since) and each.requested_at < since), None):
        since = found.requested_at
    return since


def _over(request: Request, since: datetime) -> bool:
    return request.decided_at is not None and request.decided_at >= since


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
