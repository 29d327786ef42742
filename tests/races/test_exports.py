"""Two exports at once, while people sign and one change commits late: every change is in exactly one batch."""

import asyncio
import csv
import io
from collections import Counter

import psycopg
import pytest

from store.exports import Exports
from tests.office import DESK, ROSA
from tests.races.apps import open_floor

LATE = """
    insert into status_changes (desk_id, kind, order_number, request, facts, at)
    values (%s, 'hold.placed', 'ORD-0', 1, jsonb_build_object('hold', %s::int, 'reason', 'credit'), now())
"""


@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.slow)])
async def test_every_change_is_in_exactly_one_batch(database_url, rounds):
    async with open_floor(database_url) as floor:
        floor.add_order("ORD-0")
        await floor.hold(ROSA, "ORD-0")
        exports = [Exports(pool, most=3) for pool in floor.pools]
        takers = [await one_round(floor, exports, turn) for turn in range(1, rounds + 1)]
        while (await exports[0].take(DESK, "holds", "cli:last")).number:
            pass
        assert_each_once(floor, 5 * rounds + 1)
        assert sum(takers) > rounds, "exports found something while people worked"


async def one_round(floor, exports, turn):
    """A change gets its id before everything else and commits after it."""
    orders = [floor.add_order(f"ORD-{10 * turn + place}") for place in range(4)]
    async with await psycopg.AsyncConnection.connect(floor.url) as late:
        await late.execute(LATE, [DESK, 10_000 + turn])
        signing = (floor.hold(ROSA, order) for order in orders)
        taking = (one.take(DESK, "holds", "cli:test") for one in exports)
        *_, first, second = await asyncio.gather(*signing, *taking)
        await late.commit()
    return (first.number is not None) + (second.number is not None)


def assert_each_once(floor, count):
    batches = floor.rows("select number, changes, content from export_batches order by number")
    assert [batch["number"] for batch in batches] == list(range(1, len(batches) + 1))
    exported = Counter(row["hold"] for batch in batches for row in csv.DictReader(io.StringIO(text(batch))))
    stored = floor.rows("select facts ->> 'hold' as hold, batch from status_changes")
    assert exported == Counter(f"H-{change['hold']}" for change in stored)
    assert set(exported.values()) == {1}
    assert len(stored) == count
    marked = Counter(change["batch"] for change in stored)
    assert marked == {batch["number"]: batch["changes"] for batch in batches}


def text(batch):
    return bytes(batch["content"]).decode()
