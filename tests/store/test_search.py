"""Searches for orders: each finds what fits, once, page by page, along an index and behind the row-level policies."""

import contextlib

import psycopg
import pytest

from store.pool import TENANT, make_pool
from store.reading import Reading
from store.search import Way, statement_of
from tests.database import rows_of
from tests.office import CSR, CSR2, DESK, ROSA, demo_policy
from workflows.finding import Search, key_of, read_key

MANY = 5_000
LOOKED = [Way("number", "ORD-49"), Way("customer", "kunde 49"), Way("article", "abc-49"), Way("article", "ABC-49")]
INDEXES = {
    "number": "orders_pkey",
    "customer": "orders_customer_idx",
    "article": "order_lines_sku_idx",
    "asker": "requests_mine_idx",
}


@pytest.fixture
def busy(database_url):
    """5,000 orders of a desk, two lines each; one of another desk. Carla asked something about every tenth, twice."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in (ORDERS, LINES, HOLDS, REQUESTS, "analyze orders, order_lines, holds, requests"):
            connection.execute(statement)
        document = demo_policy().model_dump_json()
        connection.execute("insert into policies select 'T0ACME', 1, %s::jsonb, '[]', now(), 'test'", [document])
    return database_url


ORDERS = f"""
    insert into desks (desk_id, name, policy_version, created_at)
    values ('{DESK}', 'Acme', 1, now()), ('T0OTHER', 'Other', 1, now());
    insert into orders (desk_id, number, customer, changed_at)
    select '{DESK}', 'ORD-' || n, case when n % 5 = 0 then 'ORD-5 Traders' else 'Kunde ' || n end, now()
    from generate_series(1, {MANY}) n union all select 'T0OTHER', 'ORD-49', 'Kunde 49', now()
"""
LINES = f"""
    insert into order_lines (desk_id, order_number, key, line, sku, ordered)
    select '{DESK}', 'ORD-' || n, l, l, case when l = 1 then 'ABC-' || n else 'ABC-49' end, 1
    from generate_series(1, {MANY}) n, generate_series(1, 2) l where l = 1 or n <= 30
"""
HOLDS = f"""
    insert into holds (desk_id, number, order_number, reason, owner, state, requested_by, requested_at)
    select '{DESK}', n, 'ORD-' || n * 10, 'credit', 'credit', 'active', '{CSR}', now()
    from generate_series(1, {MANY} / 10) n
"""
REQUESTS = f"""
    insert into requests (desk_id, number, kind, state, order_number, hold, role, sign, seen, requested_by,
                          requested_at, decided_at)
    select '{DESK}', n, 'release_hold', case when hers then 'pending' else 'approved' end, 'ORD-' || hold * 10, hold,
           'credit', '[]', '{{}}', case when hers then '{CSR}' else '{CSR2}' end, now(),
           case when not hers then now() end
    from generate_series(1, {MANY}) n, lateral (select 1 + (n - 1) % {MANY // 10} as hold, n <= {MANY} / 5 as hers)
"""


@contextlib.asynccontextmanager
async def reading(url):
    async with make_pool(url) as pool:
        yield Reading(pool)


async def pages(url, search, most=1_000):
    """Everything that a search finds, as somebody reads it who asks for more until there is no more."""
    found, page = [], None
    async with reading(url) as read:
        while page is None or (page.more and len(found) < most):
            page = await read.search(DESK, search)
            found += page.items
            search = page.following(search)
    return found


def numbers(found):
    return [item.order.number for item in found]


async def test_a_text_finds_numbers_then_customers_then_articles_and_each_order_once(busy):
    found = await pages(busy, Search(text="ord-5"))
    by_number = [f"ORD-{n}" for n in range(1, MANY + 1) if str(n).startswith("5")]
    assert sorted(numbers(found[: len(by_number)])) == sorted(by_number)
    assert {item.by for item in found[: len(by_number)]} == {"number"}
    assert {item.by for item in found[len(by_number) :]} == {"customer"}
    assert len(numbers(found)) == len(set(numbers(found))) >= 1_000
    assert len(await pages(busy, Search(text="KUNDE 123"))) == 9  # without 1230 and 1235
    found = await pages(busy, Search(text="abc-49"))
    assert len(numbers(found)) == len(set(numbers(found))) == 30 + 111
    assert found[0].article == "ABC-49"
    assert numbers(await pages(busy, Search(text="4999"))) == ["ORD-4999"]
    assert await pages(busy, Search(text="%")) == []


async def test_a_person_finds_what_they_asked_about_the_newest_first_and_a_text_narrows_it(busy):
    found = await pages(busy, Search(asker=CSR))
    assert numbers(found) == [f"ORD-{n * 10}" for n in range(MANY // 10, 0, -1)]
    assert (found[0].newest.id, found[0].newest.kind) == ("R-1000", "release_hold")
    assert found[0].held == ("Credit not cleared",)
    assert found[0].pending == (("R-500", "release_hold"), ("R-1000", "release_hold"))
    found = await pages(busy, Search(text="ORD-12", asker=CSR))
    assert numbers(found) == [f"ORD-{n}" for n in (*range(1290, 1199, -10), 120)]
    assert await pages(busy, Search(text="Kunde", asker=CSR)) == []
    assert await pages(busy, Search(asker=ROSA)) == []


async def test_a_page_stands_where_it_stood_when_orders_before_it_come_and_go(busy):
    async with reading(busy) as read:
        first = await read.search(DESK, Search(text="kunde 2"))
        second = first.following(Search(text="kunde 2"))
        shown = await read.search(DESK, second)
        rows_of(busy, "update orders set customer = 'Gone' where customer = 'Kunde 2'")
        assert await read.search(DESK, second) == shown
        garbled = [second.at(key) for key in ("", "x", "99\nORD-1\n", "1\nORD-1")]
        again = [await read.search(DESK, search) for search in garbled]
        assert {numbers(page.items)[0] for page in again} == {"ORD-2001"}
        assert await read.search(DESK, Search(asker=CSR, after="0\nORD-1\nx")) == await read.search(
            DESK, Search(asker=CSR)
        )


@pytest.mark.parametrize("further", [False, True], ids=["first page", "further page"])
def test_every_way_of_looking_uses_its_index(busy, further):
    askers = [(by, [Way("asker")], 0, looked) for by, looked in (("asker", LOOKED), ("asker", []))]
    ways = [(way.by, LOOKED, at, LOOKED) for at, way in enumerate(LOOKED)]
    starts = {f"start{at}": way.begins for at, way in enumerate(LOOKED)}
    parameters = {"asker": CSR, "desk": DESK, "most": 11, "number": "ORD-495", "place": "495", **starts}
    with psycopg.connect(busy) as connection:
        connection.execute(TENANT, {"desk": DESK})
        for by, given, at, looked in [*ways, *askers]:
            statement = f"explain {statement_of(given, at, looked, further=further)}"
            plan = [line for (line,) in psycopg.ClientCursor(connection).execute(statement, parameters)]
            assert not [line for line in plan if "Seq Scan" in line], plan
            assert any(INDEXES[by] in line for line in plan), "\n".join(plan)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"shown": "x"}', '{"text": 3}', "null", '{"text": "\\u0000"}'])
def test_a_search_that_cannot_be_read_looks_for_nothing(text):
    assert not Search.read(text).chosen
    assert Search.read(Search(text="a", asker="U0", after="0\nb\nc", shown=3).write()).shown == 3


def test_a_key_is_read_as_it_was_written():
    assert read_key(key_of(2, "ORD 1", "two\nlines")) == (2, "ORD 1", "two\nlines")
