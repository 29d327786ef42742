"""Who can sign: roles and people out of the policy in force, never out of a stored list."""

from collections.abc import Iterable, Sequence

from workflows.policy.model import Policy
from workflows.results import Signers
from workflows.values import Decision, Signature


def signers(policy: Policy, roles: Iterable[str], *, leave_out: str = "") -> tuple[Signers, ...]:
    """The roles with their present members, without the person who may not sign this one."""
    return tuple(
        Signers(
            role=role,
            label=policy.role_label(role),
            members=tuple(member for member in members_of(policy, role) if member != leave_out),
        )
        for role in dict.fromkeys(roles)
    )


def members_of(policy: Policy, role: str) -> tuple[str, ...]:
    return tuple(policy.roles[role].members) if role in policy.roles else ()


def missing(sign: Sequence[Signature], decisions: Iterable[Decision]) -> tuple[str, ...]:
    """The roles that have still to sign, one entry a signature."""
    left = [entry.role for entry in sign for _ in range(entry.approvals)]
    for decision in decisions:
        if decision.decision == "approve" and decision.role in left:
            left.remove(decision.role)
    return tuple(left)


def fillable(left: Sequence[str], roles: frozenset[str]) -> str | None:
    """The first signature still missing that somebody with these roles can give."""
    return next((role for role in left if role in roles), None)
