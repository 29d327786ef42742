"""One PostgreSQL for the whole test run, and a fresh database for each test that asks for one."""

import os
import shutil
import tempfile
import uuid
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from store.embedded import start_embedded
from store.migrate import upgrade

FOLDER = "REDTAG_TEST_FOLDER"  # handed by the run to its workers
MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
TEMPLATE = "redtag_template"
DRAFT = "redtag_draft"
TEMPLATE_LOCK = 1
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "max_connections": "300",
    "autovacuum": "off",  # it would visit databases that are gone a second later
    "jit": "off",
}
_looking = {}


def is_worker(config):
    return hasattr(config, "workerinput")


def pytest_configure(config):
    if not is_worker(config):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="redtag-tests-", dir=memory_or_disk())


def memory_or_disk():
    """Memory where there is plenty: on ext4 the many files of a cloned database cost ten times as much."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if roomy else None


def pytest_unconfigure(config):
    if not is_worker(config) and FOLDER in os.environ:
        shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)


def at(url, database):
    """The same server, another database."""
    return f"{url.rsplit('/', 1)[0]}/{database}"


def rows_of(url, query, parameters=()):
    """What the superuser sees or does, each time in a transaction of its own.

    The connection stays open for the next look: a new one costs both sides more than most queries do.
    """
    if url not in _looking or _looking[url].closed:
        _looking[url] = psycopg.connect(url, autocommit=True, row_factory=dict_row, prepare_threshold=None)
    cursor = _looking[url].execute(query, parameters)
    return cursor.fetchall() if cursor.description else []


def look_away(url):
    if url in _looking:
        _looking.pop(url).close()


@pytest.fixture(scope="session")
def server_url():
    """URL of the server's superuser, shared by all workers of the run."""
    with start_embedded(Path(os.environ[FOLDER]), settings=SETTINGS) as lease:
        yield lease.url
        for url in list(_looking):
            look_away(url)


@pytest.fixture(scope="session")
def server(server_url):
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def template(server, server_url):
    """The name of a migrated database, made by the first worker that needs it."""
    server.execute("select pg_advisory_lock(%s)", [TEMPLATE_LOCK])
    if not server.execute("select 1 from pg_database where datname = %s", [TEMPLATE]).fetchone():
        server.execute(f"drop database if exists {DRAFT} with (force)")
        server.execute(f"create database {DRAFT}")
        upgrade(at(server_url, DRAFT))
        server.execute(f"alter database {DRAFT} rename to {TEMPLATE}")
    server.execute("select pg_advisory_unlock(%s)", [TEMPLATE_LOCK])
    return TEMPLATE


@pytest.fixture
def database_url(server, server_url, template):
    """A migrated database of the test's own; the URL is the superuser's."""
    yield from fresh(server, server_url, template)


@pytest.fixture(scope="module")
def common_database_url(server, server_url, template):
    """A migrated database for those tests of a module that take back whatever they write."""
    yield from fresh(server, server_url, template)


@pytest.fixture
def empty_database_url(server, server_url):
    """A database of the test's own in which no migration ran."""
    yield from fresh(server, server_url, "template0")


def fresh(server, server_url, template):
    name = f"test_{uuid.uuid4().hex}"
    server.execute(f"create database {name} template {template} strategy file_copy")
    yield at(server_url, name)
    look_away(at(server_url, name))
    server.execute(f"drop database {name} with (force)")
