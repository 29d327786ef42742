"""From an empty database to the newest migration and back: what stands there, and what happens when it cannot go on."""

import asyncio
import contextlib
import re
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

import migrations
from store.migrate import MigrationProblem, downgrade, upgrade
from store.tables import metadata
from store.versions import current, known, newest
from tests.migrations.catalogue import BOOKKEEPING, TABLES, everything, shape

FOLDER = Path(migrations.__file__).parent
FINAL = {"2026_11_21_0910": "never dropped"}  # what cannot be taken back, and why


def revisions():
    """Oldest first."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return list(reversed(list(ScriptDirectory.from_config(config).walk_revisions())))


NAMES = [script.revision for script in revisions()]
BEFORE = {script.revision: script.down_revision or "base" for script in revisions()}


@contextlib.contextmanager
def connected(url):
    engine = create_engine(f"postgresql+psycopg://{url.split('://', 1)[1]}", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def test_an_empty_database_comes_to_the_newest_migration(empty_database_url):
    assert current(empty_database_url) == ""
    upgrade(empty_database_url)
    assert current(empty_database_url) == newest() == NAMES[-1]


def test_the_migrations_are_known_by_their_file_names():
    assert list(known()) == NAMES


def test_the_migrations_add_up_to_the_tables_that_the_code_knows(database_url):
    with connected(database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found = compare_metadata(context, metadata)
    assert [difference for difference in found if BOOKKEEPING not in str(difference)] == []


def test_columns_checks_keys_and_index_conditions_are_printed_alike(database_url, empty_database_url):
    """What Alembic does not compare: CHECK constraints, conditions of indexes, defaults as PostgreSQL reads them."""
    with connected(empty_database_url) as connection:
        metadata.create_all(connection)
        connection.commit()
    migrated, created = (shape(url, parts=TABLES) for url in (database_url, empty_database_url))
    for part in TABLES:
        assert len(created[part]) > 20
        assert migrated[part] == created[part]


def test_a_second_run_changes_nothing(database_url):
    before = everything(database_url)
    upgrade(database_url)
    assert everything(database_url) == before


@pytest.mark.parametrize("revision", [name for name in NAMES if name not in FINAL and name > max(FINAL)])
def test_each_migration_can_be_taken_back_and_made_again(database_url, revision):
    downgrade(database_url, revision)
    there = everything(database_url)
    downgrade(database_url, BEFORE[revision])
    assert current(database_url) == BEFORE[revision]
    assert everything(database_url) != there
    upgrade(database_url, revision)
    assert everything(database_url) == there


def test_the_first_migration_can_be_taken_back_to_nothing(empty_database_url):
    upgrade(empty_database_url, NAMES[0])
    downgrade(empty_database_url, "base")
    left = everything(empty_database_url)
    assert {part: found for part, found in left.items() if found} == {}
    upgrade(empty_database_url, NAMES[0])


@pytest.mark.parametrize("revision", FINAL)
def test_what_is_never_taken_back_says_why_and_stays_whole(database_url, revision):
    downgrade(database_url, revision)
    there = everything(database_url)
    with pytest.raises(RuntimeError, match=FINAL[revision]):
        downgrade(database_url, BEFORE[revision])
    assert current(database_url) == revision
    assert everything(database_url) == there


def test_a_database_that_was_taken_back_and_forth_is_like_a_new_one(database_url):
    new = everything(database_url)
    downgrade(database_url, max(FINAL))
    upgrade(database_url)
    assert everything(database_url) == new


def test_rows_of_older_migrations_survive_newer_ones_being_taken_back(database_url):
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("insert into desks (desk_id, name, created_at) values ('T0ACME', 'Acme', now())")
        connection.execute("insert into orders (desk_id, number, changed_at) values ('T0ACME', 'ORD-1', now())")
        downgrade(database_url, "2026_11_21_0920")
        upgrade(database_url)
        assert connection.execute("select number from orders").fetchall() == [("ORD-1",)]


def test_the_migrations_are_one_line_of_dated_and_named_files():
    scripts = revisions()
    assert [script.down_revision for script in scripts] == [None, *NAMES[:-1]]
    assert sorted(NAMES) == NAMES
    for script in scripts:
        name = Path(script.path).stem
        assert re.fullmatch(rf"{script.revision}_[a-z]+(_[a-z]+)+|{script.revision}_[a-z]+", name)
        assert script.doc.endswith(".")


def test_every_statement_of_a_migration_goes_through_the_lock_timeout():
    for path in (FOLDER / "versions").glob("*.py"):
        source = path.read_text()
        assert "op.execute" not in source, path.name
        assert "alembic" not in source.split('"""', 2)[2].split("def upgrade")[0], path.name
    assert "set local lock_timeout = '2s'" in (FOLDER / "steps.py").read_text()


async def test_a_migration_that_waits_for_a_table_gives_up_says_so_and_leaves_nothing_half_done(database_url):
    """Whoever queues for a table makes everybody after it queue too."""
    downgrade(database_url, BEFORE[NAMES[-1]])
    before = everything(database_url)
    with psycopg.connect(database_url) as busy:
        for table in ("desks", "holds", "orders", "requests"):
            busy.execute(f"lock table {table} in access share mode")
            busy.execute(f"lock table {table} in row exclusive mode")
        upgrading = asyncio.ensure_future(asyncio.to_thread(upgrade, database_url))
        with pytest.raises(MigrationProblem, match="in use"):
            async with asyncio.timeout(20):
                await upgrading
        assert current(database_url) == BEFORE[NAMES[-1]]
    assert everything(database_url) == before
    upgrade(database_url)
    assert current(database_url) == newest()


async def test_two_that_migrate_at_once_wait_for_each_other(empty_database_url):
    await asyncio.gather(*(asyncio.to_thread(upgrade, empty_database_url) for _ in range(3)))
    assert current(empty_database_url) == newest()


def test_a_newer_database_is_left_alone(database_url):
    with psycopg.connect(database_url) as connection:
        connection.execute("update alembic_version set version_num = '2031_01_01_0000'")
    with pytest.raises(MigrationProblem, match="older than the database"):
        upgrade(database_url)
