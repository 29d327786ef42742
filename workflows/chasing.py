"""What the clock does about a pending request: it expires, else it escalates, else its signers are reminded.

Decided like any command, under the order's lock and by what is stored then: of a click and the clock one wins, and of
several processes one does it.
"""

from collections.abc import Iterable
from typing import Final

from workflows import telling
from workflows.aftermath import told
from workflows.commands import Chase, Clocked, Decide
from workflows.outcome import Chased, Entry, Outcome, Snapshot
from workflows.policy.model import Policy
from workflows.ports import Wanted
from workflows.reminders import next_reminder
from workflows.results import Done, Refusal
from workflows.signers import members_of, missing, signing_roles, waiting_roles
from workflows.signing import ended
from workflows.transitions import Action
from workflows.values import Request

CLOCK: Final = "redtag"  # who acts, in the audit


def wanted_by_clock(command: Clocked) -> Wanted:
    if isinstance(command, Chase):
        return Wanted(CLOCK, request=command.request)
    return Wanted(CLOCK, numbers=(command.order,))


def decide_chase(snapshot: Snapshot, command: Chase, policy: Policy) -> Outcome | Refusal:
    """One thing at a time, and nothing where somebody was faster. After an outage the last one alone."""
    request = snapshot.request(command.request)
    if request is None or not request.is_pending:
        return nothing(snapshot)
    steps = ((request.expire_at, _expire), (request.escalate_at, _escalate), (request.remind_at, _remind))
    act = next((act for due, act in steps if due and due <= snapshot.now), None)
    return act(snapshot, policy, request) if act else nothing(snapshot)


def nothing(snapshot: Snapshot) -> Outcome:
    order = snapshot.order.number if snapshot.order else ""
    return Outcome(Done(what="nothing", kind="", request=0, hold=0, order=order, reason=""), order)


def _expire(snapshot: Snapshot, policy: Policy, request: Request) -> Outcome:
    return ended(snapshot, Decide(request.number, Action.EXPIRE), policy, request, role=None)


def _remind(snapshot: Snapshot, policy: Policy, request: Request) -> Outcome:
    number = request.reminded + 1
    waiting = waiting_roles(request)
    return Outcome(
        result=_done("reminded", request),
        order_number=request.order_number,
        chased=Chased(request.number, next_reminder(policy, request, snapshot.now, given=number)),
        audit=(_entry(snapshot, request, "request.reminded", {"reminder": number}),),
        notices=(*telling.redraws(policy, request), *telling.reminders(policy, request, waiting, number)),
    )


def _escalate(snapshot: Snapshot, policy: Policy, request: Request) -> Outcome:
    """It says to signers what a reminder would, so the next reminder waits from now on."""
    to, left = request.escalate_to, missing(request.sign, request.decisions)
    can = to not in left and any(_can_sign(policy, request, member, to) for member in members_of(policy, to))
    soon = next_reminder(policy, request, snapshot.now, given=request.reminded)
    facts = {"to": to, "waits_for": list(dict.fromkeys(left)), **({} if can else {"nobody": True})}
    where = _channels(policy, (entry.role for entry in request.sign))
    new = [role for role in [to] if can and policy.roles[role].channel not in where]
    return Outcome(
        result=_done("escalated", request),
        order_number=request.order_number,
        chased=Chased(request.number, soon, escalated=True, to=to if can else ""),
        audit=(_entry(snapshot, request, "request.escalated", facts),),
        notices=(
            *telling.cards(policy, request.order_number, request.number, new),
            *telling.redraws(policy, request),
            *([] if can else telling.nobody_to_escalate_to(policy, request, to)),
            *told(snapshot, request, "escalated", ""),
        ),
    )


def _can_sign(policy: Policy, request: Request, member: str, role: str) -> bool:
    signed = {request.requested_by, *(who for each in request.decisions for who in (each.member, each.on_behalf_of))}
    return member not in signed and role in signing_roles(policy, request, member)


def _channels(policy: Policy, roles: Iterable[str]) -> set[str]:
    return {policy.roles[role].channel for role in roles if role in policy.roles}


def _entry(snapshot: Snapshot, request: Request, action: str, facts: dict[str, object]) -> Entry:
    return Entry(request.order_number, snapshot.actor.user_id, action, facts, request.number)


def _done(what: str, request: Request) -> Done:
    return Done(
        what=what,
        kind=request.kind,
        request=request.number,
        hold=request.hold or 0,
        order=request.order_number,
        reason=request.reason,
    )
