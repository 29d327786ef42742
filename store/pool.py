"""Connections. Every one is confined: it acts as `redtag_app` or `redtag_worker`, never as the user that connected."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import orjson
from psycopg import AsyncConnection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from workflows.ports import Unavailable

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]

# Milliseconds. A click has 2.5 s; a writer that waits longer for a lock gives up cleanly.
OPTIONS: Final = "-c lock_timeout=1500 -c statement_timeout=2200 -c idle_in_transaction_session_timeout=10000"
CONNECT_SECONDS: Final = 5

# For long reads: nobody who applies a policy waits for them.
READER: Final = "select set_config('role', 'redtag_app', true), set_config('redtag.desk_id', %(desk)s, true)"
# The policies of a desk cannot change between the shared lock and the commit: an applied policy takes it alone.
# It stands with the role and the tenant because a statement that also reads a table is planned without the policies.
TENANT: Final = f"{READER}, pg_advisory_xact_lock_shared(hashtextextended('policy:' || %(desk)s, 0))"
ALONE: Final = TENANT.replace("_lock_shared(", "_lock(")
WORKER: Final = "select set_config('role', 'redtag_worker', true)"


def make_pool(url: str, *, size: int = 4, options: str = OPTIONS) -> Pool:
    """A pool that opens with `async with`. More connections than about twice the cores make nothing faster."""
    return AsyncConnectionPool(
        url,
        min_size=1,
        max_size=size,
        open=False,
        timeout=2.0,
        reconnect_timeout=2.0,  # then whoever needs a connection tries anew: no delay that has doubled for an hour
        kwargs={
            "connect_timeout": CONNECT_SECONDS,
            "options": options,
            "prepare_threshold": 0,
            "row_factory": dict_row,
        },
        configure=_confine,
        connection_class=AsyncConnection[DictRow],
    )


async def _confine(connection: Connection) -> None:
    set_json_dumps(_dumps, connection)
    set_json_loads(orjson.loads, connection)
    await connection.execute("set role redtag_app")
    await connection.commit()


def _dumps(value: Any) -> bytes:
    return orjson.dumps(value)


@contextmanager
def or_unavailable() -> Iterator[None]:
    """A database that is away, full, or locked by another writer for too long, as `Unavailable`."""
    try:
        yield
    except (OperationalError, PoolTimeout) as away:
        raise Unavailable(str(away)) from away


@asynccontextmanager
async def desk_transaction(pool: Pool, desk_id: str, *, tenant: str = TENANT) -> AsyncIterator[Connection]:
    """A transaction that sees one desk, committed at the end. For everything off the hot path."""
    async with pool.connection() as connection:
        await connection.execute(tenant, {"desk": desk_id})
        yield connection


@asynccontextmanager
async def worker_transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A transaction that sees the notices, lanes and names of every desk, and nothing else."""
    async with pool.connection() as connection:
        await connection.execute(WORKER)
        yield connection
