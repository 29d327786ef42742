"""Reading open exceptions and drift, for the digest and for one order."""

from collections.abc import Sequence
from typing import Any, Final

from store.pool import Connection, Pool, desk_transaction
from workflows.contradictions import DriftedChange, OpenException
from workflows.imports.drift import Committed, what

MOST: Final = 200

# `%(order)s` is empty for those of all orders.
_EXCEPTIONS: Final = """
    select id, kind, order_number, facts, opened_at from exceptions
    where desk_id = %(desk)s and closed_at is null and (%(order)s = '' or order_number = %(order)s)
    order by kind desc, opened_at, id limit %(most)s
"""
_DRIFT: Final = """
    select id, kind, order_number, request, facts, heard, heard_import, batch, at from status_changes
    where desk_id = %(desk)s and heard <> 'taken_over' and heard = any(%(heard)s)
    and (%(order)s = '' or order_number = %(order)s)
    order by at, id limit %(most)s
"""
_COUNTS: Final = """
    select (select count(*) from exceptions where desk_id = %(desk)s and closed_at is null) as exceptions,
           (select count(*) from status_changes where desk_id = %(desk)s and heard = 'not_taken_over') as drift
"""

_CLOSE: Final = """
    with closed as (
        update exceptions set closed_at = statement_timestamp(), closed_by = %(by)s, closed_because = %(note)s,
            facts = facts || '{"seen_to": true}'
        where desk_id = %(desk)s and order_number = any(%(orders)s) and closed_at is null and kind <> 'missing_order'
        returning order_number, facts, kind
    )
    insert into audit (desk_id, chain, at, actor, action, request, facts)
    select %(desk)s, order_number, statement_timestamp(), %(by)s, 'exception.closed', (facts ->> 'request')::bigint,
           facts || jsonb_build_object('kind', kind, 'note', %(note)s::text)
    from closed order by order_number, (facts ->> 'line')::int returning chain
"""


class Exceptions:
    """What contradicts a decision and has not been closed; units that shipped after a cancel come first."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def open(self, desk_id: str, *, most: int = MOST) -> tuple[OpenException, ...]:
        async with desk_transaction(self._pool, desk_id) as connection:
            return await open_exceptions(connection, desk_id, most=most)

    async def close(self, desk_id: str, orders: Sequence[str], *, by: str, note: str) -> int:
        """Somebody has seen to it. How many were closed; missing orders are decided about in `store.missing`."""
        values = {"by": by, "desk": desk_id, "note": note, "orders": list(orders)}
        async with desk_transaction(self._pool, desk_id) as connection:
            return len(await (await connection.execute(_CLOSE, values)).fetchall())

    async def count(self, desk_id: str) -> int:
        return (await _counts(self._pool, desk_id))["exceptions"]


class Drifted:
    """Committed changes of which the newest file with their order shows the old value; the oldest first."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def open(self, desk_id: str, *, most: int = MOST) -> tuple[DriftedChange, ...]:
        async with desk_transaction(self._pool, desk_id) as connection:
            return await drifted(connection, desk_id, most=most)

    async def count(self, desk_id: str) -> int:
        return (await _counts(self._pool, desk_id))["drift"]


async def open_exceptions(
    connection: Connection, desk_id: str, order_number: str = "", *, most: int = MOST
) -> tuple[OpenException, ...]:
    values = {"desk": desk_id, "most": most, "order": order_number}
    found = await (await connection.execute(_EXCEPTIONS, values)).fetchall()
    return tuple(OpenException(**row) for row in found)


async def drifted(
    connection: Connection, desk_id: str, order_number: str = "", *, most: int = MOST
) -> tuple[DriftedChange, ...]:
    """Of one order also those of which the file cannot tell."""
    heard = ["not_taken_over", "cannot_tell"] if order_number else ["not_taken_over"]
    values = {"desk": desk_id, "heard": heard, "most": most, "order": order_number}
    found = await (await connection.execute(_DRIFT, values)).fetchall()
    return tuple(_drifted(row) for row in found)


def _drifted(row: dict[str, Any]) -> DriftedChange:
    return DriftedChange(
        order_number=row["order_number"],
        request=row["request"],
        what=what(Committed(row["id"], row["kind"], row["request"], row["facts"])),
        heard=row["heard"],
        heard_import=row["heard_import"] or 0,
        batch=row["batch"],
        since=row["at"],
    )


async def _counts(pool: Pool, desk_id: str) -> dict[str, int]:
    async with desk_transaction(pool, desk_id) as connection:
        row = await (await connection.execute(_COUNTS, {"desk": desk_id})).fetchone()
    return row or {"drift": 0, "exceptions": 0}
