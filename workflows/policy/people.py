"""A policy with the people there are today: user groups filled in, who has left taken out, deputies put in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from workflows.policy.model import Policy, Role


@dataclass(frozen=True, slots=True)
class Absence:
    """`until` is the last day away, in the desk's timezone."""

    member: str
    deputy: str
    until: date


@dataclass(frozen=True, slots=True)
class People:
    """What changes without a new version of the policy. `gone`: people who may not act any more, as Slack says."""

    absences: tuple[Absence, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()


def staffed(policy: Policy, people: People, today: date) -> Policy:
    """The policy whose roles hold everybody who may act for them today."""
    away = {each.member: each.deputy for each in people.absences if each.until >= today}
    roles = {name: _staffed(role, people, away) for name, role in policy.roles.items()}
    return policy.model_copy(update={"roles": roles})


def _staffed(role: Role, people: People, away: Mapping[str, str]) -> Role:
    mirrored = (member for group in role.user_groups for member in people.groups.get(group, ()))
    members = [each for each in dict.fromkeys((*role.members, *mirrored)) if each not in people.gone]
    deputies = {member: present_deputy(member, away) for member in members if member in away}
    covers: dict[str, tuple[str, ...]] = {}
    for member, deputy in deputies.items():
        if deputy and deputy not in members and deputy not in people.gone:
            covers[deputy] = (*covers.get(deputy, ()), member)
    found = role.staffed((*members, *covers), covers=covers, away=frozenset(away).intersection(members))
    return found.model_copy(update={"notify": _rung(role, found, deputies)})


def _rung(role: Role, staffed: Role, deputies: Mapping[str, str]) -> tuple[str, ...]:
    """Who is mentioned today: for somebody who is away their deputy; where all are away, everybody who is there."""
    named = dict.fromkeys(deputies.get(member, member) for member in role.notify)
    return tuple(each for each in named if each in staffed.present) or (staffed.present if role.notify else ())


def present_deputy(member: str, away: Mapping[str, str]) -> str:
    """Follows deputies who are away themselves to one who is there; "" where there is none, as in a circle."""
    seen = {member}
    deputy = away[member]
    while deputy in away:
        if deputy in seen:
            return ""
        seen.add(deputy)
        deputy = away[deputy]
    return "" if deputy in seen else deputy


def makes_a_circle(member: str, deputy: str, absences: Iterable[Absence]) -> bool:
    away = {**{each.member: each.deputy for each in absences}, member: deputy}
    return not present_deputy(member, away)


def emptied(policy: Policy, before: People, after: People) -> tuple[str, ...]:
    """Roles that somebody had and nobody has any more; who is only away counts as somebody."""
    then, now = (staffed(policy, replace(people, absences=()), date.min) for people in (before, after))
    return tuple(name for name, role in then.roles.items() if role.members and not now.roles[name].members)


class Known:
    """The policy in force and its people; staffed once a day of the desk, because an absence ends with its day."""

    def __init__(self, versions: tuple[int, int], policy: Policy, people: People) -> None:
        self.versions = versions
        self.policy = policy
        self.people = people
        self._zone = ZoneInfo(policy.desk.timezone)
        self._staffed: tuple[date, Policy] | None = None

    def today(self, now: datetime) -> date:
        return now.astimezone(self._zone).date()

    def absence(self, user_id: str, now: datetime) -> tuple[Absence | None, date]:
        """Whether this person is away today, and which day that is."""
        today = self.today(now)
        found = (each for each in self.people.absences if each.member == user_id and each.until >= today)
        return next(found, None), today

    def on(self, now: datetime) -> Policy:
        today = self.today(now)
        if self._staffed is None or self._staffed[0] != today:
            self._staffed = (today, staffed(self.policy, self.people, today))
        return self._staffed[1]
