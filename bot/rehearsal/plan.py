"""What is played: an order for each rule of the policy, and for each reason that no rule takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.rehearsal.casting import Cast, Company
from bot.rehearsal.orders import Terms, applied, reason_sorts, terms_of
from workflows.policy.model import Policy, Reason, Rule
from workflows.policy.rules import Applied, Facts, matches, sign_in_words, when_in_words
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
PLAYED: Final = frozenset({"place_hold", "release_hold"})


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
    rules = tuple(_rule_play(policy, company, at, rule) for at, rule in enumerate(policy.rules, 1))
    return (*rules, *_defaults(policy, company))


def _rule_play(policy: Policy, company: Company, at: int, rule: Rule) -> Play:
    title = f"Rule {at}: {NAMES[rule.kind]}, {when_in_words(rule.when)}"
    if rule.kind not in PLAYED:
        return Play(at, title, why=f"a rehearsal cannot {NAMES[rule.kind]} yet")
    found = [terms for terms in _candidates(policy, rule.kind) if applied(policy, rule.kind, terms).rule == at]
    if not found:
        return Play(at, title, why=_shadowed(policy, at, rule), is_miss=True)
    signed = sign_in_words(policy, applied(policy, rule.kind, found[0]).sign)
    return _played(policy, company, at, f"{title}: {signed}", found)


def _candidates(policy: Policy, kind: str) -> Iterator[Terms]:
    reasons_of, kinds = _story_of(kind)
    return terms_of(policy, kinds, reason_sorts(policy, kinds, policy.reasons_of(reasons_of)))


def _story_of(kind: str) -> tuple[str, tuple[str, ...]]:
    return next((reasons, kinds) for reasons, kinds in STORIES.items() if kind in kinds)


def _shadowed(policy: Policy, at: int, rule: Rule) -> str:
    """Which rules take everything that this one could."""
    mine = [terms for terms in _candidates(policy, rule.kind) if matches(rule, _facts(rule.kind, terms))]
    if not mine:
        return f"rule {at} can never be reached: no order that can still be stopped is like that"
    takers = sorted({taker for terms in mine if isinstance(taker := applied(policy, rule.kind, terms).rule, int)})
    named = listed([f"rule {taker}" for taker in takers], "and")
    return f"rule {at} can never be reached: {named} {'takes' if len(takers) == 1 else 'take'} its orders first"


def _facts(kind: str, terms: Terms) -> Facts:
    refund = terms.minor if kind == "cancel" else None
    return Facts(kind, terms.reason, terms.minor, terms.currency, terms.stage, terms.customer, refund)


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
    open_terms = {terms: _without_rule(policy, kinds, terms) for terms in terms_of(policy, kinds, reasons)}
    left = frozenset().union(*open_terms.values())
    while left:
        most = max(len(free & left) for free in open_terms.values())
        found = [terms for terms, free in open_terms.items() if len(free & left) == most]
        shown = tuple(kind for kind in kinds if kind in open_terms[found[0]] & left)
        left -= set(shown)
        yield _default_play(policy, company, shown, reasons, found)


def _without_rule(policy: Policy, kinds: tuple[str, ...], terms: Terms) -> frozenset[str]:
    return frozenset(kind for kind in kinds if applied(policy, kind, terms).rule == "default")


def _default_play(
    policy: Policy, company: Company, kinds: Sequence[str], reasons: Sequence[Reason], found: Sequence[Terms]
) -> Play:
    what = listed([NAMES[kind] for kind in kinds], "and").capitalize()
    signed = sign_in_words(policy, applied(policy, kinds[0], found[0]).sign)
    title = f"{what}, reason {listed([reason.code for reason in reasons])}, no rule of its own: {signed}"
    if not PLAYED.issuperset(kinds):
        return Play(0, title, why=f"a rehearsal cannot {listed([NAMES[kind] for kind in kinds])} yet")
    return _played(policy, company, 0, title, found)
