"""`/desk roles`, user groups that are mirrored, and a role that loses its last member."""

from bot.clock.mirroring import mirror
from bot.main.groups import SlackGroups
from tests.office import ADAM, CREDIT_CHANNEL, CSR, DESK, IVAN, ROSA, WALT, action_ids, seen

MANAGERS = "C0MGRS"
GROUP = "S0CREDIT"


async def with_group(office):
    credit = office.policy.roles["credit"].model_copy(update={"members": (), "notify": (), "user_groups": (GROUP,)})
    office.policy = office.policy.model_copy(update={"roles": {**office.policy.roles, "credit": credit}})
    await office.apply()


def grouped(office):
    return {row["user_id"] for row in office.rows("select user_id from group_members")}


async def sign(office, who):
    (card,) = office.cards(CREDIT_CHANNEL)
    await office.workspace.click(who, card, "request.approve")
    return [row["member"] for row in office.rows("select member from decisions")]


async def test_everybody_sees_who_holds_what_and_only_an_admin_can_edit(office):
    shown = str(await office.command(CSR, "/desk roles"))
    assert f"<@{ROSA}>" in shown
    assert "role.edit" not in shown
    assert "role.edit" in str(await office.command(ADAM, "/desk roles"))


async def test_the_members_of_a_user_group_sign_and_stop_signing_when_they_leave_it(office):
    await with_group(office)
    office.workspace.state.user_groups[GROUP] = (WALT,)
    assert await mirror(SlackGroups(office.parts.pool, office.parts.clients)) == 1
    await office.command(CSR, "/hold ORD-123 credit wire")
    await office.settled()
    assert await sign(office, IVAN) == []
    await office.workspace.event(
        {"type": "subteam_members_changed", "subteam_id": GROUP, "added_users": [ROSA], "removed_users": [WALT]}
    )
    assert grouped(office) == {ROSA}
    assert await sign(office, WALT) == []
    assert await sign(office, ROSA) == [ROSA]


async def test_a_group_that_slack_does_not_tell_of_stays_as_it_is(office):
    await with_group(office)
    office.rows("insert into group_members values (%s, %s, %s, now())", DESK, GROUP, WALT)
    assert await mirror(SlackGroups(office.parts.pool, office.parts.clients)) == 0
    assert grouped(office) == {WALT}


async def test_an_event_about_a_group_that_no_policy_names_is_left_alone(office):
    await office.workspace.event(
        {"type": "subteam_members_changed", "subteam_id": "S0OTHER", "added_users": [ROSA], "removed_users": []}
    )
    assert grouped(office) == set()


async def test_the_managers_are_told_once_when_the_last_member_of_a_role_is_deactivated(office):
    members = office.policy.roles["credit"].members
    await office.command(CSR, "/desk roles")
    for user in (*members, members[0]):
        gone = {"id": user, "team_id": DESK, "deleted": True, "name": "gone", "profile": {}}
        await office.workspace.event({"type": "user_change", "user": gone})
    await office.settled()
    told = [each for each in office.workspace.messages(MANAGERS) if "Nobody holds the role" in seen(each)]
    assert len(told) == 1
    assert "role.edit" in action_ids(told[0])
    assert [each["facts"]["role"] for each in office.audit("") if each["action"] == "role.empty"] == ["credit"]


async def open_editor(office, who):
    await office.command(ADAM, "/desk roles")
    shown = office.workspace.ephemerals(ADAM)[-1]
    await office.workspace.click(who, shown, "role.edit", value="credit")
    return office.workspace.views(who)


def version(office):
    return office.row("select policy_version as at from desks")["at"]


async def submit(office, view, members):
    chosen = {"members": {"members": {"type": "multi_users_select", "selected_users": members}}}
    return str(await office.workspace.submit(ADAM, view.id, chosen))


async def test_an_edit_from_an_old_form_is_not_applied_over_a_newer_policy(office):
    before = version(office)
    (view,) = await open_editor(office, ADAM)
    await office.apply(digest_at="07:00")
    assert "Somebody else changed" in await submit(office, view, [ROSA, WALT])
    assert version(office) == before + 1


async def test_an_admin_edits_a_role_and_it_is_a_new_version_of_the_policy(office):
    before = version(office)
    (view,) = await open_editor(office, ADAM)
    await submit(office, view, [ROSA, WALT])
    assert version(office) == before + 1
    assert f"<@{WALT}>" in str(await office.command(CSR, "/desk roles"))
    (entry,) = [each for each in office.audit("") if each["action"] == "policy.applied" and each["actor"] == ADAM]
    assert "Credit" in str(entry["facts"])


async def test_a_role_that_nobody_could_sign_for_any_more_is_refused_under_its_field(office):
    (view,) = await open_editor(office, ADAM)
    before = version(office)
    answer = await submit(office, view, [])
    assert "nobody can sign as Credit" in answer
    assert version(office) == before


async def test_somebody_who_is_no_admin_gets_no_form(office):
    assert await open_editor(office, CSR) == []
    await office.settled()
    assert office.rows("select 1 from notices where kind = 'reply' and payload::text ~ 'AdminsOnly'")
