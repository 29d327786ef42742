"""The loop on a real outbox, with a sender that does as it is told."""

import asyncio
import contextlib
import time
from datetime import timedelta

import pytest

from bot.delivery.loop import Delivery, attempt
from bot.delivery.ports import Nothing
from bot.delivery.trying import backoff, or_give_up, too_late
from store.outbox import Outbox
from store.pool import make_pool
from tests.bot.delivery_fixtures import claimed
from tests.notices import Rows, until
from workflows.notices import Dead, Retry, Sent, Skipped

LEASE = timedelta(seconds=60)
HOUR = timedelta(hours=1)


class Sends:
    """Remembers what it was given; answers as told for a notice, else with Sent."""

    def __init__(self):
        self.sent = []
        self.answers = {}
        self.rendering = {}
        self.gate = None
        self.under_way = 0
        self.most = 0

    async def prepare(self, notice):
        if notice.id in self.rendering:
            raise self.rendering[notice.id]
        return Nothing("")

    async def send(self, notice, call):
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if self.gate:
                await self.gate.wait()
            self.sent.append(notice)
            answer = self.answers.get(notice.id, Sent())
            if isinstance(answer, list):
                answer = answer.pop(0) if answer else Sent()
            if isinstance(answer, Exception):
                raise answer
            return answer
        finally:
            self.under_way -= 1

    @property
    def ids(self):
        return [notice.id for notice in self.sent]


class Deaf:
    """An outbox that never hears a hint."""

    def __init__(self, outbox):
        self.claim = outbox.claim
        self.settle = outbox.settle

    async def listen(self, wake):
        await asyncio.Event().wait()


@pytest.fixture
def rows(database_url):
    rows = Rows(database_url)
    rows.desk()
    yield rows
    rows.close()


@pytest.fixture
async def outbox(database_url):
    async with make_pool(database_url) as pool:
        yield Outbox(pool, paces={})


@pytest.fixture
def sends():
    return Sends()


@contextlib.asynccontextmanager
async def delivering(outbox, sends, **options):
    delivery = Delivery(outbox, sends, **options)
    running = asyncio.create_task(delivery.run())
    try:
        yield delivery
    finally:
        await delivery.stop()
        await running


async def all_of(rows, state, **options):
    return await until(lambda: set(rows.states().values()) == {state}, what=f"everything {state}", **options)


async def test_what_is_in_the_outbox_is_delivered_in_order(outbox, sends, rows):
    ids = [rows.notice(lane="email:floor@acme.example", order=f"ORD-{number % 3}") for number in range(12)]
    async with delivering(outbox, sends):
        await all_of(rows, "sent")
    assert sends.ids == ids


async def test_a_hint_brings_a_notice_long_before_the_next_poll(outbox, sends, rows):
    async with delivering(outbox, sends, poll=3600):
        await until(lambda: rows.run("select 1 from pg_stat_activity where query like 'listen%%' and %s", True))
        rows.notice()
        rows.run("notify redtag_notices")
        await all_of(rows, "sent")


async def test_waking_in_the_process_needs_no_database(outbox, sends, rows):
    async with delivering(Deaf(outbox), sends, poll=3600) as delivery:
        rows.notice()
        delivery.wake()
        await all_of(rows, "sent")


async def test_without_any_hint_polling_delivers(outbox, sends, rows):
    async with delivering(Deaf(outbox), sends, poll=0.05):
        rows.notice()
        await all_of(rows, "sent")


async def test_after_the_listening_connection_is_lost_hints_come_again(outbox, sends, rows):
    async with delivering(outbox, sends, poll=3600):
        listening = """select pid from pg_stat_activity where query like 'listen%%'
                       and datname = current_database() and %s"""
        (before,) = await until(lambda: rows.run(listening, True))
        rows.run("select pg_terminate_backend(%s)", before["pid"])
        await until(lambda: rows.run(listening + " and pid <> %s", True, before["pid"]))
        rows.notice()
        rows.run("notify redtag_notices")
        await all_of(rows, "sent")


async def test_a_poison_message_stops_no_other(outbox, sends, rows):
    poison = rows.notice(lane="slack:C0CREDIT", order="ORD-1")
    sends.answers[poison] = ValueError("never works")
    others = [rows.notice(lane="slack:C0CREDIT", order=f"ORD-{number}") for number in range(2, 30)]
    async with delivering(outbox, sends):
        await until(lambda: [rows.state(notice)["state"] for notice in others] == ["sent"] * len(others))
    state = rows.state(poison)
    assert state["state"] == "ready"
    assert state["unclear"] == state["attempts"] > 0
    assert state["error"].startswith("unexpected ValueError, reference ")


async def test_a_notice_that_cannot_be_rendered_is_not_unclear(outbox, sends, rows):
    poison = rows.notice()
    sends.rendering[poison] = KeyError("role")
    async with delivering(outbox, sends):
        await until(lambda: rows.state(poison)["error"].startswith("unexpected KeyError"))
    assert (rows.state(poison)["unclear"], sends.sent) == (0, [])


async def test_a_failed_send_is_tried_again_until_it_works(outbox, sends, rows):
    notice = rows.notice()
    sends.answers[notice] = [Retry(timedelta(), "HTTP 500", definite=True) for _ in range(3)]
    async with delivering(outbox, sends, poll=0.05):
        await all_of(rows, "sent")
    assert rows.state(notice)["attempts"] == 4


async def test_every_ending_is_written_down(outbox, sends, rows):
    endings = {"sent": Sent(), "skipped": Skipped("no key"), "dead": Dead("channel_not_found")}
    ids = {state: rows.notice(lane=f"email:{state}@acme.example") for state in endings}
    sends.answers = {ids[state]: ending for state, ending in endings.items()}
    async with delivering(outbox, sends):
        await until(lambda: rows.states() == {notice: state for state, notice in ids.items()})


async def test_no_more_than_so_many_are_under_way_at_once(outbox, sends, rows):
    for number in range(20):
        rows.notice(lane=f"email:{number}@acme.example")
    sends.gate = asyncio.Event()
    async with delivering(outbox, sends, concurrency=4):
        await until(lambda: sends.under_way == 4)
        sends.gate.set()
        await all_of(rows, "sent")
    assert sends.most == 4


async def test_slack_lanes_are_paced_and_the_next_follows_as_soon_as_it_may(database_url, sends, rows):
    rows.notice(order="ORD-1")
    rows.notice(order="ORD-2")
    async with make_pool(database_url) as pool:
        began = time.monotonic()
        async with delivering(Deaf(Outbox(pool)), sends, poll=3600):
            await all_of(rows, "sent")
    assert 1.0 <= time.monotonic() - began < 2.0


async def test_a_noisy_desk_delays_no_other(outbox, sends, rows):
    rows.desk("T0NOISY")
    rows.many(2000, "email:noisy@acme.example", desk="T0NOISY")
    for number in range(300):
        rows.notice(lane=f"email:{number}@noisy.example", desk="T0NOISY")
    quiet = [rows.notice(lane=f"email:{number}@acme.example") for number in range(10)]
    async with delivering(outbox, sends, concurrency=4):
        await until(lambda: set(quiet) <= set(sends.ids))
        assert len(sends.ids) < 200


async def test_two_processes_deliver_everything_once(outbox, sends, rows):
    for number in range(40):
        rows.notice(lane=f"email:{number % 8}@acme.example", order=f"ORD-{number}")
    async with delivering(outbox, sends), delivering(outbox, sends):
        await all_of(rows, "sent")
    assert sorted(sends.ids) == sorted(set(sends.ids))


# faults of the database


async def test_it_lives_on_when_all_its_connections_are_cut(outbox, sends, rows):
    sends.gate = asyncio.Event()
    first = rows.notice(lane="email:a@acme.example")
    async with delivering(outbox, sends, poll=0.05):
        await until(lambda: sends.under_way == 1)
        rows.run(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid() and %s",
            True,
        )
        sends.gate.set()
        await until(lambda: rows.state(first)["state"] == "sent", what="the settlement after the cut")
        second = rows.notice(lane="email:b@acme.example")
        await until(lambda: rows.state(second)["state"] == "sent", what="the next delivery")
    assert sends.ids == [first, second]


class Failing:
    """An outbox whose calls fail a few times before they work."""

    def __init__(self, outbox, *, claims=0, settlements=0):
        self._outbox = outbox
        self.claims = claims
        self.settlements = settlements

    async def listen(self, wake):
        await asyncio.Event().wait()

    async def claim(self, **options):
        self.claims -= 1
        if self.claims >= 0:
            raise ConnectionError("no database")
        return await self._outbox.claim(**options)

    async def settle(self, notice, settlement):
        self.settlements -= 1
        if self.settlements >= 0:
            raise ConnectionError("no database")
        return await self._outbox.settle(notice, settlement)


async def test_what_was_sent_is_written_down_as_soon_as_the_database_is_back(outbox, sends, rows):
    notice = rows.notice()
    async with delivering(Failing(outbox, claims=2, settlements=4), sends, poll=0.05):
        await all_of(rows, "sent")
    assert sends.ids == [notice]


# leases


async def test_a_send_never_begins_late_in_the_lease(sends):
    late = time.monotonic() - 0.75 * LEASE.total_seconds()
    ended = await attempt(sends, claimed(), began=late, lease=LEASE)
    assert ended == Retry(timedelta(), "the lease was nearly over before the send began", definite=True)
    assert sends.sent == []


async def test_no_send_outlives_its_lease(sends):
    sends.gate = asyncio.Event()
    lease = timedelta(seconds=0.5)
    began = time.monotonic()
    ended = await attempt(sends, claimed(), began=began, lease=lease)
    assert (ended.error, ended.definite) == ("no answer in time", False)
    assert time.monotonic() - began < 0.5


async def test_rendering_that_hangs_is_cut_and_nothing_was_sent(sends):
    async def hangs(notice):
        await asyncio.Event().wait()

    sends.prepare = hangs
    ended = await attempt(sends, claimed(), began=time.monotonic(), lease=timedelta(seconds=0.2))
    assert (ended.error, ended.definite) == ("no answer in time", True)


async def test_a_worker_that_stalled_past_its_lease_changes_nothing(outbox, sends, rows):
    notice = rows.notice()
    sends.gate = asyncio.Event()
    async with delivering(Deaf(outbox), sends, poll=0.05, concurrency=1):
        await until(lambda: sends.under_way == 1)
        rows.free_lanes()
        (other,) = await outbox.claim(limit=1, lease=LEASE)
        sends.gate.set()
        await until(lambda: sends.under_way == 0)
    assert rows.state(notice)["state"] == "ready"
    assert await outbox.settle(other, Sent())


# stopping


async def test_a_graceful_stop_finishes_what_it_holds_and_claims_no_more(outbox, sends, rows):
    held = rows.notice(order="ORD-1")
    sends.gate = asyncio.Event()
    delivery = Delivery(outbox, sends)
    running = asyncio.create_task(delivery.run())
    await until(lambda: sends.under_way == 1)
    waiting = rows.notice(order="ORD-2")
    stopping = asyncio.create_task(delivery.stop())
    await asyncio.sleep(0)
    sends.gate.set()
    await stopping
    await running
    assert rows.states() == {held: "sent", waiting: "ready"}


async def test_a_stop_cuts_off_what_takes_too_long_and_frees_its_lane(outbox, sends, rows):
    notice = rows.notice()
    sends.gate = asyncio.Event()
    delivery = Delivery(outbox, sends)
    running = asyncio.create_task(delivery.run())
    await until(lambda: sends.under_way == 1)
    began = time.monotonic()
    await delivery.stop(grace=0.1)
    await running
    assert time.monotonic() - began < 2
    state = rows.state(notice)
    assert (state["state"], state["unclear"], state["error"]) == ("ready", 1, "stopped before an answer came")
    (again,) = await outbox.claim(limit=1, lease=LEASE)
    assert (again.id, again.unclear) == (notice, 2)


async def test_stopping_twice_or_before_the_start_is_harmless(outbox, sends):
    delivery = Delivery(outbox, sends)
    await delivery.stop()
    await delivery.run()
    await delivery.stop()
    assert sends.sent == []


# when to give up


def test_delays_double_to_a_quarter_of_an_hour_with_full_jitter():
    longest = [backoff(attempts, draw=lambda low, high: high).total_seconds() for attempts in (1, 2, 3, 10, 11, 5000)]
    shortest = [backoff(attempts, draw=lambda low, high: low).total_seconds() for attempts in (1, 10)]
    assert longest == [1, 2, 4, 512, 900, 900]
    assert shortest == [0, 0]


@pytest.mark.parametrize(
    ("lane", "tried", "gives_up"),
    [
        ("slack:C0CREDIT", 23.9 * HOUR, False),
        ("slack:C0CREDIT", 24.1 * HOUR, True),
        ("email:a@b.example", 22.9 * HOUR, False),
        ("email:a@b.example", 23.1 * HOUR, True),
        ("reply:U0CARL", 0.4 * HOUR, False),
        ("reply:U0CARL", 0.6 * HOUR, True),
    ],
)
def test_each_way_has_its_horizon(lane, tried, gives_up):
    retry = Retry(timedelta(seconds=1), "HTTP 500", definite=False)
    ended = or_give_up(claimed(lane=lane, trying_for=tried), retry)
    assert isinstance(ended, Dead) is gives_up
    assert ended.error.startswith("HTTP 500")
    assert ended.definite is False


def test_what_was_sent_is_never_given_up():
    assert or_give_up(claimed(trying_for=100 * HOUR), Sent()) == Sent()


async def test_a_mail_whose_key_may_be_forgotten_is_never_sent_again(outbox, sends, rows):
    notice = rows.notice(lane="email:floor@acme.example", kind="floor.email")
    (first,) = await outbox.claim(limit=1, lease=LEASE)
    await outbox.settle(first, Retry(timedelta(), "no answer", definite=False))
    rows.age(notice, "25 hours")
    async with delivering(outbox, sends):
        await all_of(rows, "dead")
    assert sends.sent == []
    assert rows.state(notice)["error"] == "first tried 25 h ago: sent again, it could arrive twice"


async def test_a_notice_that_waited_for_days_while_nothing_ran_is_sent(outbox, sends, rows):
    notices = [rows.notice(lane=lane) for lane in ("email:floor@acme.example", "slack:C0FLOOR", "reply:U0CARL")]
    for notice in notices:
        rows.age(notice, "3 days")
    async with delivering(outbox, sends):
        await all_of(rows, "sent")
    assert too_late(claimed(lane="email:a@b.example", trying_for=timedelta())) is None
