"""Can the people of a policy give the signatures that it asks for?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workflows.policy.model import Policy, Reason, Rule
from workflows.policy.rules import Applied, applied_by, default_rule, owner_of, sign_in_words
from workflows.words import listed

ASKED_FOR = {"place_hold": "hold", "release_hold": "hold", "cancel": "cancel", "change": "change"}


@dataclass(frozen=True)
class Path:
    """One way that a request can take: the rule (or the default) for one reason."""

    kind: str
    reason: Reason
    applied: Applied
    where: str


def problems(policy: Policy) -> Iterator[str]:
    """Paths on which no request could ever be approved, with what is missing."""
    found = tuple({(path.where, path.applied.sign): path for path in paths(policy)}.values())
    needed = dict.fromkeys(each.role for path in found for each in path.applied.sign)
    for role in needed:
        if role in policy.roles and not policy.roles[role].members:
            yield _nobody(policy, role, [path for path in found if role in _roles(path)])
    for path in found:
        if all(role in policy.roles and policy.roles[role].members for role in _roles(path)):
            yield from _too_few(policy, path)


def alone(policy: Policy) -> Iterator[str]:
    """Signing roles whose only member cannot be signed for."""
    needed = dict.fromkeys(each.role for path in paths(policy) for each in path.applied.sign)
    for role in needed:
        members = policy.roles[role].members if role in policy.roles else ()
        if len(members) == 1:
            yield (
                f"roles.{role}: has one member. What {members[0]} asks for and {policy.role_label(role)} signs, "
                f"nobody can approve; and nobody signs while {members[0]} is away. Add a second member."
            )


def paths(policy: Policy) -> Iterator[Path]:
    for kind, reasons in ASKED_FOR.items():
        for reason in policy.reasons_of(reasons):
            yield from _paths_of(policy, kind, reason)


def _paths_of(policy: Policy, kind: str, reason: Reason) -> Iterator[Path]:
    owner = owner_of(policy, reason)
    for at, rule in enumerate(policy.rules, 1):
        if rule.kind == kind and _may_concern(rule, reason):
            yield Path(kind, reason, applied_by(policy, rule, owner), f"rules[{at}] ({kind})")
            if not _has_other_conditions(rule):
                return
    yield Path(kind, reason, applied_by(policy, default_rule(kind), owner), f"{kind} for reason {reason.code}")


def _may_concern(rule: Rule, reason: Reason) -> bool:
    return not rule.when.reason or reason.code.casefold() in {code.casefold() for code in rule.when.reason}


def _has_other_conditions(rule: Rule) -> bool:
    return not rule.when.model_copy(update={"reason": ()}).is_always


def _roles(path: Path) -> tuple[str, ...]:
    return tuple(each.role for each in path.applied.sign)


def _nobody(policy: Policy, role: str, used: Iterable[Path]) -> str:
    where = tuple(dict.fromkeys(path.where for path in used))
    shown = listed([*where[:4], *(["others"] if len(where) > 4 else [])], "and")
    return (
        f"roles.{role}.members: is empty, so nobody can sign as {policy.role_label(role)} ({shown}). "
        "Add the Slack ids of the people who may."
    )


def _too_few(policy: Policy, path: Path) -> Iterator[str]:
    needed = f"{sign_in_words(policy, path.applied.sign)}"
    if path.applied.ask is not None and not _askers(policy, path):
        roles = listed([policy.role_label(role) for role in sorted(path.applied.ask)])
        yield f"{path.where}: only {roles} may ask, and nobody has that role. Add a member, or leave `ask` out."
    elif not any(_can_be_signed(policy, path, asker) for asker in _askers(policy, path)):
        roles = listed([f"roles.{role}.members" for role in dict.fromkeys(_roles(path))])
        yield (
            f"{path.where}: can never be approved. {needed}, each signature by another person, and not by the one who "
            f"asks; {_who(policy, path)}. Add a person to {roles}."
        )


def _who(policy: Policy, path: Path) -> str:
    people = dict.fromkeys(member for role in _roles(path) for member in policy.roles[role].members)
    return f"there {'is only' if len(people) == 1 else 'are only'} {listed(tuple(people), 'and')}"


def _askers(policy: Policy, path: Path) -> tuple[str, ...]:
    """Who may ask; an empty name is any other member of the workspace."""
    if path.applied.ask is None:
        return ("",)
    members = (member for role in path.applied.ask if role in policy.roles for member in policy.roles[role].members)
    return tuple(dict.fromkeys(members))


def _can_be_signed(policy: Policy, path: Path, asker: str) -> bool:
    """Whether every signature finds a person of its own."""
    barred = "" if _signs_own(policy, path.kind) else asker
    candidates = [
        [member for member in policy.roles[each.role].members if member != barred]
        for each in path.applied.sign
        for _ in range(each.approvals)
    ]
    return people_for(candidates) is not None


def people_for(candidates: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
    """For each place one of its candidates, nobody twice; None where that cannot be (augmenting paths)."""
    taken: dict[str, int] = {}
    if not all(_place(candidates, at, taken, set()) for at in range(len(candidates))):
        return None
    return tuple(sorted(taken, key=taken.__getitem__))


def _place(candidates: Sequence[Sequence[str]], at: int, taken: dict[str, int], seen: set[str]) -> bool:
    for member in candidates[at]:
        if member in seen:
            continue
        seen.add(member)
        if member not in taken or _place(candidates, taken[member], taken, seen):
            taken[member] = at
            return True
    return False


def _signs_own(policy: Policy, kind: str) -> bool:
    """A release always needs a second person."""
    own_placement = kind == "place_hold" and policy.desk.owner_placement_signs
    return own_placement or (policy.desk.self_approval and kind != "release_hold")
