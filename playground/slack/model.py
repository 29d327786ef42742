"""What the workspace keeps and shows. Values are frozen: a change replaces them, so a test may hold an old copy."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

Blocks = list[dict[str, Any]]
_call_numbers = itertools.count(1)


@dataclass(frozen=True)
class User:
    id: str
    name: str
    real_name: str
    email: str = ""
    title: str = ""
    team_id: str = "T0ACME"
    tz: str = "America/Chicago"
    tz_label: str = "Central Standard Time"
    tz_offset: int = -21600
    deleted: bool = False
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    bot_id: str = ""
    absent: tuple[str, ...] = ()
    """Fields that users.info leaves out for this person, as Slack does for some."""


@dataclass(frozen=True)
class Channel:
    id: str
    name: str
    members: tuple[str, ...] = ()
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    im_user: str = ""
    """The person of a direct message with the app; empty for a channel."""
    topic: str = ""
    created: int = 1_700_000_000

    @property
    def is_im(self) -> bool:
        return bool(self.im_user)


@dataclass(frozen=True)
class Message:
    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: Blocks = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    from_bot: bool = False
    edited_ts: str | None = None
    """Time of the last change; Slack shows "(edited)" only for messages without blocks."""
    metadata: dict[str, Any] | None = None
    files: tuple[str, ...] = ()
    ephemeral_to: str | None = None
    version: int = 1

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(frozen=True)
class View:
    id: str
    user: str
    type: str
    body: dict[str, Any]
    """What the app sent: title, blocks, submit, close, private_metadata, callback_id …"""
    hash: str
    values: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """state.values: block id → action id → what the person has entered."""
    root_view_id: str = ""
    previous_view_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    """What the app's last answer to a submission said, by block id."""

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    @property
    def external_id(self) -> str:
        return str(self.body.get("external_id", ""))

    @property
    def blocks(self) -> Blocks:
        return list(self.body.get("blocks", []))

    @property
    def title(self) -> str:
        return str(self.body.get("title", {}).get("text", ""))


@dataclass(frozen=True)
class File:
    __pydantic_config__: ClassVar[dict[str, Any]] = {"ser_json_bytes": "base64", "val_json_bytes": "base64"}
    id: str
    name: str
    title: str
    user: str
    content: bytes = b""
    mimetype: str = "application/octet-stream"
    created: int = 0
    channels: tuple[str, ...] = ()
    complete: bool = False
    alt: str = ""


@dataclass(frozen=True)
class Mail:
    id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str = ""
    html: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    idempotency_key: str = ""
    at: float = 0.0


@dataclass(frozen=True)
class Call:
    """One request that the app made: a Web API method, "response_url" or "emails"."""

    at: float
    method: str
    arguments: Mapping[str, Any]
    status: int
    response: Mapping[str, Any]
    duration: float
    """Seconds."""
    id: int = field(default_factory=lambda: next(_call_numbers), compare=False)


@dataclass(frozen=True)
class Delivery:
    """One payload sent to the app, and what came back."""

    id: int
    kind: str
    """command, interactive or event."""
    payload: dict[str, Any]
    transport: str
    """http, socket or none."""
    at: float = 0.0
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int = 0
    """0 when no answer came."""
    answer: str = ""
    content_type: str = ""
    ms: float = 0.0
    failure: str = ""
    """operation_timeout, dispatch_failed, http_client_error or http_service_error."""
    problem: str = ""
    """What Slack would not have accepted in the answer."""
    retry: int = 0


@dataclass(frozen=True)
class Answer:
    """What the person who acted sees."""

    status: int = 0
    body: str = ""
    json: Any = None
    message: Message | None = None
    error: str | None = None
    """The words or code Slack would show; None when all went well."""
    errors: dict[str, str] = field(default_factory=dict)
    """Field errors of a submission by block id."""
    options: list[dict[str, Any]] = field(default_factory=list)
    ms: float = 0.0
    delivery: Delivery | None = None
    """None when Slack itself refused and nothing was sent to the app."""


@dataclass(frozen=True)
class Change:
    """One thing that somebody would see.

    kind: message, message_changed, message_deleted, ephemeral, ephemeral_changed, ephemeral_deleted, view, view_closed,
    home, file, mail. `id` is the ts, view id, file id or mail id.
    """

    kind: str
    channel: str = ""
    user: str = ""
    id: str = ""
