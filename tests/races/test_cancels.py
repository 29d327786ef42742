"""Cancels at the same instant as each other, as their withdrawal, as releases, and as the file that ships the order."""

import asyncio
import io

import pytest

from store.audit import verify
from store.imports import import_orders
from store.policies import apply_policy
from tests.office import CSR, CSR2, DESK, IVAN, LENA, ROSA
from tests.races.apps import open_floor
from tests.workflows.order_files import line, written
from workflows import line_refusals, refusals
from workflows.commands import CancelOrder, Units
from workflows.imports.files import open_orders
from workflows.imports.rules import rules_of
from workflows.policy.model import RefundHook
from workflows.results import Done

MONA = "U0MONA"
HOOK = RefundHook(url="https://erp.acme.example/refunds", secret="env:REDTAG_HOOK_REFUNDS")
MANY = pytest.param(200, marks=pytest.mark.slow)


@pytest.fixture
async def floor(database_url):
    async with open_floor(database_url) as floor:
        desk = floor.policy.desk.model_copy(update={"refund_hook": HOOK})
        floor.policy = floor.policy.model_copy(update={"desk": desk})
        await apply_policy(floor.pools[-1], DESK, floor.policy, by="test")
        yield floor
        assert (await verify(floor.pools[0], DESK)).faults == ()


def together(turn, first, second):
    """Both at once; who is started first alternates with the turn. Results in the order given."""
    tasks = [asyncio.ensure_future(each) for each in ((first, second) if turn % 2 else (second, first))]
    return asyncio.gather(*(tasks if turn % 2 else reversed(tasks)))


def take(floor, *lines):
    file = open_orders(io.BytesIO(written(lines)), "orders.csv", rules_of(floor.policy))
    return asyncio.to_thread(import_orders, floor.url, DESK, file, by="cli:adam")


async def two_lines(floor, *numbers, **cells):
    """Orders of two lines with five units each, 20 USD a unit, from a file."""
    rows = (
        line(f"ORD-{number}", place, **{"order_total": "200.00", **cells}) for number in numbers for place in (1, 2)
    )
    await take(floor, *rows)


async def cancel(floor, order, *units, user=CSR, app=None):
    return await floor.act(user, CancelOrder(order, tuple(Units(*each) for each in units), "duplicate"), app)


async def asked(floor, order, *units):
    return (await cancel(floor, order, *units)).request


def total(floor, order):
    return floor.row("select total from orders where number = %s", order)["total"]


def cancelled(floor, order):
    query = "select cancelled from order_lines where order_number = %s order by line"
    return [row["cancelled"] for row in floor.rows(query, order)]


def calls(floor, request):
    return floor.rows("select amount from hook_calls where request = %s", request)


def count(floor, request, action):
    return len(floor.rows("select 1 from audit where request = %s and action = %s", request, action))


# The two last signatures


@pytest.mark.parametrize("rounds", [10, MANY])
async def test_the_two_last_signatures_at_once_approve_once_with_one_call_and_one_post(floor, rounds):
    await two_lines(floor, *range(rounds), order_total="9000.00")
    for number in range(rounds):
        order = f"ORD-{number}"
        request = await asked(floor, order, (1, 2))
        results = await together(number, floor.approve(LENA, request, 0), floor.approve(ROSA, request, 1))
        assert sorted(result.what for result in results) == ["approved", "signed"]
        assert floor.row("select state from requests where number = %s", request)["state"] == "approved"
        assert calls(floor, request) == [{"amount": 4000}]
        assert (len(floor.notices("floor", order)), len(floor.notices("hook", order))) == (1, 1)
        assert cancelled(floor, order) == [2, 0]
        assert total(floor, order) == 900_000 - 4000
        done = [count(floor, request, action) for action in ("request.signed", "request.approved", "lines.cancelled")]
        assert done == [1, 1, 1]


@pytest.mark.parametrize("rounds", [10, MANY])
async def test_everybody_who_may_sign_at_once_signs_once_for_each_role(floor, rounds):
    await two_lines(floor, *range(rounds), order_total="9000.00")
    for number in range(rounds):
        request = await asked(floor, f"ORD-{number}", (1, 2))
        results = await asyncio.gather(*(floor.approve(user, request) for user in (LENA, MONA, ROSA, IVAN)))
        assert sorted(result.what for result in results if isinstance(result, Done)) == ["approved", "signed"]
        late = [result for result in results if not isinstance(result, Done)]
        assert {type(each) for each in late} <= {refusals.NotYoursToSign, refusals.AlreadyDecided}
        assert len(calls(floor, request)) == 1
        roles = floor.rows("select role from decisions where request = %s order by role", request)
        assert [row["role"] for row in roles] == ["credit", "cs_lead"]


# The file that ships the line


@pytest.mark.parametrize("rounds", [10, MANY])
async def test_a_cancel_is_approved_before_its_line_ships_or_is_void(floor, rounds):
    await two_lines(floor, *range(rounds))
    for number in range(rounds):
        order = f"ORD-{number}"
        request = await asked(floor, order, (1, None))
        shipping = [line(order, 1, status="shipped", order_total="200.00"), line(order, 2, order_total="200.00")]
        result, _ = await together(number, floor.approve(LENA, request, 0), take(floor, *shipping))
        if isinstance(result, Done):
            assert cancelled(floor, order) == [5, 0]
            assert calls(floor, request) == [{"amount": 10_000}]
            assert total(floor, order) == 10_000
        else:
            assert isinstance(result, refusals.OrderMoved)
            assert cancelled(floor, order) == [0, 0]
            assert calls(floor, request) == []
            assert total(floor, order) == 20_000
        assert floor.rows("select 1 from request_targets where order_number = %s", order) == []


# Two who ask


@pytest.mark.parametrize("rounds", [10, MANY])
async def test_of_two_cancels_of_a_line_asked_at_once_one_is_taken_and_the_other_is_told_of_it(floor, rounds):
    await two_lines(floor, *range(rounds))
    for number in range(rounds):
        order = f"ORD-{number}"
        results = await together(
            number, cancel(floor, order, (1, 3), (2, 1), app=0), cancel(floor, order, (1, 4), user=CSR2, app=1)
        )
        (first,) = [result for result in results if isinstance(result, Done)]
        (second,) = [result for result in results if not isinstance(result, Done)]
        assert isinstance(second, line_refusals.LinePending)
        assert (second.request, second.by) == (first.request, first.by)
        assert isinstance(await floor.approve(LENA, first.request), Done)
        assert cancelled(floor, order) in ([3, 1], [4, 0])


@pytest.mark.parametrize("rounds", [10, MANY])
async def test_two_cancels_of_different_lines_approved_at_once_both_count(floor, rounds):
    await two_lines(floor, *range(rounds))
    for number in range(rounds):
        order = f"ORD-{number}"
        first, second = await asked(floor, order, (1, 2)), await asked(floor, order, (2, 3))
        results = await together(number, floor.approve(LENA, first, 0), floor.approve(MONA, second, 1))
        assert [result.what for result in results] == ["approved", "approved"]
        assert cancelled(floor, order) == [2, 3]
        assert total(floor, order) == 20_000 - 5 * 2000
        posts = [post["payload"]["clear"] for post in floor.notices("floor", order)]
        assert posts == [False, True]


async def test_the_last_units_cancelled_at_once_by_two_requests_leave_a_cancelled_order(floor):
    await two_lines(floor, *range(10))
    for number in range(10):
        order = f"ORD-{number}"
        hold = await floor.hold(ROSA, order)
        first, second = await asked(floor, order, (1, None)), await asked(floor, order, (2, None))
        await together(number, floor.approve(LENA, first, 0), floor.approve(MONA, second, 1))
        assert cancelled(floor, order) == [5, 5]
        assert total(floor, order) == 0
        assert floor.row("select state from holds where number = %s", hold.hold)["state"] == "released"
        assert not any(post["payload"]["clear"] for post in floor.notices("floor", order))


# A withdrawal, and a release


@pytest.mark.parametrize("rounds", [10, MANY])
async def test_approve_and_withdraw_at_once_pay_back_only_what_was_approved(floor, rounds):
    await two_lines(floor, *range(rounds))
    for number in range(rounds):
        order = f"ORD-{number}"
        request = await asked(floor, order, (1, 2))
        results = await together(number, floor.approve(LENA, request, 0), floor.withdraw(CSR, request, 1))
        (done,) = [result for result in results if isinstance(result, Done)]
        (late,) = [result for result in results if not isinstance(result, Done)]
        assert isinstance(late, refusals.AlreadyDecided)
        approved = done.what == "approved"
        assert len(calls(floor, request)) == approved
        assert len(floor.notices("floor", order)) == approved
        assert cancelled(floor, order) == ([2, 0] if approved else [0, 0])


@pytest.mark.parametrize("rounds", [10, MANY])
async def test_a_cancel_and_a_release_approved_at_once_tell_the_floor_what_is_true(floor, rounds):
    """Whoever comes second says what is left; nobody says clear while the other is open."""
    await two_lines(floor, *range(rounds))
    for number in range(rounds):
        order = f"ORD-{number}"
        hold = await floor.hold(ROSA, order)
        release = (await floor.release(hold.hold, order)).request
        request = await asked(floor, order, (1, 2))
        result, released = await together(number, floor.approve(LENA, request, 0), floor.approve(IVAN, release, 1))
        assert isinstance(result, Done)
        if isinstance(released, refusals.CardOutdated):  # the cancel came first, and the card shows the order before it
            version = floor.row("select version from requests where number = %s", release)["version"]
            assert version == 2
            assert floor.row("select state from requests where number = %s", release)["state"] == "pending"
            assert [post["payload"]["clear"] for post in floor.notices("floor", order)] == [False]
        else:
            assert isinstance(released, Done)
            assert [post["payload"]["clear"] for post in floor.notices("floor", order)] == [False, True]
            assert [mail["payload"]["clear"] for mail in floor.notices("floor.email", order)][-1] is True
