"""Where a database stands among our migrations, and the roles that they need.

Told without Alembic, whose import takes longer than most commands have to run.
"""

from functools import cache
from pathlib import Path
from typing import Final

import psycopg

import migrations
from store.pool import CONNECT_SECONDS

ROLES: Final = ("redtag_app", "redtag_worker")
NEWER: Final = "which this Redtag does not know: it is older than the database. Start the newer one."
FOLDER: Final = Path(migrations.__file__).parent / "versions"
NAMED: Final = len("2026_11_21_0900")  # a file is named after its migration, with words behind


@cache
def known() -> tuple[str, ...]:
    """Our migrations, oldest first."""
    return tuple(sorted(file.name[:NAMED] for file in FOLDER.glob("[0-9]*.py")))


def newest() -> str:
    return known()[-1]


def knows(revision: str) -> bool:
    """Whether this is one of our migrations, or none at all."""
    return not revision or revision in known()


def current(url: str) -> str:
    """The migration the database is at, or an empty string."""
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
        if connection.execute("select to_regclass('alembic_version')").fetchone() == (None,):
            return ""
        at = connection.execute("select version_num from alembic_version").fetchone()
    return str(at[0]) if at else ""
