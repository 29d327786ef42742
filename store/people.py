"""Role holders and when Slack was last asked about them."""

from typing import Final

from store.desk import PostgresStore
from store.policies import desks
from store.pool import Pool, desk_transaction, or_unavailable

_TO_CHECK: Final = """
    select h.user_id from (
        select user_id from role_grants where desk_id = %(desk)s and valid_to is null
        union select user_id from group_members where desk_id = %(desk)s
        union select deputy from absences where desk_id = %(desk)s and ended_at is null
    ) h
    left join members m on m.desk_id = %(desk)s and m.user_id = h.user_id
    where coalesce(m.checked_at, '-infinity') < clock_timestamp() - interval '6 hours'
    order by h.user_id
"""


class RoleHolders(PostgresStore):
    """See `bot.clock.roll_call.People`."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self._all = pool

    async def not_checked_lately(self) -> tuple[tuple[str, str], ...]:
        with or_unavailable():
            return tuple([pair for desk_id in await desks(self._all) for pair in await self._of(desk_id)])

    async def _of(self, desk_id: str) -> list[tuple[str, str]]:
        async with desk_transaction(self._all, desk_id) as connection:
            found = await (await connection.execute(_TO_CHECK, {"desk": desk_id})).fetchall()
        return [(desk_id, row["user_id"]) for row in found]
