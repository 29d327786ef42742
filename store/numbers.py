"""Order numbers that exist and look like one that does not."""

import difflib
from collections.abc import Sequence
from typing import Final

from store.pool import Connection, Pool, desk_transaction

# How many neighbours of an unknown number are compared with it.
NEIGHBOURS: Final = 200

# By range, because LIKE cannot use an index behind a row-level policy.
_NEAR: Final = """
    (select number from orders where desk_id = %(desk)s and number >= %(at)s order by number limit %(most)s)
    union
    (select number from orders where desk_id = %(desk)s and number < %(at)s order by number desc limit %(most)s)
"""


# Of the newest import, one that has not been picked: it can still be held, changed and cancelled.
_UNTOUCHED: Final = """
    select o.number from orders o
    where o.desk_id = %(desk)s
    and exists (select from order_lines l where l.desk_id = o.desk_id and l.order_number = o.number)
    and not exists (select from order_lines l where l.desk_id = o.desk_id and l.order_number = o.number
                    and (l.picked > 0 or l.cancelled = l.ordered))
    order by o.import_number desc nulls last, o.number = %(first)s desc, o.number limit 1
"""


async def untouched_order(pool: Pool, desk_id: str, *, first: str) -> str:
    """An order to try things on, `first` where it is one; "" where every order is on its way."""
    async with desk_transaction(pool, desk_id) as connection:
        row = await (await connection.execute(_UNTOUCHED, {"desk": desk_id, "first": first})).fetchone()
    return str(row["number"]) if row else ""


async def similar_numbers(connection: Connection, desk_id: str, numbers: Sequence[str]) -> tuple[str, ...]:
    """Up to three, the closest first."""
    found: list[str] = []
    for number in numbers:
        cursor = await connection.execute(_NEAR, {"at": number, "desk": desk_id, "most": NEIGHBOURS})
        near = [row["number"] for row in await cursor.fetchall()]
        found += difflib.get_close_matches(number, near, n=3, cutoff=0.6)
    return tuple(dict.fromkeys(found))[:3]
