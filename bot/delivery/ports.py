"""What delivery sends, as plain data, and what it needs from outside, as shapes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from workflows.notices import Claimed, Settlement

__all__ = [
    "Blocks",
    "Call",
    "Claimed",
    "Clients",
    "Hook",
    "Mail",
    "Nothing",
    "Outbox",
    "Post",
    "Publish",
    "Renderer",
    "Reply",
    "Sends",
    "Settlement",
    "Update",
    "Upload",
]

Blocks = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Post:
    """A new message. `channel` may be a user id: Slack then opens the direct message."""

    channel: str
    text: str
    blocks: Blocks = ()
    thread_ts: str | None = None
    broadcast: bool = False  # a reply in a thread that also shows in the channel


@dataclass(frozen=True, slots=True)
class Update:
    """A message drawn again in its place; `fallback` is posted where it is gone or may not be edited any more."""

    channel: str
    ts: str
    text: str
    blocks: Blocks = ()
    fallback: Post | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Private words to `user`: by `response_url`, else as an ephemeral message in `channel`, else as a direct one."""

    response_url: str
    channel: str
    user: str
    text: str
    blocks: Blocks = ()
    replace_original: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """The same notice must always give the same mail: Resend refuses a key that comes back with another one."""

    to: str
    subject: str
    text: str
    html: str
    key: str  # idempotency key, the same for each attempt: `Claimed.key`


@dataclass(frozen=True, slots=True)
class Publish:
    """The Home tab of one person, drawn again; repeatable."""

    user: str
    view: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hook:
    """A call to another system. `body` is what was stored with the approval, to the byte."""

    url: str
    secret_name: str  # the environment variable that holds the secret
    secret: str = field(repr=False)
    webhook_id: str
    body: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a conversation. For a person (U…), `comment` is a message before it, which opens the conversation.

    `alt`: what a picture shows, for those who do not see it.
    """

    channel: str
    name: str
    content: bytes = field(repr=False)
    comment: str = ""
    thread_ts: str | None = None
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    why: str


Call = Post | tuple[Update, ...] | Reply | Mail | Publish | Hook | Upload | Nothing


class Renderer(Protocol):
    async def render(self, claimed: Claimed) -> Call:
        """What this notice says, made from what is stored now. Called before each attempt."""


class Clients(Protocol):
    def client_for(self, desk_id: str) -> AsyncWebClient | None:
        """The desk's client, with `retry_handlers=[]`: one that tries again by itself would post twice."""


class Outbox(Protocol):
    async def claim(self, *, limit: int, lease: timedelta) -> list[Claimed]: ...

    async def settle(self, claimed: Claimed, settlement: Settlement) -> bool:
        """False where the lane is no longer ours."""

    async def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` on every hint that there is something new, until cancelled."""


class Sends(Protocol):
    async def prepare(self, claimed: Claimed) -> Call: ...

    async def send(self, claimed: Claimed, call: Call) -> Settlement: ...
