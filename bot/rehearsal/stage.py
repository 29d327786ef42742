"""Where a rehearsal is played: the playground, or a real workspace. What it shows is as the bot sent it to Slack."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.slack.ids import parse_request_value


@dataclass(frozen=True, slots=True)
class Post:
    """A message of the bot, as it stands now. `thread` is the ts of the message that it answers, if any."""

    channel: str
    ts: str
    text: str
    blocks: Sequence[dict[str, Any]]
    thread: str = ""

    def has(self, action_id: str) -> bool:
        return self.button(action_id) is not None

    def button(self, action_id: str) -> dict[str, Any] | None:
        """The element with its block id."""
        return next((each for each in self._elements() if each.get("action_id") == action_id), None)

    def is_about(self, request: int) -> bool:
        """Whether its buttons act on this request, as those of its cards do."""
        return any(_request_of(str(each.get("value", ""))) == request for each in self._elements())

    def _elements(self) -> Iterator[dict[str, Any]]:
        for block in self.blocks:
            for element in block.get("elements", ()):
                yield {**element, "block_id": str(block.get("block_id", ""))}

    def says(self, words: str) -> bool:
        return words in self.text or words in str(self.blocks)


def _request_of(value: str) -> int:
    try:
        return parse_request_value(value)[0]
    except ValueError:
        return 0


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


class Stage(Protocol):
    """People act; what the bot does about it is looked at. Nothing here waits."""

    @property
    def room(self) -> str:
        """The channel in which people type."""

    async def command(self, user: str, text: str) -> str:
        """Type a command; gives what Slack would show if the bot's answer is missing or wrong, else nothing."""

    async def click(self, user: str, post: Post, action_id: str) -> str:
        """Press a button; gives what Slack would show if the bot's answer is missing or wrong, else nothing."""

    async def posts(self, channel: str) -> Sequence[Post]:
        """The bot's messages in a channel, oldest first."""

    async def private(self, user: str, channel: str, thread: str = "") -> Sequence[str]:
        """What only this person was shown there, oldest first."""

    async def letters(self, address: str) -> Sequence[Letter] | None:
        """E-mails to this address; None where the rehearsal cannot look into the box."""

    async def refused_post(self, post: Post) -> str:
        """Why Slack knows nothing of a message that it took, or nothing."""

    def broken(self) -> str:
        """Why nothing can come any more, or nothing."""
