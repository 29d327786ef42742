"""Writes of other systems that carry an Idempotency-Key: who does them, and what they were answered.

A row without a status is a write under way. Whoever does it renews the row; one that is not renewed was left behind by
a crash, and the next copy takes it over.
"""

from typing import Any, Final

import orjson

from store.pool import READER, Connection, Pool, desk_transaction
from workflows.systems import Answer, KeyReused, UnderWay, WriteKey

_CLAIM: Final = """
    insert into api_writes as w (desk_id, api_key, key, fingerprint, at)
    values (%(desk)s, %(api_key)s, %(key)s, %(fingerprint)s, clock_timestamp())
    on conflict (desk_id, api_key, key) do update set at = excluded.at
    where w.status is null and w.fingerprint = excluded.fingerprint
    and w.at < clock_timestamp() - interval '20 seconds'
    returning 1
"""
_KNOWN: Final = """
    select fingerprint, status, answer from api_writes
    where desk_id = %(desk)s and api_key = %(api_key)s and key = %(key)s
"""
_UNDER_WAY: Final = "where desk_id = %(desk)s and api_key = %(api_key)s and key = %(key)s and status is null"
_RENEW: Final = f"update api_writes set at = clock_timestamp() {_UNDER_WAY}"
_SETTLE: Final = f"update api_writes set status = %(status)s, answer = %(answer)s::jsonb {_UNDER_WAY}"
_FORGET: Final = f"delete from api_writes {_UNDER_WAY}"


class ApiWrites:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def claim(self, write: WriteKey) -> Answer | None:
        """None: this write is the caller's to do now. Else what it was answered. Raises KeyReused and UnderWay."""
        values = _values(write)
        async with desk_transaction(self._pool, write.caller.desk_id, tenant=READER) as connection:
            if await (await connection.execute(_CLAIM, values)).fetchone():
                return None
            row = await (await connection.execute(_KNOWN, values)).fetchone()
        if row is None:
            raise UnderWay  # it has just been given up, so that the next try will get it
        if row["fingerprint"] != write.fingerprint:
            raise KeyReused
        if row["status"] is None:
            raise UnderWay
        return Answer(row["status"], row["answer"]["body"], row["answer"]["headers"])

    async def renew(self, write: WriteKey) -> None:
        await self._do(write, _RENEW)

    async def forget(self, write: WriteKey) -> None:
        """Nothing came about: a copy is a new try."""
        await self._do(write, _FORGET)

    async def settle(self, write: WriteKey, answer: Answer) -> None:
        """Keep the answer, unless it was kept already by the transaction that did the work."""
        async with desk_transaction(self._pool, write.caller.desk_id, tenant=READER) as connection:
            await settle(connection, write, answer)

    async def _do(self, write: WriteKey, statement: str) -> None:
        async with desk_transaction(self._pool, write.caller.desk_id, tenant=READER) as connection:
            await connection.execute(statement, _values(write))


async def settle(connection: Connection, write: WriteKey, answer: Answer) -> bool:
    """Within a transaction that sees the desk. False where it was settled before, or taken over."""
    found = orjson.dumps({"body": answer.body, "headers": dict(answer.headers)}).decode()
    values = {**_values(write), "answer": found, "status": answer.status}
    return (await connection.execute(_SETTLE, values)).rowcount == 1


def _values(write: WriteKey) -> dict[str, Any]:
    return {
        "api_key": write.caller.key_id,
        "desk": write.caller.desk_id,
        "fingerprint": write.fingerprint,
        "key": write.key,
    }
