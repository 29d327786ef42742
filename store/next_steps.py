"""What the clock has in mind for the pending requests of an order, and where their cards stand."""

from typing import Any, Final

from store.pool import Pool, desk_transaction
from workflows.views import NextSteps

_PENDING: Final = """
    select r.number as request, r.reminded, r.remind_at, r.escalate_at, r.escalated_to, r.expire_at,
           array(select distinct c.channel from cards c where c.desk_id = r.desk_id and c.request = r.number
                 order by c.channel) as channels
    from requests r
    where r.desk_id = %(desk)s and r.order_number = %(order)s and r.state = 'pending' order by r.number
"""


async def next_steps(pool: Pool, desk_id: str, order_number: str) -> tuple[NextSteps, ...]:
    """Of every pending request of the order, the oldest first."""
    async with desk_transaction(pool, desk_id) as connection:
        cursor = await connection.execute(_PENDING, {"desk": desk_id, "order": order_number})
        found: list[dict[str, Any]] = list(await cursor.fetchall())
    return tuple(NextSteps(**{**row, "channels": tuple(row["channels"])}) for row in found)
