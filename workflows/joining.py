"""Following somebody else's request, and sending a refund again."""

from typing import Final

from workflows import line_refusals, refusals, telling
from workflows.commands import Join, RetryCall
from workflows.endpoints import REFUND
from workflows.outcome import Entry, NewFollower, Outcome, Snapshot
from workflows.outcome import RetryCall as Retried
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.results import Done, Refusal
from workflows.signers import waiting_for
from workflows.values import Request

MAY_RETRY: Final = ("ar", "manager", "admin")


def decide_join(snapshot: Snapshot, command: Join, policy: Policy) -> Outcome | Refusal:
    request, actor = snapshot.request(command.request), snapshot.actor.user_id
    if request is None:
        return refusals.RequestUnknown(request=command.request)
    if not request.is_pending:
        at = request.decided_at or request.requested_at
        return refusals.AlreadyDecided(request=request.number, state=request.state, by=request.decided_by, at=at)
    done = _done("joined", request, policy, actor)
    known = actor in {request.requested_by, *request.followers}
    return Outcome(
        result=done,
        order_number=request.order_number,
        follower=None if known else NewFollower(request.number),
        audit=() if known else (Entry(request.order_number, actor, "request.joined", {}, request.number),),
        notices=telling.only(
            telling.reply(command.origin, actor, done, order=request.order_number, request=request.number)
        ),
    )


def decide_retry(snapshot: Snapshot, command: RetryCall, policy: Policy) -> Outcome | Refusal:
    """Whoever answers for money may, and whoever can sign such a request."""
    request, actor = snapshot.request(command.request), snapshot.actor.user_id
    if request is None:
        return refusals.RequestUnknown(request=command.request)
    may = tuple(dict.fromkeys((*MAY_RETRY, *(entry.role for entry in request.sign))))
    if not policy.roles_of(actor) & set(may):
        known = tuple(policy.role_label(role) for role in may if role in policy.roles)
        return line_refusals.NotYoursToRetry(request=request.number, roles=known)
    if REFUND not in snapshot.open_calls:
        return line_refusals.NoCallToRetry(request=request.number)
    done = _done("retried", request, policy, actor)
    return Outcome(
        result=done,
        order_number=request.order_number,
        retry_call=Retried(REFUND, request.number),
        audit=(Entry(request.order_number, actor, "hook.retried", {"endpoint": REFUND}, request.number),),
        notices=telling.only(
            telling.reply(command.origin, actor, done, order=request.order_number, request=request.number)
        ),
    )


def _done(what: str, request: Request, policy: Policy, actor: str) -> Done:
    return Done(
        what=what,
        kind=request.kind,
        request=request.number,
        hold=request.hold or 0,
        order=request.order_number,
        reason=reason_label(policy, request.kind, request.reason),
        sign=waiting_for(policy, request),
        by=actor,
    )
