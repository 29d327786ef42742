"""Keys of other systems. Only the SHA-256 of a key is stored: it is 256 random bits, which nobody can guess."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson

from store.pool import READER, Connection, Pool, desk_transaction
from workflows.systems import Caller, desk_of, key_for

_ONE_BY_ONE: Final = "select pg_advisory_xact_lock(hashtextextended('keys:' || %(desk)s, 0))"
_TAKEN: Final = "select id from api_keys where desk_id = %(desk)s and name = %(name)s and revoked_at is null"
_CREATE: Final = """
    insert into api_keys (desk_id, id, name, hash, scopes, created_at, created_by)
    select desk_id, (select coalesce(max(id), 0) + 1 from api_keys where desk_id = %(desk)s), %(name)s, %(hash)s,
           %(scopes)s::jsonb, clock_timestamp(), %(by)s
    from desks where desk_id = %(desk)s
    returning id
"""
_REVOKE: Final = """
    update api_keys set revoked_at = clock_timestamp()
    where desk_id = %(desk)s and id = %(id)s and revoked_at is null returning name
"""
_AUDIT: Final = """
    insert into audit (desk_id, chain, at, actor, action, facts)
    values (%(desk)s, '', clock_timestamp(), %(by)s, %(action)s, %(facts)s::jsonb)
"""
_LIST: Final = """
    select id, name, scopes, created_at, created_by, used_at, revoked_at from api_keys
    where desk_id = %(desk)s order by id
"""
_LIVE: Final = """
    select id, name, hash, scopes, coalesce(used_at < clock_timestamp() - interval '1 minute', true) as unnoted
    from api_keys where desk_id = %(desk)s and revoked_at is null
"""
_USED: Final = """
    update api_keys set used_at = clock_timestamp() where desk_id = %(desk)s and id = %(id)s
    and (used_at is null or used_at < clock_timestamp() - interval '1 minute')
"""


class NameTaken(Exception):
    """Another key that is not revoked has this name, and the audit would not tell them apart."""

    def __init__(self, key_id: int) -> None:
        super().__init__(f"key {key_id} has this name")
        self.key_id = key_id


@dataclass(frozen=True, slots=True)
class ApiKey:
    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    used_at: datetime | None
    revoked_at: datetime | None


class ApiKeys:
    """The keys of any desk."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def create(self, desk_id: str, name: str, scopes: Sequence[str], by: str) -> tuple[int, str]:
        """The id and the key itself, which is not kept and cannot be shown again. Raises NameTaken."""
        key = key_for(desk_id, secrets.token_urlsafe(32))
        values = {
            "by": by,
            "desk": desk_id,
            "hash": _hash(key),
            "name": name,
            "scopes": orjson.dumps(sorted(set(scopes))).decode(),
        }
        async with desk_transaction(self._pool, desk_id) as connection:
            await connection.execute(_ONE_BY_ONE, values)
            taken = await (await connection.execute(_TAKEN, values)).fetchone()
            if taken:
                raise NameTaken(taken["id"])
            row = await (await connection.execute(_CREATE, values)).fetchone()
            if row is None:
                raise LookupError(desk_id)
            facts = {"key": row["id"], "name": name, "scopes": sorted(set(scopes))}
            await _audit(connection, desk_id, by, "key.created", facts)
        return row["id"], key

    async def list(self, desk_id: str) -> tuple[ApiKey, ...]:
        """All keys there ever were, the oldest first."""
        async with desk_transaction(self._pool, desk_id) as connection:
            found = await (await connection.execute(_LIST, {"desk": desk_id})).fetchall()
        return tuple(ApiKey(**{**row, "scopes": tuple(row["scopes"])}) for row in found)

    async def revoke(self, desk_id: str, key_id: int, by: str) -> str | None:
        """The name of the key, which is refused from now on; None where there is no such key that is good."""
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await (await connection.execute(_REVOKE, {"desk": desk_id, "id": key_id})).fetchone()
            if row:
                await _audit(connection, desk_id, by, "key.revoked", {"key": key_id, "name": row["name"]})
        return row["name"] if row else None

    async def check(self, key: str) -> Caller | None:
        """Whose key this is; None where it is wrong or revoked. Its use is noted at most once a minute."""
        desk_id = desk_of(key)
        if desk_id is None:
            return None
        async with self._pool.connection() as connection:
            async with connection.pipeline():
                await connection.execute(READER, {"desk": desk_id})
                cursor = await connection.execute(_LIVE, {"desk": desk_id})
            found = await cursor.fetchall()
            hashed = _hash(key)
            row = next((row for row in found if hmac.compare_digest(row["hash"], hashed)), None)
            if row and row["unnoted"]:
                await connection.execute(_USED, {"desk": desk_id, "id": row["id"]})
        return Caller(desk_id, row["id"], row["name"], frozenset(row["scopes"])) if row else None


async def _audit(connection: Connection, desk_id: str, by: str, action: str, facts: dict[str, object]) -> None:
    values = {"action": action, "by": by, "desk": desk_id, "facts": orjson.dumps(facts).decode()}
    await connection.execute(_AUDIT, values)


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
