"""What the database's catalogue and the outbox say of their own state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg
from psycopg.rows import class_row, dict_row

from store.pool import CONNECT_SECONDS, Pool, desk_transaction
from store.versions import ROLES

OLDEST_SERVER: Final = 150000

_SERVER: Final = """
    select current_setting('server_version_num')::int as version, current_setting('server_version') as shown,
           clock_timestamp() as now, current_user as login
"""
# Every table of ours that has a desk in it, in whatever schema the connection works.
_TABLES: Final = """
    select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
           exists (select from pg_policy p where p.polrelid = c.oid) as has_policy
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'desk_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace order by c.relname
"""
_ROLES: Final = """
    select r.rolname as name, r.rolsuper as is_superuser, r.rolbypassrls as bypasses,
           exists (select from pg_class c where c.relowner = r.oid and c.relnamespace = current_schema()::regnamespace
                   and c.relkind in ('r', 'p')) as owns_tables,
           pg_has_role(current_user, r.oid, case when current_setting('server_version_num')::int >= 160000
                                                 then 'set' else 'member' end) as usable
    from pg_roles r where r.rolname = any(%s) order by r.rolname
"""
_OUTBOX: Final = """
    select count(*) filter (where state = 'ready') as ready, count(*) filter (where state = 'dead') as dead,
           clock_timestamp() - min(due_at) filter (where state = 'ready') as oldest_due,
           max(settled_at) filter (where state = 'sent') as last_sent
    from notices where desk_id = %s
"""


@dataclass(frozen=True, slots=True)
class Server:
    version: int
    shown: str
    now: datetime
    login: str


@dataclass(frozen=True, slots=True)
class TableSecurity:
    name: str
    enabled: bool
    forced: bool
    has_policy: bool

    @property
    def missing(self) -> str:
        """What is not as it must be, or an empty string."""
        wanted = {"is not enabled": self.enabled, "is not forced": self.forced, "has no policy": self.has_policy}
        return next((words for words, there in wanted.items() if not there), "")


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    is_superuser: bool
    bypasses: bool
    owns_tables: bool
    usable: bool


@dataclass(frozen=True, slots=True)
class OutboxState:
    """`oldest_due`: for how long the notice that waits longest could have been sent; negative where none is due."""

    ready: int
    dead: int
    oldest_due: timedelta | None
    last_sent: datetime | None


async def server(url: str) -> Server:
    """As the user of the address, not as the app."""
    async with await _connect(url) as connection, connection.cursor(row_factory=class_row(Server)) as cursor:
        found = await (await cursor.execute(_SERVER)).fetchone()
    if found is None:
        raise psycopg.OperationalError("the server said nothing of itself")
    return found


async def table_security(url: str) -> Sequence[TableSecurity]:
    async with await _connect(url) as connection, connection.cursor(row_factory=class_row(TableSecurity)) as cursor:
        return await (await cursor.execute(_TABLES)).fetchall()


async def roles(url: str) -> Sequence[Role]:
    """Of the two that Redtag acts as, those that there are."""
    async with await _connect(url) as connection, connection.cursor(row_factory=class_row(Role)) as cursor:
        return await (await cursor.execute(_ROLES, [list(ROLES)])).fetchall()


async def outbox_state(pool: Pool, desk_id: str) -> OutboxState:
    async with desk_transaction(pool, desk_id) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        row = await (await cursor.execute(_OUTBOX, [desk_id])).fetchone()
    return OutboxState(**(row or {}))


async def _connect(url: str) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS)
