"""Reminders that are due: written as notices in the transaction that moves the next one on, so each comes once."""

from typing import Final

from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from store.policies import desks
from store.pool import Pool, desk_transaction
from workflows.ports import Unavailable

# Whoever comes second skips what is taken. After an outage one reminder comes, not all that were missed. A request
# whose card is not posted yet is reminded of a little later.
_DUE: Final = """
    with due as (
        select r.number from requests r
        where r.desk_id = %(desk)s and r.state = 'pending' and r.remind_at <= clock_timestamp()
        and exists (select from cards c where c.desk_id = r.desk_id and c.request = r.number)
        order by r.number limit 200 for update skip locked
    ),
    moved as (
        update requests r
        set reminded = r.reminded + 1,
            remind_at = clock_timestamp() + r.remind_every * power(2, least(r.reminded + 1, 6))
        from due where r.desk_id = %(desk)s and r.number = due.number
        returning r.number, r.order_number, r.reminded
    ),
    told as (
        insert into notices (desk_id, kind, lane, order_number, request, payload, created_at, due_at)
        select %(desk)s, 'reminder', 'slack:' || c.channel, m.order_number, m.number,
               jsonb_build_object('reminder', m.reminded), clock_timestamp(), clock_timestamp()
        from moved m
        join (select distinct request, channel from cards where desk_id = %(desk)s) c on c.request = m.number
        order by m.number
    ),
    noted as (
        insert into audit (desk_id, chain, at, actor, action, request, facts)
        select %(desk)s, order_number, clock_timestamp(), 'redtag', 'request.reminded', number,
               jsonb_build_object('reminder', reminded)
        from moved order by order_number
    )
    select count(*) as reminded from moved
"""


class Reminders:
    """See `bot.clock.reminding.Reminders`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def remind(self) -> int:
        try:
            return sum([await self._of(desk_id) for desk_id in await desks(self._pool)])
        except (OperationalError, PoolTimeout) as away:
            raise Unavailable(str(away)) from away

    async def _of(self, desk_id: str) -> int:
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await (await connection.execute(_DUE, {"desk": desk_id})).fetchone()
        return int(row["reminded"]) if row else 0
