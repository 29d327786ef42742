"""Bring a database to the newest migration, and take migrations back."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

import migrations
from store.pool import CONNECT_SECONDS
from store.versions import NEWER, ROLES, current, knows

LOCK: Final = 0x72656474  # any number of our own: two migrations at once wait for each other
BUSY: Final = (
    "A table is in use by somebody who does not let go of it, so the migration gave up rather than keep everybody "
    "waiting. What was finished stays; run `redtag migrate` again, at a quieter time."
)


class MigrationProblem(Exception):
    """The database cannot be brought to, or is not at, the newest migration; the message says what to do."""


def upgrade(url: str, revision: str = "head") -> None:
    """Create the two roles where they are missing and run what is outstanding."""
    found = current(url)
    if not knows(found):
        raise MigrationProblem(f"The database is at migration {found}, {NEWER}")
    ensure_roles(url)
    _with_alembic(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    _with_alembic(url, lambda config: command.downgrade(config, revision))


def ensure_roles(url: str) -> None:
    """Create `redtag_app` and `redtag_worker`: no login, no row-level bypass, usable by the one who connects.

    Roles belong to the whole cluster, so another database's Redtag may have made them already.
    """
    with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        known = {
            name
            for (name,) in connection.execute("select rolname from pg_roles where rolname = any(%s)", [list(ROLES)])
        }
        # From PostgreSQL 16 on whoever created a role may grant it, but not yet act as it.
        needed = "set" if connection.info.server_version >= 160000 else "member"
        usable = {
            name
            for name in known
            for (ok,) in connection.execute("select pg_has_role(current_user, %s, %s)", [name, needed])
            if ok
        }
        statements = [f"create role {name} nologin nobypassrls" for name in ROLES if name not in known]
        statements += [f"grant {name} to current_user" for name in ROLES if name not in usable]
        _run_or_explain(connection, statements)


def _run_or_explain(connection: psycopg.Connection[tuple[object, ...]], statements: list[str]) -> None:
    try:
        for statement in statements:
            connection.execute(statement.encode())
    except psycopg.errors.InsufficientPrivilege as refused:
        sql = ";\n".join(statements).replace("current_user", str(connection.info.user)) + ";"
        raise MigrationProblem(
            f"This database user may not create roles. Let an administrator run this once, then try again:\n{sql}"
        ) from refused


def _with_alembic(url: str, step: Callable[[Config], None]) -> None:
    engine = _engine(url)
    with engine.connect() as guard, engine.connect() as connection:
        _lock(guard)
        config = _config()
        config.attributes["connection"] = connection
        try:
            step(config)
        except OperationalError as failed:
            if isinstance(failed.orig, psycopg.errors.LockNotAvailable):
                raise MigrationProblem(BUSY) from failed
            raise


def _lock(connection: Connection) -> None:
    connection.exec_driver_sql(f"select pg_advisory_lock({LOCK})")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return config


def _engine(url: str) -> Engine:
    return create_engine(_sqlalchemy_url(url), poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS})


def _sqlalchemy_url(url: str) -> str:
    return f"postgresql+psycopg://{url.split('://', 1)[1]}"
