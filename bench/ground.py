"""What is measured: a real database on disk, `redtag serve` as it ships, the strict workspace, and the floor."""

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from bench.load import FIRST_ORDER, PEOPLE, TEAM
from bot.main.database import migrate
from playground.slack.seed import demo_seed
from playground.slack.server import bound_socket, port_of, serving
from playground.slack.workspace import Workspace, asgi
from store.embedded import start_embedded
from store.policies import apply_policy
from store.pool import make_pool
from workflows.policy.load import parse_policy
from workflows.policy.model import Policy

CODE: Final = Path(__file__).resolve().parent.parent
DISK: Final = "/var/tmp"  # /tmp may be memory, where a commit costs nothing
POLICY: Final = CODE / "playground" / "demo_policy.toml"
START_SECONDS: Final = 30.0

ORDERS: Final = """
    insert into orders (desk_id, number, customer, currency, total, placed_total, changed_at)
    select %(desk)s, 'ORD-' || n, 'Customer ' || n %% 5000, 'USD', 125000, 125000, now()
    from generate_series(%(first)s::int, %(first)s::int + %(count)s::int - 1) n
"""
LINES: Final = """
    insert into order_lines (desk_id, order_number, key, line, sku, description, ordered, unit_price)
    select desk_id, number, line::text, line, 'SKU-' || line, 'Thing ' || line, 3, 1750
    from orders cross join generate_series(1, 2) line
"""
MEMBERS: Final = """
    insert into members (desk_id, user_id, name, standing, checked_at)
    select %(desk)s, user_id, initcap(user_id), 'active', now() from unnest(%(people)s::text[]) user_id
"""


@dataclass(frozen=True, slots=True)
class Process:
    child: subprocess.Popen[bytes]
    port: int


@contextmanager
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="redtag-bench-", dir=DISK if os.access(DISK, os.W_OK) else None))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def database(data_dir: Path, orders: int) -> Iterator[str]:
    """Migrated, with the demo's policy, people who are known, and this many orders of two lines."""
    with start_embedded(data_dir) as lease:
        migrate(lease.url)
        policy = parse_policy(POLICY.read_text())
        asyncio.run(_apply(lease.url, policy))
        _fill(lease.url, orders, _everybody(policy))
        yield lease.url


async def _apply(url: str, policy: Policy) -> None:
    async with make_pool(url) as pool:
        await apply_policy(pool, TEAM, policy, by="bench")


def _everybody(policy: Policy) -> list[str]:
    return sorted({*PEOPLE, *(member for role in policy.roles.values() for member in role.members)})


def _fill(url: str, orders: int, people: list[str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(ORDERS, {"count": orders, "desk": TEAM, "first": FIRST_ORDER})
        connection.execute(LINES)
        connection.execute(MEMBERS, {"desk": TEAM, "people": people})
        connection.execute("vacuum analyze orders, order_lines, members")
        connection.execute("checkpoint")


class SlackSide:
    """The strict workspace, which can go away (connections are refused) and come back."""

    def __init__(self) -> None:
        self.workspace = Workspace(demo_seed())
        self._port = 0
        self._open: contextlib.AsyncExitStack | None = None

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self._port}/api/"

    async def up(self) -> None:
        if self._open is None:
            listener = bound_socket("127.0.0.1", self._port)
            self._port = port_of(listener)
            self._open = contextlib.AsyncExitStack()
            await self._open.enter_async_context(serving(asgi(self.workspace), listener))

    async def down(self) -> None:
        if self._open is not None:
            opened, self._open = self._open, None
            await opened.aclose()


@asynccontextmanager
async def slack_side() -> AsyncIterator[SlackSide]:
    slack = SlackSide()
    await slack.up()
    try:
        yield slack
    finally:
        await slack.down()
        await slack.workspace.aclose()


@asynccontextmanager
async def redtag(url: str, slack: SlackSide, where: Path) -> AsyncIterator[Process]:
    """`redtag serve`, delivery included."""
    port = _free_port()
    settings = {
        "DATABASE_URL": url,
        "PORT": str(port),
        "SLACK_API_URL": slack.api,
        "SLACK_BOT_TOKEN": slack.workspace.bot_token,
        "SLACK_SIGNING_SECRET": slack.workspace.signing_secret,
    }
    async with _running(["-m", "bot", "serve"], settings, port, where / "redtag.log") as process:
        yield process


@asynccontextmanager
async def bare_bolt(where: Path) -> AsyncIterator[tuple[Process, str]]:
    """The floor and its signing secret."""
    port, secret = _free_port(), secrets.token_hex(16)
    async with _running(["-m", "bench.bare_bolt", str(port), secret], {}, port, where / "bare_bolt.log") as process:
        yield process, secret


@asynccontextmanager
async def _running(words: list[str], settings: dict[str, str], port: int, log: Path) -> AsyncIterator[Process]:
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, *words],
            env=_environment() | settings,
            cwd=CODE,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        await _listening(port, child, log)
        yield Process(child, port)
    finally:
        child.terminate()
        await asyncio.to_thread(child.wait, START_SECONDS)


def _environment() -> dict[str, str]:
    """Ours, without what would configure Redtag otherwise."""
    ours = ("SLACK_", "RESEND_", "REDTAG_", "DATABASE_URL", "PORT")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


async def _listening(port: int, child: subprocess.Popen[bytes], log: Path) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            if child.poll() is not None:
                raise RuntimeError(f"a server ended at its start: {log.read_text()[-2000:]}")
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
