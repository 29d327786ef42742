"""A click and the clock at the same instant: exactly one of them wins, and the other changes nothing."""

import asyncio

import pytest

from bot.clock.chasing import chase
from store.clocks import Clocks
from store.reading import Reading
from tests.office import CSR, DESK, IVAN, ROSA
from tests.races.apps import approval, open_floor
from workflows.commands import Chase
from workflows.services import BY_CLOCK, Claim


@pytest.mark.parametrize("rounds", [4, pytest.param(60, marks=pytest.mark.slow)])
async def test_an_approval_and_an_expiry_have_one_winner(database_url, rounds):
    async with open_floor(database_url) as floor:
        for number in range(rounds):
            order, request = floor.add_order(f"ORD-{number}"), 2 * number + 2
            await floor.hold(ROSA, order)
            await floor.release(number + 1, order)
            floor.rows("update requests set expire_at = now() where number = %s", request)
            await asyncio.gather(
                floor.apps[0].handle(DESK, BY_CLOCK, Chase(request)),
                floor.approve(IVAN, request, 1),
                floor.apps[1].handle(DESK, BY_CLOCK, Chase(request)),
            )
            state = floor.row("select state from requests where number = %s", request)["state"]
            hold = floor.row("select state from holds where number = %s", number + 1)["state"]
            assert (state, hold) in {("approved", "released"), ("expired", "active")}
            ends = [each for each in floor.actions(order) if each in {"request.approved", "request.expired"}][1:]
            assert len(ends) == 1
            assert len(floor.rows("select 1 from notices where kind = 'floor' and order_number = %s", order)) == (
                state == "approved"
            )


@pytest.mark.parametrize("stale", [40, pytest.param(5000, marks=pytest.mark.slow)])
async def test_many_expire_once_while_people_sign(database_url, stale):
    async with open_floor(database_url) as floor:
        for number in range(1, stale + 1):
            floor.add_order(f"ORD-{number}")
            await floor.hold(ROSA, f"ORD-{number}")
            await floor.release(number, f"ORD-{number}", user=CSR)
        floor.rows("update requests set expire_at = now() where state = 'pending'")
        clocks = [Clocks(pool, Reading(pool)) for pool in floor.pools]
        pending = [row["number"] for row in floor.rows("select number from requests where state = 'pending'")]
        done = await asyncio.gather(
            *(chase(each, app) for each, app in zip(clocks, floor.apps, strict=True)),
            *(floor.apps[0].handle(DESK, Claim(IVAN), approval(each)) for each in pending[::4]),
        )
        states = floor.rows("select state, count(*) as n from requests where kind = 'release_hold' group by state")
        found = {row["state"]: row["n"] for row in states}
        assert sum(found.values()) == stale
        assert set(found) <= {"approved", "expired"}
        assert sum(done[:2]) == found["expired"]
        expired = floor.row(
            "select count(*) as n, count(distinct request) as d from audit where action = 'request.expired'"
        )
        assert (expired["n"], expired["d"]) == (found["expired"], found["expired"])
