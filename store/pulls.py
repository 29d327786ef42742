"""Sheets that are due: the slot and the job in one transaction, so that each is read once, however many look."""

from datetime import datetime
from typing import Any, Final

from store.import_jobs import pull
from store.policies import desks, in_force
from store.pool import Connection, Pool, desk_transaction, or_unavailable
from workflows.clocks import calendar_of
from workflows.imports.jobs import Source
from workflows.imports.schedule import due
from workflows.policy.model import Sheet

# After an outage the newest moment counts alone; one that is older than what was taken already never counts.
_TAKE: Final = """
    insert into slots (desk_id, job, due_at, fired_at)
    select %(desk)s, %(job)s, %(due)s, clock_timestamp()
    where not exists (select from slots where desk_id = %(desk)s and job = %(job)s and due_at >= %(due)s)
    on conflict do nothing
"""


class Pulls:
    """See `bot.clock.pulling.Pulls`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def pull(self) -> int:
        with or_unavailable():
            return sum([await self._of(desk_id) for desk_id in await desks(self._pool)])

    async def _of(self, desk_id: str) -> int:
        async with desk_transaction(self._pool, desk_id) as connection:
            _, policy = await in_force(connection, desk_id)
            if policy is None or not policy.sheets:
                return 0
            calendar = calendar_of(policy.desk)
            now = await _now(connection)
            moments = [(sheet, due(sheet, calendar, now)) for sheet in policy.sheets]
            taken = [sheet for sheet, at in moments if at and await _take(connection, desk_id, sheet, at)]
            begun = [await _begin(connection, desk_id, sheet) for sheet in taken]
        return sum(begun)


async def _now(connection: Connection) -> Any:
    row = await (await connection.execute("select clock_timestamp() as now")).fetchone()
    return row["now"] if row else None


async def _take(connection: Connection, desk_id: str, sheet: Sheet, at: datetime) -> bool:
    values = {"desk": desk_id, "due": at, "job": f"sheet:{sheet.name}"}
    return (await connection.execute(_TAKE, values)).rowcount == 1


async def _begin(connection: Connection, desk_id: str, sheet: Sheet) -> bool:
    """Not while it is being read: then what is under way will do."""
    source = Source(name=sheet.name, sheet=sheet.name, url=sheet.url, scheduled=True)
    return await pull(connection, desk_id, source, sheet.mapping) is not None
