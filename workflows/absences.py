"""Who signs for whom: a member names a deputy until a day, or says that they are back."""

from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from workflows import away_refusals, telling
from workflows.commands import ComeBack, GoAway
from workflows.outcome import DESK, NEW, Entry, NewAbsence, Notice, Outcome, Snapshot
from workflows.policy.model import Policy
from workflows.policy.people import Absence, makes_a_circle
from workflows.results import Done, Refusal
from workflows.values import Standing

LONGEST: Final = timedelta(days=366)
ADMIN: Final = "admin"


def decide_away(snapshot: Snapshot, command: GoAway, policy: Policy) -> Outcome | Refusal:
    """For oneself; an admin also for somebody who could not do it any more."""
    actor, today = snapshot.actor.user_id, local_day(snapshot, policy)
    member = command.member or actor
    return (
        _not_an_admin(policy, actor, member)
        or _bad_deputy(snapshot, command, policy, member=member, today=today)
        or _away(snapshot, command, policy, member)
    )


def decide_back(snapshot: Snapshot, command: ComeBack, policy: Policy) -> Outcome | Refusal:
    actor, today = snapshot.actor.user_id, local_day(snapshot, policy)
    member = command.member or actor
    absence = _absence(snapshot.absences, member, today)
    refused = _not_an_admin(policy, actor, member)
    if refused or absence is None:
        return refused or away_refusals.NotAway(member=member, own=member == actor)
    done = _done("back", member, absence.deputy, None, ())
    return Outcome(
        result=done,
        order_number=DESK,
        new_absence=NewAbsence(member, "", None),
        audit=(Entry(DESK, actor, "member.back", {"member": member, "deputy": absence.deputy}),),
        notices=(
            *_told(actor, member, absence.deputy, done),
            *telling.only(telling.reply(command.origin, actor, done)),
        ),
    )


def local_day(snapshot: Snapshot, policy: Policy) -> date:
    return snapshot.now.astimezone(ZoneInfo(policy.desk.timezone)).date()


def _not_an_admin(policy: Policy, actor: str, member: str) -> Refusal | None:
    if member == actor or ADMIN in policy.own_roles_of(actor):
        return None
    can = policy.roles[ADMIN].members if ADMIN in policy.roles else ()
    return away_refusals.AdminsOnly(what="set somebody else's deputy", can=tuple(can))


def _bad_deputy(snapshot: Snapshot, command: GoAway, policy: Policy, *, member: str, today: date) -> Refusal | None:
    deputy, until = command.deputy, command.until
    if deputy == member:
        return away_refusals.DeputyUnfit(deputy=deputy, why="self")
    if until < today or until > today + LONGEST:
        return away_refusals.DeputyUnfit(deputy=deputy, why="past" if until < today else "far")
    if snapshot.other is None or snapshot.other.standing is not Standing.ACTIVE:
        return away_refusals.DeputyUnfit(deputy=deputy, why="standing")
    away = [each for each in snapshot.absences if each.until >= today and each.member != member]
    if makes_a_circle(member, deputy, away):
        return away_refusals.DeputyUnfit(deputy=deputy, why="circle")
    other = _absence(away, deputy, today)
    if other:
        return away_refusals.DeputyUnfit(deputy=deputy, why="away", until=other.until)
    return None if policy.own_roles_of(member) else away_refusals.NothingToCover(member=member)


def _away(snapshot: Snapshot, command: GoAway, policy: Policy, member: str) -> Outcome:
    actor = snapshot.actor.user_id
    roles = tuple(policy.role_label(role) for role in sorted(policy.own_roles_of(member)))
    done = _done("away", member, command.deputy, command.until, roles)
    facts = {"member": member, "deputy": command.deputy, "until": command.until.isoformat()}
    return Outcome(
        result=done,
        order_number=DESK,
        new_absence=NewAbsence(member, command.deputy, command.until),
        audit=(Entry(DESK, actor, "member.away", facts),),
        notices=(
            *_told(actor, member, command.deputy, done),
            *telling.only(telling.reply(command.origin, actor, done)),
        ),
    )


def _told(actor: str, member: str, deputy: str, done: Done) -> tuple[Notice, ...]:
    """The deputy, and the member where somebody else did it."""
    people = [person for person in (deputy, member) if person and person != actor]
    return tuple(
        Notice("absence", telling.slack_lane(person), {"to": person, "by": actor, "result": done.dump()})
        for person in dict.fromkeys(people)
    )


def _done(what: str, member: str, deputy: str, until: date | None, roles: tuple[str, ...]) -> Done:
    plain = Done(what=what, kind="", request=NEW, hold=NEW, order="", reason="", by=member)
    return plain.model_copy(update={"deputy": deputy, "until": until, "roles": roles})


def _absence(absences: tuple[Absence, ...] | list[Absence], member: str, today: date) -> Absence | None:
    return next((each for each in absences if each.member == member and each.until >= today), None)
