"""User groups: asked of Slack, mirrored in the store."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack.people import Clients
from store.membership import groups_wanted, members_of_group, mirror_group
from store.pool import Pool

log = structlog.get_logger()
SECONDS: Final = 10


class SlackGroups:
    """See `bot.clock.mirroring.Groups`."""

    def __init__(self, pool: Pool, clients: Clients) -> None:
        self._pool = pool
        self._clients = clients

    async def wanted(self) -> Sequence[tuple[str, str]]:
        return await groups_wanted(self._pool)

    async def members(self, desk_id: str, group: str) -> Sequence[str] | None:
        client = self._clients.client_for(desk_id)
        try:
            async with asyncio.timeout(SECONDS):
                answer = await client.usergroups_users_list(usergroup=group) if client else None
        except (TimeoutError, OSError, SlackClientError, SlackApiError) as failed:
            log.warning("group.not_read", group=group, error=type(failed).__name__)
            return None
        users = answer.get("users") if answer else None
        return [str(user) for user in users] if isinstance(users, list) else None

    async def mirror(self, desk_id: str, group: str, users: Sequence[str]) -> None:
        await mirror_group(self._pool, desk_id, group, users)

    async def change(self, desk_id: str, group: str, joined: Sequence[str], left: Sequence[str]) -> None:
        """What an event says; a group that no policy names is left alone."""
        if (desk_id, group) in await self.wanted():
            known = await members_of_group(self._pool, desk_id, group)
            await self.mirror(desk_id, group, [user for user in dict.fromkeys((*known, *joined)) if user not in left])
