"""The orders of a rehearsal: what a rule may look at, numbers that nobody mistakes for real ones, and their file."""

import csv
import io
import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import rstr

from workflows.money import decimal_digits
from workflows.order_numbers import BadOrderNumber, normalise
from workflows.policy.fields import folded
from workflows.policy.model import OrderNumberFormat, Policy, Reason, Rule
from workflows.policy.patterns import literal_prefixes
from workflows.policy.rules import Applied, Facts, matches, rule_for
from workflows.values import Stage

CUSTOMER: Final = "Rehearsal, no real order"
CURRENCIES: Final = ("USD", "EUR", "GBP", "CHF")
# What has left the house can neither be held nor cancelled, so no order of a rehearsal begins there.
STAGES: Final = (Stage.OPEN, Stage.ALLOCATED, Stage.PICKED, Stage.PACKED)
SMALL: Final = Decimal(100)
LONGEST_RUN: Final = 20
TRIES: Final = 500
HEADER: Final = (
    *("order_number", "customer", "customer_email", "currency", "order_total", "ship_by"),
    *("line", "sku", "description", "quantity", "unit_price", "status"),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """An order and a reason, as far as rules look at them. `total` is in major units."""

    reason: Reason
    currency: str
    total: Decimal
    stage: str
    customer: str

    @property
    def minor(self) -> int:
        return int(self.total.scaleb(decimal_digits(self.currency)))


def applied(policy: Policy, kind: str, terms: Terms) -> Applied:
    """What the policy asks for. A cancel is of the whole order, so that its refund is the order's total."""
    facts = facts_of(kind, terms)
    return rule_for(policy, **{name: getattr(facts, name) for name in Facts.__slots__})


def decided_by(policy: Policy, kind: str, terms: Terms) -> int:
    """The rule that is applied, from 1, or 0 for the default; without the words that `rule_for` makes."""
    facts = facts_of(kind, terms)
    return next((at for at, rule in enumerate(policy.rules, 1) if matches(rule, facts)), 0)


def facts_of(kind: str, terms: Terms) -> Facts:
    refund = terms.minor if kind == "cancel" else None
    return Facts(kind, terms.reason, terms.minor, terms.currency, terms.stage, terms.customer, refund)


def terms_of(policy: Policy, kinds: Sequence[str], reasons: Iterable[Reason]) -> Iterator[Terms]:
    """An order of each sort that the rules of these kinds tell apart, the plainest first."""
    rules = [rule for rule in policy.rules if rule.kind in kinds]
    named = dict.fromkeys(customer for rule in rules for customer in rule.when.customer)
    customers = _sorts([CUSTOMER, *named], [rule.when.customer for rule in rules])
    stages = _sorts(_stages(policy, kinds), [rule.when.stage for rule in rules])
    sorts = itertools.product(stages, customers, _amounts(rules))
    for (stage, customer, (currency, total)), reason in itertools.product(sorts, reasons):
        yield Terms(reason, currency, total, stage, customer)


def _stages(policy: Policy, kinds: Sequence[str]) -> list[str]:
    """Those at which an order can still be stopped, cancelled or changed."""
    blocked = {"cancel": policy.desk.cancel_blocked_from, "change": policy.desk.change_blocked_from}
    ends = {blocked[kind] for kind in kinds if kind in blocked}
    return list(itertools.takewhile(lambda stage: stage not in ends, STAGES))


def reason_sorts(policy: Policy, kinds: Sequence[str], reasons: Sequence[Reason]) -> list[Reason]:
    """One reason of each sort that the rules of these kinds tell apart."""
    codes = _sorts([reason.code for reason in reasons], [r.when.reason for r in policy.rules if r.kind in kinds])
    return [reason for reason in reasons if reason.code in codes]


def _sorts(values: Iterable[str], mentions: Iterable[Sequence[str]]) -> list[str]:
    """The first of those values that stand in exactly the same lists."""
    lists = [{folded(each) for each in mention} for mention in mentions]
    sorts: dict[tuple[bool, ...], str] = {}
    for value in values:
        sorts.setdefault(tuple(folded(value) in each for each in lists), value)
    return list(sorts.values())


def _amounts(rules: Sequence[Rule]) -> list[tuple[str, Decimal]]:
    """Just over each limit, and below all of them; also in a currency without one, which every rule takes."""
    limits: dict[str, set[Decimal]] = {}
    for rule in rules:
        for currency, limit in (*rule.when.order_total_over.items(), *rule.when.refund_over.items()):
            limits.setdefault(currency, set()).add(limit)
    free = next((each for each in CURRENCIES if each not in limits), None)
    found = [(currency, total) for currency, known in limits.items() for total in _totals(currency, known)]
    return [*found, *([(free, SMALL)] if free else [])]


def _totals(currency: str, limits: set[Decimal]) -> list[Decimal]:
    least = Decimal(1).scaleb(-decimal_digits(currency))
    return sorted({min(SMALL, *limits), *(limit + least for limit in limits)})


class NoNumber(Exception):
    """Its text is a sentence."""


def numbers(fmt: OrderNumberFormat, count: int) -> list[str]:
    """So many order numbers that the desk accepts; `REHEARSAL-1` where it does, else what it has for its own."""
    found: dict[str, None] = {}
    for typed in _ideas(fmt):
        try:
            found.setdefault(normalise(typed, fmt))
        except BadOrderNumber:
            continue
        if len(found) >= count:
            return list(found)
    raise NoNumber(
        f"The rehearsal needs {count} order numbers, and found {len(found)} that desk.order_number.pattern accepts."
    )


def _ideas(fmt: OrderNumberFormat) -> Iterator[str]:
    if fmt.pattern is None:
        yield from (f"REHEARSAL-{at}" for at in itertools.count(1))
    starts = ["REHEARSAL-", *(f"{prefix}REHEARSAL-" for prefix in literal_prefixes(fmt.pattern or "")), *_nines(fmt)]
    for start in starts:
        yield from (f"{start}{at}" for at in range(1, TRIES))
    generator = rstr.Rstr(random.Random(0))  # noqa: S311 - the same numbers each time, and no secret
    yield from (generator.xeger(fmt.pattern or "") for _ in range(TRIES))


def _nines(fmt: OrderNumberFormat) -> list[str]:
    """Numbers that no system has come to yet: ORD-99990001."""
    prefixes = literal_prefixes(fmt.pattern or "") or ("",)
    shortest_last = (("9" * run) + "0" * zeros for run in (4, 3, 2, 1, 0) for zeros in range(LONGEST_RUN))
    return [f"{prefix}{run}" for prefix in prefixes for run in shortest_last]


def order_file(orders: Iterable[tuple[str, Terms]]) -> bytes:
    """The orders as a file of the desk's own shape, one line each."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(_row(number, terms) for number, terms in orders)
    return text.getvalue().encode()


def _row(number: str, terms: Terms) -> tuple[object, ...]:
    amount = f"{terms.total:f}"
    goods = (1, "REHEARSAL", "Nothing real", 1, amount)
    return (number, terms.customer, "", terms.currency, amount, "", *goods, terms.stage)
