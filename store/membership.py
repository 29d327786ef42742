"""What Slack says of people and user groups, kept; whoever loses their last signer by it hears so at once."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from store.people_of_desk import people_of
from store.policies import desks, in_force
from store.pool import ALONE, TENANT, Connection, Pool, desk_transaction, or_unavailable
from store.redraws import redraw_everybody
from workflows.policy.people import People, emptied
from workflows.ports import Member
from workflows.values import Standing

_MEMBER: Final = """
    insert into members (desk_id, user_id, name, email, timezone, standing, checked_at)
    select desk_id, %(user)s, %(name)s, %(email)s, %(timezone)s, %(standing)s, clock_timestamp()
    from desks where desk_id = %(desk)s
    on conflict (desk_id, user_id) do update set name = excluded.name, email = excluded.email,
    timezone = excluded.timezone, standing = excluded.standing, checked_at = excluded.checked_at
"""
_GROUP_LEFT: Final = """
    delete from group_members where desk_id = %(desk)s and user_group = %(group)s and not user_id = any(%(users)s)
"""
_GROUP_JOINED: Final = """
    insert into group_members (desk_id, user_group, user_id, seen_at)
    select desk_id, %(group)s, unnest(%(users)s::text[]), clock_timestamp() from desks where desk_id = %(desk)s
    on conflict (desk_id, user_group, user_id) do update set seen_at = excluded.seen_at
"""
_MOVED: Final = "update desks set people_version = people_version + 1 where desk_id = %s"
# To the managers' channel, or where the desk has none to each admin.
_TOLD: Final = """
    insert into notices (desk_id, kind, lane, payload, created_at, due_at)
    select %(desk)s, 'role.empty', 'slack:' || place, jsonb_build_object('role', %(role)s::text),
           clock_timestamp(), clock_timestamp()
    from unnest(%(places)s::text[]) place
"""
_AUDIT: Final = """
    insert into audit (desk_id, chain, at, actor, action, facts)
    values (%(desk)s, '', clock_timestamp(), 'redtag', 'role.empty', jsonb_build_object('role', %(role)s::text))
"""
ADMIN: Final = "admin"


async def keep_member(pool: Pool, desk_id: str, member: Member) -> None:
    """Raises Unavailable."""
    parameters = {
        "desk": desk_id,
        "email": member.email,
        "name": member.name,
        "standing": member.standing,
        "timezone": member.timezone,
        "user": member.user_id,
    }

    async def write(connection: Connection) -> None:
        await connection.execute(_MEMBER, parameters)

    await _staff(pool, desk_id, write, leaving=member.standing is not Standing.ACTIVE)


async def mirror_group(pool: Pool, desk_id: str, group: str, users: Sequence[str]) -> None:
    """`users` are all of the group's members now. Raises Unavailable."""
    parameters = {"desk": desk_id, "group": group, "users": list(users)}

    async def write(connection: Connection) -> None:
        await connection.execute(_GROUP_LEFT, parameters)
        await connection.execute(_GROUP_JOINED, parameters)

    await _staff(pool, desk_id, write, leaving=True)


async def groups_wanted(pool: Pool) -> tuple[tuple[str, str], ...]:
    """(desk, user group) of every group that a policy names."""
    found = []
    with or_unavailable():
        for desk_id in await desks(pool):
            async with desk_transaction(pool, desk_id) as connection:
                _, policy = await in_force(connection, desk_id)
            named = (group for role in policy.roles.values() for group in role.user_groups) if policy else ()
            found += [(desk_id, group) for group in dict.fromkeys(named)]
    return tuple(found)


async def members_of_group(pool: Pool, desk_id: str, group: str) -> tuple[str, ...]:
    async with desk_transaction(pool, desk_id) as connection:
        people = await people_of(connection, desk_id)
    return people.groups.get(group, ())


async def _staff(pool: Pool, desk_id: str, write: Callable[[Connection], Awaitable[None]], *, leaving: bool) -> None:
    """Whoever drops out does so between commands, never beside a signature that is being committed."""
    with or_unavailable():
        async with desk_transaction(pool, desk_id, tenant=ALONE if leaving else TENANT) as connection:
            before = await people_of(connection, desk_id)
            await write(connection)
            after = await people_of(connection, desk_id)
            if before != after:
                await connection.execute(_MOVED, [desk_id])
                await _tell(connection, desk_id, before, after)
                await redraw_everybody(connection, desk_id)


async def _tell(connection: Connection, desk_id: str, before: People, after: People) -> None:
    _, policy = await in_force(connection, desk_id)
    if policy is None:
        return
    admins = policy.roles[ADMIN].members if ADMIN in policy.roles else ()
    places = [policy.desk.managers_channel] if policy.desk.managers_channel else list(admins)
    for role in emptied(policy, before, after):
        parameters = {"desk": desk_id, "places": places, "role": role}
        await connection.execute(_TOLD, parameters)
        await connection.execute(_AUDIT, parameters)
