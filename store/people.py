"""Role holders and when Slack was last asked about them."""

from typing import Final

from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from store.desk import PostgresStore
from store.policies import desks
from store.pool import Pool, desk_transaction
from workflows.ports import Unavailable

_TO_CHECK: Final = """
    select distinct g.user_id from role_grants g
    left join members m on m.desk_id = g.desk_id and m.user_id = g.user_id
    where g.desk_id = %s and g.valid_to is null
    and coalesce(m.checked_at, '-infinity') < clock_timestamp() - interval '6 hours'
    order by g.user_id
"""


class RoleHolders(PostgresStore):
    """See `bot.clock.roll_call.People`."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self._all = pool

    async def not_checked_lately(self) -> tuple[tuple[str, str], ...]:
        try:
            return tuple([pair for desk_id in await desks(self._all) for pair in await self._of(desk_id)])
        except (OperationalError, PoolTimeout) as away:
            raise Unavailable(str(away)) from away

    async def _of(self, desk_id: str) -> list[tuple[str, str]]:
        async with desk_transaction(self._all, desk_id) as connection:
            found = await (await connection.execute(_TO_CHECK, [desk_id])).fetchall()
        return [(desk_id, row["user_id"]) for row in found]
