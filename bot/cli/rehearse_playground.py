"""A rehearsal in a small Slack of its own, which holds the people and channels of the policy."""

import asyncio
import json
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx

from bot.cli.demo_processes import HOST, Child, bot_environment, child
from bot.cli.rehearse_places import (
    Script,
    Show,
    address_of,
    ended,
    listening,
    play_on,
    ready,
    scratch_bot,
    scratch_database,
    scratch_folder,
    script,
)
from bot.rehearsal.checks import RuleResult
from bot.rehearsal.playground_stage import EXTRAS, PlaygroundStage, seed
from bot.rehearsal.policy import without_hooks
from workflows.policy.model import Policy

TEAM: Final = "T0REHEARSAL"
AT_ONCE: Final = 16
ANSWER_SECONDS: Final = 15  # the workspace itself waits three for the bot


def in_playground(team: str | None, policy: Policy, show: Show) -> list[RuleResult]:
    played = script(team or TEAM, without_hooks(policy), EXTRAS)
    with scratch_folder() as folder, listening() as listener:
        environment = bot_environment("", listener.getsockname()[1])
        words = _playground(folder, environment, played, listener)
        with (
            child(folder, "playground", words, environment, listener.fileno()) as workspace,
            scratch_database(folder, played) as url,
            scratch_bot(folder, {**environment, "DATABASE_URL": url}) as bot,
        ):
            ready(f"{address_of(listener)}/", workspace)
            return asyncio.run(_play(address_of(listener), url, played, (bot, workspace), show))


def _playground(folder: Path, environment: Mapping[str, str], played: Script, listener: socket.socket) -> list[str]:
    file = folder / "seed.json"
    file.write_text(json.dumps(seed(played.policy, played.team)))
    arguments = {
        "--bot-token": environment["SLACK_BOT_TOKEN"],
        "--bot-url": f"http://{HOST}:{environment['PORT']}/slack/events",
        "--listener": str(listener.fileno()),
        "--seed": str(file),
        "--signing-secret": environment["SLACK_SIGNING_SECRET"],
    }
    return [sys.executable, "-m", "playground", *(word for pair in arguments.items() for word in pair)]


async def _play(address: str, url: str, played: Script, children: Sequence[Child], show: Show) -> list[RuleResult]:
    async with httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS) as client:
        stage = PlaygroundStage(address, client, lambda: ended(children))
        return await play_on(stage, url, played, at_once=AT_ONCE, show=show)
