"""Calls that committed changes owe to other systems: taken for a try, and read to be shown."""

from dataclasses import asdict, dataclass
from typing import Final

from psycopg.rows import class_row

from store.pool import Pool, desk_transaction
from workflows.hook_calls import CallKey
from workflows.views import HookCall

_WHICH: Final = """
    desk_id = %(desk)s and endpoint = %(endpoint)s and request = %(request)s and type = %(type)s and hold = %(hold)s
"""
# A call that was accepted is not sent again, whatever became of the worker that heard it.
TAKE: Final = f"""
    update hook_calls set state = 'sent', attempts = attempts + 1, tried_at = clock_timestamp(), error = ''
    where {_WHICH} and state <> 'accepted'
    returning webhook_id, body
"""
ONE: Final = f"""
    select endpoint, request, state, attempts, error, amount, currency, tried_at, accepted_at, type, hold
    from hook_calls where {_WHICH}
"""


@dataclass(frozen=True, slots=True)
class Taken:
    webhook_id: str
    body: str


class HookCalls:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def take(self, desk_id: str, key: CallKey) -> Taken | None:
        """The call, noted as under way; None where it was accepted already."""
        async with (
            desk_transaction(self._pool, desk_id) as connection,
            connection.cursor(row_factory=class_row(Taken)) as cursor,
        ):
            await cursor.execute(TAKE, {"desk": desk_id, **asdict(key)})
            return await cursor.fetchone()

    async def one(self, desk_id: str, key: CallKey) -> HookCall | None:
        """How the call stands now."""
        async with (
            desk_transaction(self._pool, desk_id) as connection,
            connection.cursor(row_factory=class_row(HookCall)) as cursor,
        ):
            await cursor.execute(ONE, {"desk": desk_id, **asdict(key)})
            return await cursor.fetchone()
