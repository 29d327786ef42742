"""`redtag demo`: the whole product on one machine, with a small Slack of its own in the browser."""

import contextlib
import json
import os
import secrets
import shutil
import signal
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
import httpx

from bot.cli.common import settings
from bot.main.stop import Stop

TEAM: Final = "T0ACME"
START_SECONDS: Final = 60
STOP_SECONDS: Final = 12


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Where the playground answers; else 8080 or the next free.")
@click.option("--orders", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Your own order file.")
@click.option("--no-browser", is_flag=True, help="Do not open the page.")
@click.option("--socket-mode", is_flag=True, help="Let Slack and the bot talk over Socket Mode instead of HTTP.")
@click.option("--reset", is_flag=True, help="Stop a demo that was left running and start over.")
def demo(*, port: int | None, orders: Path | None, no_browser: bool, socket_mode: bool, reset: bool) -> None:
    """Try Redtag without Slack: database, sample orders, the bot and a page to use it on."""
    folder = settings().data_dir / "demo"
    if reset:
        _stop_earlier(folder)
        shutil.rmtree(folder, ignore_errors=True)
        click.echo("Started over: the demo's data is gone.")
    else:
        _refuse_second(folder)
    began = time.monotonic()
    signal.signal(signal.SIGTERM, _interrupt)
    with contextlib.suppress(KeyboardInterrupt), _running(folder, port, orders, socket_mode=socket_mode) as address:
        click.echo(f"Playground: {address}")
        click.echo(f"Ready after {time.monotonic() - began:.1f} s. Ctrl-C stops everything; the data stays.")
        if not no_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        _wait_for_end(folder)
    click.echo("Stopped.")


@contextlib.contextmanager
def _running(folder: Path, port: int | None, orders: Path | None, *, socket_mode: bool) -> Iterator[str]:
    """Database, playground and bot, stopped in the reverse order."""
    from bot.main.database import migrate
    from store.embedded import EmbeddedProblem, start_embedded

    listening = port or _free_port(8080)
    click.echo("Starting the database …")
    try:
        lease = start_embedded(folder)
    except EmbeddedProblem as problem:
        raise Stop(str(problem)) from problem
    with lease, contextlib.ExitStack() as stack:
        migrate(lease.url)
        environment = _environment(lease.url, listening, socket_mode=socket_mode)
        _fill(folder, environment, orders)
        click.echo("Starting the playground and the bot …")
        address = f"http://127.0.0.1:{listening}"
        playground = stack.enter_context(
            _process(_playground(folder, environment, listening, socket_mode), environment)
        )
        _answering(f"{address}/", playground, "playground")
        bot = stack.enter_context(_process([sys.executable, "-m", "bot", "serve"], environment, folder / "bot.log"))
        _answering(f"http://127.0.0.1:{environment['PORT']}/readyz", bot, "bot")
        _note(folder, address, playground, bot)
        stack.callback(lambda: (folder / "running.json").unlink(missing_ok=True))
        yield address


def _environment(url: str, port: int, *, socket_mode: bool) -> dict[str, str]:
    """What the bot is told. Nothing of the surrounding environment that is about Slack gets through."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "RESEND_"))}
    base = f"http://127.0.0.1:{port}"
    return {
        **kept,
        "DATABASE_URL": url,
        "PORT": str(_free_port(3000)),
        "REDTAG_ALLOW_PRIVATE_HOOKS": "1",
        "REDTAG_EMAIL_FROM": "Redtag <redtag@acme.example>",
        "RESEND_API_KEY": f"re_{secrets.token_hex(8)}",
        "RESEND_API_URL": f"{base}/resend",
        "SLACK_API_URL": f"{base}/api/",
        "SLACK_APP_TOKEN": f"xapp-{secrets.token_hex(8)}" if socket_mode else "",
        "SLACK_BOT_TOKEN": f"xoxb-{secrets.token_hex(8)}",
        "SLACK_SIGNING_SECRET": secrets.token_hex(16),
    }


def _playground(folder: Path, environment: Mapping[str, str], port: int, socket_mode: bool) -> list[str]:
    arguments = {
        "--app-token": environment["SLACK_APP_TOKEN"] or "xapp-unused",
        "--bot-token": environment["SLACK_BOT_TOKEN"],
        "--bot-url": f"http://127.0.0.1:{environment['PORT']}/slack/events",
        "--port": str(port),
        "--signing-secret": environment["SLACK_SIGNING_SECRET"],
        "--state": str(folder / "playground.json"),
    }
    pairs = [word for pair in arguments.items() for word in pair]
    return [sys.executable, "-m", "playground", *pairs, *(["--socket-mode"] if socket_mode else [])]


def _fill(folder: Path, environment: Mapping[str, str], orders: Path | None) -> None:
    """The demo desk and its orders; on a later start only a file that was named."""
    done = folder / "filled"
    first = not done.exists()
    if first:
        _redtag(environment, "desk", "apply", str(files("playground") / "demo_policy.toml"), "--team", TEAM, "--yes")
    source = orders or (_samples() if first else None)
    if source:
        click.echo(f"Importing {source.name} …")
        _redtag(environment, "orders", "import", str(source), "--team", TEAM, "--yes")
    done.touch()


def _samples() -> Path:
    return Path(str(files("playground"))).parent / "samples" / "orders-redtag.csv"


def _redtag(environment: Mapping[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Stop(done.stderr.strip() or f"redtag {' '.join(arguments[:2])} failed.")


@contextlib.contextmanager
def _process(
    command: list[str], environment: Mapping[str, str], log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A child in a session of its own, so that Ctrl-C reaches it through us and in order."""
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("wb")) if log else subprocess.DEVNULL
        child = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            yield child
        finally:
            _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _answering(address: str, child: subprocess.Popen[bytes], name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise Stop(f"The {name} ended while it was starting: see the log in the data folder.")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(address, timeout=2, trust_env=False).status_code == 200:
                return
        time.sleep(0.1)
    raise Stop(f"The {name} did not answer within {START_SECONDS} s: see the log in the data folder.")


def _free_port(wanted: int) -> int:
    for port in range(wanted, wanted + 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise Stop(f"No port between {wanted} and {wanted + 99} is free: choose one with --port.")


def _note(folder: Path, address: str, *children: subprocess.Popen[bytes]) -> None:
    state = {"address": address, "pids": [os.getpid(), *(child.pid for child in children)]}
    (folder / "running.json").write_text(json.dumps(state))


def _noted(folder: Path) -> tuple[str, list[int]]:
    """Address and processes of a demo that still runs."""
    try:
        state = json.loads((folder / "running.json").read_text())
    except (OSError, ValueError):
        return "", []
    return str(state["address"]), [pid for pid in state["pids"] if _is_ours(pid)]


def _is_ours(pid: int) -> bool:
    """The number may belong to somebody else by now."""
    done = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return any(word in done.stdout for word in ("redtag", "playground", "bot"))


def _refuse_second(folder: Path) -> None:
    address, pids = _noted(folder)
    if pids:
        raise Stop(f"The demo is running already: {address}. Stop it with Ctrl-C there, or with `make demo-reset`.")


def _stop_earlier(folder: Path) -> None:
    _, pids = _noted(folder)
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while any(_is_ours(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in pids:
        if _is_ours(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _wait_for_end(folder: Path) -> None:
    """Until Ctrl-C, or until a child is gone."""
    _, pids = _noted(folder)
    while all(_is_ours(pid) for pid in pids):
        time.sleep(1)
    raise Stop("A part of the demo has ended: see the log in the data folder, then start it again.")


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
