"""When somebody is reminded of what waits, when it escalates, and when it expires: of each kind of request."""

from collections.abc import Mapping
from typing import Any, Final

from workflows.policy.model import Policy, Rule, RuleKind
from workflows.policy.rules import ESCALATED_TO, default_rule

KINDS: Final[tuple[RuleKind, ...]] = ("place_hold", "release_hold", "cancel", "change")
TIMES: Final = ("remind_after", "escalate_after", "escalate_to", "expire_after")


def usual(policy: Policy, kind: RuleKind) -> Rule:
    """The rule for all of a kind that no other rule is for, with the periods that hold there."""
    return next((rule for rule in policy.rules if rule.kind == kind and rule.when.is_always), default_rule(kind))


def with_times(policy: Policy, kind: RuleKind, times: Mapping[str, Any]) -> Policy:
    """These instead of the usual ones, also where another rule had the same; what a rule has set apart stays."""
    before = usual(policy, kind)
    moved = {name: value for name, value in times.items() if value != getattr(before, name)}
    if not moved:
        return policy
    rules = tuple(_moved(rule, before, moved) if rule.kind == kind else rule for rule in policy.rules)
    general = () if before in policy.rules else (before.model_copy(update=moved),)
    return policy.model_copy(update={"rules": (*rules, *general)})


def _moved(rule: Rule, before: Rule, times: Mapping[str, Any]) -> Rule:
    return rule.model_copy(update={name: value for name, value in times.items() if _same(rule, before, name)})


def _same(rule: Rule, other: Rule, name: str) -> bool:
    """No role to escalate to is the usual one."""
    otherwise = ESCALATED_TO if name == "escalate_to" else None
    return (getattr(rule, name) or otherwise) == (getattr(other, name) or otherwise)
