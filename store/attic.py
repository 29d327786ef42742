"""What may be thrown away: arrivals older than any copy of them, and notices delivered long ago."""

from typing import Final

from store.policies import desks
from store.pool import Pool, desk_transaction, or_unavailable, worker_transaction

# Slack's window for a signed request is five minutes; its delayed events come for a day.
_ARRIVALS: Final = "delete from inbound where desk_id = %s and at < clock_timestamp() - interval '2 days'"
# One more than a day can still be somewhere.
_REFUSALS: Final = (
    "delete from gate_refusals where desk_id = %s and day < (clock_timestamp() - interval '3 days')::date"
)
# As long as the API's page promises.
_WRITES: Final = "delete from api_writes where desk_id = %s and at < clock_timestamp() - interval '2 days'"
_SLOTS: Final = "delete from slots where desk_id = %s and due_at < clock_timestamp() - interval '100 days'"
# What one came to stands in `imports` and in the audit, the refused rows in the file that was sent. The last pull
# of a sheet says what is new in the next.
_JOBS: Final = """
    delete from import_jobs j where j.desk_id = %(desk)s and j.settled_at < clock_timestamp() - interval '90 days'
    and (j.source ->> 'sheet' is null or exists (
        select from import_jobs n where n.desk_id = %(desk)s and n.id > j.id and n.state = 'done'
        and n.source ->> 'sheet' = j.source ->> 'sheet'))
"""
_NOTICES: Final = """
    delete from notices where state in ('sent', 'skipped') and settled_at < clock_timestamp() - interval '30 days'
"""
_LANES: Final = "delete from lanes where free_at < clock_timestamp() - interval '1 day'"


class Attic:
    """See `bot.clock.tidying.Attic`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def tidy(self) -> int:
        with or_unavailable():
            return await self._arrivals() + await self._delivered()

    async def _arrivals(self) -> int:
        removed = 0
        for desk_id in await desks(self._pool):
            async with desk_transaction(self._pool, desk_id) as connection:
                for statement in (_ARRIVALS, _WRITES, _REFUSALS, _SLOTS):
                    removed += (await connection.execute(statement, [desk_id])).rowcount
                removed += (await connection.execute(_JOBS, {"desk": desk_id})).rowcount
        return removed

    async def _delivered(self) -> int:
        async with worker_transaction(self._pool) as connection:
            lanes = (await connection.execute(_LANES)).rowcount
            return lanes + (await connection.execute(_NOTICES)).rowcount
