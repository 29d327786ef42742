"""Everything that survives a restart, and the plain operations on it."""

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from playground.slack.model import Channel, File, Mail, Message, User, View
from playground.slack.seed import Seed

Values = dict[str, dict[str, dict[str, Any]]]


@dataclass
class Trigger:
    user: str
    at: float
    used: bool = False


@dataclass
class ResponseUrl:
    """Where a response_url leads. `source` is the message whose element was used; a command has none."""

    channel: str
    user: str
    at: float
    source_ts: str | None = None
    source_ephemeral: bool = False
    thread_ts: str | None = None
    uses: int = 0


@dataclass
class Posted:
    """An e-mail request remembered by its idempotency key."""

    body: str
    mail_id: str


@dataclass
class State:
    users: dict[str, User]
    channels: dict[str, Channel]
    scopes: list[str]
    user_groups: dict[str, list[str]]
    messages: dict[str, list[Message]] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)
    stacks: dict[str, list[str]] = field(default_factory=dict)
    """user id → ids of the open modals, top last."""
    homes: dict[str, View] = field(default_factory=dict)
    message_values: dict[str, Values] = field(default_factory=dict)
    """"user channel ts" → what the person has chosen in the menus of that message."""
    files: dict[str, File] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    posted: dict[str, Posted] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    last_ts: int = 0
    """Microseconds of the newest message, so that every ts is new."""
    last_id: int = 0
    team_id: str = "T0ACME"


def state_of(seed: Seed) -> State:
    return State(
        users={user.id: user for user in seed.users},
        channels={channel.id: channel for channel in seed.channels},
        scopes=list(seed.scopes),
        user_groups={group: list(members) for group, members in seed.user_groups.items()},
        team_id=seed.team_id,
    )


def next_ts(state: State, now: float) -> str:
    state.last_ts = max(int(now * 1_000_000), state.last_ts + 1)
    return f"{state.last_ts // 1_000_000}.{state.last_ts % 1_000_000:06d}"


def next_id(state: State, prefix: str) -> str:
    state.last_id += 1
    return f"{prefix}0{state.last_id:05d}{secrets.token_hex(2).upper()}"


def im_id(user_id: str) -> str:
    return f"D{user_id[1:]}" if user_id.startswith("U") else f"D{user_id}"


def im_channel(state: State, user_id: str, bot_user: str) -> Channel:
    """The direct message between the app and a person; made when first needed."""
    channel_id = im_id(user_id)
    if channel_id not in state.channels:
        state.channels[channel_id] = Channel(channel_id, "directmessage", (user_id, bot_user), im_user=user_id)
    return state.channels[channel_id]


def find_message(state: State, channel: str, ts: str) -> Message | None:
    return next((message for message in state.messages.get(channel, []) if message.ts == ts), None)


def find_ephemeral(state: State, channel: str, ts: str) -> Message | None:
    return next((one for one in state.ephemerals if (one.channel, one.ts) == (channel, ts)), None)


def put_message(state: State, message: Message) -> Message:
    """Add a message, or replace the one with the same ts."""
    kept = state.ephemerals if message.ephemeral_to else state.messages.setdefault(message.channel, [])
    for index, old in enumerate(kept):
        if (old.channel, old.ts) == (message.channel, message.ts):
            kept[index] = replace(message, version=old.version + 1)
            return kept[index]
    kept.append(message)
    return message


def remove_message(state: State, message: Message) -> None:
    kept = state.ephemerals if message.ephemeral_to else state.messages.get(message.channel, [])
    kept[:] = [old for old in kept if (old.channel, old.ts) != (message.channel, message.ts)]


def replies(state: State, channel: str, thread_ts: str) -> list[Message]:
    return [one for one in state.messages.get(channel, []) if one.is_reply and one.thread_ts == thread_ts]


def stack(state: State, user_id: str) -> list[View]:
    return [state.views[view_id] for view_id in state.stacks.get(user_id, [])]


def drop_view(state: State, view: View) -> None:
    """Close one view; those above it go too."""
    ids = state.stacks.get(view.user, [])
    if view.id not in ids:
        return
    position = ids.index(view.id)
    for view_id in ids[position:]:
        state.views.pop(view_id, None)
    del ids[position:]


def find_view(state: State, view_id: str = "", external_id: str = "") -> View | None:
    known = [*state.views.values(), *state.homes.values()]
    if view_id:
        return next((view for view in known if view.id == view_id), None)
    return next((view for view in known if external_id and view.external_id == external_id), None)


def put_view(state: State, view: View) -> View:
    if view.type == "home":
        state.homes[view.user] = view
    else:
        state.views[view.id] = view
    return view
