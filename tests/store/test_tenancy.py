"""No desk ever sees, changes or names a row of another: what the catalogue says, and what happens under load."""

import asyncio
import random
import re
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from store.desk import PostgresStore
from store.policies import apply_policy
from store.pool import desk_transaction, make_pool, worker_transaction
from store.reading import Reading
from store.tables import WITHOUT_POLICY, metadata
from tests.database import rows_of
from tests.office import CSR, DEMO_POLICY, ROSA
from tests.races.apps import NobodyToAsk
from tests.store.seeding import DESK, NAMES, OTHER, TENANT_TABLES, act_as, insert, seed
from workflows.commands import Decide, PlaceHold
from workflows.policy.load import parse_policy
from workflows.services import Claim, DeskService
from workflows.transitions import Action

ROOT = Path(__file__).parent.parent.parent
BOOKKEEPING = {"alembic_version"}  # which migration the database is at; of no desk
WORKERS_OWN = {
    "desks": {"SELECT"},
    "lanes": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    "notices": {"SELECT", "UPDATE", "DELETE"},
}
SETTING = re.compile(r"desk_id = \( ?SELECT NULLIF\(current_setting\('redtag\.desk_id'::text, true\), ''::text\)")


@pytest.fixture
def catalogue(common_database_url):
    return lambda query, *parameters: rows_of(common_database_url, query, parameters or None)


@pytest.fixture(scope="module")
def desks(common_database_url):
    """Two desks with a row in every table."""
    with psycopg.connect(common_database_url) as connection:
        seed(connection, DESK, OTHER)
        connection.commit()
        yield connection


@pytest.fixture
def database(desks):
    """The two desks, in a transaction that is undone after the test."""
    with desks.transaction(force_rollback=True):
        yield desks


# What the catalogue says


def tables(catalogue):
    return catalogue("select * from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace")


def test_the_tables_are_the_known_ones_and_each_has_row_security_that_binds_its_owner_too(catalogue):
    found = {row["relname"]: row for row in tables(catalogue)}
    assert found.keys() - BOOKKEEPING == metadata.tables.keys()
    open_tables = {name for name, row in found.items() if not (row["relrowsecurity"] and row["relforcerowsecurity"])}
    assert open_tables == WITHOUT_POLICY | BOOKKEEPING


def test_each_table_has_one_policy_by_desk_for_reading_and_writing_alike(catalogue):
    policies = catalogue("select * from pg_policies where schemaname = 'public'")
    by_desk = {row["tablename"]: row for row in policies if row["policyname"] == "desk"}
    assert set(by_desk) == set(NAMES)
    for row in by_desk.values():
        assert (row["permissive"], row["roles"], row["cmd"]) == ("PERMISSIVE", ["public"], "ALL")
        assert SETTING.search(row["qual"]), row["qual"]
        assert row["with_check"] == row["qual"]
    others = {(row["tablename"], *row["roles"]) for row in policies if row["policyname"] != "desk"}
    assert others == {(table, "redtag_worker") for table in WORKERS_OWN}


def test_the_desk_stands_first_in_every_key_and_index(catalogue):
    firsts = catalogue(
        """select i.indexrelid::regclass::text as name, a.attname as first from pg_index i
           join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
           join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
           where c.relname <> all(%s) and c.relkind = 'r'""",
        [*WITHOUT_POLICY, *BOOKKEEPING],
    )
    assert len(firsts) > len(NAMES)
    assert {row["name"] for row in firsts if row["first"] != "desk_id"} == set()


def test_every_foreign_key_leads_from_desk_to_desk(catalogue):
    keys = catalogue(
        """select conname, own.attname as own, other.attname as other from pg_constraint k
           join pg_attribute own on own.attrelid = k.conrelid and own.attnum = k.conkey[1]
           join pg_attribute other on other.attrelid = k.confrelid and other.attnum = k.confkey[1]
           where k.contype = 'f' and k.connamespace = 'public'::regnamespace"""
    )
    assert len(keys) >= len(NAMES) - 1
    assert {(row["own"], row["other"]) for row in keys} == {("desk_id", "desk_id")}
    referring = catalogue("select distinct conrelid::regclass::text as name from pg_constraint where contype = 'f'")
    assert {row["name"] for row in referring} == set(NAMES) - {
        "desks",
        "policy_drafts",
    }  # a draft comes before its desk


@pytest.mark.parametrize("role", ["redtag_app", "redtag_worker"])
def test_the_roles_own_nothing_and_may_not_pass_the_policies(catalogue, role):
    (found,) = catalogue("select * from pg_roles where rolname = %s", role)
    for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolcanlogin", "rolreplication"):
        assert found[power] is False, power
    member_of = catalogue("select roleid::regrole::text from pg_auth_members where member = %s::regrole", role)
    assert member_of == []
    owned = catalogue("select 1 from pg_shdepend where refobjid = %s::regrole and deptype = 'o'", role)
    assert owned == []
    (may,) = catalogue(
        """select has_schema_privilege(%s, 'public', 'create') as in_schema,
                  has_database_privilege(%s, current_database(), 'create') as in_database""",
        role,
        role,
    )
    assert may == {"in_schema": False, "in_database": False}


def test_nobody_may_truncate_or_hang_triggers_and_the_audit_is_only_added_to(catalogue):
    grants = catalogue(
        "select grantee, table_name, privilege_type as what from information_schema.role_table_grants"
        " where table_schema = 'public' and grantee in ('redtag_app', 'redtag_worker', 'PUBLIC')"
    )
    assert {row["what"] for row in grants} == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert {row["grantee"] for row in grants} == {"redtag_app", "redtag_worker"}
    of = {(row["grantee"], row["table_name"]): set() for row in grants}
    for row in grants:
        of[row["grantee"], row["table_name"]].add(row["what"])
    assert of["redtag_app", "audit"] == {"SELECT", "INSERT"}
    assert of["redtag_app", "audit_heads"] == {"SELECT"}
    workers = {table: rights for (role, table), rights in of.items() if role == "redtag_worker"}
    assert {table: rights for table, rights in workers.items() if table not in BOOKKEEPING} == WORKERS_OWN
    history = ("audit", "decisions", "policies", "imports", "cards", "export_batches")  # written once
    assert all(not of["redtag_app", table] & {"UPDATE", "DELETE"} for table in history)


def test_functions_that_act_for_their_owner_say_where_they_look(catalogue):
    functions = catalogue("select * from pg_proc where pronamespace = 'public'::regnamespace")
    definers = {row["proname"]: row["proconfig"] for row in functions if row["prosecdef"]}
    assert definers.keys() == {"audit_chain"}
    assert all(any(setting.startswith("search_path=") for setting in config) for config in definers.values())


def test_there_is_no_view_that_acts_for_its_owner_and_no_materialised_one(catalogue):
    found = catalogue("select * from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace")
    assert [row["relname"] for row in found if row["relkind"] == "m"] == []
    assert [row["relname"] for row in found if "security_invoker=true" not in (row["reloptions"] or [])] == []


def test_nothing_in_the_source_sets_a_desk_for_longer_than_a_transaction():
    source = "\n".join(path.read_text() for part in ("store", "bot") for path in (ROOT / part).rglob("*.py"))
    settings = re.findall(r"set_config\('[^']+', [^,]+, (\w+)\)", source)
    assert len(settings) >= 3
    assert set(settings) == {"true"}
    assert re.findall(r"\bset\s+(?:session\s+)?redtag\.", source) == []


# What each table does


@pytest.mark.parametrize("table", TENANT_TABLES, ids=str)
def test_without_a_desk_there_are_no_rows_and_none_can_be_added(database, table):
    act_as(database, "redtag_app")
    assert database.execute(f"select count(*) from {table.name}").fetchone() == (0,)
    with pytest.raises(InsufficientPrivilege):
        insert(database, table, DESK)


@pytest.mark.parametrize("table", TENANT_TABLES, ids=str)
def test_an_empty_desk_is_no_desk(database, table):
    act_as(database, "redtag_app", "")
    assert database.execute(f"select count(*) from {table.name}").fetchone() == (0,)


@pytest.mark.parametrize("table", TENANT_TABLES, ids=str)
def test_a_desk_sees_its_own_rows_and_can_touch_no_others(database, table):
    act_as(database, "redtag_app", DESK)
    seen = database.execute(f"select distinct desk_id from {table.name}").fetchall()
    assert seen == [(DESK,)]
    for statement in (f"update {table.name} set desk_id = desk_id", f"delete from {table.name}"):
        assert refused_or_none(database, f"{statement} where desk_id = '{OTHER}'")
    with pytest.raises(InsufficientPrivilege):
        insert(database, table, OTHER)


def refused_or_none(database, statement):
    try:
        with database.transaction():
            return database.execute(statement).rowcount == 0
    except InsufficientPrivilege:
        return True


@pytest.mark.parametrize("table", [table for table in TENANT_TABLES if table.name not in WORKERS_OWN], ids=str)
def test_the_worker_reads_notices_lanes_and_desks_and_nothing_else(database, table):
    act_as(database, "redtag_worker")
    assert refused_or_none(database, f"select * from {table.name}")


@pytest.mark.parametrize("table", WORKERS_OWN)
def test_the_worker_sees_what_it_delivers_of_every_desk(database, table):
    act_as(database, "redtag_worker")
    seen = database.execute(f"select desk_id from {table} order by desk_id").fetchall()
    assert seen == [(DESK,), (OTHER,)]


def test_a_row_cannot_be_handed_to_another_desk(database):
    act_as(database, "redtag_app", DESK)
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        database.execute("update members set desk_id = %s", [OTHER])


def test_a_foreign_key_never_reaches_into_another_desk(database):
    """Not even for the superuser, whom no policy holds back."""
    database.execute("insert into orders (desk_id, number, changed_at) values (%s, 'OURS', now())", [DESK])
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        database.execute(
            """insert into holds (desk_id, number, order_number, reason, owner, state, requested_by, requested_at)
               values (%s, 7, 'OURS', 'credit', 'credit', 'active', 'U', now())""",
            [OTHER],
        )


# Connections that are given back and taken again


async def test_a_connection_that_comes_back_to_the_pool_remembers_no_desk_and_no_power(database_url):
    async with make_pool(database_url, size=1) as pool:
        await apply_policy(pool, DESK, parse_policy(DEMO_POLICY.read_text()), by="test")
        async with desk_transaction(pool, DESK) as connection:
            assert (await (await connection.execute("select count(*) from desks")).fetchone())["count"] == 1
        for _ in range(2):
            async with pool.connection() as connection:
                row = await (await connection.execute("select current_user, count(*) from desks")).fetchone()
                assert row == {"current_user": "redtag_app", "count": 0}
            async with worker_transaction(pool) as connection:
                row = await (await connection.execute("select current_user")).fetchone()
                assert row == {"current_user": "redtag_worker"}


TEAMS = ("T0ACME", "T0BOLT", "T0CARD", "T0DOCK")


@pytest.mark.parametrize("count", [400, pytest.param(4000, marks=pytest.mark.slow)])
async def test_desks_that_share_five_connections_and_give_up_halfway_never_see_each_others_rows(database_url, count):
    async with make_pool(database_url, size=5) as pool:
        pool.timeout = 60
        with psycopg.connect(database_url, autocommit=True) as owner:
            await settle_in(pool, owner)
        counts = {"done": 0, "cancelled": 0}
        draw = random.Random(count)
        await asyncio.gather(*(visitor(pool, count // 40, random.Random(draw.random()), counts) for _ in range(40)))
        assert sum(counts.values()) == count
        assert counts["cancelled"] > count / 10
    with psycopg.connect(database_url, autocommit=True) as owner:
        assert_unmixed(owner)


async def settle_in(pool, owner):
    """Desks with the same order numbers, each order with its desk's name as the customer."""
    policy = parse_policy(DEMO_POLICY.read_text())
    for team in TEAMS:
        await apply_policy(pool, team, policy, by=team)
        for user in (CSR, ROSA):
            owner.execute(
                "insert into members values (%s, %s, %s, '', '', 'active', now())", [team, user, f"{user} of {team}"]
            )
        owner.execute(
            """insert into orders (desk_id, number, customer, changed_at)
               select %s, 'ORD-' || n, %s, now() from generate_series(1, 50) n""",
            [team, team],
        )


async def visitor(pool, turns, draw, counts):
    """Somebody who works on one desk after the other, and gives up at any moment a quarter of the time."""
    service, reading = DeskService(PostgresStore(pool), NobodyToAsk()), Reading(pool)
    for _ in range(turns):
        team, number = draw.choice(TEAMS), draw.randint(1, 50)
        task = asyncio.ensure_future(draw.choice(VISITS)(service, reading, team, number))
        if draw.random() < 0.25:
            asyncio.get_running_loop().call_later(draw.random() * 0.02, task.cancel)
        await asyncio.wait([task])
        counts["cancelled" if task.cancelled() else "done"] += 1
        if not task.cancelled():
            task.result()


async def look(service, reading, team, number):
    view = await reading.order(team, f"ORD-{number}")
    assert view.order.customer == team
    assert all(name.endswith(team) for name in view.names.values())
    assert {entry.actor for entry in view.timeline} <= {CSR, ROSA}


async def ask(service, reading, team, number):
    result = await service.handle(team, Claim(CSR), PlaceHold(f"ORD-{number}", "credit", note=team))
    assert result.order == f"ORD-{number}"


async def sign(service, reading, team, number):
    await service.handle(team, Claim(ROSA), Decide(number, Action.APPROVE, note=team))
    view = await reading.request(team, number)
    assert view is None or (view.order.customer, view.request.note) == (team, team)


async def queue(service, reading, team, number):
    assert {item.customer for item in await reading.queue(team, "credit")} <= {team}


VISITS = (look, ask, sign, queue)


def assert_unmixed(owner):
    notes = owner.execute("select distinct desk_id, note from requests").fetchall()
    assert sorted(notes) == sorted((team, team) for team in TEAMS)
    assert owner.execute("select 1 from holds where note <> desk_id").fetchall() == []
    for team in TEAMS:
        numbers = [row[0] for row in owner.execute("select number from requests where desk_id = %s order by 1", [team])]
        assert numbers == list(range(1, len(numbers) + 1))
    # Who gave up left nothing half done: each request has its hold and its place in the audit.
    orphans = owner.execute(
        """select 1 from requests r where not exists (
               select from audit a where a.desk_id = r.desk_id and a.request = r.number and a.action = 'request.created')
           or not exists (select from holds h where h.desk_id = r.desk_id and h.request = r.number)"""
    )
    assert orphans.fetchall() == []
