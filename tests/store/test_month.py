"""A month of a desk in Chicago, with two schedulers on one database, a change of the clocks, a day without either
scheduler, and a machine whose clock is set back.

Time is injected: both ask the same clock, which moves on hour by hour. What happened is read from the audit.
"""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.rows import dict_row

from bot.clock.chasing import chase
from store.clocks import Clocks
from store.desk import PostgresStore
from store.digest import Digests
from store.policies import apply_policy
from store.pool import desk_transaction, make_pool
from store.reading import Reading
from store.slots import take_slot
from tests.office import CSR, DEMO_POLICY, DESK, IVAN, ROSA
from tests.races.apps import NobodyToAsk
from workflows.clocks import calendar_of, due_today
from workflows.commands import Decide, ExtendHold, PlaceHold, ReleaseHold
from workflows.policy.load import parse_policy
from workflows.services import Claim, DeskService
from workflows.transitions import Action

ZONE = ZoneInfo("America/Chicago")
STEP = timedelta(minutes=30)
FIRST, LAST = "2026-02-16", "2026-03-20"  # the clocks go forward on 8 March
OUTAGE = "2026-02-25"
SET_BACK = ("2026-02-16 15:00", "2026-03-11 17:00")  # the machine's clock, by ten hours; it shows them once more
RELEASED, EXPIRED, EXTENDED, MISSED = "ORD-4", "ORD-2", "ORD-3", "ORD-5"

# What people do, at local times.
DONE = {
    "2026-02-16 09:00": [(CSR, PlaceHold("ORD-1", "credit"))],  # R-1, which nobody ever signs
    "2026-02-17 10:00": [(ROSA, PlaceHold(MISSED, "credit", until=date(2026, 2, 25)))],
    "2026-02-27 15:00": [(ROSA, PlaceHold(each, "credit")) for each in (EXPIRED, RELEASED)],
    "2026-02-27 16:00": [(ROSA, PlaceHold(EXTENDED, "credit", until=date(2026, 3, 8)))],
    "2026-03-02 10:00": [(CSR, ReleaseHold(EXPIRED)), (CSR, ReleaseHold(RELEASED))],
    "2026-03-02 11:00": [(IVAN, Decide(7, Action.APPROVE))],
    "2026-03-09 10:00": [(ROSA, ExtendHold(EXTENDED, 5, date(2026, 3, 13)))],
}
# What the clock is to do, and nothing else. The hours are 8 to 17; 2 h, then twice as long each time; 1 d; 7 d.
EXPECTED = [
    ("2026-02-16 11:00", "request.reminded", "ORD-1"),
    ("2026-02-16 15:00", "request.reminded", "ORD-1"),
    ("2026-02-17 09:00", "request.escalated", "ORD-1"),
    ("2026-02-17 17:00", "request.reminded", "ORD-1"),
    ("2026-02-19 15:00", "request.reminded", "ORD-1"),
    ("2026-02-26 07:00", "request.reminded", "ORD-1"),  # was due at eleven on the day without schedulers
    ("2026-02-26 07:00", "hold.review_asked", MISSED),
    ("2026-03-02 12:00", "request.reminded", EXPIRED),
    ("2026-03-02 16:00", "request.reminded", EXPIRED),
    ("2026-03-03 10:00", "request.escalated", EXPIRED),
    ("2026-03-04 09:00", "request.reminded", EXPIRED),
    ("2026-03-05 16:00", "request.reminded", EXPIRED),
    ("2026-03-09 08:30", "hold.review_asked", EXTENDED),  # the Monday after the Sunday of the change
    ("2026-03-09 09:00", "request.reminded", "ORD-1"),
    ("2026-03-11 10:00", "request.expired", EXPIRED),
    ("2026-03-13 08:30", "hold.review_asked", EXTENDED),
]


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def moments():
    """Each hour of the days and hours in which something could happen, and the time of the digest."""
    moment, last = at(f"{FIRST} 07:00"), at(f"{LAST} 18:00")
    while moment <= last:
        local = moment.astimezone(ZONE)
        working = local.weekday() < 5 and (local.minute == 0 or local.time() == time(8, 30))
        if 7 <= local.hour < 18 and (working or local.time() == time(12)):
            yield moment, f"{local:%Y-%m-%d %H:%M}"
        if f"{local:%Y-%m-%d %H:%M}" in SET_BACK:
            yield from ((moment - step * STEP, f"{local:%Y-%m-%d} once more") for step in range(20, 0, -1))
        moment += STEP


class Month:
    """`now` is what all clocks show."""

    def __init__(self, url, pools, policy):
        self.now = at(f"{FIRST} 00:00")
        self.connection = psycopg.connect(url, autocommit=True, row_factory=dict_row)
        self.policy, self.pools = policy, pools
        self.services = [DeskService(PostgresStore(pool, clock=self.clock), NobodyToAsk()) for pool in pools]
        self.clocks = [Clocks(pool, Reading(pool), self.clock) for pool in pools]
        self.digests = [Digests(pool, Reading(pool), self.clock) for pool in pools]

    def clock(self):
        return self.now

    def rows(self, query, *parameters):
        cursor = self.connection.execute(query, parameters or None)
        return cursor.fetchall() if cursor.description else []

    def fill(self):
        self.rows("update desks set created_at = %s", self.now)
        for user in (CSR, ROSA, IVAN, "U0MONA"):
            self.rows("insert into members values (%s, %s, %s, '', '', 'active', now())", DESK, user, user)
        for number in range(1, 6):
            self.rows(
                "insert into orders (desk_id, number, currency, changed_at) values (%s, %s, 'USD', now())",
                DESK, f"ORD-{number}",
            )  # fmt: skip
            self.rows(
                "insert into order_lines (desk_id, order_number, key, line, ordered) values (%s, %s, '1', 1, 1)",
                DESK, f"ORD-{number}",
            )  # fmt: skip

    async def act(self, user, command):
        await self.services[0].handle(DESK, Claim(user), command)
        self.rows(
            """insert into cards select desk_id, number, 'C0CREDIT', number::text, now() from requests
               on conflict do nothing"""
        )

    async def tick(self, scheduler):
        await chase(self.clocks[scheduler], self.services[scheduler])
        await self.digests[scheduler].begin()


@pytest.fixture
async def month(database_url):
    policy = parse_policy(DEMO_POLICY.read_text())
    policy = policy.model_copy(update={"desk": policy.desk.model_copy(update={"work_hours": ("08:00", "17:00")})})
    async with make_pool(database_url) as first, make_pool(database_url) as second:
        await apply_policy(first, DESK, policy, by="test")
        month = Month(database_url, [first, second], policy)
        month.fill()
        yield month
        month.connection.close()


async def test_a_month_of_two_schedulers_does_each_thing_once_at_the_right_local_time(month):
    for moment, local in moments():
        month.now = moment
        for user, command in DONE.get(local, ()):
            await month.act(user, command)
        if not local.startswith(OUTAGE):
            await asyncio.gather(month.tick(0), month.tick(1))
    happened = month.rows(
        """select at, action, chain from audit where actor = 'redtag' and action !~ '^(notice|audit)'
           order by at, action desc, chain"""
    )
    assert [(f"{each['at'].astimezone(ZONE):%Y-%m-%d %H:%M}", each["action"], each["chain"]) for each in happened] == (
        EXPECTED
    )
    told = month.rows("select kind, order_number, created_at from notices where kind in ('reminder', 'hold.review')")
    reminded = [each for each in EXPECTED if each[1] in {"request.reminded", "hold.review_asked"}]
    after = [each for each in reminded if each[2] == "ORD-1"][2:] + [each for each in reminded if each[2] == EXPIRED][
        2:
    ]
    assert len(told) == len(reminded) + len(after)  # after an escalation in two channels
    states = {
        row["order_number"]: row["state"]
        for row in month.rows("select order_number, state from requests order by number")
    }
    assert states == {
        "ORD-1": "pending",
        EXPIRED: "expired",
        RELEASED: "approved",
        EXTENDED: "approved",
        MISSED: "approved",
    }
    days = [day for day in workdays() if day != OUTAGE]
    for kind in ("digest", "digest.chart", "digest.email"):
        sent = month.rows("select created_at as at from notices where kind = %s order by id", kind)
        assert [f"{each['at'].astimezone(ZONE):%Y-%m-%d %H:%M}" for each in sent] == [f"{day} 08:30" for day in days]


def workdays():
    days = sorted({local[:10] for _, local in moments()})
    return [day for day in days if datetime.fromisoformat(day).weekday() < 5]


async def test_a_desk_that_moves_its_digest_or_its_timezone_has_one_a_day(month):
    async def taken(clock, zone="America/Chicago"):
        calendar = calendar_of(month.policy.desk.model_copy(update={"timezone": zone}))
        due = due_today(calendar, clock, month.now)
        async with desk_transaction(month.pools[0], DESK) as connection:
            return bool(due) and await take_slot(connection, DESK, "digest", due, calendar=calendar, now=month.now)

    month.now = at("2026-03-02 12:00")
    assert await taken(time(8, 59))
    assert not await taken(time(8, 59))
    assert not await taken(time(9, 1))
    assert not await taken(time(9, 1), "Europe/Berlin")
    month.now = at("2026-03-03 12:00")
    assert await taken(time(9, 1))
