"""Batches: who gets what, in what order, and what is kept of them."""

import hashlib

import pytest

from store.audit import verify
from store.exports import Exports, NoDesk
from tests.office import CSR, DESK, LENA, ROSA
from tests.races.apps import open_floor
from workflows.commands import CancelOrder, Units


@pytest.fixture
async def floor(database_url):
    async with open_floor(database_url) as floor:
        for number in range(1, 6):
            floor.add_order(f"ORD-{number}")
            await floor.hold(ROSA, f"ORD-{number}")
        yield floor


async def test_a_batch_takes_no_more_than_its_share_and_leaves_the_rest_to_the_next(floor):
    exports = Exports(floor.pools[0], most=2)
    looked = await exports.peek(DESK, "holds")
    batches = [await exports.take(DESK, "holds", "cli:test") for _ in range(4)]
    assert [(batch.number, batch.changes, batch.more) for batch in batches] == [
        (1, 2, True), (2, 2, True), (3, 1, False), (None, 0, False),
    ]  # fmt: skip
    assert (looked.changes, looked.more, looked.number) == (2, True, None)
    assert [batch.content.count(b"ORD-") for batch in batches] == [2, 2, 1, 0]
    assert floor.row("select export from counters")["export"] == 3

    assert [each.number for each in await exports.batches(DESK)] == [3, 2, 1]
    assert [each.number for each in await exports.batches(DESK, "holds", before=3, most=1)] == [2]
    assert await exports.batches(DESK, "refunds") == ()
    again = await exports.again(DESK, 2)
    assert (again.content, again.taken_at, again.kind) == (batches[1].content, batches[1].taken_at, "holds")
    assert await exports.again(DESK, 2, "refunds") is None
    assert await exports.again(DESK, 4) is None


async def test_numbers_count_over_all_kinds_and_the_audit_says_who_took_what(floor):
    exports = Exports(floor.pools[0])
    floor.rows("update orders set total = 5250")
    floor.rows("update order_lines set unit_price = 1750")
    asked = await floor.act(CSR, CancelOrder("ORD-1", (Units(1, 3),), "duplicate"))
    await floor.approve(LENA, asked.request)
    kinds = ["cancellations", "holds", "changes", "refunds"]
    batches = {kind: await exports.take(DESK, kind, "U0ARNO") for kind in kinds}
    assert [batches[kind].number for kind in kinds] == [1, 2, None, 3]
    released = batches["holds"].content.decode().splitlines()[-1]
    assert ",H-1,released," in released, "a cancel of the whole order ends its hold"
    assert "Person U0LENA" in released
    entries = floor.rows("select facts from audit where action = 'export.taken' and actor = 'U0ARNO' order by seq")
    digest = hashlib.sha256(batches["holds"].content).hexdigest()
    assert [entry["facts"] for entry in entries][1] == {"batch": 2, "changes": 6, "kind": "holds", "sha256": digest}
    assert (await verify(floor.pools[0], DESK)).faults == ()


async def test_another_desk_finds_nothing(floor):
    exports = Exports(floor.pools[0])
    await exports.take(DESK, "holds", "cli:test")
    with pytest.raises(NoDesk):
        await exports.take("T0NONE", "holds", "cli:test")
    assert await exports.again("T0NONE", 1) is None
    assert await exports.batches("T0NONE") == ()
