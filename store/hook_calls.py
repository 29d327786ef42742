"""Calls that approvals owe to other systems: taken for a try, and read to be shown."""

from dataclasses import dataclass
from typing import Final

from psycopg.rows import class_row

from store.pool import Pool, desk_transaction

# A call that was accepted is never sent again, whatever became of the worker that heard it.
TAKE: Final = """
    update hook_calls set state = 'sent', attempts = attempts + 1, tried_at = clock_timestamp(), error = ''
    where desk_id = %(desk)s and endpoint = %(endpoint)s and request = %(request)s and state <> 'accepted'
    returning webhook_id, body
"""


@dataclass(frozen=True, slots=True)
class Taken:
    webhook_id: str
    body: str


class HookCalls:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def take(self, desk_id: str, endpoint: str, request: int) -> Taken | None:
        """The call, noted as under way; None where it was accepted already."""
        parameters = {"desk": desk_id, "endpoint": endpoint, "request": request}
        async with (
            desk_transaction(self._pool, desk_id) as connection,
            connection.cursor(row_factory=class_row(Taken)) as cursor,
        ):
            await cursor.execute(TAKE, parameters)
            return await cursor.fetchone()
