"""A real workspace as a stage: the bot's messages stand in a test channel of it; people are played by us."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import httpx
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.relay import Relay
from bot.rehearsal.signed import click_body, command_body, headers
from bot.rehearsal.stage import Letter, Post

ANSWER_SECONDS: Final = 3.0  # as long as Slack waits


@dataclass(frozen=True, slots=True)
class Bot:
    """How the rehearsal's bot is reached. `answers`: where it finds the response_urls."""

    url: str
    secret: str
    team: str
    answers: str


class WorkspaceStage:
    """See `bot.rehearsal.stage.Stage`."""

    def __init__(
        self, bot: Bot, relay: Relay, *, client: httpx.AsyncClient, slack: AsyncWebClient, broken: Callable[[], str]
    ) -> None:
        self.room = relay.room
        self._bot = bot
        self._relay = relay
        self._client = client
        self._slack = slack
        self.broken = broken

    async def command(self, user: str, text: str) -> str:
        body = command_body(self._bot.team, user, self.room, text, f"{self._bot.answers}/{user}")
        answer = await self._sent(body)
        if isinstance(answer, str):
            return answer
        said = answer.json() if answer.content else {}
        self._relay.private[user].append(str(said.get("text", "")))
        return ""

    async def click(self, user: str, post: Post, action_id: str) -> str:
        button = post.button(action_id)
        if button is None:
            return f"a card without a button {action_id}"
        place = {"channel": post.channel, "ts": post.ts, "thread": post.thread}
        answer = await self._sent(click_body(self._bot.team, user, place, button, f"{self._bot.answers}/{user}"))
        return answer if isinstance(answer, str) else ""

    async def _sent(self, body: bytes) -> httpx.Response | str:
        """The bot's answer, or what Slack would show instead of it."""
        try:
            answer = await self._client.post(
                self._bot.url, content=body, headers=headers(body, self._bot.secret), timeout=ANSWER_SECONDS
            )
        except httpx.TimeoutException:
            return "operation_timeout"
        except httpx.TransportError as failed:
            return self.broken() or f"dispatch_failed ({type(failed).__name__})"
        return answer if answer.status_code == 200 else f"dispatch_failed (HTTP {answer.status_code})"

    async def posts(self, channel: str) -> Sequence[Post]:
        return [post for post in self._relay.posts.values() if post.channel == channel]

    async def private(self, user: str, channel: str, thread: str = "") -> Sequence[str]:  # noqa: ARG002
        return self._relay.private[user]

    async def letters(self, address: str) -> Sequence[Letter] | None:  # noqa: ARG002 - somebody's real box
        return None

    async def refused_post(self, post: Post) -> str:
        try:
            await self._slack.chat_getPermalink(channel=post.channel, message_ts=post.ts)
        except SlackApiError as refused:
            return f"chat.getPermalink: {refused.response.get('error')}"
        except (SlackClientError, OSError, TimeoutError) as failed:
            return f"chat.getPermalink: {type(failed).__name__}"
        return ""
