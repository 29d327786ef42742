"""Applying a policy: a new version, its role grants and its audit entry, between commands and never beside one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from store.pool import ALONE, Connection, Pool, desk_transaction, worker_transaction
from store.redraws import redraw_everybody
from workflows.policy.diff import differences
from workflows.policy.load import policy_from_json, policy_to_json
from workflows.policy.model import Policy
from workflows.ports import PolicyMoved

_NEW_DESK: Final = """
    with desk as (
        insert into desks (desk_id, name, created_at) values (%(desk)s, %(name)s, clock_timestamp())
        on conflict do nothing returning desk_id
    )
    insert into counters (desk_id) select desk_id from desk
"""
_NEW_VERSION: Final = """
    with desk as (
        update desks set policy_version = policy_version + 1, name = %(name)s where desk_id = %(desk)s
        returning policy_version
    )
    insert into policies (desk_id, version, document, differences, applied_at, applied_by)
    select %(desk)s, policy_version, %(document)s::jsonb, %(differences)s::jsonb, clock_timestamp(), %(by)s from desk
    returning version
"""
_GRANTS: Final = """
    with wanted as (select * from jsonb_to_recordset(%(grants)s::jsonb) as g (role text, user_id text)),
    ended as (
        update role_grants g set valid_to = clock_timestamp()
        where g.desk_id = %(desk)s and g.valid_to is null
        and not exists (select from wanted w where w.role = g.role and w.user_id = g.user_id)
    )
    insert into role_grants (desk_id, role, user_id, valid_from)
    select %(desk)s, w.role, w.user_id, clock_timestamp() from wanted w
    where not exists (select from role_grants g where g.desk_id = %(desk)s and g.role = w.role
                      and g.user_id = w.user_id and g.valid_to is null)
"""
_AUDIT: Final = """
    insert into audit (desk_id, chain, at, actor, action, facts)
    values (%(desk)s, '', clock_timestamp(), %(by)s, 'policy.applied', %(facts)s::jsonb)
"""


@dataclass(frozen=True, slots=True)
class Version:
    """One applied policy. `differences` are plain sentences against the version before."""

    version: int
    applied_at: datetime
    applied_by: str
    differences: tuple[str, ...]


async def apply_policy(
    pool: Pool, desk_id: str, policy: Policy, *, by: str, based_on: int | None = None
) -> tuple[int, tuple[str, ...]]:
    """Make this the policy in force; creates the desk where there is none. Gives the version and what changed.

    A policy equal to the one in force makes no new version. `based_on` is the version that the author looked at
    (0: none); where another is in force by now, PolicyMoved is raised and nothing applied.
    """
    async with desk_transaction(pool, desk_id, tenant=ALONE) as connection:
        parameters: dict[str, Any] = {"by": by, "desk": desk_id, "name": policy.desk.name}
        await connection.execute(_NEW_DESK, parameters)
        version, before = await in_force(connection, desk_id)
        if based_on is not None and based_on != version:
            raise PolicyMoved(version)
        changed = differences(before, policy)
        if before == policy:
            return version, ()
        parameters |= {
            "differences": orjson.dumps(changed).decode(),
            "document": orjson.dumps(policy_to_json(policy)).decode(),
            "grants": orjson.dumps(grants(policy)).decode(),
        }
        row = await (await connection.execute(_NEW_VERSION, parameters)).fetchone()
        version = row["version"] if row else 0
        await connection.execute(_GRANTS, parameters)
        facts = orjson.dumps({"differences": changed, "version": version}).decode()
        await connection.execute(_AUDIT, {**parameters, "facts": facts})
        await redraw_everybody(connection, desk_id)
    return version, changed


def grants(policy: Policy) -> list[dict[str, str]]:
    return [{"role": name, "user_id": user} for name, role in policy.roles.items() for user in role.members]


async def policy_in_force(pool: Pool, desk_id: str) -> tuple[int, Policy | None]:
    """The version and the policy of a desk; (0, None) where there is no desk."""
    async with desk_transaction(pool, desk_id) as connection:
        return await in_force(connection, desk_id)


async def policy_of_version(pool: Pool, desk_id: str, version: int) -> Policy | None:
    """A policy as it was applied; None where there is no such version."""
    query = "select document from policies where desk_id = %s and version = %s"
    async with desk_transaction(pool, desk_id) as connection:
        row = await (await connection.execute(query, [desk_id, version])).fetchone()
    return policy_from_json(row["document"]) if row else None


async def in_force(connection: Connection, desk_id: str) -> tuple[int, Policy | None]:
    """The same within a transaction on the desk."""
    query = """
        select p.version, p.document from desks d join policies p
        on p.desk_id = d.desk_id and p.version = d.policy_version where d.desk_id = %s
    """
    row = await (await connection.execute(query, [desk_id])).fetchone()
    return (row["version"], policy_from_json(row["document"])) if row else (0, None)


async def history(pool: Pool, desk_id: str) -> Sequence[Version]:
    """Every version, the newest first."""
    query = """
        select version, applied_at, applied_by, differences from policies where desk_id = %s order by version desc
    """
    async with desk_transaction(pool, desk_id) as connection:
        found: list[Mapping[str, Any]] = list(await (await connection.execute(query, [desk_id])).fetchall())
    return [Version(**{**row, "differences": tuple(row["differences"])}) for row in found]


async def desks(pool: Pool) -> tuple[str, ...]:
    """The ids of all desks."""
    async with worker_transaction(pool) as connection:
        rows = await (await connection.execute("select desk_id from desks order by desk_id")).fetchall()
    return tuple(row["desk_id"] for row in rows)


class Policies:
    """See `bot.slack.desk.Policies`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def in_force(self, desk_id: str) -> tuple[int, Policy | None]:
        return await policy_in_force(self._pool, desk_id)

    async def apply(self, desk_id: str, policy: Policy, *, by: str, based_on: int) -> tuple[str, ...]:
        _, changed = await apply_policy(self._pool, desk_id, policy, by=by, based_on=based_on)
        return changed
