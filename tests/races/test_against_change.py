"""A signature against something that takes its ground away at the same instant: one comes first, and both know which."""

import asyncio
import contextlib
import io
from datetime import UTC, datetime

import psycopg
import pytest

from store.audit import verify
from store.desk import PostgresStore
from store.imports import import_orders
from store.outbox import retry_dead
from tests.notices import until
from tests.office import CSR, DESK, IVAN, LENA, ROSA, WALT
from tests.races.apps import open_floor
from tests.workflows.order_files import line, written
from workflows import refusals
from workflows.imports.files import open_orders
from workflows.imports.rules import rules_of
from workflows.ports import Member
from workflows.results import Done
from workflows.values import Standing

SIGNED_WITHOUT_A_GRANT = """
    select d.request, d.member from decisions d where not exists (
        select from role_grants g where g.desk_id = d.desk_id and g.role = d.role and g.user_id = d.member
        and g.valid_from <= d.at and (g.valid_to is null or d.at < g.valid_to))
"""


@pytest.fixture
async def floor(database_url):
    async with open_floor(database_url) as floor:
        yield floor


def together(turn, first, second):
    """Both at once; who is started first alternates with the turn. Results in the order given."""
    tasks = [asyncio.ensure_future(each) for each in ((first, second) if turn % 2 else (second, first))]
    return asyncio.gather(*(tasks if turn % 2 else reversed(tasks)))


@contextlib.contextmanager
def holding(floor, statement):
    """A transaction of somebody else that holds a row, until the end of the block."""
    with psycopg.connect(floor.url) as connection:
        connection.execute(statement)
        yield


def waiting(floor, kind="%"):
    """How many sessions wait for a lock of this kind: transactionid (a row), advisory (the policy), or any."""
    return len(floor.rows("select 1 from pg_locks where not granted and locktype like %s", kind))


async def credit_hold(floor, number):
    order = floor.add_order(f"ORD-{number}")
    return (await floor.hold(CSR, order)).request


# A role that is taken away


def assert_in_order(floor, request, result):
    """What the audit says came first decides whether the signature counted."""
    revoked = floor.rows("select applied_at from policies order by version desc limit 1")[0]["applied_at"]
    signed = floor.row("select state, decided_at from requests where number = %s", request)
    if isinstance(result, Done):
        assert signed["state"] == "approved"
        assert signed["decided_at"] < revoked
    else:
        assert isinstance(result, refusals.NotYoursToSign)
        assert signed["state"] == "pending"
        refused = floor.row("select at from audit where request = %s and action = 'request.refused'", request)
        assert refused["at"] > revoked


@pytest.mark.parametrize("rounds", [25, pytest.param(300, marks=pytest.mark.slow)])
async def test_an_approval_counts_only_if_the_role_was_held_at_its_commit(floor, rounds):
    for number in range(rounds):
        await floor.apply(credit=(ROSA, IVAN))
        request = await credit_hold(floor, number)
        floor.rows("update members set checked_at = now()")
        result, _ = await together(number, floor.approve(IVAN, request, 0), floor.apply(credit=(ROSA,)))
        assert_in_order(floor, request, result)
        floor.rows("alter table audit disable trigger audit_rows")
        floor.rows("update audit set at = at - interval '2 minutes' where action = 'request.refused'")
        floor.rows("alter table audit enable always trigger audit_rows")
    assert floor.rows(SIGNED_WITHOUT_A_GRANT) == []


async def test_a_signature_under_way_is_finished_before_the_role_goes(floor):
    request = await credit_hold(floor, 1)
    with holding(floor, "select 1 from orders for update"):
        approval = asyncio.ensure_future(floor.approve(IVAN, request))
        await until(lambda: waiting(floor, "transactionid"), what="the approval's wait for its order")
        revoking = asyncio.ensure_future(floor.apply(credit=(ROSA,)))
        await until(lambda: waiting(floor, "advisory"), what="the policy's wait for the approval")
    result, _ = await asyncio.gather(approval, revoking)
    assert isinstance(result, Done)
    assert_in_order(floor, request, result)


async def test_a_signature_waits_for_the_policy_that_is_being_applied_and_is_judged_by_it(floor):
    request = await credit_hold(floor, 1)
    with holding(floor, "select 1 from desks for update"):
        revoking = asyncio.ensure_future(floor.apply(credit=(ROSA,)))
        await until(lambda: waiting(floor, "transactionid"), what="the policy's wait for the desk's row")
        approval = asyncio.ensure_future(floor.approve(IVAN, request))
        await until(lambda: waiting(floor, "advisory"), what="the approval's wait for the policy")
    result, _ = await asyncio.gather(approval, revoking)
    assert isinstance(result, refusals.NotYoursToSign)
    assert_in_order(floor, request, result)


async def test_who_is_deactivated_at_the_same_instant_has_signed_before_or_not_at_all(floor):
    store = PostgresStore(floor.pools[1])
    gone = Member(IVAN, "Ivan Petrov", "", "", Standing.DEACTIVATED, datetime.now(UTC))
    for number in range(25):
        floor.know(IVAN)
        request = await credit_hold(floor, number)
        result, _ = await together(number, floor.approve(IVAN, request, 0), store.keep_member(DESK, gone))
        left = floor.row("select checked_at from members where user_id = %s", IVAN)["checked_at"]
        signed = floor.row("select state, decided_at from requests where number = %s", request)
        if isinstance(result, Done):
            assert signed["decided_at"] < left
        else:
            assert isinstance(result, refusals.NotAMember)
            assert signed["state"] == "pending"


# A withdrawal


@pytest.mark.parametrize("rounds", [25, pytest.param(300, marks=pytest.mark.slow)])
async def test_approve_and_withdraw_at_once_end_in_one_state(floor, rounds):
    for number in range(rounds):
        request = await credit_hold(floor, number)
        results = await together(number, floor.approve(ROSA, request, 0), floor.withdraw(CSR, request, 1))
        (done,) = [result for result in results if isinstance(result, Done)]
        (late,) = [result for result in results if isinstance(result, refusals.AlreadyDecided)]
        hold = floor.row("select state from holds where request = %s", request)["state"]
        assert (done.what, hold) in {("approved", "active"), ("withdrawn", "withdrawn")}
        assert (late.state, late.by) == (done.what, done.by)
        ended = [action for action in floor.actions(f"ORD-{number}") if action in ENDS]
        assert ended == [f"request.{done.what}"]
        assert floor.rows("select 1 from request_targets") == []


ENDS = {"request.approved", "request.withdrawn"}


async def test_a_release_withdrawn_at_the_instant_of_its_approval_is_announced_only_if_it_was_approved(floor):
    for number in range(25):
        order = floor.add_order(f"ORD-{number}")
        hold = await floor.hold(ROSA, order)
        release = (await floor.release(hold.hold, order)).request
        await together(number, floor.approve(IVAN, release, 0), floor.withdraw(CSR, release, 1))
        state = floor.row("select state from holds where order_number = %s", order)["state"]
        assert state in {"released", "active"}
        assert len(floor.notices("floor", order)) == (state == "released")


# An import that ships the order


def take(floor, *lines):
    file = open_orders(io.BytesIO(written(lines)), "orders.csv", rules_of(floor.policy))
    return asyncio.to_thread(import_orders, floor.url, DESK, file, by="cli:adam", whole=False)


def shipping(number):
    return line(f"ORD-{number}", status="shipped")


@pytest.mark.parametrize("rounds", [15, pytest.param(150, marks=pytest.mark.slow)])
async def test_an_approval_stands_on_the_order_as_it_was_or_the_request_is_void(floor, rounds):
    await take(floor, *(line(f"ORD-{number}") for number in range(rounds)))
    for number in range(rounds):
        order = f"ORD-{number}"
        request = (await floor.hold(CSR, order)).request
        result, _ = await together(number, floor.approve(ROSA, request, 0), take(floor, shipping(number)))
        hold = floor.row("select state from holds where request = %s", request)["state"]
        ended = [action for action in floor.actions(order) if action not in {"request.created", "hold.placed"}]
        if isinstance(result, Done):
            assert (hold, ended) == ("active", ["request.approved", "order.imported"])
        else:
            assert isinstance(result, refusals.OrderMoved)
            assert "line 1: 5 of 5 units shipped" in result.moves
            assert (hold, ended) == ("withdrawn", ["order.imported", "request.void"])


async def test_no_release_is_announced_of_an_order_that_shipped_before_it_was_signed(floor):
    await take(floor, *(line(f"ORD-{number}") for number in range(15)))
    for number in range(15):
        order = f"ORD-{number}"
        hold = await floor.hold(ROSA, order)
        release = (await floor.release(hold.hold, order)).request
        result, _ = await together(number, floor.approve(IVAN, release, 0), take(floor, shipping(number)))
        state = floor.row("select state from holds where order_number = %s", order)["state"]
        shipped = floor.row("select changed_at from orders where number = %s", order)["changed_at"]
        request = floor.row("select state, decided_at from requests where number = %s", release)
        if isinstance(result, Done):
            assert (state, request["state"]) == ("released", "approved")
            assert request["decided_at"] < shipped
        else:
            assert (state, request["state"]) == ("active", "void")
            assert request["decided_at"] > shipped
            assert floor.notices("floor", order) == []


async def test_a_hold_is_asked_for_before_the_order_ships_or_refused(floor):
    await take(floor, *(line(f"ORD-{number}") for number in range(15)))
    for number in range(15):
        order = f"ORD-{number}"
        result, _ = await together(number, floor.hold(CSR, order), take(floor, shipping(number)))
        if isinstance(result, Done):
            # What the requester saw is kept, so the signer will find it void.
            assert isinstance(await floor.approve(ROSA, result.request), refusals.OrderMoved)
        else:
            assert isinstance(result, refusals.NothingToHold)
        assert floor.rows("select 1 from holds where state = 'active'") == []


async def test_an_approval_waits_for_the_import_that_has_its_order_and_sees_what_it_brought(floor):
    await take(floor, line("ORD-1"))
    request = (await floor.hold(CSR, "ORD-1")).request
    with holding(floor, LOCKED_AND_SHIPPED):
        approval = asyncio.ensure_future(floor.approve(ROSA, request))
        await until(lambda: waiting(floor, "transactionid"), what="the approval's wait for its order")
    assert isinstance(await approval, refusals.OrderMoved)
    assert floor.row("select state from holds")["state"] == "withdrawn"


LOCKED_AND_SHIPPED = """
    with locked as materialized (select 1 from orders where number = 'ORD-1' for update)
    update order_lines set allocated = 5, picked = 5, packed = 5, shipped = 5 where exists (select from locked)
"""


async def test_an_import_and_a_retry_of_dead_notices_never_wait_for_each_other_in_a_circle(floor):
    """Both write into the audit of many orders, so both go through them in the same order, the desk's own last."""
    orders = [f"ORD-{number}" for number in range(10, 50)]
    await take(floor, *(line(order) for order in orders))
    for order in reversed(orders):
        await floor.hold(CSR, order)
    floor.rows("update notices set state = 'dead', settled_at = now()")
    floor.rows("update notices set order_number = '' where id = (select min(id) from notices)")
    with holding(floor, "select 1 from audit_heads where chain = 'ORD-30' for update"):
        retrying = asyncio.ensure_future(retry_dead(floor.pools[0], DESK))
        await until(lambda: waiting(floor) == 1, what="the retry in the middle of its orders")
        importing = asyncio.ensure_future(take(floor, *(line(order, quantity="6") for order in orders)))
        await until(lambda: waiting(floor) == 2, what="the import behind it")
    retried, _ = await asyncio.gather(retrying, importing)
    assert retried == len(orders)
    assert (await verify(floor.pools[0], DESK)).faults == ()


async def test_everybody_at_once_on_every_order_leaves_nothing_half_done(floor):
    """Holds, releases, approvals, withdrawals and imports of the same few orders, all under way together."""
    orders = [f"ORD-{number}" for number in range(4)]
    await take(floor, *(line(order) for order in orders))

    async def person(turn):
        order = orders[turn % 4]
        asked = await floor.hold((CSR, ROSA, WALT)[turn % 3], order, ("credit", "stock")[turn % 2])
        request = asked.request if isinstance(asked, Done) else turn % 12 + 1
        await floor.approve((ROSA, LENA, IVAN, WALT)[turn % 4], request)
        await floor.release(request, order)
        await floor.withdraw(CSR, request)

    async def shop(turn):
        await take(floor, *(line(order, quantity=str(5 + turn)) for order in orders))

    await asyncio.gather(*(person(turn) for turn in range(60)), *(shop(turn) for turn in range(6)))
    assert floor.rows(HALF_DONE) == []
    numbers = floor.rows("select number from requests order by number")
    assert [row["number"] for row in numbers] == list(range(1, len(numbers) + 1))


# Requests, holds and targets that contradict each other.
HALF_DONE = """
    select 'a pending request without its target', number from requests r where state = 'pending'
        and not exists (select from request_targets t where t.request = r.number)
    union all
    select 'the target of a decided request', t.request from request_targets t
        join requests r on r.number = t.request where r.state <> 'pending'
    union all
    select 'a hold asked for without a pending request', h.number from holds h
        join requests r on r.number = h.request where h.state = 'requested' and r.state <> 'pending'
    union all
    select 'a release asked for without a pending request', h.number from holds h where h.state = 'release_requested'
        and not exists (select from requests r where r.hold = h.number and r.kind = 'release_hold' and r.state = 'pending')
    union all
    select 'a decided request whose audit has no decision', r.number from requests r where r.state <> 'pending'
        and not exists (select from audit a where a.request = r.number and a.action = 'request.' || r.state)
    union all
    select 'a decision in the audit of a request that has none', a.request from audit a
        join requests r on r.number = a.request where r.state = 'pending' and a.action = 'request.approved'
    union all
    select 'a released hold that the floor does not hear of', h.number from holds h where h.state = 'released'
        and not exists (select from requests r join notices n on n.request = r.number and n.kind = 'floor'
                        where r.hold = h.number and r.kind = 'release_hold' and r.state = 'approved')
"""
