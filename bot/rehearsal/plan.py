"""What is played: an order for each rule of the policy, and for each reason that no rule takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.rehearsal.casting import Cast, Company
from bot.rehearsal.orders import Terms, applied, decided_by, facts_of, reason_sorts, terms_of
from bot.slack.listeners.commands import COMMANDS
from workflows.policy.model import Policy, Reason, Rule
from workflows.policy.rules import Applied, matches, sign_in_words, when_in_words
from workflows.words import listed

# What is played with one order, by the kind of its reason.
STORIES: Final[Mapping[str, tuple[str, ...]]] = {
    "hold": ("place_hold", "release_hold"),
    "cancel": ("cancel",),
    "change": ("change",),
}
NAMES: Final[Mapping[str, str]] = {
    "place_hold": "hold",
    "release_hold": "release",
    "cancel": "cancel",
    "change": "change",
}
MOST_NAMED: Final = 3
# What there is a command for.
PLAYED: Final = frozenset(kind for kind, name in NAMES.items() if name in COMMANDS)


@dataclass(frozen=True, slots=True)
class Act:
    """One request: asked for, refused to the wrong people, signed by the right ones."""

    kind: str
    applied: Applied
    cast: Cast


@dataclass(frozen=True, slots=True)
class Play:
    """`rule` as in the policy, from 1, or 0 for the default. Without acts, `why` says why it cannot be played.

    `is_miss` tells whether that is the policy's fault.
    """

    rule: int
    title: str
    terms: Terms | None = None
    acts: tuple[Act, ...] = ()
    why: str = ""
    is_miss: bool = False


def plan(policy: Policy, company: Company) -> tuple[Play, ...]:
    """A play for each rule in the policy's order, then the defaults."""
    orders = {kind: _decided(policy, kind) for kind in {rule.kind for rule in policy.rules}}
    rules = tuple(_rule_play(policy, company, at, orders[rule.kind]) for at, rule in enumerate(policy.rules, 1))
    return (*rules, *_defaults(policy, company))


def _decided(policy: Policy, kind: str) -> list[tuple[Terms, int]]:
    """Orders of every sort that the rules of this kind tell apart, each with the rule that takes it."""
    reasons_of, kinds = next((reasons, kinds) for reasons, kinds in STORIES.items() if kind in kinds)
    reasons = reason_sorts(policy, kinds, policy.reasons_of(reasons_of))
    return [(terms, decided_by(policy, kind, terms)) for terms in terms_of(policy, kinds, reasons)]


def _rule_play(policy: Policy, company: Company, at: int, orders: Sequence[tuple[Terms, int]]) -> Play:
    rule = policy.rules[at - 1]
    title = f"Rule {at}: {NAMES[rule.kind]}, {when_in_words(rule.when)}"
    if rule.kind not in PLAYED:
        return Play(at, title, why=f"a rehearsal cannot {NAMES[rule.kind]} yet")
    found = [terms for terms, taker in orders if taker == at]
    if not found:
        return Play(at, title, why=_shadowed(at, rule, orders), is_miss=True)
    signed = sign_in_words(policy, applied(policy, rule.kind, found[0]).sign)
    return _played(policy, company, at, f"{title}: {signed}", found)


def _shadowed(at: int, rule: Rule, orders: Sequence[tuple[Terms, int]]) -> str:
    """Which rules take everything that this one could."""
    takers = sorted({taker for terms, taker in orders if matches(rule, facts_of(rule.kind, terms))})
    if not takers:
        return f"rule {at} can never be reached: no order that can still be stopped is like that"
    named = listed([f"rule {taker}" for taker in takers], "and")
    return f"rule {at} can never be reached: {named} {'takes' if len(takers) == 1 else 'take'} its orders first"


def _played(policy: Policy, company: Company, at: int, title: str, found: Sequence[Terms]) -> Play:
    """With the first order for which everybody is there."""
    for terms in found:
        acts = _acts(policy, company, terms)
        if acts:
            return Play(at, title, terms, acts)
    why = "nobody could ask for it and have it signed, each signature by another person and not by the one who asks"
    return Play(at, title, why=why, is_miss=True)


def _acts(policy: Policy, company: Company, terms: Terms) -> tuple[Act, ...]:
    kinds = STORIES[terms.reason.kind]
    acts = [(kind, asked, company.cast(kind, asked)) for kind in kinds for asked in [applied(policy, kind, terms)]]
    whole = tuple(Act(kind, asked, cast) for kind, asked, cast in acts if cast)
    return whole if len(whole) == len(kinds) else ()


def _defaults(policy: Policy, company: Company) -> Iterator[Play]:
    for reasons_of, kinds in STORIES.items():
        for reasons in _alike(policy, reasons_of):
            yield from _default_plays(policy, company, kinds, reasons)


def _alike(policy: Policy, reasons_of: str) -> list[list[Reason]]:
    """Each hold reason by itself; reasons of cancels and changes together where the same role signs."""
    groups: dict[str, list[Reason]] = {}
    for reason in policy.reasons_of(reasons_of):
        groups.setdefault(reason.code if reasons_of == "hold" else reason.owner or "", []).append(reason)
    return list(groups.values()) if reasons_of in STORIES else []


def _default_plays(
    policy: Policy, company: Company, kinds: tuple[str, ...], reasons: Sequence[Reason]
) -> Iterator[Play]:
    """As few orders as it takes to see each of these kinds without a rule."""
    free: dict[Terms, frozenset[str]] = {}
    for terms in terms_of(policy, kinds, reasons):
        free[terms] = _without_rule(policy, kinds, terms)
        if len(free[terms]) == len(kinds):
            break
    left: frozenset[str] = frozenset().union(*free.values())
    while left:
        best = max(free.values(), key=lambda each: len(each & left)) & left
        yield _default_play(policy, company, best, reasons, [terms for terms in free if free[terms] >= best])
        left -= best


def _without_rule(policy: Policy, kinds: tuple[str, ...], terms: Terms) -> frozenset[str]:
    return frozenset(kind for kind in kinds if not decided_by(policy, kind, terms))


def _default_play(
    policy: Policy, company: Company, without_rule: frozenset[str], reasons: Sequence[Reason], found: Sequence[Terms]
) -> Play:
    kinds = [kind for kind in STORIES[reasons[0].kind] if kind in without_rule]
    what = listed([NAMES[kind] for kind in kinds], "and").capitalize()
    signed = sign_in_words(policy, applied(policy, kinds[0], found[0]).sign)
    title = f"{what}, {_reasons_in_words(reasons)}: {signed}"
    if not PLAYED.issuperset(kinds):
        return Play(0, title, why=f"a rehearsal cannot {listed([NAMES[kind] for kind in kinds])} yet")
    return _played(policy, company, 0, title, found)


def _reasons_in_words(reasons: Sequence[Reason]) -> str:
    if len(reasons) > MOST_NAMED:
        return f"{len(reasons)} reasons without a rule of their own"
    return f"reason {listed([reason.code for reason in reasons])}, no rule of its own"
