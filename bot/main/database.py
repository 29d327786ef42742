"""Which database, and whether it is ready to be used."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bot.main.stop import Stop
from bot.settings import Settings, SettingsProblem
from store.embedded import EmbeddedProblem, start_embedded
from store.versions import NEWER, current, knows, newest

BAD_ADDRESS: Final = (
    "DATABASE_URL cannot be read: its password needs every special character as %XX, such as %40 for @. After the @ "
    "come the host, its port if it is not 5432, and the name of the database."
)


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The address of the database: the one that is set, or our own, started or joined for as long as this lasts."""
    if settings.database_url:
        _check_address(settings.database_url)
        yield settings.database_url
        return
    try:
        lease = start_embedded(settings.data_dir)
    except EmbeddedProblem as problem:
        raise Stop(str(problem)) from problem
    with lease:
        yield lease.url


def _check_address(url: str) -> None:
    """What is wrong is not repeated: a misplaced sign makes a part of the password look like something else."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise SettingsProblem((BAD_ADDRESS,)) from None
    ports = str(parts.get("port") or 5432).split(",")
    if "@" in str(parts.get("host")) or not all(port.isdigit() for port in ports):
        raise SettingsProblem((BAD_ADDRESS,))


def migrate(url: str) -> str:
    """Bring the database to the newest migration and give its name."""
    from sqlalchemy.exc import OperationalError  # here, so that no other command waits for this import

    from store.migrate import MigrationProblem, upgrade

    try:
        upgrade(url)
        return newest()
    except MigrationProblem as problem:
        raise Stop(str(problem)) from problem
    except (OperationalError, psycopg.OperationalError) as away:
        raise Stop(unreachable(away)) from away


def check_at_head(url: str) -> None:
    """Refuse to work on tables of another version."""
    try:
        found = current(url)
    except psycopg.OperationalError as away:
        raise Stop(unreachable(away)) from away
    if not knows(found):
        raise Stop(f"The database is at migration {found}, {NEWER}")
    if found != newest():
        state = f"at migration {found}" if found else "empty"
        raise Stop(f"The database is {state}, this Redtag needs {newest()}: run `redtag migrate`, then start again.")


def unreachable(error: Exception) -> str:
    reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
    return f"The database cannot be reached: {reason}. Check DATABASE_URL and that PostgreSQL runs."
