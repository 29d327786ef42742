"""Reading the digest: a fixed number of statements, whose rows are bounded whatever has piled up."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import orjson

from store import rows
from store.contradictions import drifted, open_exceptions
from store.desk import Clock
from store.policies import desks, in_force
from store.pool import Connection, Pool, desk_transaction, or_unavailable
from store.queue import REQUESTS, pending_item
from store.reading import Reading
from store.seals import last_seal, seal
from store.slots import take_slot
from workflows.clocks import at_clock, calendar_of, day_of, due_today, time_of
from workflows.digest import (
    AGES,
    BUCKETS,
    JOB,
    After,
    Counts,
    DeadNews,
    Digest,
    Held,
    HeldPage,
    Released,
    Wanted,
    digest_notices,
    groups_of,
    stale_since,
)
from workflows.policy.model import Policy
from workflows.seals import Seal
from workflows.values import Hold
from workflows.views import TimelineEntry

OF_EACH: Final = 10  # stale holds of one owner role
STALE: Final = 60
LISTED: Final = 10  # of everything else

# The holds in force, with the value of their order and the local day since which they are.
_IN_FORCE: Final = """
    with cut as (select * from jsonb_to_recordset(%(cuts)s::jsonb) as c (code text, before timestamptz)),
    in_force as (
        select h.number, h.owner, h.order_number, h.until, o.customer, o.currency, o.total, at.since,
               (at.since at time zone %(zone)s)::date as day,
               coalesce(at.since <= case when c.code is null then %(otherwise)s::timestamptz else c.before end, false)
                   as stale
        from holds h
        cross join lateral (select coalesce(h.active_at, h.requested_at) as since) at
        join orders o on o.desk_id = h.desk_id and o.number = h.order_number
        left join cut c on c.code = h.reason
        where h.desk_id = %(desk)s and h.state in ('active', 'release_requested')
    )"""
_ROWS: Final = """
    select to_jsonb(h) as hold, p.customer, p.currency, p.total, p.since, p.day, last.at, last.actor, last.action
    from picked p
    join holds h on h.desk_id = %(desk)s and h.number = p.number
    left join lateral (
        select a.at, a.actor, a.action from audit a
        where a.desk_id = %(desk)s and a.chain = p.order_number and a.action not like 'notice.%%'
        order by a.seq desc limit 1
    ) last on true
    order by p.day, p.total desc, p.number
"""
_STALE: Final = f"""{_IN_FORCE},
    ranked as (
        select *, row_number() over (partition by owner order by day, total desc, number) as place
        from in_force where stale
    ),
    picked as (select * from ranked where place <= %(of_each)s order by place, day, total desc, number limit %(most)s)
    {_ROWS}"""
# The day of a hold whose review date has come is that date.
_PAGE: Final = f"""{_IN_FORCE},
    due as (
        select number, owner, order_number, customer, currency, total, since,
               case when %(reviews)s then until else day end as day
        from in_force
        where case when %(reviews)s then until <= %(today)s else stale and (%(owner)s = '' or owner = %(owner)s) end
    ),
    picked as (
        select * from due where %(hold)s = 0 or (day, -total, number) > (%(day)s::date, -%(total)s::bigint, %(hold)s)
        order by day, total desc, number limit %(most)s
    )
    {_ROWS}"""
# Past its first reminder, or past the moment at which it was due.
_LATE: Final = "(r.reminded > 0 or r.escalated_to <> '' or r.remind_at <= %(now)s or r.escalate_at <= %(now)s)"
_COUNTS: Final = f"""{_IN_FORCE}
    select 'stale' as what, owner as name, '' as currency, count(*) as number, 0::numeric as total
    from in_force where stale group by owner
    union all
    select 'worth', owner, currency, count(*), sum(total)
    from (select distinct owner, order_number, currency, total from in_force where stale) o group by owner, currency
    union all
    select 'at_risk', '', currency, count(*), sum(total)
    from (select distinct order_number, currency, total from in_force where stale) o group by currency
    union all
    select 'on_hold', '', currency, count(*), sum(total)
    from (select distinct order_number, currency, total from in_force) o group by currency
    union all
    select 'age', owner, width_bucket(extract(epoch from %(now)s - since) / 86400, %(ages)s::numeric[])::text,
           count(*), 0
    from in_force group by owner, 3
    union all
    select 'holds', '', '', count(*), 0 from in_force
    union all
    select 'reviews', '', '', count(*), 0 from in_force where until <= %(today)s
    union all
    select 'past_due', '', '', count(*), 0 from requests r
    where r.desk_id = %(desk)s and r.state = 'pending' and {_LATE}
    union all
    select 'drift', '', '', count(*), 0 from status_changes
    where desk_id = %(desk)s and heard <> 'taken_over' and heard = 'not_taken_over'
    union all
    select 'exceptions', '', '', count(*), 0 from exceptions where desk_id = %(desk)s and closed_at is null
    union all
    select 'dead', '', '', count(*), 0 from notices where desk_id = %(desk)s and state = 'dead'
    union all
    select 'released', '', '', count(*), 0 from audit
    where desk_id = %(desk)s and at > %(since)s and at <= %(now)s and action in ('hold.released', 'hold.closed')
"""
_PAST_DUE: Final = REQUESTS.format(whose=_LATE)
_DEAD: Final = """
    select id, kind, lane, order_number, request, error from notices
    where desk_id = %(desk)s and state = 'dead' order by id desc limit %(most)s
"""
_RELEASED: Final = """
    select a.at, a.actor as by, a.chain as order_number, h.number as hold, h.reason
    from audit a join holds h on h.desk_id = a.desk_id and h.number = (a.facts ->> 'hold')::bigint
    where a.desk_id = %(desk)s and a.at > %(since)s and a.at <= %(now)s
    and a.action in ('hold.released', 'hold.closed')
    order by a.at desc, h.number desc limit %(most)s
"""
_NAMES: Final = "select user_id, name from members where desk_id = %(desk)s"
_BEFORE: Final = (
    "select max(due_at) as at from slots where desk_id = %(desk)s and job = %(job)s and due_at < %(before)s"
)
_NOW: Final = "select clock_timestamp() as now"
_ADD: Final = """
    insert into notices (desk_id, kind, lane, payload, created_at, due_at)
    select %(desk)s, x.kind, x.lane, x.payload, %(now)s, now()
    from jsonb_to_recordset(%(notices)s::jsonb) as x (kind text, lane text, payload jsonb)
"""
# Where the digest of a day stands, for what is to stand in its thread.
_POSTED: Final = """
    select a.facts ->> 'ts' as ts from audit a
    where a.desk_id = %(desk)s and a.chain = '' and a.action = 'notice.sent' and a.at >= %(since)s
    and (a.facts ->> 'notice')::bigint in (
        select n.id from notices n where n.desk_id = %(desk)s and n.kind = 'digest' and n.lane = %(lane)s
        and n.state = 'sent' and n.payload ->> 'day' = %(day)s)
    order by a.seq desc limit 1
"""


class Digests:
    """See `bot.clock.digesting.Digests` and `bot.slack.desk.Digests`."""

    def __init__(self, pool: Pool, reading: Reading, clock: Clock | None = None) -> None:
        """`clock` takes the place of the database's in tests."""
        self._pool = pool
        self._reading = reading
        self._clock = clock

    async def begin(self) -> int:
        """Write the notices of every digest that is due, each once however many processes ask; gives how many."""
        with or_unavailable():
            return sum([await self._begin(desk_id) for desk_id in await desks(self._pool)])

    async def _begin(self, desk_id: str) -> bool:
        async with desk_transaction(self._pool, desk_id) as connection:
            now = await self._now(connection)
            _, policy = await in_force(connection, desk_id)
            due = due_today(calendar_of(policy.desk), time_of(policy.desk.digest_at), now) if policy else None
            if policy is None or due is None:
                return False
            calendar = calendar_of(policy.desk)
            if not await take_slot(connection, desk_id, JOB, due, calendar=calendar, now=now):
                return False
            since = await _before(connection, desk_id, due)
            notices = digest_notices(policy, day_of(calendar, due), since)
            added = [{"kind": each.kind, "lane": each.lane, "payload": each.payload} for each in notices]
            values = {"desk": desk_id, "notices": orjson.dumps(added).decode(), "now": now}
            await connection.execute(_ADD, values)
            await seal(connection, desk_id, now)
        return bool(notices)

    async def read(self, desk_id: str, *, since: datetime | None = None, now: datetime | None = None) -> Digest | None:
        """`since`: the digest before; left out, the newest of an earlier day. None where there is no desk."""
        policy = await self._reading.policy(desk_id)
        if policy is None:
            return None
        async with desk_transaction(self._pool, desk_id) as connection:
            at = now or await self._now(connection)
            today = at_clock(calendar_of(policy.desk), day_of(calendar_of(policy.desk), at), time.min)
            begin = since or await _before(connection, desk_id, today)
            return await _read(connection, policy, _values(desk_id, policy, at) | {"since": begin})

    async def page(self, desk_id: str, wanted: Wanted, *, most: int) -> HeldPage | None:
        """Further rows of a digest, as they are now."""
        policy = await self._reading.policy(desk_id)
        if policy is None:
            return None
        async with desk_transaction(self._pool, desk_id) as connection:
            now = await self._now(connection)
            values = _values(desk_id, policy, now) | _asked(wanted) | {"most": most + 1}
            found = await _held(connection, _PAGE, values)
        return HeldPage(found[:most], len(found) > most, policy, now)

    async def seal(self, desk_id: str, now: datetime) -> Seal | None:
        """The newest of that moment."""
        async with desk_transaction(self._pool, desk_id) as connection:
            return await last_seal(connection, desk_id, now)

    async def posted(self, desk_id: str, lane: str, day: str, since: datetime) -> str:
        """The message of a day's digest; "" where it did not get there."""
        values = {"day": day, "desk": desk_id, "lane": lane, "since": since}
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await (await connection.execute(_POSTED, values)).fetchone()
        return str(row["ts"] or "") if row else ""

    async def _now(self, connection: Connection) -> datetime:
        if self._clock:
            return self._clock()
        row = await (await connection.execute(_NOW)).fetchone()
        return row["now"]  # type: ignore[index, no-any-return]


async def _before(connection: Connection, desk_id: str, before: datetime) -> datetime:
    values = {"before": before, "desk": desk_id, "job": JOB}
    row = await (await connection.execute(_BEFORE, values)).fetchone()
    return (row["at"] if row else None) or before - timedelta(days=1)


def _values(desk_id: str, policy: Policy, now: datetime) -> dict[str, Any]:
    cuts, otherwise = stale_since(policy, now)
    return {
        "ages": list(AGES),
        "cuts": orjson.dumps([{"code": code, "before": before} for code, before in cuts.items()]).decode(),
        "desk": desk_id,
        "now": now,
        "otherwise": otherwise,
        "today": day_of(calendar_of(policy.desk), now),
        "zone": policy.desk.timezone,
    }


def _asked(wanted: Wanted) -> dict[str, Any]:
    at = wanted.after or After(date.min, 0, 0)
    return {"day": at.day, "hold": at.hold, "owner": wanted.owner, "reviews": wanted.reviews, "total": at.total}


async def _read(connection: Connection, policy: Policy, values: Mapping[str, Any]) -> Digest:
    desk_id, few = values["desk"], {**values, "most": LISTED}
    counted = await _all(connection, _COUNTS, values)
    stale = await _held(connection, _STALE, {**values, "most": STALE, "of_each": OF_EACH})
    reviews = await _held(connection, _PAGE, {**few, **_asked(Wanted(reviews=True))})
    late = await _all(connection, _PAST_DUE, few)
    dead = await _all(connection, _DEAD, few)
    released = await _all(connection, _RELEASED, few)
    names = await _all(connection, _NAMES, values)
    numbers = {row["name"]: row["number"] for row in counted if row["what"] == "stale"}
    return Digest(
        day=values["today"],
        now=values["now"],
        since=values["since"],
        policy=policy,
        counts=_counts(counted),
        groups=groups_of(stale, numbers, {owner: _worth(counted, "worth", owner) for owner in numbers}),
        past_due=tuple(pending_item(row, policy) for row in late),
        reviews=reviews,
        drift=await drifted(connection, desk_id, most=LISTED),
        exceptions=await open_exceptions(connection, desk_id, most=LISTED),
        dead=tuple(DeadNews(**row) for row in dead),
        released=tuple(Released(**row) for row in released),
        names={row["user_id"]: row["name"] for row in names},
        seal=await last_seal(connection, desk_id, values["now"]),
    )


def _counts(counted: list[dict[str, Any]]) -> Counts:
    plain = ("holds", "past_due", "reviews", "drift", "exceptions", "dead", "released")
    numbers = {row["what"]: row["number"] for row in counted if row["what"] in plain}
    ages: dict[str, list[int]] = {}
    for row in counted:
        if row["what"] == "age":
            ages.setdefault(row["name"], [0] * len(BUCKETS))[int(row["currency"])] = row["number"]
    return Counts(
        **numbers,
        at_risk=_worth(counted, "at_risk"),
        on_hold=_worth(counted, "on_hold"),
        ages={owner: tuple(each) for owner, each in ages.items()},
    )


def _worth(counted: list[dict[str, Any]], what: str, name: str = "") -> dict[str, int]:
    """By currency, the largest number of orders first."""
    found = sorted(
        (row for row in counted if row["what"] == what and row["name"] == name), key=lambda row: -row["number"]
    )
    return {row["currency"]: int(row["total"]) for row in found}


async def _held(connection: Connection, query: str, values: Mapping[str, Any]) -> tuple[Held, ...]:
    return tuple(_row(row) for row in await _all(connection, query, values))


def _row(row: Mapping[str, Any]) -> Held:
    hold: Hold = rows.hold(row["hold"])
    last = TimelineEntry(row["at"], row["actor"], row["action"], None, {}) if row["at"] else None
    return Held(hold, row["customer"], row["currency"], row["total"], row["since"], row["day"], last)


async def _all(connection: Connection, query: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return await (await connection.execute(query, values)).fetchall()
