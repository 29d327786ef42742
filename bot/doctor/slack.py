"""Is Slack reached, as whom, and with which permissions? Nothing is posted."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.problems import ADVICE, CALL_ERRORS
from bot.doctor.finding import Finding, Findings, ok, problem, skipped
from bot.settings import NEEDED, Settings

SLACK: Final = "slack"
SCOPES: Final = "scopes"
SOCKET_MODE: Final = "socket mode"
SECONDS: Final = 10
TRIES: Final = 3  # waiting each time for as long as Slack says
_BOT_SCOPES: Final = re.compile(r"^    bot:\n((?:      - .+\n)+)", re.MULTILINE)
TOKEN: Final = f"Set SLACK_BOT_TOKEN to {NEEDED['SLACK_BOT_TOKEN']}; install the app again where it was removed."
REFUSED_TOKEN: Final = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})


@dataclass(frozen=True, slots=True)
class Workspace:
    """Slack as the token sees it. `scopes` and `now` are None where it did not say them."""

    client: AsyncWebClient
    team: str
    name: str
    bot_name: str
    scopes: frozenset[str] | None
    now: datetime | None

    def may(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes


@asynccontextmanager
async def slack_client(settings: Settings) -> AsyncIterator[AsyncWebClient]:
    patient = AsyncRateLimitErrorRetryHandler(max_retry_count=TRIES)
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(
            token=settings.bot_token,
            base_url=settings.slack_api_url,
            session=session,
            timeout=SECONDS,
            retry_handlers=[patient],
            trust_env_in_session=False,
        )


async def connect(client: AsyncWebClient, desk_id: str) -> tuple[Workspace | None, Findings]:
    try:
        answer = await client.auth_test()
    except SlackApiError as refused:
        return None, [_refused(code_of(refused))]
    except (*CALL_ERRORS, TimeoutError) as failed:
        host = urlsplit(client.base_url).hostname
        found = f"Slack is not reached at {host} ({type(failed).__name__})."
        mend = "Is there a way out to it from this machine? A proxy or SLACK_API_URL may be in the way."
        return None, [problem(SLACK, found, mend)]
    workspace = _workspace(client, answer.data, {name.lower(): value for name, value in answer.headers.items()})
    return workspace, [_team(workspace, desk_id)]


def code_of(refused: SlackApiError) -> str:
    """Slack's own word, or the HTTP status where there is none."""
    data = getattr(refused.response, "data", None)
    code = data.get("error") if isinstance(data, Mapping) else None
    return str(code or f"HTTP {getattr(refused.response, 'status_code', '?')}")


def _refused(code: str) -> Finding:
    if code in REFUSED_TOKEN:
        return problem(SLACK, f"Slack refuses the bot token: {code}.", TOKEN)
    return problem(SLACK, f"Slack answers auth.test with {code}.", ADVICE.get(code, "Try again in a minute."))


def _workspace(client: AsyncWebClient, answer: Any, headers: Mapping[str, str]) -> Workspace:
    scopes = headers.get("x-oauth-scopes")
    return Workspace(
        client,
        team=str(answer.get("team_id") or ""),
        name=str(answer.get("team") or ""),
        bot_name=str(answer.get("user") or "redtag"),
        scopes=None if scopes is None else frozenset(each.strip() for each in scopes.split(",") if each.strip()),
        now=_moment(headers.get("date", "")),
    )


def _moment(date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(date)
    except ValueError:
        return None


def _team(workspace: Workspace, desk_id: str) -> Finding:
    here = f"{workspace.name} ({workspace.team})"
    if desk_id and workspace.team != desk_id:
        mend = f"Set SLACK_BOT_TOKEN to the one of {desk_id}, or name the other desk with --team."
        return problem(SLACK, f"The bot token belongs to {here}, the desk is {desk_id}.", mend)
    return ok(SLACK, f"The bot token is good: @{workspace.bot_name} in {here}.")


def manifest_scopes() -> tuple[str, ...]:
    """The bot's scopes in the manifest that Redtag prints."""
    found = _BOT_SCOPES.search((files("bot") / "manifest.yml").read_text(encoding="utf-8"))
    return tuple(line.strip(" -") for line in found[1].splitlines()) if found else ()


async def check_scopes(workspace: Workspace) -> Findings:
    wanted = manifest_scopes()
    if workspace.scopes is None:
        return [skipped(SCOPES, "Slack does not say which scopes the token has.")]
    missing = [scope for scope in wanted if scope not in workspace.scopes]
    mend = "Add it under OAuth & Permissions (Bot Token Scopes) of the app, then install the app again."
    return [problem(SCOPES, f"The scope {scope} is missing.", mend) for scope in missing] or [
        ok(SCOPES, f"All {len(wanted)} of the manifest are granted.")
    ]


async def check_socket_mode(settings: Settings, client: AsyncWebClient) -> Findings:
    if not settings.app_token:
        return [ok(SOCKET_MODE, "Not used: Slack calls Redtag over HTTP.")]
    try:
        await client.apps_connections_open(app_token=settings.app_token)
    except SlackApiError as refused:
        mend = "Switch on Socket Mode in the app, and set SLACK_APP_TOKEN to a token with connections:write."
        return [problem(SOCKET_MODE, f"Slack refuses the app token: {code_of(refused)}.", mend)]
    return [ok(SOCKET_MODE, "Slack opens a connection for the app token.")]
