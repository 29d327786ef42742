"""Are the people of the policy there and full members, and has each role somebody and an address?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from slack_sdk.errors import SlackApiError

from bot.doctor.asking import each_of
from bot.doctor.finding import Finding, Findings, ok, problem, skipped, warning
from bot.doctor.slack import Workspace, code_of
from bot.slack.people import member_from
from workflows.policy.model import Policy, Role
from workflows.policy.signable import paths
from workflows.values import Standing

PEOPLE: Final = "people"
ROLES: Final = "roles"
USER_GROUPS: Final = "user groups"
APPLY: Final = "take them out of the policy, then `redtag desk apply FILE`"
WRONG: Final[Mapping[Standing, tuple[str, str]]] = {
    Standing.DEACTIVATED: ("is deactivated", f"Their signature counts no more: {APPLY}."),
    Standing.GUEST: ("is a guest, and guests cannot act", f"Make them a full member in Slack, or {APPLY}."),
    Standing.BOT: ("is a bot, and only people can act", f"Name a person instead: {APPLY}."),
    Standing.STRANGER: ("belongs to another workspace", f"Only members of this one can act: {APPLY}."),
}

Standings = Mapping[str, Standing]


def people_of(policy: Policy) -> Mapping[str, Sequence[str]]:
    """Everybody in the policy, with the roles that name them."""
    found: dict[str, list[str]] = {}
    for name, role in policy.roles.items():
        for user in dict.fromkeys((*role.members, *role.notify)):
            found.setdefault(user, []).append(f"roles.{name}")
    return found


async def check_people(workspace: Workspace, policy: Policy) -> tuple[Standings, Findings]:
    """Who is what, of those whom Slack told of."""
    places = people_of(policy)
    looked = await each_of(places, lambda user: _look(workspace, user, places[user]))
    standings = {user: standing for user, (standing, _) in zip(places, looked, strict=True) if standing}
    faults = [fault for _, fault in looked if fault]
    return standings, faults or [ok(PEOPLE, f"All {len(places)} are active full members.")]


async def _look(workspace: Workspace, user: str, where: Sequence[str]) -> tuple[Standing | None, Finding | None]:
    shown = f"{user} ({', '.join(where)})"
    try:
        answer = await workspace.client.users_info(user=user)
    except SlackApiError as refused:
        return _refused(shown, code_of(refused), refused.response.get("needed"))
    member = member_from(answer["user"], workspace.team)
    if member.standing not in WRONG:
        return member.standing, None
    what, mend = WRONG[member.standing]
    return member.standing, problem(PEOPLE, f"{member.name}, {shown}, {what}.", mend)


def _refused(shown: str, code: str, needed: object) -> tuple[Standing | None, Finding]:
    if code in {"user_not_found", "user_not_visible"}:
        mend = f"Correct the id, which Slack shows in the person's profile, or {APPLY}."
        return Standing.UNKNOWN, problem(PEOPLE, f"{shown} is not there.", mend)
    if code == "missing_scope":
        return None, skipped(PEOPLE, f"{shown} cannot be looked at without the scope {needed}.", "See scopes.")
    return None, warning(PEOPLE, f"{shown}: Slack answers {code}.", "Try again in a minute.")


def check_roles(policy: Policy, standings: Standings) -> Findings:
    """Whoever Slack did not tell of is taken to be active: that has a line of its own."""
    signing = {each.role for path in paths(policy) for each in path.applied.sign}
    found = [
        each for name, role in policy.roles.items() for each in _role(name, role, standings, signs=name in signing)
    ]
    return found or [ok(ROLES, f"Each of the {len(policy.roles)} has an active member and an address.")]


def _role(name: str, role: Role, standings: Standings, *, signs: bool) -> Iterator[Finding]:
    active = [user for user in role.members if standings.get(user, Standing.ACTIVE) is Standing.ACTIVE]
    if not active:
        found = f"{role.label} (roles.{name}) has no active member"
        mend = f"Add one to roles.{name}.members in the policy, then `redtag desk apply FILE`."
        if signs:
            yield problem(ROLES, f"{found}: what waits for its signature waits for ever.", mend)
        else:
            yield warning(ROLES, f"{found}.", mend)
    if not role.email:
        found = f"{role.label} (roles.{name}) has no e-mail address: what is sent to the role reaches Slack alone."
        yield warning(ROLES, found, f"Add one as roles.{name}.email in the policy, then `redtag desk apply FILE`.")


async def check_user_groups(workspace: Workspace, policy: Policy) -> Findings:
    named = {group: name for name, role in policy.roles.items() for group in role.user_groups}
    if not named:
        return [ok(USER_GROUPS, "The policy names none.")]
    try:
        answer = await workspace.client.usergroups_list(include_disabled=True)
    except SlackApiError as refused:
        why = f"Slack answers {code_of(refused)}: they are looked at with the scope usergroups:read."
        return [skipped(USER_GROUPS, why, "Add the scope to the app, or take user_groups out of the policy.")]
    disabled = {group["id"]: bool(group.get("date_delete")) for group in answer["usergroups"]}
    return [_group(group, role, disabled.get(group)) for group, role in named.items()]


def _group(group: str, role: str, disabled: bool | None) -> Finding:
    shown = f"{group} (roles.{role}.user_groups)"
    mend = "Correct the policy, then `redtag desk apply FILE`."
    if disabled is None:
        return problem(USER_GROUPS, f"{shown} is not there.", mend)
    if disabled:
        return problem(USER_GROUPS, f"{shown} is disabled.", mend)
    return ok(USER_GROUPS, f"{shown} is there: its people have the role.")
