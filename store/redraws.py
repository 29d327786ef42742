"""Home tabs drawn anew because something was committed that stands on them; written in the same transaction.

What a decision concerns is written with the decision, see `store.hot_path`; here is what is left: imports, policies,
people, exports and notices that were given up.
"""

from collections.abc import Sequence
from typing import Final

from store.pool import Connection

MOST: Final = 200  # of the tabs that were open last; who opens theirs later has it drawn by that

# The people whose tab was open last. One notice that waits is enough: it is locked, so that nobody draws it before
# this is committed; one that somebody draws just now cannot be locked, and does not count.
HOMES: Final = """
    viewers as materialized (
        select v.user_id, 'home:' || v.user_id as lane
        from home_views v join members m on m.desk_id = v.desk_id and m.user_id = v.user_id and m.standing = 'active'
        where v.desk_id = %(desk)s and {whose}
        order by v.opened_at desc limit {most}
    ),
    undrawn as materialized (
        select w.lane from notices w where w.desk_id = %(desk)s and w.lane = any(array(select lane from viewers))
        and w.state = 'ready' and w.tried_at is null and w.kind = 'home' for key share skip locked
    ),
    new_homes as (
        insert into notices (desk_id, kind, lane, payload, trace, created_at, due_at)
        select %(desk)s, 'home', v.lane, jsonb_build_object('user', v.user_id), {trace}, {now}, {now}
        from viewers v where v.lane not in (select lane from undrawn)
        returning lane
    )"""
EVERYBODY: Final = f"""
    with {HOMES.format(whose="true", most=MOST, trace="''", now="statement_timestamp()")}
    select count(*) as homes from new_homes
"""
_OF_SOME: Final = f"""
    with {HOMES.format(whose="v.user_id = any(%(users)s)", most=MOST, trace="''", now="statement_timestamp()")}
    select count(*) as homes from new_homes
"""


async def redraw_everybody(connection: Connection, desk_id: str) -> None:
    await connection.execute(EVERYBODY, {"desk": desk_id})


async def redraw_homes(connection: Connection, desk_id: str, users: Sequence[str]) -> None:
    await connection.execute(_OF_SOME, {"desk": desk_id, "users": list(users)})
