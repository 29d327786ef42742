"""Rules by which somebody else signs as well over an amount."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Literal

from workflows.policy.fields import amount
from workflows.policy.model import LEAD, Policy, Rule, RuleKind, Signature, When

Measure = Literal["order_total_over", "refund_over"]
THRESHOLDS: Final[tuple[tuple[RuleKind, Measure, str], ...]] = (
    ("cancel", "order_total_over", "Cancels of orders over"),
    ("cancel", "refund_over", "Cancels that refund over"),
    ("change", "order_total_over", "Changes of orders over"),
)


def threshold(policy: Policy, kind: RuleKind, measure: Measure) -> Rule | None:
    """The first rule that has this amount as its only condition, and a second signature."""
    return next((rule for rule in policy.rules if _is_threshold(rule, kind, measure)), None)


def second(rule: Rule | None) -> str:
    return rule.sign[-1].role if rule and rule.sign else ""


def amounts_of(rule: Rule | None, measure: Measure) -> str:
    """`USD 5000, EUR 4500`."""
    found: Mapping[str, Decimal] = getattr(rule.when, measure) if rule else {}
    return ", ".join(f"{currency} {amount:f}" for currency, amount in found.items())


def read_amounts(typed: str) -> dict[str, str]:
    """Raises ValueError."""
    found: dict[str, str] = {}
    for part in typed.replace(";", ",").split(","):
        words = part.split()
        if not words:
            continue
        if len(words) != 2:
            raise ValueError(part)
        found[words[0].upper()] = str(amount(words[1]))
    return found


def with_threshold(policy: Policy, kind: RuleKind, measure: Measure, amounts: Mapping[str, str], role: str) -> Policy:
    """No amounts: no such rule."""
    before = threshold(policy, kind, measure)
    rules = tuple(rule for rule in policy.rules if rule != before)
    if amounts:
        place = policy.rules.index(before) if before else 0
        when = When.model_validate({measure: dict(amounts)})
        rules = (*rules[:place], _rule(policy, before or Rule(kind=kind), when, role), *rules[place:])
    return policy.model_copy(update={"rules": rules})


def _rule(policy: Policy, before: Rule, when: When, role: str) -> Rule:
    first = before.sign[0].role if before.sign else _lead(policy, before.kind)
    twice = (Signature(role=role, approvals=2),)
    sign = twice if first == role else (Signature(role=first), Signature(role=role))
    return before.model_copy(update={"when": when, "sign": before.sign if second(before) == role else sign})


def _lead(policy: Policy, kind: RuleKind) -> str:
    owners = (reason.owner for reason in policy.reasons if reason.kind == kind and reason.owner)
    return LEAD if LEAD in policy.roles else next(owners, LEAD)


def _is_threshold(rule: Rule, kind: RuleKind, measure: Measure) -> bool:
    over = getattr(rule.when, measure)
    alone = bool(over) and rule.when == When.model_validate({measure: over})
    twice = len(rule.sign) == 2 or (len(rule.sign) == 1 and rule.sign[0].approvals == 2)
    return rule.kind == kind and alone and twice
