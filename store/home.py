"""The Home tab: what it shows one person, and who is to see theirs drawn anew."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from store.outbox_sql import DEAD
from store.people_of_desk import people_of
from store.policies import in_force
from store.pool import Connection, Pool, desk_transaction
from store.queue import asked_by, held_page, signable
from store.redraws import redraw_homes
from workflows.absences import ADMIN
from workflows.homes import DeadOne, Filters, Health, Home
from workflows.policy.model import Policy
from workflows.policy.people import staffed

MOST: Final = 100
MOST_DEAD: Final = 3
DEAD_COUNTED: Final = 100

_SEEN: Final = """
    select clock_timestamp() as now, (select filters::text from home_views
        where desk_id = %(desk)s and user_id = %(user)s) as filters
"""
_LOCAL_DAY: Final = "select (clock_timestamp() at time zone %s)::date as today"
_HEALTH: Final = """
    select
        (select count(*) from (select from notices where desk_id = %(desk)s and state = 'dead' limit %(most)s) d)
            as dead_count,
        (select jsonb_build_array(at, file_name) from imports where desk_id = %(desk)s
         order by number desc limit 1) as imported,
        (select jsonb_build_array(taken_at, kind) from export_batches where desk_id = %(desk)s
         order by number desc limit 1) as exported
"""
# Filters that nobody has chosen anew stay as they are.
_OPENED: Final = """
    insert into home_views (desk_id, user_id, opened_at, filters)
    select desk_id, %(user)s, clock_timestamp(), coalesce(%(filters)s::jsonb, '{}') from desks where desk_id = %(desk)s
    on conflict (desk_id, user_id) do update
    set opened_at = excluded.opened_at, filters = coalesce(%(filters)s::jsonb, home_views.filters)
"""
# One that waits is enough. It is locked, so that nobody draws it before this is committed; one that somebody draws just
# now cannot be locked and does not count.
_REDRAW: Final = """
    with waiting as materialized (
        select id from notices where desk_id = %(desk)s and lane = 'home:' || %(user)s and state = 'ready'
        and tried_at is null and kind = 'home' for key share skip locked
    )
    insert into notices (desk_id, kind, lane, payload, trace, created_at, due_at)
    select %(desk)s, 'home', 'home:' || %(user)s, jsonb_build_object('user', %(user)s::text), %(trace)s,
           clock_timestamp(), clock_timestamp()
    from desks where desk_id = %(desk)s and not exists (select from waiting)
"""


async def show_home(pool: Pool, desk_id: str, user_id: str, filters: Filters | None, *, trace: str) -> None:
    """Remember that this person has their Home tab open, and have it drawn; None: with the filters of last time."""
    parameters = {"desk": desk_id, "filters": filters.write() if filters else None, "trace": trace, "user": user_id}
    async with desk_transaction(pool, desk_id) as connection:
        await connection.execute(_OPENED, parameters)
        await connection.execute(_REDRAW, parameters)


async def redraw_admins(connection: Connection, desk_id: str) -> None:
    """How the desk fares has changed, which they alone see."""
    _, policy = await in_force(connection, desk_id)
    if policy is None or ADMIN not in policy.roles:
        return
    row = await (await connection.execute(_LOCAL_DAY, [policy.desk.timezone])).fetchone()
    if row:
        today = staffed(policy, await people_of(connection, desk_id), row["today"])
        await redraw_homes(connection, desk_id, today.roles[ADMIN].members)


async def home_of(connection: Connection, desk_id: str, policy: Policy, user_id: str, most: int = MOST) -> Home:
    parameters = {"desk": desk_id, "user": user_id}
    seen = await (await connection.execute(_SEEN, parameters)).fetchone()
    filters = _known(Filters.read(seen["filters"] if seen else ""), policy)
    admin = ADMIN in policy.roles_of(user_id)
    return Home(
        now=seen["now"] if seen else datetime.now(UTC),
        mine=await asked_by(connection, desk_id, policy, user_id, most),
        to_sign=await signable(connection, desk_id, policy, user_id, most),
        held=await held_page(connection, desk_id, policy, user_id, filters),
        filters=filters,
        roles=tuple((name, role.label) for name, role in policy.roles.items()),
        reasons=tuple((reason.code, reason.label) for reason in policy.reasons_of("hold")),
        health=await _health(connection, desk_id, policy) if admin else None,
    )


def _known(filters: Filters, policy: Policy) -> Filters:
    """Without what has left the policy since it was chosen."""
    gone: dict[str, Any] = {}
    if filters.role and filters.role not in policy.roles:
        gone["role"] = ""
    if filters.reason and policy.reason("hold", filters.reason) is None:
        gone["reason"] = ""
    return filters.choose(**gone) if gone else filters


async def _health(connection: Connection, desk_id: str, policy: Policy) -> Health:
    row = await (await connection.execute(_HEALTH, {"desk": desk_id, "most": DEAD_COUNTED})).fetchone() or {}
    dead = await (await connection.execute(DEAD, {"desk": desk_id, "limit": MOST_DEAD})).fetchall()
    imported, exported = row.get("imported") or (None, ""), row.get("exported") or (None, "")
    return Health(
        dead=tuple(DeadOne(**{name: each[name] for name in DeadOne.__slots__}) for each in dead),
        dead_count=row.get("dead_count", 0),
        empty=tuple(role.label for role in policy.roles.values() if not role.members),
        away=tuple(role.label for role in policy.roles.values() if role.members and not role.present),
        imported_at=_moment(imported),
        imported=imported[1],
        exported_at=_moment(exported),
        exported=exported[1],
    )


def _moment(pair: Sequence[str | None]) -> datetime | None:
    return datetime.fromisoformat(pair[0]) if pair[0] else None
