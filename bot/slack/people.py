"""Who somebody is, as Slack describes them."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from workflows.ports import Member
from workflows.values import Standing

log = structlog.get_logger()
SECONDS: Final = 1.5


class Clients(Protocol):
    def client_for(self, desk_id: str) -> AsyncWebClient | None: ...


class SlackDirectory:
    """Looks people up with `users.info`. See `workflows.ports.Directory`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def look_up(self, desk_id: str, user_id: str) -> Member | None:
        client = self._clients.client_for(desk_id)
        try:
            async with asyncio.timeout(SECONDS):
                answer = await client.users_info(user=user_id) if client else None
        except (TimeoutError, OSError, SlackClientError, SlackApiError) as failed:
            log.warning("member.not_found", error=type(failed).__name__)
            return None
        user = answer.get("user") if answer else None
        return member_from(user, desk_id) if isinstance(user, Mapping) else None


def member_from(user: Mapping[str, Any], desk_id: str) -> Member:
    """Slack leaves fields out or empty as it likes; what is not said is not granted."""
    profile = user.get("profile")
    profile = profile if isinstance(profile, Mapping) else {}
    names = (profile.get("real_name"), user.get("real_name"), profile.get("display_name"), user.get("name"))
    return Member(
        user_id=str(user.get("id") or ""),
        name=next((str(name)[:200] for name in names if name), ""),
        email=str(profile.get("email") or "")[:320],
        timezone=str(user.get("tz") or "")[:64],
        standing=_standing(user, desk_id),
        checked_at=datetime.now(UTC),
    )


def _standing(user: Mapping[str, Any], desk_id: str) -> Standing:
    if user.get("deleted"):
        return Standing.DEACTIVATED
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return Standing.BOT
    if user.get("is_stranger") or not _at_home(user, desk_id):
        return Standing.STRANGER
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Standing.GUEST
    return Standing.ACTIVE


def _at_home(user: Mapping[str, Any], desk_id: str) -> bool:
    """On Enterprise Grid the person's list of teams counts."""
    enterprise = user.get("enterprise_user")
    teams = enterprise.get("teams") if isinstance(enterprise, Mapping) else None
    return user.get("team_id") == desk_id or (isinstance(teams, list) and desk_id in teams)
