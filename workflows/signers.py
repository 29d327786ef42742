"""Who can sign: roles and people out of the policy in force, never out of a stored list."""

from collections.abc import Iterable, Sequence

from workflows.policy.model import Policy
from workflows.results import Signers
from workflows.values import Decision, Kind, Request, Signature


def signers(policy: Policy, roles: Iterable[str], *, leave_out: str = "") -> tuple[Signers, ...]:
    """The roles with their present members, without the person who may not sign this one, and their deputy."""
    return _signers(policy, roles, frozenset({leave_out} - {""}))


def _signers(policy: Policy, roles: Iterable[str], barred: frozenset[str]) -> tuple[Signers, ...]:
    return tuple(
        Signers(
            role=role,
            label=policy.role_label(role),
            members=tuple(
                member
                for member in members_of(policy, role)
                if barred.isdisjoint({member, policy.in_whose_name(role, member, barred)})
            ),
        )
        for role in dict.fromkeys(roles)
    )


def members_of(policy: Policy, role: str) -> tuple[str, ...]:
    """Those who are there: somebody who is away may still sign, but is not waited for."""
    return policy.roles[role].present if role in policy.roles else ()


def missing(sign: Sequence[Signature], decisions: Iterable[Decision]) -> tuple[str, ...]:
    """The roles that have still to sign, one entry a signature."""
    left = [entry.role for entry in sign for _ in range(entry.approvals)]
    for decision in decisions:
        if decision.decision == "approve" and left:
            # The role to which a request escalated signs for the first of those that it waits for.
            left.remove(decision.role if decision.role in left else left[0])
    return tuple(left)


def fillable(left: Sequence[str], roles: frozenset[str], escalated_to: str = "") -> str | None:
    """The first signature still missing that somebody with these roles can give, else one for the role escalated to."""
    also = (escalated_to,) if left and escalated_to else ()
    return next((role for role in (*left, *also) if role in roles), None)


def waiting_roles(request: Request) -> tuple[str, ...]:
    """The roles that have still to sign, and the one to which it escalated, which may sign for them."""
    left = missing(request.sign, request.decisions)
    return tuple(dict.fromkeys((*left, *((request.escalated_to,) if left and request.escalated_to else ()))))


def waiting_for(policy: Policy, request: Request) -> tuple[Signers, ...]:
    """The same with the people who can do it; without the role to which it escalated, where nobody of it can."""
    asked = frozenset() if may_sign_own(policy, request) else frozenset({request.requested_by})
    found = _signers(policy, waiting_roles(request), asked | represented(request))
    return tuple(group for group in found if group.members or group.role != request.escalated_to)


def rung(policy: Policy, request: Request, group: Signers) -> tuple[str, ...]:
    """Of those whom the role wants notified, who can sign this one. `group` is one of `waiting_for`."""
    notify = policy.roles[group.role].notify if group.role in policy.roles else ()
    return tuple(user for user in notify if user in group.members and user != request.requested_by)


def may_sign_own(policy: Policy, request: Request) -> bool:
    """A release always needs a second person, whatever the policy allows elsewhere."""
    return policy.desk.self_approval and request.kind is not Kind.RELEASE_HOLD


def represented(request: Request) -> frozenset[str]:
    """Those who signed, and those in whose name somebody did."""
    return frozenset(name for each in request.decisions for name in (each.member, each.on_behalf_of) if name)


def signing_roles(policy: Policy, request: Request, user_id: str) -> frozenset[str]:
    """A deputy signs neither in the name of the one who asked, nor of one whose signature is there already."""
    barred = barred_from(request)
    names = {role: policy.in_whose_name(role, user_id, barred) for role in policy.roles_of(user_id)}
    return frozenset(role for role, name in names.items() if name not in barred)


def barred_from(request: Request) -> frozenset[str]:
    """Those in whose name no deputy signs this one."""
    return frozenset({request.requested_by, *(each.on_behalf_of or each.member for each in request.decisions)})


def signed_as(decision: Decision) -> dict[str, str]:
    """For the audit: the role, and in whose name."""
    return {"role": decision.role, **({"for": decision.on_behalf_of} if decision.on_behalf_of else {})}
