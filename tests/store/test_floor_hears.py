"""The floor hears the end of what a release left open, however many requests followed each other meanwhile."""

import pytest

from tests.office import CSR, IVAN, LENA, ROSA
from tests.races.apps import open_floor
from workflows.commands import CancelOrder, Units


@pytest.fixture
async def floor(database_url):
    async with open_floor(database_url) as floor:
        floor.add_order(units=9)
        floor.rows(
            "insert into order_lines (desk_id, order_number, key, line, ordered) select desk_id, number, x::text, x, 5 from orders, generate_series(2, 4) x"
        )
        yield floor


async def ask(floor, number):
    return (await floor.act(CSR, CancelOrder("ORD-123", (Units(number, 1),), "duplicate"))).request


def said(floor):
    return [post["payload"]["clear"] for post in floor.notices("floor")]


async def released_meanwhile(floor):
    """A release is signed while a cancel is pending: the floor reads that it still waits."""
    hold = await floor.hold(ROSA)
    first = await ask(floor, 1)
    await floor.approve(IVAN, (await floor.release(hold.hold)).request)
    assert said(floor) == [False]
    return first


@pytest.mark.parametrize("later", [0, 1, 3])
async def test_the_last_of_many_requests_that_overlap_says_that_the_order_is_clear(floor, later):
    pending = await released_meanwhile(floor)
    for number in range(2, 2 + later):
        following = await ask(floor, number)
        await floor.reject(LENA, pending)
        assert said(floor) == [False]
        pending = following
    await floor.reject(LENA, pending)
    assert said(floor) == [False, True]


async def test_a_request_that_came_after_all_was_clear_says_nothing_when_it_ends(floor):
    await floor.reject(LENA, await released_meanwhile(floor))
    assert said(floor) == [False, True]
    await floor.withdraw(CSR, await ask(floor, 2))
    assert said(floor) == [False, True]


async def test_a_cancel_that_waited_for_another_is_followed_by_its_end(floor):
    first, second = await ask(floor, 1), await ask(floor, 2)
    await floor.approve(LENA, first)
    assert said(floor) == [False]
    await floor.reject(LENA, second)
    assert said(floor) == [False, True]
    assert floor.notices("floor.email") == []


async def test_nobody_is_told_to_ship_what_has_shipped(floor):
    pending = await released_meanwhile(floor)
    floor.rows("update order_lines set allocated = ordered, picked = ordered, packed = ordered, shipped = ordered")
    await floor.withdraw(CSR, pending)
    assert said(floor) == [False]
