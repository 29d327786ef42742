"""The delivery log: every call to another system, how it stands, and sending it again."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg.rows import class_row

from store.pool import Connection, Pool, desk_transaction
from workflows.endpoints import REFUND
from workflows.hook_log import ACCEPTED, UNKNOWN, HookEntry, Replayed

MOST: Final = 1000  # that are sent again at once

_ENTRY: Final = """
    select c.webhook_id as id, c.endpoint, c.type, c.request, c.hold, r.order_number as "order", c.state, c.attempts,
           c.error, c.created_at, c.tried_at, c.accepted_at
    from hook_calls c join requests r on r.desk_id = c.desk_id and r.number = c.request
    where c.desk_id = %(desk)s
"""
# The newest first, from after the call with the id `after` on.
PAGE: Final = f"""{_ENTRY}
    and (%(endpoint)s::text is null or c.endpoint = %(endpoint)s)
    and (%(states)s::text[] is null or c.state = any(%(states)s))
    and (%(request)s::bigint is null or c.request = %(request)s)
    and (%(after)s::text is null or (c.created_at, c.webhook_id) < (
         select created_at, webhook_id from hook_calls where desk_id = %(desk)s and webhook_id = %(after)s))
    order by c.created_at desc, c.webhook_id desc limit %(most)s
"""
ENTRY: Final = f"{_ENTRY} and c.webhook_id = %(id)s"
BODY: Final = "select body from hook_calls where desk_id = %(desk)s and webhook_id = %(id)s"
WANTED: Final = """
    select webhook_id, endpoint, state from hook_calls
    where desk_id = %(desk)s and webhook_id = any(%(ids)s)
"""
GIVEN_UP: Final = """
    select webhook_id from hook_calls
    where desk_id = %(desk)s and state in ('failed', 'unknown')
    and (%(endpoint)s::text is null or endpoint = %(endpoint)s)
    order by created_at, webhook_id limit %(most)s
"""
# A notice names its call by endpoint, request, type and hold; a hold that was made with it stands among its numbers.
_NOTICE: Final = """
    n.desk_id = c.desk_id and n.kind = 'hook' and n.request = c.request and n.lane = 'hook:' || c.endpoint
    and coalesce(n.payload ->> 'type', 'cancellation.approved') = c.type
    and coalesce(nullif((n.payload ->> 'hold')::bigint, 0), (n.payload -> 'numbers' ->> 1)::bigint, 0) = c.hold
"""
# Notices before calls, as where a try is settled, so that the two never wait for each other.
HOLD: Final = f"""
    select n.id from notices n join hook_calls c on {_NOTICE}
    where c.desk_id = %(desk)s and c.webhook_id = any(%(ids)s) order by n.id for update of n
"""
AGAIN: Final = f"""
    with again as (
        update hook_calls c set state = 'waiting', error = '', accepted_at = null
        from requests r
        where c.desk_id = %(desk)s and c.webhook_id = any(%(ids)s) and r.desk_id = c.desk_id and r.number = c.request
        and not (c.endpoint = '{REFUND}' and c.state = 'accepted')
        returning c.desk_id, c.webhook_id, c.endpoint, c.request, c.type, c.hold, r.order_number
    ),
    woken as (
        update notices n
        set state = 'ready', due_at = clock_timestamp(), settled_at = null, error = '',
            tried_at = case when n.state = 'ready' then n.tried_at end,
            attempts = case when n.state = 'ready' then n.attempts else 0 end
        from again c where {_NOTICE}
        returning c.webhook_id
    ),
    made as (
        insert into notices (desk_id, kind, lane, order_number, request, payload, trace, created_at, due_at)
        select desk_id, 'hook', 'hook:' || endpoint, order_number, request,
               jsonb_build_object('endpoint', endpoint, 'type', type, 'hold', hold), '', clock_timestamp(),
               clock_timestamp()
        from again where not exists (select from woken where woken.webhook_id = again.webhook_id)
    ),
    entries as (
        insert into audit (desk_id, chain, at, actor, action, request, facts)
        select %(desk)s, order_number, clock_timestamp(), %(actor)s, 'webhook.replayed', request,
               jsonb_build_object('endpoint', endpoint, 'type', type, 'webhook_id', webhook_id)
        from again order by order_number, webhook_id
    )
    select webhook_id from again order by webhook_id
"""


class HookLog:
    """See `workflows.hook_log.Log`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(
        self,
        desk_id: str,
        *,
        endpoint: str | None = None,
        states: Sequence[str] | None = None,
        request: int | None = None,
        after: str | None = None,
        most: int = 50,
    ) -> tuple[HookEntry, ...]:
        """The newest first. `after`: the id of the last one of the page before."""
        parameters = {
            "after": after,
            "desk": desk_id,
            "endpoint": endpoint,
            "most": most,
            "request": request,
            "states": list(states) if states else None,
        }
        async with (
            desk_transaction(self._pool, desk_id) as connection,
            connection.cursor(row_factory=class_row(HookEntry)) as cursor,
        ):
            await cursor.execute(PAGE, parameters)
            return tuple(await cursor.fetchall())

    async def one(self, desk_id: str, webhook_id: str) -> HookEntry | None:
        async with (
            desk_transaction(self._pool, desk_id) as connection,
            connection.cursor(row_factory=class_row(HookEntry)) as cursor,
        ):
            await cursor.execute(ENTRY, {"desk": desk_id, "id": webhook_id})
            return await cursor.fetchone()

    async def body(self, desk_id: str, webhook_id: str) -> str:
        """The bytes of every try; empty where there is no such call."""
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await _one(connection, BODY, {"desk": desk_id, "id": webhook_id})
        return str(row["body"]) if row else ""

    async def given_up(self, desk_id: str, endpoint: str | None = None) -> tuple[str, ...]:
        """Ids of the calls whose last try failed or is unknown, the oldest first; at most `MOST`."""
        parameters = {"desk": desk_id, "endpoint": endpoint, "most": MOST}
        async with desk_transaction(self._pool, desk_id) as connection:
            found = await (await connection.execute(GIVEN_UP, parameters)).fetchall()
        return tuple(row["webhook_id"] for row in found)

    async def replay(self, desk_id: str, ids: Sequence[str], *, actor: str) -> Replayed:
        """Send these again now, each with its own id and bytes. A refund that was accepted is not."""
        parameters = {"actor": actor, "desk": desk_id, "ids": list(ids)}
        async with desk_transaction(self._pool, desk_id) as connection:
            await connection.execute(HOLD, parameters)
            known = {row["webhook_id"] for row in await (await connection.execute(WANTED, parameters)).fetchall()}
            rows = await (await connection.execute(AGAIN, parameters)).fetchall()
        again = {row["webhook_id"] for row in rows}
        refused = {each: ACCEPTED if each in known else UNKNOWN for each in ids if each not in again}
        return Replayed(tuple(each for each in dict.fromkeys(ids) if each in again), refused)


async def _one(connection: Connection, query: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    return await (await connection.execute(query, parameters)).fetchone()
