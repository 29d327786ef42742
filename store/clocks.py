"""What the clocks of all desks have to do by now, as commands. Finding something does nothing: the command decides."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from store.desk import Clock
from store.policies import desks
from store.pool import Connection, Pool, desk_transaction, or_unavailable
from store.reading import Reading
from workflows.commands import AskForReview, Chase, Clocked
from workflows.policy.model import Policy
from workflows.reminders import newest_review

AT_ONCE: Final = 200
# A request whose card is not posted yet is reminded of a little later; it escalates and expires all the same.
_REQUESTS: Final = """
    select r.number from requests r
    where r.desk_id = %(desk)s and r.state = 'pending' and (
        r.expire_at <= %(now)s or r.escalate_at <= %(now)s
        or r.remind_at <= %(now)s and exists (
            select from cards c where c.desk_id = r.desk_id and c.request = r.number))
    order by r.number limit %(most)s
"""
_HOLDS: Final = """
    select h.number, h.order_number from holds h
    where h.desk_id = %(desk)s and h.state = 'active' and h.until <= %(until)s
    and h.asked_until is distinct from h.until
    order by h.number limit %(most)s
"""


class Clocks:
    """See `bot.clock.chasing.Clocks`."""

    def __init__(self, pool: Pool, reading: Reading, clock: Clock | None = None) -> None:
        """`clock` takes the place of the database's in tests."""
        self._pool = pool
        self._reading = reading
        self._clock = clock

    async def due(self) -> Sequence[tuple[str, Clocked]]:
        with or_unavailable():
            return [each for desk_id in await desks(self._pool) for each in await self._of(desk_id)]

    async def _of(self, desk_id: str) -> list[tuple[str, Clocked]]:
        policy = await self._reading.policy(desk_id)
        if policy is None:
            return []
        async with desk_transaction(self._pool, desk_id) as connection:
            return [(desk_id, command) for command in await self._due(connection, desk_id, policy)]

    async def _due(self, connection: Connection, desk_id: str, policy: Policy) -> list[Clocked]:
        row = await (await connection.execute("select clock_timestamp() as now")).fetchone()
        now = self._clock() if self._clock else row["now"] if row else datetime.now(UTC)
        parameters = {"desk": desk_id, "most": AT_ONCE, "now": now, "until": newest_review(policy, now)}
        requests = await (await connection.execute(_REQUESTS, parameters)).fetchall()
        holds = await (await connection.execute(_HOLDS, parameters)).fetchall()
        return [
            *(Chase(row["number"]) for row in requests),
            *(AskForReview(row["order_number"], row["number"]) for row in holds),
        ]
