"""Order numbers that exist and look like one that does not."""

import difflib
from collections.abc import Sequence
from typing import Final

from store.pool import Connection

# How many neighbours of an unknown number are compared with it.
NEIGHBOURS: Final = 200

# By range, because LIKE cannot use an index behind a row-level policy.
_NEAR: Final = """
    (select number from orders where desk_id = %(desk)s and number >= %(at)s order by number limit %(most)s)
    union
    (select number from orders where desk_id = %(desk)s and number < %(at)s order by number desc limit %(most)s)
"""


async def similar_numbers(connection: Connection, desk_id: str, numbers: Sequence[str]) -> tuple[str, ...]:
    """Up to three, the closest first."""
    found: list[str] = []
    for number in numbers:
        cursor = await connection.execute(_NEAR, {"at": number, "desk": desk_id, "most": NEIGHBOURS})
        near = [row["number"] for row in await cursor.fetchall()]
        found += difflib.get_close_matches(number, near, n=3, cutoff=0.6)
    return tuple(dict.fromkeys(found))[:3]
