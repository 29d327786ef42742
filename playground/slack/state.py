"""Everything that survives a restart, and the plain operations on it."""

import secrets
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from playground.slack.model import Channel, File, Mail, Message, User, View
from playground.slack.seed import Seed

Values = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Trigger:
    user: str
    at: float
    used: bool = False


@dataclass(frozen=True)
class ResponseUrl:
    """Where a response_url leads. `source` is the message whose element was used; a command has none."""

    channel: str
    user: str
    at: float
    source_ts: str | None = None
    source_ephemeral: bool = False
    thread_ts: str | None = None
    uses: int = 0


@dataclass(frozen=True)
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
    """channel id → its messages, oldest first, those of threads too."""
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
    threads: dict[str, list[Message]] = field(default_factory=dict)
    """"channel ts" → the answers to that message, oldest first: found again in `messages` whenever it is loaded."""


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


def age(ts: str) -> tuple[int, str]:
    """The order of time stamps."""
    return len(ts), ts


def _place(kept: list[Message], ts: str) -> int:
    return bisect_left(kept, age(ts), key=lambda one: age(one.ts))


def _found(kept: list[Message], ts: str) -> Message | None:
    index = _place(kept, ts)
    return kept[index] if index < len(kept) and kept[index].ts == ts else None


def find_message(state: State, channel: str, ts: str) -> Message | None:
    return _found(state.messages.get(channel, []), ts)


def find_ephemeral(state: State, channel: str, ts: str) -> Message | None:
    found = _found(state.ephemerals, ts)
    return found if found and found.channel == channel else None


def _shelves(state: State, message: Message) -> list[list[Message]]:
    """The lists in which a message stands."""
    if message.ephemeral_to:
        return [state.ephemerals]
    shelves = [state.messages.setdefault(message.channel, [])]
    if message.is_reply:
        shelves.append(state.threads.setdefault(f"{message.channel} {message.thread_ts}", []))
    return shelves


def put_message(state: State, message: Message) -> Message:
    """Add a message, or replace the one with the same ts."""
    shelves = _shelves(state, message)
    old = _found(shelves[0], message.ts)
    kept = replace(message, version=old.version + 1) if old else message
    for shelf in shelves:
        index = _place(shelf, message.ts)
        shelf[index : index + bool(old)] = [kept]
    return kept


def remove_message(state: State, message: Message) -> None:
    for shelf in _shelves(state, message):
        if _found(shelf, message.ts):
            del shelf[_place(shelf, message.ts)]


def replies(state: State, channel: str, thread_ts: str) -> list[Message]:
    return list(state.threads.get(f"{channel} {thread_ts}", ()))


def grouped(messages: Iterable[Message]) -> dict[str, list[Message]]:
    """The answers of each thread."""
    found: dict[str, list[Message]] = {}
    for message in messages:
        if message.is_reply:
            found.setdefault(f"{message.channel} {message.thread_ts}", []).append(message)
    return found


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
