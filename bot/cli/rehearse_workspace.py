"""A rehearsal in a real Slack: the desk's people are played, and everything is posted in one test channel."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Final

import aiohttp
import httpx
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.common import settings
from bot.cli.demo_processes import HOST, Child, any_port, kept_environment
from bot.cli.rehearse_places import (
    Script,
    Show,
    address_of,
    ended,
    listening,
    play_on,
    scratch_bot,
    scratch_database,
    scratch_folder,
    script,
)
from bot.delivery.problems import ADVICE
from bot.main.stop import Stop
from bot.rehearsal.checks import RuleResult, count
from bot.rehearsal.policy import channels_of, in_one_channel
from bot.rehearsal.relay import Relay
from bot.rehearsal.workspace_stage import Bot, WorkspaceStage
from bot.settings import Settings, check_for_worker
from workflows.policy.model import Policy

BEGINNING: Final = (
    "*Rehearsal of the order desk.* {count} test orders follow, one for each rule of the policy. Nothing here concerns "
    "a real order, and the buttons do nothing."
)
END: Final = "*The rehearsal is over.* What stands above concerned no real order."
NETWORK: Final = (SlackClientError, aiohttp.ClientError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Room:
    """The test channel, where e-mails go, and how Slack is reached."""

    channel: str
    emails: Sequence[str]
    settings: Settings


def in_workspace(team: str | None, policy: Policy, channel: str, emails: Sequence[str], show: Show) -> list[RuleResult]:
    room = Room(channel, emails, settings())
    check_for_worker(room.settings)
    if channel in channels_of(policy):
        raise Stop(f"{channel} is a channel of the policy, where people work. Name one that is there for tests.")
    found = asyncio.run(_team(room))
    if team and team != found:
        raise Stop(f"SLACK_BOT_TOKEN is of the workspace {found}, the desk of {team}: set that one's token.")
    played = script(found, in_one_channel(policy, channel, emails))
    with scratch_folder() as folder, listening() as listener, scratch_database(folder, played) as url:
        environment = _environment(room, url, address_of(listener))
        with scratch_bot(folder, environment) as bot:
            return asyncio.run(_played(room, played, url, (bot, environment), listener, show=show))


def _environment(room: Room, url: str, relay: str) -> dict[str, str]:
    """The bot knows neither Slack's address nor the token: both are the relay's business. No socket is opened."""
    read = room.settings
    mail = {"RESEND_API_KEY": read.resend_api_key, "RESEND_API_URL": read.resend_api_url} if room.emails else {}
    return {
        **kept_environment(),
        **mail,
        "DATABASE_URL": url,
        "PORT": str(any_port()),
        "REDTAG_HOST": HOST,
        "SLACK_API_URL": f"{relay}/api/",
        "SLACK_APP_TOKEN": "",
        "SLACK_BOT_TOKEN": f"xoxb-{secrets.token_hex(8)}",
        "SLACK_SIGNING_SECRET": secrets.token_hex(16),
    }


async def _played(
    room: Room, played: Script, url: str, bot: tuple[Child, Mapping[str, str]], listener: socket.socket, *, show: Show
) -> list[RuleResult]:
    process, environment = bot
    relay = Relay(room.settings.slack_api_url, room.settings.bot_token, room.channel, next(iter(room.emails), ""))
    reached = Bot(
        f"http://{HOST}:{environment['PORT']}/slack/events",
        environment["SLACK_SIGNING_SECRET"],
        played.team,
        f"{address_of(listener)}/answers",
    )
    async with _slack(room) as slack, httpx.AsyncClient(trust_env=False) as client, relay.serving(listener):
        stage = WorkspaceStage(reached, relay, client=client, slack=slack, broken=lambda: ended([process]))
        async with _announced(slack, room.channel, sum(bool(play.acts) for play, _ in played.plays)) as results:
            why = "" if room.emails else "give one address with --email to see it arrive"
            results.extend(await play_on(stage, url, played, at_once=1, why_no_mail=why, show=show))
        return results


@asynccontextmanager
async def _slack(room: Room) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        read = room.settings
        yield AsyncWebClient(token=read.bot_token, base_url=read.slack_api_url, session=session, timeout=10)


async def _team(room: Room) -> str:
    async with _slack(room) as slack:
        with _understood("auth.test"):
            return str((await slack.auth_test())["team_id"])


@asynccontextmanager
async def _announced(slack: AsyncWebClient, channel: str, count: int) -> AsyncIterator[list[RuleResult]]:
    """People in the channel are told before and after, however it ends."""
    results: list[RuleResult] = []
    with _understood("chat.postMessage"):
        await slack.chat_postMessage(channel=channel, text=BEGINNING.format(count=count))
    try:
        yield results
    finally:
        with suppress(SlackApiError, *NETWORK):
            await slack.chat_postMessage(channel=channel, text=f"{END} {_outcome(results)}".strip())


def _outcome(results: Sequence[RuleResult]) -> str:
    if not results:
        return "It was stopped before its end."
    counted = count(results)
    return f"{counted['passed']} rules work, {counted['missed']} do not, {counted['not played']} were not played."


@contextmanager
def _understood(method: str) -> Iterator[None]:
    """What Slack refuses as a sentence that says what to do."""
    try:
        yield
    except SlackApiError as refused:
        error = str(refused.response.get("error"))
        raise Stop(f"Slack refused {method}: {error}{f' ({ADVICE[error]})' if error in ADVICE else ''}.") from refused
    except NETWORK as failed:
        raise Stop(f"Slack was not reached with {method} ({type(failed).__name__}): see SLACK_API_URL.") from failed
