"""The rounds of a bulk, as the worker does them: each step once, each order by itself, and told together."""

import asyncio
from datetime import timedelta

import pytest

from bot.bulks.loop import MOST_TRIES, Bulks
from store.bulks import Bulks as Rounds
from tests.office import CREDIT_CHANNEL, CSR, DESK, IVAN, ROSA, open_office
from workflows import refusals
from workflows.bulk import BulkAsk, Chosen, RoundAction
from workflows.ports import Unavailable
from workflows.values import Kind

ORDERS = ("ORD-1", "ORD-2", "ORD-3")
ASK = BulkAsk(Kind.PLACE_HOLD, ORDERS, reason="credit", note="Over the limit")
STATES = "select order_number, state from requests where bulk = %s order by number"
RESULTS = "select order_number, result from bulk_steps where bulk = %s and round = %s order by place"
NOTICES = "select kind, lane, payload from notices where payload ->> 'bulk' = %s order by id"


class Flaky:
    """A service that is away some times before it does what it is asked."""

    def __init__(self, service, order, times):
        self._service = service
        self._order = order
        self._left = times

    async def handle(self, desk_id, claim, command):
        if getattr(command, "order", "") == self._order and self._left:
            self._left -= 1
            raise Unavailable("somebody holds it")
        return await self._service.handle(desk_id, claim, command)


@pytest.fixture
async def office(database_url):
    async with open_office(database_url, bulks=False) as office:
        yield office


@pytest.fixture
def rounds(office):
    for number in ORDERS:
        office.add_order(number)
    return Rounds(office.parts.pool)


async def do_all(loop):
    while await loop.once():
        pass


async def test_each_order_becomes_a_request_of_its_own_and_bad_ones_stop_none(office, rounds):
    ask = BulkAsk(Kind.PLACE_HOLD, (*ORDERS, "ORD-9", "ORD-1"), reason="credit", note="Over the limit")
    bulk = await rounds.ask(DESK, ask, by=CSR, key="k1")
    assert await rounds.ask(DESK, ask, by=CSR, key="k1") is None
    await do_all(Bulks(rounds, office.parts.service))
    assert office.rows(STATES, bulk) == [{"order_number": number, "state": "pending"} for number in ORDERS]
    results = [row["result"].get("refused", "Done") for row in office.rows(RESULTS, bulk, 1)]
    assert results == ["Done", "Done", "Done", "OrderUnknown", "AlreadyHeld"]
    created = next(entry for entry in office.audit("ORD-2") if entry["action"] == "request.created")
    assert (created["actor"], created["facts"]["bulk"]) == (CSR, bulk)


async def test_a_channel_gets_one_card_for_all_and_the_asker_one_message(office, rounds):
    bulk = await rounds.ask(DESK, ASK, by=CSR, key="k1")
    await do_all(Bulks(rounds, office.parts.service))
    found = office.rows(NOTICES, str(bulk))
    told = [(row["kind"], row["lane"], [item["request"] for item in row["payload"].get("items", ())]) for row in found]
    assert told == [("card", f"slack:{CREDIT_CHANNEL}", [1, 2, 3]), ("bulk.round", f"slack:{CSR}", [])]


async def test_some_are_signed_and_some_vetoed_each_under_the_rules(office, rounds):
    bulk = await rounds.ask(DESK, ASK, by=CSR, key="k1")
    loop = Bulks(rounds, office.parts.service)
    await do_all(loop)
    chosen = {RoundAction.APPROVE: [Chosen(1, 1), Chosen(3, 1)], RoundAction.REJECT: [Chosen(2, 1)]}
    assert await rounds.sign(DESK, bulk, chosen, by=ROSA, note="Paid", key="k2")
    assert not await rounds.sign(DESK, bulk, chosen, by=ROSA, note="Paid", key="k2")
    await do_all(loop)
    assert [row["state"] for row in office.rows(STATES, bulk)] == ["approved", "rejected", "approved"]
    assert await rounds.sign(DESK, bulk, {RoundAction.APPROVE: [Chosen(2, 1)]}, by=IVAN, note="", key="k3")
    await do_all(loop)
    assert [row["result"]["refused"] for row in office.rows(RESULTS, bulk, 4)] == ["AlreadyDecided"]


async def test_what_no_card_of_the_bulk_showed_is_not_signed(office, rounds):
    first = await rounds.ask(DESK, ASK, by=CSR, key="k1")
    other = await rounds.ask(DESK, BulkAsk(Kind.PLACE_HOLD, ORDERS, reason="fraud"), by=CSR, key="k2")
    loop = Bulks(rounds, office.parts.service)
    await do_all(loop)
    await rounds.sign(DESK, other, {RoundAction.APPROVE: [Chosen(1, 1)]}, by=ROSA, note="", key="k3")
    await rounds.sign(DESK, first, {RoundAction.APPROVE: [Chosen(1, 9_999_999_999)]}, by=ROSA, note="", key="k4")
    await do_all(loop)
    assert {row["state"] for row in office.rows(STATES, first)} == {"pending"}


async def test_an_order_that_somebody_holds_is_done_when_it_is_free(office, rounds):
    bulk = await rounds.ask(DESK, ASK, by=CSR, key="k1")
    loop = Bulks(rounds, Flaky(office.parts.service, "ORD-2", 1))
    await do_all(loop)
    assert [row["order_number"] for row in office.rows(STATES, bulk)] == ["ORD-1", "ORD-3"]
    office.rows("update bulk_rounds set free_at = now()")
    await do_all(loop)
    assert [row["order_number"] for row in office.rows(STATES, bulk)] == ["ORD-1", "ORD-3", "ORD-2"]


async def test_an_order_that_stays_out_of_reach_is_named_in_the_end(office, rounds):
    bulk = await rounds.ask(DESK, ASK, by=CSR, key="k1")
    loop = Bulks(rounds, Flaky(office.parts.service, "ORD-2", 99))
    for _ in range(MOST_TRIES):
        office.rows("update bulk_rounds set free_at = now()")
        await do_all(loop)
    (left,) = [row["result"] for row in office.rows(RESULTS, bulk, 1) if "refused" in row["result"]]
    assert left == refusals.OrderOutOfReach(order="ORD-2").dump()
    assert office.row("select done_at is not null as done from bulk_rounds")["done"]


async def test_a_worker_that_died_midway_is_followed_by_one_that_repeats_nothing(office, rounds):
    bulk = await rounds.ask(DESK, ASK, by=CSR, key="k1")
    died = await Rounds(office.parts.pool, lease=timedelta()).claim()
    commands = Bulks(rounds, office.parts.service)
    await commands._do(died, died.steps[0])  # committed, and nothing written down about it
    await do_all(commands)
    assert [row["order_number"] for row in office.rows(STATES, bulk)] == list(ORDERS)
    assert not await rounds.done(died, died.steps[0], None)


async def test_two_workers_at_once_ask_once(office, rounds):
    bulk = await rounds.ask(DESK, ASK, by=CSR, key="k1")
    loops = [Bulks(Rounds(office.parts.pool, lease=timedelta()), office.parts.service) for _ in range(2)]
    await asyncio.gather(*(loop.once() for loop in loops))
    await do_all(Bulks(rounds, office.parts.service))
    assert [row["order_number"] for row in office.rows(STATES, bulk)] == list(ORDERS)
    assert len(office.rows("select 1 from notices where kind = 'bulk.round'")) == 1


async def test_desks_take_turns(office, rounds):
    office.rows("insert into desks (desk_id, name, created_at) values ('T0OTHER', 'Other', now())")
    office.rows("insert into counters (desk_id) values ('T0OTHER')")
    for key, desk in enumerate((DESK, DESK, DESK, "T0OTHER")):
        await rounds.ask(desk, ASK, by=CSR, key=f"k{key}")
    assert [(await rounds.claim()).desk_id for _ in range(4)] == [DESK, "T0OTHER", DESK, DESK]
    assert await rounds.claim() is None


async def test_a_release_of_many_draws_the_card_of_their_holds_once_each_time(office, rounds):
    loop = Bulks(rounds, office.parts.service)
    for bulk, (ask, signer) in enumerate(((ASK, ROSA), (BulkAsk(Kind.RELEASE_HOLD, ORDERS, reason="paid"), IVAN)), 1):
        await rounds.ask(DESK, ask, by=CSR, key=f"ask{bulk}")
        await do_all(loop)
        await office.settled()
        asked = office.rows("select number, version from requests where bulk = %s", bulk)
        chosen = {RoundAction.APPROVE: [Chosen(each["number"], each["version"]) for each in asked]}
        await rounds.sign(DESK, bulk, chosen, by=signer, note="", key=f"sign{bulk}")
        await do_all(loop)
        await office.settled()
    found = office.rows(
        """select payload -> 'bulk' as bulk, jsonb_path_query_array(payload, '$.items[*].request') as requests
           from notices where kind = 'card.redraw' and due_at <= now() order by id"""
    )
    drawn = [(row["bulk"], row["requests"]) for row in found]
    assert drawn == [(1, [1, 2, 3]), (1, [1, 2, 3]), (2, [4, 5, 6]), (1, [1, 2, 3])]
