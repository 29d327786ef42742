"""What the delivering process does beside: asking about role holders, and throwing away what is past its time."""

import httpx

from bot.clock.roll_call import AT_ONCE, roll_call
from store.attic import Attic
from store.people import RoleHolders
from tests.demo_runs import PLAIN
from tests.office import CSR, DESK, ROSA


async def no_rest(_seconds):
    """Without Slack's pace."""


async def test_role_holders_are_asked_about_until_they_were(office):
    people = RoleHolders(office.parts.pool)
    holders = await people.not_checked_lately()
    assert (DESK, ROSA) in holders
    assert await roll_call(people, office.parts.directory, no_rest) == len(holders)
    assert await people.not_checked_lately() == ()
    assert office.row("select name, standing from members where user_id = %s", ROSA) == {
        "name": "Rosa Alvarez",
        "standing": "active",
    }


async def test_a_new_desk_knows_its_people_without_waiting_for_the_pace(office):
    rests = []

    async def rest(seconds):
        rests.append(seconds)

    people = RoleHolders(office.parts.pool)
    assert 0 < len(await people.not_checked_lately()) < AT_ONCE
    await roll_call(people, office.parts.directory, rest)
    assert rests == []


async def test_a_role_holder_who_left_is_found_out_by_the_next_round(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    people = RoleHolders(office.parts.pool)
    await roll_call(people, office.parts.directory, no_rest)
    office.workspace.change_user(ROSA, deleted=True)
    office.rows("update members set checked_at = now() - interval '7 hours'")
    await roll_call(people, office.parts.directory, no_rest)
    await office.workspace.click(ROSA, office.cards()[0], "request.approve")
    await office.settled()
    assert office.row("select state from requests")["state"] == "pending"


async def test_who_slack_says_nothing_about_is_asked_again(office):
    office.workspace.fail("users.info", status=500, times=-1)
    people = RoleHolders(office.parts.pool)
    before = await people.not_checked_lately()
    assert await roll_call(people, office.parts.directory, no_rest) == 0
    assert await people.not_checked_lately() == before


async def test_old_arrivals_and_delivered_notices_go_and_everything_else_stays(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    kept = ("requests", "holds", "audit", "decisions", "cards", "notices", "inbound")
    before = {table: len(office.rows(f"select 1 from {table}")) for table in kept}
    assert await Attic(office.parts.pool).tidy() == 0
    assert {table: len(office.rows(f"select 1 from {table}")) for table in kept} == before
    office.rows("update inbound set at = at - interval '3 days'")
    office.rows("update notices set settled_at = settled_at - interval '31 days'")
    assert await Attic(office.parts.pool).tidy() > 0
    assert office.rows("select 1 from inbound union all select 1 from notices") == []
    assert len(office.rows("select 1 from audit")) == before["audit"]


async def test_the_health_pages_tell_no_tenant(office):
    async with httpx.AsyncClient(**PLAIN) as client:
        ready = await client.get(office.workspace.http.url.replace("/slack/events", "/readyz"))
        alive = await client.get(office.workspace.http.url.replace("/slack/events", "/healthz"))
    assert (ready.status_code, alive.status_code) == (200, 200)
    assert ready.json()["notices"] == {"dead": 0, "oldest_seconds": 0, "ready": 0}
    assert DESK not in ready.text


async def test_old_import_jobs_go_but_the_last_pull_of_each_sheet_stays(office):
    for source, days in (
        ('{"file": "F1"}', 100),
        ('{"file": "F2"}', 1),
        ('{"sheet": "web"}', 200),
        ('{"sheet": "web"}', 100),
    ):
        office.rows(
            """insert into import_jobs (desk_id, state, source, created_at, free_at, settled_at)
               values (%s, 'done', %s, now(), now(), now() - %s * interval '1 day')""",
            DESK, source, days,
        )  # fmt: skip
    await Attic(office.parts.pool).tidy()
    left = office.rows("select source, extract(day from now() - settled_at)::int as days from import_jobs order by id")
    assert [(row["source"], row["days"]) for row in left] == [({"file": "F2"}, 1), ({"sheet": "web"}, 100)]
