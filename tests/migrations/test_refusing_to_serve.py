"""Commands refuse a database that is not at the newest migration: one line that says what to do, exit code 1."""

import asyncio
import os
import sys
from pathlib import Path

import psycopg

from store.migrate import downgrade
from store.versions import newest

ROOT = Path(__file__).parent.parent.parent
OURS = ("SLACK_", "RESEND_", "REDTAG_", "DATABASE_URL", "PORT")
COMMANDS = {
    "serve": ["serve"],
    "worker": ["worker"],
    "desk show": ["desk", "show"],
    "gate": ["gate", "ORD-1"],
    "audit verify": ["audit", "verify"],
}


async def redtag(url, *words):
    """Exit code, what went to stdout, and the lines that went to stderr."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    environment = {
        **kept,
        "DATABASE_URL": url,
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_SIGNING_SECRET": "secret",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, env=environment, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, out.decode(), err.decode().splitlines()


async def all_of(url):
    return await asyncio.gather(*(redtag(url, *words) for words in COMMANDS.values()))


def refusal(state):
    return f"The database is {state}, this Redtag needs {newest()}: run `redtag migrate`, then start again."


async def test_an_empty_database_is_refused_by_every_command(empty_database_url):
    for code, out, err in await all_of(empty_database_url):
        assert (code, out, err) == (1, "", [refusal("empty")])


async def test_an_older_database_is_refused_by_every_command(database_url):
    downgrade(database_url, "2026_11_21_0940")
    for code, out, err in await all_of(database_url):
        assert (code, out, err) == (1, "", [refusal("at migration 2026_11_21_0940")])


async def test_a_newer_database_is_refused_and_not_migrated(database_url):
    with psycopg.connect(database_url) as connection:
        connection.execute("update alembic_version set version_num = '2031_01_01_0000'")
    for code, _, err in await asyncio.gather(*(redtag(database_url, word) for word in ("serve", "migrate"))):
        assert code == 1
        (line,) = err
        assert "2031_01_01_0000" in line
        assert "Start the newer one" in line


async def test_migrate_does_what_the_refusal_said(empty_database_url):
    code, out, err = await redtag(empty_database_url, "migrate")
    assert (code, out, err) == (0, f"The database is at {newest()}.\n", [])
    code, _, err = await redtag(empty_database_url, "gate", "ORD-1")
    assert code == 1
    assert "There is no desk yet" in err[0]


async def test_a_migration_that_cannot_have_its_table_is_one_line(database_url):
    downgrade(database_url, "2026_11_21_0940")
    with psycopg.connect(database_url) as busy:
        busy.execute("lock table desks in row exclusive mode")
        code, _, err = await redtag(database_url, "migrate")
    assert code == 1
    (line,) = err
    assert "run `redtag migrate` again" in line
