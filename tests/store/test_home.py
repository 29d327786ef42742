"""Reads and notices of the Home tab, as the database does them."""

import asyncio
import io
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from store.exports import Exports
from store.hold_import import import_holds
from store.hot_path import save
from store.imports import import_orders
from store.membership import keep_member, mirror_group
from store.outbox import claim, retry_dead, settle
from store.pool import TENANT
from store.queue import count_statement, page_statement
from tests.office import ADAM, CSR, DESK, IVAN, ROSA, WALT
from tests.races.apps import open_floor
from tests.workflows.order_files import line, rules, written
from workflows.commands import ComeBack, GoAway
from workflows.hold_files import read_holds
from workflows.homes import Filters
from workflows.imports.files import open_orders
from workflows.notices import Dead
from workflows.ports import Member
from workflows.values import Standing

HOLDS = 5_000
KEY = "2026-11-21T09:00:00+00:00 2500"


@pytest.fixture
def busy(database_url):
    """A desk with many orders on hold, seen as the app sees it."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("insert into desks (desk_id, name, created_at) values (%s, 'Acme', now())", [DESK])
        connection.execute(
            """insert into orders (desk_id, number, customer, changed_at)
               select %s, 'ORD-' || n, 'Kunde ' || n, now() from generate_series(1, %s::int) n""",
            [DESK, HOLDS],
        )
        connection.execute(
            """insert into holds (desk_id, number, order_number, reason, owner, state, requested_by, requested_at)
               select %s, n, 'ORD-' || n, 'credit', 'credit', 'active', 'U0CARL',
                      '2026-11-21T09:00:00Z'::timestamptz + n * interval '1 second' from generate_series(1, %s::int) n""",
            [DESK, HOLDS],
        )
        connection.execute("analyze orders, holds")
    with psycopg.connect(database_url) as connection:
        connection.execute(TENANT, {"desk": DESK})
        yield connection


def plan(connection, statement, parameters):
    return [line for (line,) in psycopg.ClientCursor(connection).execute(f"explain {statement}", parameters)]


def test_a_page_of_the_queue_is_read_from_an_index_and_counts_read_no_order(busy):
    for filters in (Filters(), Filters(after=KEY), Filters(before=KEY), Filters(role="credit", after=KEY)):
        found = plan(busy, *page_statement(DESK, CSR, filters))
        assert not [line for line in found if "Seq Scan" in line or "Sort" in line], found
        assert any("holds_open_idx" in line or "holds_oldest_idx" in line for line in found)
    found = plan(busy, *count_statement(DESK, CSR, Filters(role="credit", reason="credit", days=3)))
    assert not [line for line in found if "orders" in line]
    found = plan(busy, *page_statement(DESK, CSR, Filters(customer="kunde 49")))
    assert any("orders_customer_idx" in line for line in found), found


async def test_a_home_is_drawn_once_for_all_that_happens_while_it_waits(database_url):
    async with open_floor(database_url, apps=1) as floor:
        for number in (1, 2, 3):
            floor.add_order(f"ORD-{number}")
        for user in (CSR, IVAN, WALT):
            floor.rows("insert into home_views (desk_id, user_id, opened_at) values (%s, %s, now())", DESK, user)
        await floor.hold(CSR, "ORD-1")
        await floor.hold(CSR, "ORD-2")
        assert drawn(floor) == [CSR, IVAN]
        floor.rows("update notices set tried_at = now(), attempts = 1 where kind = 'home'")
        await floor.approve(ROSA, 2)
        assert drawn(floor) == [CSR, CSR, IVAN, IVAN]
        floor.rows("update notices set state = 'sent', settled_at = now() where kind = 'home'")
        floor.rows("update members set standing = 'deactivated' where user_id = %s", IVAN)
        await floor.hold(CSR, "ORD-3", reason="stock")
        assert drawn(floor, state="ready") == [CSR, WALT]


async def test_a_drawing_that_has_begun_is_not_enough(database_url):
    """It may have read what was there before this commit."""
    async with open_floor(database_url, apps=1) as floor:
        floor.add_order("ORD-1")
        floor.rows("insert into home_views (desk_id, user_id, opened_at) values (%s, %s, now())", DESK, IVAN)
        floor.rows(
            """insert into notices (desk_id, kind, lane, payload, created_at, due_at)
               values (%s, 'home', 'home:U0IVAN', '{}', now(), now())""",
            DESK,
        )
        with psycopg.connect(database_url) as worker:
            worker.execute("select from notices where kind = 'home' for update")
            await floor.hold(CSR, "ORD-1")
        assert drawn(floor) == [IVAN, IVAN]


@pytest.fixture
async def viewed(database_url):
    """A desk where an admin, one who asks and one who signs have opened their Home tab."""
    async with open_floor(database_url, apps=1) as floor:
        for user in EVERYBODY:
            floor.rows("insert into home_views (desk_id, user_id, opened_at) values (%s, %s, now())", DESK, user)
        yield floor


EVERYBODY = [ADAM, CSR, IVAN]


async def drawn_by(floor, commit):
    floor.rows("update notices set state = 'sent', settled_at = now() where state = 'ready'")
    await commit
    return drawn(floor, state="ready")


async def take(floor, *rows, whole=True):
    found = open_orders(io.BytesIO(written(rows)), "orders.csv", rules())
    await asyncio.to_thread(import_orders, floor.url, DESK, found, by="cli:adam", whole=whole)


async def test_a_home_follows_files_policies_and_people(viewed):
    pool, later = viewed.pools[0], datetime.now(UTC).date() + timedelta(days=3)

    def leaves(user):
        return keep_member(pool, DESK, Member(user, user, "", "", Standing.DEACTIVATED, datetime.now(UTC)))

    holds = read_holds(io.BytesIO(b"Order,Reason\nORD-1,credit\n"), "holds.csv")
    assert await drawn_by(viewed, take(viewed, line(), line("ORD-2"), line("ORD-3"))) == EVERYBODY
    assert await drawn_by(viewed, import_holds(pool, DESK, viewed.policy, holds, by="cli:adam")) == EVERYBODY
    assert await drawn_by(viewed, take(viewed, line("ORD-2", quantity="9"), whole=False)) == []
    assert await drawn_by(viewed, take(viewed, line("ORD-1", quantity="9"), whole=False)) == EVERYBODY
    assert await drawn_by(viewed, viewed.apply(credit=(ROSA, IVAN, CSR))) == EVERYBODY
    assert await drawn_by(viewed, viewed.apply(credit=(ROSA, IVAN, CSR))) == []
    assert await drawn_by(viewed, mirror_group(pool, DESK, "S0CREDIT", [WALT])) == EVERYBODY
    assert await drawn_by(viewed, leaves(WALT)) == EVERYBODY
    assert await drawn_by(viewed, leaves(WALT)) == []
    assert await drawn_by(viewed, viewed.act(ROSA, GoAway(CSR, later))) == [ADAM, CSR]
    assert await drawn_by(viewed, viewed.act(ROSA, ComeBack())) == [ADAM, CSR]


async def test_admins_see_at_once_what_was_not_delivered_and_what_was_exported(viewed):
    pool = viewed.pools[0]

    async def given_up(kind):
        viewed.rows(
            """insert into notices (desk_id, kind, lane, payload, created_at, due_at)
               values (%s, %s, 'slack:C0GONE', '{}', now(), now())""",
            DESK, kind,
        )  # fmt: skip
        (claimed,) = await claim(pool, limit=1, lease=timedelta(seconds=20))
        await settle(pool, claimed, Dead("is_archived"), paces={})

    assert await drawn_by(viewed, given_up("floor")) == [ADAM]
    assert await drawn_by(viewed, given_up("home")) == [], "or a tab that cannot be drawn were tried for ever"
    viewed.rows("delete from notices where kind = 'home'")
    assert await drawn_by(viewed, retry_dead(pool, DESK)) == [ADAM]
    viewed.add_order("ORD-1")
    await viewed.hold(ROSA, "ORD-1")
    assert await drawn_by(viewed, Exports(pool).take(DESK, "holds", "cli:adam")) == [ADAM]


def test_the_people_of_an_outcome_are_found_by_key(busy):
    parameters = {"desk": DESK, "homes": f'["{CSR}"]', "now": "now", "trace": "", "result": "{}", "key": ""}
    found = plan(busy, save(frozenset({"homes"})), parameters)
    assert not [line for line in found if "Seq Scan on notices" in line]


def drawn(floor, state=None):
    found = floor.rows("select lane, state from notices where kind = 'home' order by lane")
    return [row["lane"].removeprefix("home:") for row in found if state in {None, row["state"]}]
