"""What is wrong with [[rules]], one by one and among each other."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from workflows.money import decimal_digits, is_currency
from workflows.policy.fields import folded
from workflows.policy.model import Policy, Rule
from workflows.policy.role_checks import unknown_role
from workflows.policy.sentences import meant, shown
from workflows.policy.signable import ASKED_FOR
from workflows.values import Stage
from workflows.words import listed


def problems(policy: Policy) -> Iterator[str]:
    for at, rule in enumerate(policy.rules, 1):
        yield from _rule(policy, f"rules[{at}]", rule)
    yield from _unreachable(policy.rules)


def _rule(policy: Policy, where: str, rule: Rule) -> Iterator[str]:
    if rule.ask == ():
        yield f"{where}.ask: is empty, so nobody may ask. List roles, or leave it out to let any active member ask."
    for role in rule.ask or ():
        yield from unknown_role(policy, f"{where}.ask", role)
    for signature in rule.sign:
        yield from unknown_role(policy, f"{where}.sign", signature.role)
    if rule.escalate_to is not None:
        yield from unknown_role(policy, f"{where}.escalate_to", rule.escalate_to)
    yield from _amounts(f"{where}.when.order_total_over", rule.when.order_total_over)
    yield from _amounts(f"{where}.when.refund_over", rule.when.refund_over)
    if rule.when.refund_over and rule.kind in {"place_hold", "release_hold"}:
        yield f"{where}.when.refund_over: a hold pays nothing back. Use order_total_over, or take it out."
    yield from _conditions(policy, f"{where}.when", rule)


def _amounts(where: str, amounts: Mapping[str, Decimal]) -> Iterator[str]:
    for currency, limit in amounts.items():
        if not is_currency(currency):
            close = meant(currency, [currency.upper()] if is_currency(currency.upper()) else ())
            yield f"{where}: “{shown(currency)}” is not a currency code of ISO 4217, such as USD.{close}"
        elif limit != round(limit, decimal_digits(currency)):
            yield f"{where}: {currency} has {decimal_digits(currency)} decimals. Round {limit:f}."


def _conditions(policy: Policy, where: str, rule: Rule) -> Iterator[str]:
    kind = ASKED_FOR[rule.kind]
    codes = {reason.code.casefold(): reason.code for reason in policy.reasons_of(kind)}
    for code in rule.when.reason:
        if code.casefold() not in codes:
            yield f"{where}.reason: there is no {kind} reason “{shown(code)}”.{meant(code, codes.values())}"
    for stage in rule.when.stage:
        if stage not in set(Stage):
            yield f"{where}.stage: “{shown(stage)}” is not a stage. Use {listed(tuple(Stage))}.{meant(stage, Stage)}"
    if not all(customer.strip() for customer in rule.when.customer):
        yield f"{where}.customer: holds an empty name. Take it out."


def _unreachable(rules: tuple[Rule, ...]) -> Iterator[str]:
    for at, rule in enumerate(rules, 1):
        earlier = enumerate(rules[: at - 1], 1)
        first = next((n for n, other in earlier if other.kind == rule.kind and _covers(other, rule)), None)
        if first:
            yield (
                f"rules[{at}]: is never reached, because rules[{first}] ({rule.kind}) matches all that it matches. "
                "Put the one with more conditions first, or take one out."
            )


def _covers(earlier: Rule, later: Rule) -> bool:
    """Whether each condition of the earlier one holds wherever the later one's do."""
    first, then = earlier.when, later.when
    return (
        _no_higher(first.order_total_over, then.order_total_over)
        and _no_higher(first.refund_over, then.refund_over)
        and _no_narrower(first.reason, then.reason)
        and _no_narrower(first.stage, then.stage)
        and _no_narrower(first.customer, then.customer)
    )


def _no_higher(limits: Mapping[str, Decimal], others: Mapping[str, Decimal]) -> bool:
    """A currency without a limit matches at any amount."""
    return all(currency in others and limit <= others[currency] for currency, limit in limits.items())


def _no_narrower(wanted: Sequence[str], others: Sequence[str]) -> bool:
    return not wanted or (bool(others) and {folded(each) for each in others} <= {folded(each) for each in wanted})
