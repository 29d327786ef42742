"""A policy in plain words, and what there is to worry about before it is applied."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from workflows.interview.waiting import KINDS, usual
from workflows.policy.check import warnings_in
from workflows.policy.desk_checks import WEEK
from workflows.policy.fields import NEVER, show_period
from workflows.policy.model import DeskSettings, Policy, Reason, Role, RuleKind
from workflows.policy.people import People, staffed
from workflows.policy.rules import applied_by, owner_of, sign_in_words, when_in_words
from workflows.words import listed

MISSING: Final = {
    "leave": "is left as it is",
    "ask": "is asked about",
    "shipped": "counts as shipped",
}
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNITS: Final = {"d": "day", "h": "hour", "m": "minute"}
SAID: Final = {
    "place_hold": "Putting an order on hold",
    "release_hold": "Releasing a hold",
    "cancel": "A cancel",
    "change": "A change",
}


WAITING: Final = {
    "place_hold": "A hold that is asked for and",
    "release_hold": "A release",
    "cancel": "A cancel",
    "change": "A change",
}


def read_back(policy: Policy) -> Iterator[tuple[str, tuple[str, ...]]]:
    """By subject. People and channels stand as `@U0ROSA` and `C0CREDIT`."""
    yield "The desk", tuple(_desk(policy.desk))
    yield "Roles", tuple(_role(role) for role in policy.roles.values())
    yield "Holds", tuple(_hold(policy, reason) for reason in policy.reasons_of("hold"))
    yield "Who signs", (*_rules(policy), _own(policy.desk))
    yield "Where nobody answers", tuple(_waiting(policy, kind) for kind in KINDS)


def _desk(desk: DeskSettings) -> Iterator[str]:
    yield f"{desk.name} works {week_in_words(desk.workdays)}, in the timezone {desk.timezone}."
    yield f"The digest comes at {desk.digest_at} on each of these days."
    also = f" and to {listed(desk.floor_email, 'and')}" if desk.floor_email else ""
    yield f"Releases are announced in {desk.floor_channel}{also}."
    yield f"An order that is missing from the next file {MISSING[desk.missing_orders]}."
    yield (
        f"Units cannot be cancelled from the stage {desk.cancel_blocked_from} on, "
        f"and not changed from {desk.change_blocked_from} on."
    )


def week_in_words(days: Sequence[str]) -> str:
    """`from Monday to Friday`, where they follow each other."""
    at = [WEEK.index(day) for day in WEEK if day in days]
    if len(at) in {0, len(WEEK)}:
        return "every day"
    if len(at) > 2 and at[-1] - at[0] == len(at) - 1:
        return f"from {DAYS[at[0]]} to {DAYS[at[-1]]}"
    return f"on {listed([DAYS[day] for day in at], 'and')}"


def _own(desk: DeskSettings) -> str:
    if desk.self_approval:
        return "People may approve what they ask for themselves, except a release."
    return "People never approve what they ask for themselves."


def _role(role: Role) -> str:
    people = listed([f"@{member}" for member in role.members], "and")
    groups = listed([f"user group {group}" for group in role.user_groups], "and")
    who = listed([each for each in (people, groups) if each], "and") or "nobody"
    return f"{role.label}: {who}; cards in {role.channel}."


def spelled(length: timedelta | None) -> str:
    """`2 days`, where the file says `2d`."""
    short = show_period(length)
    if short == NEVER:
        return short
    return f"{short[:-1]} {UNITS[short[-1]]}{'' if short[:-1] == '1' else 's'}"


def _hold(policy: Policy, reason: Reason) -> str:
    owner = policy.role_label(owner_of(policy, reason))
    note = ", and needs a note" if reason.note == "required" else ""
    after = f"is stale after {spelled(reason.stale_after)}" if reason.stale_after else "never counts as stale"
    return f"“{reason.label}” ({reason.code}): {owner} signs; it {after}{note}."


def _rules(policy: Policy) -> Iterator[str]:
    for rule in policy.rules:
        sign = sign_in_words(policy, rule.sign) if rule.sign else "the owner of the reason signs"
        ask = listed([policy.role_label(role) for role in rule.ask]) if rule.ask else ""
        asked = f" Only {ask} may ask." if ask else ""
        yield f"{SAID[rule.kind]}, {when_in_words(rule.when)}: {sign}.{asked}"
    for kind in ("cancel", "change"):
        owners = dict.fromkeys(policy.role_label(owner_of(policy, reason)) for reason in policy.reasons_of(kind))
        if owners:
            other = "other " if any(rule.kind == kind for rule in policy.rules) else ""
            yield f"{'Any ' if other else 'A '}{other}{kind}: {listed(tuple(owners))} signs, as its reason says."


def _waiting(policy: Policy, kind: RuleKind) -> str:
    rule = applied_by(policy, usual(policy, kind), "")
    role = policy.role_label(rule.escalate_to) if rule.escalate_to else ""
    said = (
        f"brings a reminder after {spelled(rule.remind_after)}" if rule.remind_after else "brings no reminder",
        f"goes to {role} after {spelled(rule.escalate_after)}" if role and rule.escalate_after else "never escalates",
        f"expires after {spelled(rule.expire_after)}" if rule.expire_after else "never expires",
    )
    return f"{WAITING[kind]} that nobody answers {listed(said, 'and')}."


def worries(policy: Policy, people: People, today: date, unhandled: Iterable[str]) -> tuple[str, ...]:
    """What is worth saying, and stops nothing."""
    alone = [each for each in warnings_in(policy) if " has one member" not in each]
    found = (*_away(policy, people, today), *_alone(policy), *alone, *(f"Not handled: {line}" for line in unhandled))
    return tuple(dict.fromkeys(found))


def _away(policy: Policy, people: People, today: date) -> Iterator[str]:
    """Roles of whom everybody is away today and nobody stands in."""
    now = staffed(policy, people, today)
    until = {each.member: each.until for each in people.absences if each.until >= today}
    for name, labels in _signing(policy).items():
        members = policy.roles[name].members
        if members and not now.roles[name].present:
            away = [f"@{member} is away until {until[member]}" for member in members if member in until]
            yield f"Nobody can release {labels} now: {listed(away, 'and') or 'all of them have left'}."


def _alone(policy: Policy) -> Iterator[str]:
    for name, labels in _signing(policy).items():
        role = policy.roles[name]
        if len(role.members) == 1 and not role.user_groups:
            (member,) = role.members
            yield f"Nobody can release {labels} while @{member} is away, or what @{member} asks for."


def _signing(policy: Policy) -> dict[str, str]:
    """Roles that own reasons of holds, with those holds in words."""
    owned: dict[str, list[str]] = {}
    for reason in policy.reasons_of("hold"):
        owned.setdefault(owner_of(policy, reason), []).append(reason.code)
    return {role: f"{listed(codes, 'and')} holds" for role, codes in owned.items() if role in policy.roles}
