"""`redtag demo`: the whole product on one machine, with a small Slack of its own in the browser."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

import click

from bot.cli.common import run, settings
from bot.cli.demo_processes import (
    HOST,
    STOP_SECONDS,
    Child,
    answering,
    bot_environment,
    child,
    end_holder,
    end_on_signals,
    held_back,
    note,
    noted,
    ran,
    taken,
)
from bot.main.stop import Stop
from store.api_keys import ApiKeys
from store.embedded import EmbeddedProblem, start_embedded
from store.embedded_files import is_free, open_folder, open_private, waited
from store.numbers import untouched_order
from store.policies import apply_policy, policy_in_force
from store.pool import Pool

TEAM: Final = "T0ACME"
STORY_ORDER: Final = "ORD-123"  # of the sample
FIRST_PORT: Final = 8080
PORTS_TRIED: Final = 100
BACKLOG: Final = 128
CHILDREN: Final = ("bot", "playground")
INSTALLATION: Final = 5.0  # seconds; `make` alone takes less


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Where the playground answers; else 8080 or the next free.")
@click.option("--orders", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Your own order file.")
@click.option("--no-browser", is_flag=True, help="Do not open the page.")
@click.option("--socket-mode", is_flag=True, help="Let Slack and the bot talk over Socket Mode instead of HTTP.")
@click.option("--reset", is_flag=True, help="Stop a demo that runs or was left running, delete its data, start anew.")
@click.option("--since", type=float, hidden=True, help="When `make demo` began, in seconds since 1970.")
def demo(
    *, port: int | None, orders: Path | None, no_browser: bool, socket_mode: bool, reset: bool, since: float | None
) -> None:
    """Try Redtag without Slack: database, sample orders, the bot and a page to use it on."""
    began, before = time.monotonic(), time.time() - since if since else 0.0
    end_on_signals()
    with (
        contextlib.suppress(KeyboardInterrupt),
        _alone(settings().data_dir / "demo", reset=reset) as folder,
        _listening(port) as listener,
        _running(folder, listener, orders, socket_mode=socket_mode) as (address, door, children),
    ):
        click.echo(f"Playground: {address}")
        click.echo(f"Ship gate: {door}")
        click.echo(f"Ready after {took(time.monotonic() - began, before)}. Ctrl-C stops everything; the data stays.")
        if not no_browser and _has_screen():
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        _wait_for_end(*children)
    click.echo("Stopped.")


def took(start: float, before: float) -> str:
    """`4.4 s`, or `51 s (installation 47 s, start 4.4 s)` where `make` had first to install."""
    if before < INSTALLATION:
        return f"{start:.1f} s"
    return f"{before + start:.0f} s (installation {before:.0f} s, start {start:.1f} s)"


@contextlib.contextmanager
def _alone(folder: Path, *, reset: bool) -> Iterator[Path]:
    """The data folder, with no other demo on it and nothing left of one that was killed."""
    try:
        open_folder(folder)
    except EmbeddedProblem as problem:
        raise Stop(str(problem)) from problem
    lock = folder / "demo.lock"
    if reset and end_holder(lock, seconds=3 * STOP_SECONDS):
        click.echo("Stopped the demo that was running.")
    with taken(lock) as ours:
        if ours is None:
            raise Stop(_running_already(noted(lock).get("address")))
        note(lock, pid=os.getpid())
        left = [name for name in CHILDREN if end_holder(folder / f"{name}.lock")]
        if left:
            click.echo("Stopped what an earlier demo had left running.")
        if reset:
            _empty(folder, keep=lock)
        yield folder


def _running_already(address: str | None) -> str:
    where = f"is running already: {address}" if address else "is just being started or stopped"
    return f"The demo {where}. Stop it with Ctrl-C where it runs, or start over with `redtag demo --reset`."


def _empty(folder: Path, *, keep: Path) -> None:
    keeper = folder / "postgres.keeper"
    if not waited(lambda: is_free(keeper), seconds=2 * STOP_SECONDS):
        raise Stop(f"The database in {folder} is in use by another command: end it, then try again.")
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path != keep:
            path.unlink()
    click.echo("Started over: the demo's data is gone.")


@contextlib.contextmanager
def _running(
    folder: Path, listener: socket.socket, orders: Path | None, *, socket_mode: bool
) -> Iterator[tuple[str, str, tuple[Child, Child]]]:
    """Database, playground and bot, stopped in the reverse order."""
    from bot.main.database import migrate

    port = listener.getsockname()[1]
    click.echo("Starting the database …")
    try:
        lease = start_embedded(folder, say=click.echo)
    except EmbeddedProblem as problem:
        raise Stop(str(problem)) from problem
    with lease, contextlib.ExitStack() as stack:
        migrate(lease.url)
        environment = bot_environment(lease.url, port, socket_mode=socket_mode)
        _fill(folder, environment, orders)
        click.echo("Starting the playground and the bot …")
        address = f"http://{HOST}:{port}"
        words = _playground(folder, environment, listener.fileno())
        playground = child(folder, "playground", words, environment, listener.fileno())
        bot = child(folder, "bot", [sys.executable, "-m", "bot", "serve"], environment)
        with held_back():
            children = (stack.enter_context(playground), stack.enter_context(bot))
        answering(f"{address}/", children[0])
        answering(f"http://{HOST}:{environment['PORT']}/readyz", children[1])
        note(folder / "demo.lock", pid=os.getpid(), address=address)
        door = f"http://{HOST}:{environment['PORT']}/gate with the key {_gate_key(folder, lease.url)}"
        yield address, door, children


def _gate_key(folder: Path, url: str) -> str:
    """Made at the first start and kept with the demo's data, for its owner alone."""
    path = folder / "gate.key"
    if not path.exists():
        name = f"Door {secrets.token_hex(2)}"  # another, should a start have ended before the key was kept
        _, key = run(url, lambda pool: ApiKeys(pool).create(TEAM, name, ["gate:read"], "cli:demo"))
        with os.fdopen(open_private(path), "w") as kept:
            kept.write(key)
    return path.read_text()


def _playground(folder: Path, environment: Mapping[str, str], listener: int) -> list[str]:
    app_token = environment["SLACK_APP_TOKEN"]
    arguments = {
        "--bot-token": environment["SLACK_BOT_TOKEN"],
        "--bot-url": f"http://{HOST}:{environment['PORT']}/slack/events",
        "--listener": str(listener),
        "--signing-secret": environment["SLACK_SIGNING_SECRET"],
        "--state": str(folder / "playground.json"),
        "--story-order": run(environment["DATABASE_URL"], _order_of_the_story),
    }
    words = [word for pair in arguments.items() for word in pair]
    socket_mode = ["--socket-mode", "--app-token", app_token] if app_token else []
    return [sys.executable, "-m", "playground", *words, *socket_mode]


def _fill(folder: Path, environment: Mapping[str, str], orders: Path | None) -> None:
    """The demo desk and its orders; on a later start only a file that was named."""
    done = folder / "filled"
    first = not done.exists()
    if first:
        _apply_policy(environment)
    if orders:
        run(environment["DATABASE_URL"], _allow_any_order_number)
    source = orders or (_samples() if first else None)
    if source:
        _import(environment, source)
    done.touch()


def _apply_policy(environment: Mapping[str, str]) -> None:
    policy = str(files("playground") / "demo_policy.toml")
    words = [sys.executable, "-m", "bot", "desk", "apply", policy, "--team", TEAM, "--yes"]
    code, problems = ran(words, environment, output=subprocess.PIPE)
    if code:
        raise Stop(problems.strip() or "The policy of the demo's desk cannot be applied.")


async def _allow_any_order_number(pool: Pool) -> None:
    """Those of somebody's own file do not look like the sample's."""
    _, policy = await policy_in_force(pool, TEAM)
    if policy and policy.desk.order_number.pattern:
        order_number = policy.desk.order_number.model_copy(update={"pattern": None})
        desk = policy.desk.model_copy(update={"order_number": order_number})
        await apply_policy(pool, TEAM, policy.model_copy(update={"desk": desk}), by="cli:demo")


async def _order_of_the_story(pool: Pool) -> str:
    return await untouched_order(pool, TEAM, first=STORY_ORDER)


def _import(environment: Mapping[str, str], source: Path) -> None:
    """What the import says, also of a bad file, is for whoever started us."""
    click.echo(f"Importing {source.name} …")
    words = [sys.executable, "-m", "bot", "orders", "import", str(source), "--team", TEAM, "--yes"]
    code, _ = ran(words, environment)
    if code:
        raise Stop("So there is nothing to show: the demo was not started.")


def _samples() -> Path:
    return Path(str(files("playground"))).parent / "samples" / "orders-redtag.csv"


@contextlib.contextmanager
def _listening(port: int | None) -> Iterator[socket.socket]:
    """The playground's socket, ours from the first moment: two demos that start at once never get the same port."""
    try:
        listener = socket.create_server((HOST, port), backlog=BACKLOG) if port else _next_free()
    except OSError as refused:
        why = os.strerror(refused.errno or 0)
        raise Stop(f"Port {port} cannot be used ({why}): choose another with --port, or leave it out.") from refused
    with listener:
        yield listener


def _next_free() -> socket.socket:
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with contextlib.suppress(OSError):
            return socket.create_server((HOST, port), backlog=BACKLOG)
    raise Stop(f"No port between {FIRST_PORT} and {FIRST_PORT + PORTS_TRIED - 1} is free: choose one with --port.")


def _has_screen() -> bool:
    """On a server without one, a browser for the terminal would take the terminal over."""
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _wait_for_end(playground: Child, bot: Child) -> None:
    """Until Ctrl-C, or until the playground is gone. Without its bot the page shows what Slack would show."""
    while not bot.has_ended() and not playground.has_ended():
        time.sleep(0.5)
    if not playground.has_ended():
        click.echo(f"The bot has ended: {bot.log} says why. The page stays, as Slack would. `redtag demo` starts anew.")
    while not playground.has_ended():
        time.sleep(0.5)
    raise Stop(f"The playground has ended, so the demo stops: {playground.log} says why.")
