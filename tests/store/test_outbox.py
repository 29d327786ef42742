"""Claims, leases and settlements on a real PostgreSQL."""

import asyncio
import time
from datetime import timedelta

import pytest

from store.outbox import Outbox, backlog, claim, dead, retry_dead, settle
from store.pool import make_pool
from tests.notices import DESK, Rows, until
from workflows.notices import Dead, Retry, Sent, Skipped

LEASE = timedelta(seconds=60)
SOON = timedelta(seconds=5)


@pytest.fixture
def rows(database_url):
    rows = Rows(database_url)
    rows.desk()
    yield rows
    rows.close()


@pytest.fixture
async def pool(database_url):
    async with make_pool(database_url) as pool:
        yield pool


async def take(pool, limit=16, lease=LEASE):
    return sorted(await claim(pool, limit=limit, lease=lease), key=lambda claimed: claimed.id)


async def take_one(pool):
    (claimed,) = await take(pool)
    return claimed


async def test_a_claim_carries_all_that_a_sender_needs(pool, rows):
    rows.order()
    rows.request(12)
    notice = rows.notice(request=12, payload={"role": "credit"})
    claimed = await take_one(pool)
    assert (claimed.desk_id, claimed.id, claimed.kind, claimed.lane) == (DESK, notice, "card", "slack:C0CREDIT")
    assert (claimed.order_number, claimed.request, claimed.payload, claimed.trace) == (
        "ORD-1",
        12,
        {"role": "credit"},
        "trace-1",
    )
    assert (claimed.attempts, claimed.unclear, claimed.trying_for) == (1, 1, timedelta())
    assert claimed.key == f"T0ACME/{notice}"


async def test_a_lane_has_one_notice_under_way_and_keeps_its_order(pool, rows):
    first, second = rows.notice(order="ORD-1"), rows.notice(order="ORD-2")
    other = rows.notice(lane="slack:C0FLOOR")
    taken = await take(pool)
    assert [claimed.id for claimed in taken] == [first, other]
    assert await take(pool) == []
    await settle(pool, taken[0], Sent("C0CREDIT", "1.1"), paces={})
    assert (await take_one(pool)).id == second


async def test_an_order_waits_for_its_earlier_notice_while_other_orders_pass(pool, rows):
    first, later, other = rows.notice(order="ORD-1"), rows.notice(order="ORD-1"), rows.notice(order="ORD-2")
    claimed = await take_one(pool)
    assert claimed.id == first
    await settle(pool, claimed, Retry(timedelta(minutes=5), "HTTP 500", definite=True), paces={})
    passing = await take_one(pool)
    assert passing.id == other
    await settle(pool, passing, Sent(), paces={})
    assert await take(pool) == []
    rows.run("update notices set due_at = now() where id = %s", first)
    assert (await take_one(pool)).id == first
    assert rows.state(later)["attempts"] == 0


async def test_what_is_gathered_about_a_bulk_holds_up_only_what_comes_later_about_it(pool, rows):
    gathering, later = (rows.notice(order="", payload={"bulk": 1}) for _ in range(2))
    rows.run("update notices set due_at = now() + interval '30 seconds' where id = %s", gathering)
    other, digest = rows.notice(order="", payload={"bulk": 2}), rows.notice(order="", kind="digest")
    for passing in (other, digest):
        claimed = await take_one(pool)
        assert claimed.id == passing
        await settle(pool, claimed, Sent(), paces={})
    assert await take(pool) == []
    assert rows.states() == {gathering: "ready", later: "ready", other: "sent", digest: "sent"}


async def test_the_same_order_in_another_lane_does_not_wait(pool, rows):
    rows.notice()
    await settle(pool, await take_one(pool), Retry(timedelta(hours=1), "HTTP 500", definite=True))
    mail = rows.notice(lane="email:floor@acme.example", kind="floor.email")
    assert (await take_one(pool)).id == mail


async def test_one_dead_destination_with_20000_rows_delays_nobody(pool, rows):
    rows.many(20_000, "slack:C0GONE")
    rows.many(20_000, "email:gone@acme.example", due="1 hour")
    mine = [rows.notice(lane=lane) for lane in ("slack:C0FLOOR", "slack:U0CARL", "email:floor@acme.example")]
    rows.run("analyze notices")
    began = time.perf_counter()
    taken = await take(pool)
    assert set(mine) <= {claimed.id for claimed in taken}
    assert len(taken) == len(mine) + 1
    assert time.perf_counter() - began < 0.3


async def test_a_claim_reads_a_few_rows_of_a_long_lane(pool, rows, database_url):
    rows.many(20_000, "slack:C0GONE")
    rows.notice(lane="slack:C0FLOOR")
    rows.run("analyze notices")
    plan = "\n".join(row["QUERY PLAN"] for row in explain(rows))
    assert "Seq Scan on notices" not in plan
    assert max(actual_rows(plan)) <= 500


def explain(rows):
    from store.outbox_sql import CLAIM

    query = "explain (analyze, costs off, timing off, buffers off) " + CLAIM
    return rows._connection.execute(query, {"lease": LEASE, "limit": 16}).fetchall()


def actual_rows(plan):
    return [float(part.split()[0].split("=")[1]) for part in plan.split("actual ")[1:]]


async def test_claims_of_one_are_fair_between_desks(pool, rows):
    for desk in ("T0NOISY", "T0QUIET"):
        rows.desk(desk)
    for number in range(60):
        rows.notice(lane=f"reply:U{number}", kind="reply", desk="T0NOISY")
    quiet = [rows.notice(lane=f"reply:U{number}", kind="reply", desk="T0QUIET") for number in range(3)]
    served = set()
    for _ in range(40):
        claimed = (await claim(pool, limit=1, lease=LEASE))[0]
        served.add(claimed.id)
        await settle(pool, claimed, Sent())
    assert set(quiet) <= served


async def test_a_claim_gives_every_desk_a_turn_before_a_second_one(pool, rows):
    rows.desk("T0NOISY")
    rows.desk("T0QUIET")
    for number in range(30):
        rows.notice(lane=f"slack:C{number}", desk="T0NOISY")
    quiet = rows.notice(desk="T0QUIET")
    assert quiet in {claimed.id for claimed in await take(pool, limit=2)}


async def test_two_workers_never_share_a_lane(pool, rows):
    for number in range(12):
        for _ in range(5):
            rows.notice(lane=f"email:{number}@acme.example", kind="floor.email", order="ORD-1")
    under_way, sent = set(), []

    async def worker():
        while len(sent) < 60:
            for claimed in await claim(pool, limit=4, lease=LEASE):
                assert claimed.lane not in under_way
                under_way.add(claimed.lane)
                await asyncio.sleep(0)
                under_way.remove(claimed.lane)
                sent.append(claimed)
                assert await settle(pool, claimed, Sent(), paces={})

    await asyncio.gather(*(worker() for _ in range(4)))
    assert len({claimed.id for claimed in sent}) == 60
    for number in range(12):
        ids = [claimed.id for claimed in sent if claimed.lane == f"email:{number}@acme.example"]
        assert ids == sorted(ids)
    assert set(rows.states().values()) == {"sent"}


async def test_an_expired_lease_is_claimed_again_as_unclear(pool, rows):
    notice = rows.notice()
    first = await take_one(pool)
    rows.free_lanes()
    second = await take_one(pool)
    assert (second.id, second.attempts, second.unclear) == (notice, 2, 2)
    assert second.token != first.token


async def test_a_stale_settle_changes_nothing(pool, rows):
    rows.order()
    rows.request(12)
    notice = rows.notice(request=12)
    stale = await take_one(pool)
    rows.free_lanes()
    current = await take_one(pool)
    before = rows.state(notice), rows.lane()["free_at"]
    assert await settle(pool, stale, Sent("C0CREDIT", "1.1")) is False
    assert (rows.state(notice), rows.lane()["free_at"]) == before
    assert rows.audit() == []
    assert rows.run("select * from cards") == []
    assert await settle(pool, current, Sent("C0CREDIT", "1.1")) is True
    assert await settle(pool, current, Sent("C0CREDIT", "1.1")) is False
    assert len(rows.audit()) == 1


async def test_a_stalled_worker_cannot_free_the_lane_of_the_one_after_it(pool, rows):
    rows.notice(order="ORD-1")
    rows.notice(order="ORD-2")
    stale = await take_one(pool)
    rows.free_lanes()
    await take_one(pool)
    await settle(pool, stale, Retry(timedelta(), "too late", definite=True))
    assert await take(pool) == []


async def test_a_sent_card_is_known_by_its_place_and_audited_on_the_order(pool, rows):
    rows.order()
    rows.request(12)
    notice = rows.notice(request=12)
    await settle(pool, await take_one(pool), Sent("C0CREDIT", "1700000000.000100"))
    assert rows.state(notice)["state"] == "sent"
    assert [(row["request"], row["channel"], row["ts"]) for row in rows.run("select * from cards")] == [
        (12, "C0CREDIT", "1700000000.000100")
    ]
    (entry,) = rows.audit()
    assert (entry["chain"], entry["actor"], entry["action"], entry["request"]) == (
        "ORD-1",
        "redtag",
        "notice.sent",
        12,
    )
    assert entry["facts"]["ts"] == "1700000000.000100"


async def test_two_sends_settled_at_one_instant_both_stand_in_the_chain_of_a_new_order(pool, rows):
    for number in range(20):
        for lane in ("slack:C0FLOOR", "email:a@acme.example", "email:b@acme.example", "email:c@acme.example"):
            rows.notice(lane=f"{lane}{number}", kind="floor", order=f"ORD-{number}")
    taken = await take(pool, limit=80)
    assert len(taken) == 80
    assert await asyncio.gather(*(settle(pool, claimed, Sent()) for claimed in taken)) == [True] * 80
    chains = rows.run("select chain, array_agg(seq order by seq) as seqs from audit group by chain")
    assert [row["seqs"] for row in chains] == [[1, 2, 3, 4]] * 20


@pytest.mark.parametrize(
    ("kind", "entries"),
    [("card", 1), ("floor", 1), ("floor.email", 1), ("outcome", 1), ("reply", 0), ("card.redraw", 0)],
)
async def test_the_audit_tells_of_what_people_were_told_and_not_of_redraws(pool, rows, kind, entries):
    rows.notice(kind=kind)
    await settle(pool, await take_one(pool), Sent())
    assert len(rows.audit()) == entries


async def test_a_notice_without_an_order_is_audited_on_the_desk(pool, rows):
    rows.notice(order="", kind="outcome")
    await settle(pool, await take_one(pool), Sent())
    assert [entry["chain"] for entry in rows.audit()] == [""]


async def test_a_skipped_mail_says_why(pool, rows):
    notice = rows.notice(lane="email:floor@acme.example", kind="floor.email")
    await settle(pool, await take_one(pool), Skipped("no RESEND_API_KEY"))
    state = rows.state(notice)
    assert (state["state"], state["error"]) == ("skipped", "no RESEND_API_KEY")
    assert [(entry["action"], entry["facts"]["reason"]) for entry in rows.audit()] == [
        ("notice.skipped", "no RESEND_API_KEY")
    ]


@pytest.mark.parametrize(("definite", "unclear"), [(True, 0), (False, 1)])
async def test_only_a_definite_failure_takes_the_unclear_send_back(pool, rows, definite, unclear):
    notice = rows.notice()
    await settle(pool, await take_one(pool), Retry(SOON, "HTTP 500", definite=definite))
    state = rows.state(notice)
    assert (state["state"], state["unclear"], state["attempts"]) == ("ready", unclear, 1)
    assert state["error"] == "HTTP 500"


async def test_a_retry_lets_its_lane_go_on_after_the_pace(pool, rows):
    rows.notice()
    await settle(pool, await take_one(pool), Retry(timedelta(minutes=10), "HTTP 500", definite=True))
    assert timedelta() < rows.lane()["wait"] <= timedelta(seconds=1)


async def test_retry_after_moves_the_whole_lane_and_no_other(pool, rows):
    rows.notice(order="ORD-1")
    rows.notice(order="ORD-2")
    rows.notice(lane="slack:C0FLOOR", order="ORD-1")
    credit, floor = await take(pool)
    wait = timedelta(seconds=30)
    await settle(pool, credit, Retry(wait, "ratelimited", definite=True, lane_wait=wait), paces={})
    await settle(pool, floor, Sent(), paces={})
    assert await take(pool) == []
    assert rows.lane()["wait"] > timedelta(seconds=29)
    rows.notice(lane="slack:C0FLOOR", order="ORD-2")
    assert (await take_one(pool)).lane == "slack:C0FLOOR"


@pytest.mark.parametrize(
    ("lane", "rests"), [("slack:C0CREDIT", True), ("slack:U0CARL", True), ("reply:U0CARL", False), ("email:a@b", False)]
)
async def test_slack_lanes_rest_a_second_after_each_message(pool, rows, lane, rests):
    rows.notice(lane=lane)
    await settle(pool, await take_one(pool), Sent())
    assert (rows.lane(lane)["wait"] > timedelta()) is rests


async def test_a_dead_notice_is_audited_and_lets_the_next_of_its_order_go(pool, rows):
    rows.notice()
    following = rows.notice()
    await settle(pool, await take_one(pool), Dead("channel_not_found"), paces={})
    assert [(entry["action"], entry["facts"]["error"]) for entry in rows.audit()] == [
        ("notice.dead", "channel_not_found")
    ]
    assert (await take_one(pool)).id == following


async def test_an_error_with_hostile_text_is_kept_without_what_the_database_refuses(pool, rows):
    notice = rows.notice()
    await settle(pool, await take_one(pool), Dead("bad \0 \ud800 " + "x" * 9000))
    assert rows.state(notice)["error"].startswith("bad  ? xxx")
    assert len(rows.state(notice)["error"]) == 500


async def test_dead_notices_are_listed_and_retried_once_by_two_operators(pool, rows):
    notice = rows.notice()
    await settle(pool, await take_one(pool), Dead("channel_not_found"))
    (listed,) = await dead(pool, DESK)
    assert (listed.id, listed.error, listed.attempts) == (notice, "channel_not_found", 1)
    counts = await asyncio.gather(*(retry_dead(pool, DESK, notice, actor="U0ADAM") for _ in range(2)))
    assert sorted(counts) == [0, 1]
    assert await dead(pool, DESK) == []
    rows.free_lanes()
    again = await take_one(pool)
    assert (again.id, again.attempts, again.unclear, again.trying_for) == (notice, 1, 1, timedelta())
    assert [entry["action"] for entry in rows.audit()] == ["notice.dead", "notice.retried"]
    assert rows.audit()[1]["actor"] == "U0ADAM"


async def test_a_retried_post_that_may_have_arrived_is_still_known_as_such(pool, rows):
    rows.notice()
    for _ in range(3):
        rows.free_lanes()
        claimed = await take_one(pool)
    await settle(pool, claimed, Dead("posted twice, no answer either time"))
    assert await retry_dead(pool, DESK) == 1
    rows.free_lanes()
    assert (await take_one(pool)).unclear == 2


async def test_a_desk_cannot_retry_the_notice_of_another(pool, rows):
    rows.desk("T0OTHER")
    notice = rows.notice()
    await settle(pool, await take_one(pool), Dead("channel_not_found"))
    assert await retry_dead(pool, "T0OTHER", notice) == 0
    assert rows.state(notice)["state"] == "dead"


async def test_the_backlog_counts_per_desk_and_tells_the_oldest(pool, rows):
    rows.desk("T0OTHER")
    waiting, gone = rows.notice(), rows.notice(lane="slack:C0GONE")
    rows.notice(desk="T0OTHER")
    rows.age(waiting, "2 hours")
    rows.run("update notices set state = 'dead', settled_at = now() where id = %s", gone)
    mine, other = await backlog(pool)
    assert (mine.desk_id, mine.ready, mine.dead) == (DESK, 1, 1)
    assert mine.oldest > timedelta(hours=2)
    assert (other.desk_id, other.ready, other.dead) == ("T0OTHER", 1, 0)


async def test_time_since_the_first_try_is_told_also_when_it_waited_long_before(pool, rows):
    notice = rows.notice()
    rows.age(notice, "25 hours")
    first = await take_one(pool)
    assert first.trying_for == timedelta()
    await settle(pool, first, Retry(timedelta(), "HTTP 500", definite=False), paces={})
    rows.age(notice, "3 hours")
    assert (await take_one(pool)).trying_for > timedelta(hours=3)


async def test_a_hint_wakes_and_a_lost_connection_listens_again(pool, rows):
    heard = []
    listening = asyncio.create_task(Outbox(pool).listen(lambda: heard.append(1)))
    try:
        await until(lambda: len(heard) == 1, what="the first listening")
        rows.run("notify redtag_notices")
        await until(lambda: len(heard) == 2, what="the hint")
        rows.run(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where query like 'listen%%' and datname = current_database() and %s",
            True,
        )
        await until(lambda: len(heard) == 3, what="listening again")
        rows.run("notify redtag_notices")
        await until(lambda: len(heard) == 4, what="the hint after that")
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
