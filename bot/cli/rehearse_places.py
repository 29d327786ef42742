"""What a rehearsal is played with: a database for it alone, and the real bot on it."""

import contextlib
import io
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.cli.common import run
from bot.cli.demo_processes import HOST, Child, answering, child
from bot.main.database import migrate
from bot.main.stop import Stop
from bot.rehearsal.books import Books
from bot.rehearsal.casting import Company
from bot.rehearsal.checks import RuleResult
from bot.rehearsal.orders import NoNumber, numbers, order_file
from bot.rehearsal.performing import perform
from bot.rehearsal.plan import Play, plan
from bot.rehearsal.scene import World
from bot.rehearsal.stage import Stage
from store.embedded import EmbeddedProblem, start_embedded
from store.imports import import_orders
from store.policies import apply_policy
from store.pool import make_pool
from workflows.imports.files import open_orders
from workflows.imports.rules import rules_of
from workflows.imports.values import RefusedRow
from workflows.policy.model import Policy

Show = Callable[[RuleResult], None]

BACKLOG: Final = 128
SECONDS: Final = 10.0
SECONDS_A_PLAY: Final = 8.0  # so many of a play's messages may stand before ours in the queue of one channel
# Nothing of it outlives the rehearsal, so nothing need reach the disk.
FORGETFUL: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
LAST_LINES: Final = 3
BY: Final = "cli:rehearse"


@dataclass(frozen=True, slots=True)
class Script:
    """What is played, by whom, with which order numbers. `policy` is the scratch desk's."""

    team: str
    policy: Policy
    company: Company
    plays: Sequence[tuple[Play, str]]


def script(team: str, policy: Policy, extras: Sequence[str] = ()) -> Script:
    company = Company(policy, extras)
    plays = plan(policy, company)
    try:
        numbered = tuple(zip(plays, numbers(policy.desk.order_number, len(plays)), strict=True))
    except NoNumber as problem:
        raise Stop(str(problem)) from problem
    return Script(team, policy, company, numbered)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="redtag-rehearsal-") as name:
        yield Path(name)


@contextlib.contextmanager
def scratch_database(folder: Path, played: Script) -> Iterator[str]:
    """A database with the desk, its policy and the orders, gone with the folder. Gives its address."""
    try:
        lease = start_embedded(folder / "data", settings=FORGETFUL)
    except EmbeddedProblem as problem:
        raise Stop(str(problem)) from problem
    with lease:
        migrate(lease.url)
        run(lease.url, lambda pool: apply_policy(pool, played.team, played.policy, by=BY))
        _import(lease.url, played)
        yield lease.url


def _import(url: str, played: Script) -> None:
    orders = [(number, play.terms) for play, number in played.plays if play.terms]
    refused: list[RefusedRow] = []
    if orders:
        found = open_orders(io.BytesIO(order_file(orders)), "rehearsal.csv", rules_of(played.policy), preset="redtag")
        import_orders(url, played.team, found, by=BY, dry_run=False, refused=refused.append)
    if refused:
        why = "; ".join(f"{row.column} {row.value!r} {row.reason}" for row in refused[:LAST_LINES])
        raise Stop(f"The orders of the rehearsal cannot be imported: {why}")


@contextlib.contextmanager
def scratch_bot(folder: Path, environment: Mapping[str, str]) -> Iterator[Child]:
    """The real bot, once it is ready."""
    with child(folder, "bot", [sys.executable, "-m", "bot", "serve"], environment) as bot:
        ready(f"http://{HOST}:{environment['PORT']}/readyz", bot)
        yield bot


def ready(address: str, started: Child) -> None:
    """Once it answers. Its log goes with the folder, so what it said last is said here."""
    try:
        answering(address, started)
    except Stop as stop:
        raise Stop(f"The rehearsal cannot begin: {ended([started]) or stop}") from stop


@contextlib.contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0), backlog=BACKLOG) as listener:
        yield listener


def address_of(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


def ended(children: Sequence[Child]) -> str:
    """Which of them is gone, with its last words; nothing while all run."""
    gone = next((each for each in children if each.has_ended()), None)
    if gone is None:
        return ""
    said = gone.log.read_text(errors="replace").strip().splitlines()[-LAST_LINES:]
    return f"the {gone.name} has ended{': ' if said else ''}{' | '.join(said)[:1000]}"


async def play_on(
    stage: Stage, url: str, played: Script, *, at_once: int, show: Show, why_no_mail: str = ""
) -> list[RuleResult]:
    async with make_pool(url, options="") as pool:
        books = Books(pool, played.team)
        patient = SECONDS + SECONDS_A_PLAY * len(played.plays)
        world = World(played.policy, played.company, stage, books, SECONDS, patient, why_no_mail)
        return await perform(world, played.plays, at_once=at_once, show=show)
