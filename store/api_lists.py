"""Lists for other systems, page by page: holds and audit entries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from store import rows
from store.policies import policy_in_force
from store.pool import READER, Pool, desk_transaction
from workflows.values import Hold

_HOLDS: Final = "select to_jsonb(h) as hold from holds h where {where} order by h.number limit %(most)s"
# Only what is asked for stands in the statement, so that each is planned for what it is.
_HOLD_FILTERS: Final = {
    "after": "h.number > %(after)s",
    "order": "h.order_number = %(order)s",
    "reason": "h.reason = %(reason)s",
    "role": "h.owner = %(role)s",
    "states": "h.state = any(%(states)s)",
}
_OPEN: Final = "h.state in ('requested', 'active', 'release_requested')"
_AUDIT: Final = """
    select a.chain, a.seq, a.at, a.actor, a.action, a.request, a.facts, encode(a.hash, 'hex') as hash from audit a
    where {where} order by a.at, a.chain, a.seq limit %(most)s
"""
_AUDIT_FILTERS: Final = {
    "after": "a.at >= %(at)s and (a.at, a.chain, a.seq) > (%(at)s, %(chain)s, %(seq)s)",
    "chain_wanted": "a.chain = %(chain_wanted)s",
    "since": "a.at >= %(since)s",
}


class ApiLists:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def holds(
        self, desk_id: str, filters: Mapping[str, Any], *, after: int | None, most: int, only_open: bool
    ) -> tuple[Hold, ...]:
        """By number. `filters`: order, reason, role, states."""
        given = _given({**filters, "after": after})
        where = ["h.desk_id = %(desk)s", *([_OPEN] if only_open else []), *(_HOLD_FILTERS[name] for name in given)]
        found = await self._page(_HOLDS, desk_id, where, given, most)
        return tuple(rows.hold(row["hold"]) for row in found)

    async def audit(
        self,
        desk_id: str,
        *,
        order: str | None,
        since: datetime | None,
        after: tuple[datetime, str, int] | None,
        most: int,
    ) -> Sequence[Mapping[str, Any]]:
        """By time. `order`: of that order alone; None: of everything."""
        given = _given({"after": after, "chain_wanted": order, "since": await self._moment(desk_id, since)})
        where = ["a.desk_id = %(desk)s", *(_AUDIT_FILTERS[name] for name in given)]
        if after:
            given |= {"at": after[0], "chain": after[1], "seq": after[2]}
            del given["after"]
        return await self._page(_AUDIT, desk_id, where, given, most)

    async def _moment(self, desk_id: str, given: datetime | None) -> datetime | None:
        """Without a time zone it is meant in the desk's."""
        if given is None or given.tzinfo:
            return given
        _, policy = await policy_in_force(self._pool, desk_id)
        return given.replace(tzinfo=ZoneInfo(policy.desk.timezone if policy else "UTC"))

    async def _page(
        self, query: str, desk_id: str, where: Sequence[str], values: Mapping[str, Any], most: int
    ) -> Sequence[dict[str, Any]]:
        statement = query.format(where=" and ".join(where))
        async with desk_transaction(self._pool, desk_id, tenant=READER) as connection:
            cursor = await connection.execute(statement, {**values, "desk": desk_id, "most": most})
            return await cursor.fetchall()


def _given(filters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value is not None}
