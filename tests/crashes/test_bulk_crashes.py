"""kill -9 between two orders of a bulk, then a new process: each order is asked about once, and people hear once."""

import signal

import pytest

from store.bulks import Bulks
from store.pool import make_pool
from tests.crashes.processes import DEADLINE, ended, town
from tests.notices import until
from tests.office import CREDIT_CHANNEL, CSR, DESK
from workflows.bulk import BulkAsk
from workflows.values import Kind

__all__ = ["town"]

DONE = "select 1 from bulk_rounds where done_at is not null"
ORDERS = ("ORD-1", "ORD-2", "ORD-3")


@pytest.fixture
async def asked(town):
    for number in ORDERS:
        town.add_order(number)
    async with make_pool(town.url) as pool:
        ask = BulkAsk(Kind.PLACE_HOLD, ORDERS, reason="credit", note="Over the limit")
        await Bulks(pool).ask(DESK, ask, by=CSR, key="k1")
    return town


async def test_a_worker_killed_between_two_orders_is_followed_by_one_that_repeats_nothing(asked):
    async with asked.app("worker", crash_at="after_step:2") as first:
        assert await ended(first) == -signal.SIGKILL
    assert len(asked.rows("select 1 from requests")) == 2
    async with asked.app("worker"):
        await until(lambda: asked.rows(DONE), seconds=DEADLINE, what="the round done")
        await asked.delivered("card", "bulk.round")
    requests = asked.rows("select number, order_number from requests order by number")
    assert [(row["number"], row["order_number"]) for row in requests] == list(enumerate(ORDERS, 1))
    assert len(asked.cards(CREDIT_CHANNEL)) == 1
