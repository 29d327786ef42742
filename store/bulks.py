"""Bulks: durable before anybody is answered, and done by one worker at a time, step by step.

A worker holds a round by a lease and a token. Two that believe they hold it do no harm: a step is a command with a key
of its own, which happens once.
"""

import uuid
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import orjson

from store.policies import desks
from store.pool import Connection, Pool, desk_transaction, or_unavailable
from workflows.bulk import Bulk, BulkAsk, Chosen, Round, RoundAction, Step, went_well
from workflows.outcome import DESK
from workflows.results import Result, read_result
from workflows.telling import slack_lane
from workflows.values import Kind
from workflows.views import RoundView

_ARRIVED: Final = """
    arrived as (
        insert into inbound (desk_id, key, at)
        select desk_id, %(key)s, clock_timestamp() from desks where desk_id = %(desk)s
        on conflict do nothing returning key
    )"""
_ASK: Final = f"""
    with {_ARRIVED},
    counted as (
        update counters c set bulk = c.bulk + 1 from arrived where c.desk_id = %(desk)s returning c.bulk as number
    )
    insert into bulks (desk_id, number, kind, reason, hold, note, channel, until, requested_by, requested_at)
    select %(desk)s, number, %(kind)s, %(reason)s, %(hold)s, %(note)s, %(channel)s, %(until)s, %(by)s,
           clock_timestamp() from counted
    returning number
"""
_SIGN: Final = f"""
    with {_ARRIVED}
    select b.number from arrived, bulks b where b.desk_id = %(desk)s and b.number = %(bulk)s
"""
# The next number; `_begin` sees to it that nobody else takes it.
_ROUND: Final = """
    with round as (
        insert into bulk_rounds (desk_id, bulk, number, action, member, note, begun_at, free_at)
        select %(desk)s, %(bulk)s, coalesce(max(number), 0) + 1, %(action)s, %(by)s, %(note)s, clock_timestamp(),
               clock_timestamp()
        from bulk_rounds where desk_id = %(desk)s and bulk = %(bulk)s
        returning number
    ),
    entry as (
        insert into audit (desk_id, chain, at, actor, action, request, facts)
        select %(desk)s, %(chain)s, clock_timestamp(), %(by)s, 'bulk.' || %(action)s, null,
               jsonb_build_object('bulk', %(bulk)s::bigint, 'round', number,
                                  'orders', jsonb_array_length(%(steps)s::jsonb))
        from round
    )
    insert into bulk_steps (desk_id, bulk, round, place, order_number, request, version)
    select %(desk)s, %(bulk)s, round.number, x.place, coalesce(r.order_number, x.order_number), r.number,
           least(x.version, 2147483647)
    from round, jsonb_to_recordset(%(steps)s::jsonb) as x (
        place int, order_number text, request bigint, version bigint)
    left join requests r on r.desk_id = %(desk)s and r.number = x.request and r.bulk = %(bulk)s
    where x.request is null or r.number is not null
"""
_BULK: Final = """
    select number, kind, requested_by, requested_at, reason, hold, note, channel, until
    from bulks where desk_id = %(desk)s and number = %(bulk)s
"""
_CLAIM: Final = """
    with next as (
        select bulk, number from bulk_rounds
        where desk_id = %(desk)s and done_at is null and free_at <= clock_timestamp()
        order by free_at, bulk, number limit 1 for update skip locked
    )
    update bulk_rounds r set token = %(token)s, free_at = clock_timestamp() + %(lease)s
    from next where r.desk_id = %(desk)s and r.bulk = next.bulk and r.number = next.number
    returning r.bulk, r.number, r.action, r.member, r.note
"""
_STEPS: Final = """
    select place, order_number as "order", coalesce(request, 0) as request, coalesce(version, 0) as version, tries,
           result
    from bulk_steps where desk_id = %(desk)s and bulk = %(bulk)s and round = %(round)s order by place
"""
_DONE: Final = """
    with held as (
        update bulk_rounds set free_at = clock_timestamp() + %(lease)s
        where desk_id = %(desk)s and bulk = %(bulk)s and number = %(round)s and token = %(token)s and done_at is null
        returning number
    )
    update bulk_steps s set result = %(result)s::jsonb, tries = s.tries + 1,
        request = coalesce(s.request, nullif(%(request)s, 0))
    from held where s.desk_id = %(desk)s and s.bulk = %(bulk)s and s.round = %(round)s and s.place = %(place)s
    returning s.place
"""
_LATER: Final = """
    update bulk_rounds set token = '', free_at = clock_timestamp() + %(delay)s
    where desk_id = %(desk)s and bulk = %(bulk)s and number = %(round)s and token = %(token)s
"""
# What was gathered about the bulk goes out now, unless another of its rounds comes next; and whoever began the round
# hears how it went, where that is news.
_END: Final = """
    with ended as (
        update bulk_rounds set done_at = clock_timestamp(), token = ''
        where desk_id = %(desk)s and bulk = %(bulk)s and number = %(round)s and token = %(token)s and done_at is null
        returning number
    ),
    told as (
        insert into notices (desk_id, kind, lane, payload, created_at, due_at)
        select %(desk)s, 'bulk.round', %(lane)s, jsonb_build_object('bulk', %(bulk)s::bigint, 'round', number),
               clock_timestamp(), clock_timestamp()
        from ended where %(told)s
    )
    update notices set due_at = clock_timestamp() from ended
    where desk_id = %(desk)s and state = 'ready' and tried_at is null and due_at > clock_timestamp()
    and to_jsonb(%(bulk)s::bigint) in (payload -> 'bulk', payload -> 'during')
    and not exists (
        select from bulk_rounds o
        where o.desk_id = %(desk)s and o.bulk = %(bulk)s and o.number <> %(round)s and o.done_at is null
        and o.free_at <= clock_timestamp())
"""


OWN: Final = (RoundAction.ASK, RoundAction.WITHDRAW)  # done by the one who asked, who may not see the card


class Bulks:
    def __init__(
        self, pool: Pool, begun: Callable[[], None] = lambda: None, *, lease: timedelta = timedelta(seconds=30)
    ) -> None:
        """`begun` is called when there is a round or a notice to see to; it wakes whoever does and must not fail."""
        self._pool = pool
        self._begun = begun
        self._lease = lease
        self._served = ""  # the desk that had the last turn

    async def ask(self, desk_id: str, ask: BulkAsk, *, by: str, key: str) -> int | None:
        """The bulk's number, durable; None where this very submission came before."""
        values = {
            "by": by,
            "channel": ask.channel,
            "desk": desk_id,
            "hold": ask.hold,
            "key": f"bulk:{key}",
            "kind": ask.kind,
            "note": ask.note,
            "reason": ask.reason,
            "until": ask.until,
        }
        steps = [{"place": place, "order_number": order} for place, order in enumerate(ask.orders, start=1)]
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await (await connection.execute(_ASK, values)).fetchone()
            if row is None:
                return None
            await _begin(connection, desk_id, row["number"], RoundAction.ASK, by=by, note="", steps=steps)
        self._begun()
        return int(row["number"])

    async def sign(
        self,
        desk_id: str,
        bulk: int,
        rounds: Mapping[RoundAction, Sequence[Chosen]],
        *,
        by: str,
        note: str,
        key: str,
    ) -> bool:
        """Begin these rounds about requests of the bulk; False where this very click came before.

        `note` is of what is rejected.
        """
        async with desk_transaction(self._pool, desk_id) as connection:
            values = {"bulk": bulk, "desk": desk_id, "key": f"bulk:{key}"}
            if await (await connection.execute(_SIGN, values)).fetchone() is None:
                return False
            for action, chosen in rounds.items():
                steps = [
                    {"place": place, "order_number": "", "request": each.request, "version": each.version}
                    for place, each in enumerate(chosen, start=1)
                ]
                if steps:
                    said = note if action is RoundAction.REJECT else ""
                    await _begin(connection, desk_id, bulk, action, by=by, note=said, steps=steps)
        self._begun()
        return True

    async def claim(self) -> Round | None:
        """A round to do, held until the lease ends. The desks take turns."""
        with or_unavailable():
            every = await desks(self._pool)
            after = bisect_right(every, self._served)
            for desk_id in (*every[after:], *every[:after]):
                found = await self._claimed(desk_id)
                if found:
                    self._served = desk_id
                    return found
        return None

    async def _claimed(self, desk_id: str) -> Round | None:
        token = uuid.uuid4().hex
        async with desk_transaction(self._pool, desk_id) as connection:
            values = {"desk": desk_id, "lease": self._lease, "token": token}
            row = await (await connection.execute(_CLAIM, values)).fetchone()
            if row is None:
                return None
            bulk = await bulk_of(connection, desk_id, row["bulk"])
            steps = await _steps(connection, desk_id, row["bulk"], row["number"])
        if bulk is None:
            return None
        left = tuple(step for step in steps if step.result is None)
        return Round(desk_id, bulk, row["number"], RoundAction(row["action"]), row["member"], row["note"], token, left)

    async def done(self, round_: Round, step: Step, result: Result | None) -> bool:
        """Write down what came of a step, None: nothing yet. False where the round is no longer ours."""
        values = {
            "lease": self._lease,
            "place": step.place,
            "request": getattr(result, "request", 0) if went_well(result) else 0,
            "result": orjson.dumps(result.dump()).decode() if result else None,
        }
        async with desk_transaction(self._pool, round_.desk_id) as connection:
            row = await (await connection.execute(_DONE, _of(round_) | values)).fetchone()
        return row is not None

    async def later(self, round_: Round, delay: timedelta) -> None:
        """Let go of it, to be gone on with."""
        async with desk_transaction(self._pool, round_.desk_id) as connection:
            await connection.execute(_LATER, _of(round_) | {"delay": delay})

    async def end(self, round_: Round) -> None:
        """All steps are done. Whoever signed hears only of what did not go well, and the card shows the rest.

        Whoever asked or withdrew hears in any case.
        """
        async with desk_transaction(self._pool, round_.desk_id) as connection:
            steps = await _steps(connection, round_.desk_id, round_.bulk.number, round_.number)
            told = round_.action in OWN or not all(went_well(step.result) for step in steps)
            values = {"lane": slack_lane(round_.member), "told": told}
            await connection.execute(_END, _of(round_) | values)
        self._begun()


def _of(round_: Round) -> dict[str, Any]:
    return {"bulk": round_.bulk.number, "desk": round_.desk_id, "round": round_.number, "token": round_.token}


async def _begin(
    connection: Connection,
    desk_id: str,
    bulk: int,
    action: RoundAction,
    *,
    by: str,
    note: str,
    steps: Sequence[Mapping[str, Any]],
) -> None:
    values = {
        "action": action,
        "bulk": bulk,
        "by": by,
        "chain": DESK,
        "desk": desk_id,
        "note": note,
        "steps": orjson.dumps(steps).decode(),
    }
    # The bulk's row cannot be changed, so its rounds are counted one after the other by a lock of its own.
    lock = "select pg_advisory_xact_lock(hashtextextended('bulk:' || %(desk)s || ':' || %(bulk)s::text, 0))"
    await connection.execute(lock, values)
    await connection.execute(_ROUND, values)


async def bulk_of(connection: Connection, desk_id: str, number: int) -> Bulk | None:
    row = await (await connection.execute(_BULK, {"bulk": number, "desk": desk_id})).fetchone()
    return Bulk(**{**row, "kind": Kind(row["kind"])}) if row else None


async def round_of(connection: Connection, desk_id: str, bulk: int, number: int) -> RoundView | None:
    query = "select action, member, note from bulk_rounds where desk_id = %s and bulk = %s and number = %s"
    found = await bulk_of(connection, desk_id, bulk)
    row = await (await connection.execute(query, [desk_id, bulk, number])).fetchone()
    if found is None or row is None:
        return None
    steps = await _steps(connection, desk_id, bulk, number)
    return RoundView(found, number, RoundAction(row["action"]), row["member"], row["note"], steps)


async def _steps(connection: Connection, desk_id: str, bulk: int, number: int) -> tuple[Step, ...]:
    values = {"bulk": bulk, "desk": desk_id, "round": number}
    found = await (await connection.execute(_STEPS, values)).fetchall()
    return tuple(Step(**{**row, "result": read_result(row["result"]) if row["result"] else None}) for row in found)
