"""Which rule applies to a request, and what it asks for."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final, Literal

from workflows.money import decimal_digits, major_units
from workflows.policy.fields import folded
from workflows.policy.model import LEAD, Policy, Reason, Rule, Signature, When
from workflows.words import listed

ESCALATED_TO: Final = "manager"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the conditions of a rule look at. Amounts are minor units of `currency`."""

    kind: str
    reason: Reason | None
    order_total: int
    currency: str
    stage: str
    customer: str
    refund: int | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """`rule` counts from 1. `ask` None: any active member. A period of None: never."""

    rule: int | Literal["default"]
    ask: frozenset[str] | None
    sign: tuple[Signature, ...]
    remind_after: timedelta | None
    escalate_after: timedelta | None
    escalate_to: str | None
    expire_after: timedelta | None
    explanation: str


def rule_for(
    policy: Policy,
    *,
    kind: str,
    reason: Reason | None,
    order_total: int,
    currency: str,
    stage: str,
    customer: str,
    refund: int | None = None,
    fallback_owner: str = "",
) -> Applied:
    """The first rule that matches, else the default: the owner of the reason signs.

    `reason` is the hold's reason for placements and releases; `fallback_owner` signs where it has left the policy.
    """
    facts = Facts(kind, reason, order_total, currency, stage, customer, refund)
    number, rule = next(
        ((number, rule) for number, rule in enumerate(policy.rules, 1) if matches(rule, facts)), (0, None)
    )
    owner = owner_of(policy, reason, fallback_owner)
    applied = applied_by(policy, rule or default_rule(kind), owner)
    why = f"rule {number}, {when_in_words(rule.when)}" if rule else "no rule matches, the owner of the reason signs"
    return replace(applied, rule=number or "default", explanation=f"{why}: {sign_in_words(policy, applied.sign)}")


def matches(rule: Rule, facts: Facts) -> bool:
    when = rule.when
    return (
        rule.kind == facts.kind
        and _over(when.order_total_over, facts.order_total, facts.currency)
        and _over(when.refund_over, facts.refund, facts.currency)
        and _among(when.reason, facts.reason.code if facts.reason else "")
        and _among(when.stage, facts.stage)
        and _among(when.customer, facts.customer)
    )


def applied_by(policy: Policy, rule: Rule, owner: str) -> Applied:
    """A rule with everything that it leaves to the defaults."""
    manager = ESCALATED_TO if ESCALATED_TO in policy.roles else None
    return Applied(
        rule="default",
        ask=frozenset(rule.ask) if rule.ask is not None else None,
        sign=rule.sign or (Signature(role=owner),),
        remind_after=rule.remind_after,
        escalate_after=rule.escalate_after,
        escalate_to=rule.escalate_to or manager,
        # A placement that nobody answers escalates: an order must not become shippable by waiting.
        expire_after=None if rule.kind == "place_hold" else rule.expire_after,
        explanation="",
    )


def default_rule(kind: str) -> Rule:
    return Rule.model_validate({"kind": str(kind)})


def owner_of(policy: Policy, reason: Reason | None, fallback: str = "") -> str:
    """Managers stand in for a role that has left the policy, so that what it held can still be decided."""
    owner = (reason.owner if reason else None) or fallback or LEAD
    return owner if owner in policy.roles or ESCALATED_TO not in policy.roles else ESCALATED_TO


def when_in_words(when: When) -> str:
    """`order total over USD 5,000 and stage picked or packed`; `always`."""
    parts = (
        *_thresholds("order total", when.order_total_over),
        *_thresholds("refund", when.refund_over),
        *(f"{name} {listed(values)}" for name, values in _lists(when) if values),
    )
    return listed(parts, "and") or "always"


def sign_in_words(policy: Policy, sign: tuple[Signature, ...]) -> str:
    """`Credit and 2 of Fraud review sign`."""
    names = [f"{each.approvals} of " * (each.approvals > 1) + policy.role_label(each.role) for each in sign]
    many = len(names) > 1 or any(each.approvals > 1 for each in sign)
    return f"{listed(names, 'and')} {'sign' if many else 'signs'}"


def _lists(when: When) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("reason", when.reason), ("stage", when.stage), ("customer", when.customer)


def _thresholds(name: str, amounts: dict[str, Decimal]) -> tuple[str, ...]:
    shown = [f"{currency} {_short(limit, currency)}" for currency, limit in sorted(amounts.items())]
    return (f"{name} over {listed(shown)}",) if shown else ()


def _short(amount: Decimal, currency: str) -> str:
    return f"{amount:,.{decimal_digits(currency) if amount % 1 else 0}f}"


def _over(limits: dict[str, Decimal], minor: int | None, currency: str) -> bool:
    """Strictly. What has no limit, or is not known, matches: the stricter rule is the safe side."""
    limit = limits.get(currency)
    return limit is None or minor is None or major_units(minor, currency) > limit


def _among(wanted: tuple[str, ...], value: str) -> bool:
    return not wanted or folded(value) in {folded(each) for each in wanted}
