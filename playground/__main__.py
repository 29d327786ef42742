"""`python -m playground`: the workspace, its page and the mail service in one server."""

import argparse
import asyncio
import contextlib
import logging
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path

from playground.slack.seed import INSTALLED_SCOPES, Seed, demo_seed
from playground.slack.seed_file import SeedProblem, read_seed
from playground.slack.workspace import Workspace, running
from playground.web.app import Page, playground
from playground.web.saving import saved_as_it_changes
from playground.web.story import first_hold

log = logging.getLogger("playground")
HOST = "127.0.0.1"
LONGEST_RECORD = 1000  # requests of each direction that the inspector can still show


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m playground", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--listener", type=int, help="number of an open file: a socket that listens already")
    parser.add_argument("--state", type=Path, help="file that keeps the workspace between runs")
    parser.add_argument("--seed", type=seed_in, default=installed(), help="JSON file with a team and a cast of its own")
    parser.add_argument("--bot-url", help="where signed requests go, unless --socket-mode")
    parser.add_argument("--signing-secret", default="playground-signing-secret")
    parser.add_argument("--bot-token", default="xoxb-playground-bot")
    parser.add_argument("--app-token", default="xapp-playground-app")
    parser.add_argument("--socket-mode", action="store_true", help="wait for the app to connect by Socket Mode")
    parser.add_argument("--story-order", help="order number of the guided story; without it there is none")
    parser.add_argument("--log-level", default="INFO", type=str.upper)
    return parser.parse_args(given)


def installed() -> Seed:
    """The demo as after an installation by the manifest."""
    return replace(demo_seed(), scopes=INSTALLED_SCOPES)


def seed_in(path: str) -> Seed:
    try:
        return read_seed(Path(path))
    except SeedProblem as problem:
        raise argparse.ArgumentTypeError(f"{path} is no seed file: {problem}") from None
    except OSError as problem:
        raise argparse.ArgumentTypeError(f"cannot read {path}: {problem.strerror}") from None


def workspace_of(options: argparse.Namespace) -> Workspace:
    secrets = {name: getattr(options, name) for name in ("signing_secret", "bot_token", "app_token")}
    seed: Seed = options.seed
    kept = options.state is not None and options.state.exists()
    workspace = Workspace.load(options.state, seed, **secrets) if kept else Workspace(seed, **secrets)
    workspace.state.scopes = list(seed.scopes)
    workspace.longest_record = LONGEST_RECORD
    close_forms(workspace)
    if options.bot_url:
        workspace.connect_http(options.bot_url)
    workspace.socket_mode = options.socket_mode
    return workspace


def close_forms(workspace: Workspace) -> None:
    """Nobody finds a form of yesterday open, as in Slack after it was closed."""
    workspace.state.stacks.clear()
    workspace.state.views.clear()


async def serve(options: argparse.Namespace) -> None:
    workspace = workspace_of(options)
    page = Page(workspace, story=first_hold(options.story_order) if options.story_order else None)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    saving = saved_as_it_changes(workspace, options.state) if options.state else contextlib.nullcontext()
    listener = None if options.listener is None else socket.socket(fileno=options.listener)
    async with saving, running(workspace, HOST, options.port, playground(page), listener) as address:
        log.info("listening on %s", address)
        await stopping.wait()
        log.info("stopping")
        page.closing.set()


def failed(why: str) -> int:
    log.error(why)
    return 1


def main() -> int:
    options = arguments()
    logging.basicConfig(level=options.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        asyncio.run(serve(options))
    except OSError as problem:
        return failed(f"cannot listen on {HOST}:{options.port}: {problem.strerror}")
    except ValueError:
        return failed(f"cannot read {options.state}: it is not a saved workspace of this version")
    return 0


if __name__ == "__main__":
    sys.exit(main())
