"""What one person sees of the workspace, as JSON for the page."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from playground.slack.model import Channel, File, Mail, Message, User, View
from playground.slack.state import find_ephemeral, find_message, im_channel, replies
from playground.slack.workspace import Workspace
from playground.web.commands import Menu
from playground.web.reading import Reading

PAGE = 200  # messages
Threads = Mapping[str, Sequence[Message]]
NO_THREADS: Threads = {}
OUTSIDERS = {"guest": "Guest", "deactivated": "Deactivated", "stranger": "Slack Connect"}


def kind_of(user: User, team_id: str) -> str:
    kinds = {
        "bot": user.is_bot,
        "deactivated": user.deleted,
        "stranger": user.team_id != team_id,
        "guest": user.is_restricted or user.is_ultra_restricted,
    }
    return next((kind for kind, holds in kinds.items() if holds), "member")


def person_json(user: User, team_id: str) -> dict[str, Any]:
    kind = kind_of(user, team_id)
    role = OUTSIDERS.get(kind, user.title)
    return {
        "id": user.id,
        "name": user.real_name,
        "role": role,
        "kind": kind,
        "switchable": kind == "member",
    }


def rooms(workspace: Workspace, user: str) -> list[Channel]:
    """The channels and direct messages that this person is in; the app's own direct message always."""
    im_channel(workspace.state, user, workspace.seed.bot_user)
    known = workspace.state.channels.values()
    return [channel for channel in known if user in channel.members and not channel.is_archived]


def state_json(workspace: Workspace, menu: Menu, reading: Reading, user: str) -> dict[str, Any]:
    seed = workspace.seed
    seen = rooms(workspace, user)
    bot = workspace.state.users[seed.bot_user]
    return {
        "ok": True,
        "me": user,
        "workspace": {"id": seed.team_id, "name": seed.team_name, "domain": seed.team_domain},
        "app": {"id": seed.app_id, "user": bot.id, "name": bot.real_name},
        "people": [person_json(one, seed.team_id) for one in workspace.state.users.values()],
        "channels": [channel_json(workspace, reading, user, one) for one in seen if not one.is_im],
        "dms": [
            channel_json(workspace, reading, user, one) | {"with": bot.id, "name": bot.real_name}
            for one in seen
            if one.is_im
        ],
        **menu.as_json(),
    }


def channel_json(workspace: Workspace, reading: Reading, user: str, channel: Channel) -> dict[str, Any]:
    unread = reading.unread(user, channel.id, in_channel(workspace, channel.id))
    return {
        "id": channel.id,
        "name": channel.name,
        "topic": channel.topic,
        "private": channel.is_private,
        "unread": len(unread),
        "mentions": sum(channel.is_im or mentions(message, user) for message in unread),
    }


def mentions(message: Message, user: str) -> bool:
    token = f"<@{user}>"
    return token in message.text or token in repr(message.blocks)


def in_channel(workspace: Workspace, channel: str) -> list[Message]:
    """Without the answers in threads, except those also sent to the channel."""
    return [one for one in workspace.messages(channel) if not one.is_reply or one.broadcast]


def messages_json(workspace: Workspace, user: str, channel: str, before: str | None, limit: int) -> dict[str, Any]:
    listed = [one for one in in_channel(workspace, channel) if before is None or float(one.ts) < float(before)]
    private = [one for one in workspace.ephemerals(user, channel) if not one.is_reply]
    threads = threads_in(workspace, channel)
    return {
        "ok": True,
        "limit": limit,
        "more": len(listed) > limit,
        "messages": [message_json(workspace, one, threads) for one in listed[-limit:]],
        "ephemerals": [message_json(workspace, one) for one in private],
    }


def thread_json(workspace: Workspace, user: str, channel: str, thread_ts: str) -> dict[str, Any]:
    parent = find_message(workspace.state, channel, thread_ts)
    said = [parent] if parent else []
    said += replies(workspace.state, channel, thread_ts)
    private = [one for one in workspace.ephemerals(user, channel) if one.thread_ts == thread_ts]
    return {
        "ok": True,
        "messages": [message_json(workspace, one) for one in said],
        "ephemerals": [message_json(workspace, one) for one in private],
    }


def threads_in(workspace: Workspace, channel: str) -> Threads:
    """The answers in each thread of a channel, by the ts of the message that began it."""
    found: dict[str, list[Message]] = defaultdict(list)
    for message in workspace.messages(channel):
        if message.is_reply and message.thread_ts:
            found[message.thread_ts].append(message)
    return found


def message_json(workspace: Workspace, message: Message, threads: Threads = NO_THREADS) -> dict[str, Any]:
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "from_bot": message.from_bot,
        "text": message.text,
        "blocks": message.blocks if message.from_bot else [],  # a person's only repeat the text
        "attachments": message.attachments,
        "files": [file_json(workspace.state.files[file]) for file in message.files if file in workspace.state.files],
        "thread_ts": message.thread_ts if message.is_reply else None,
        "broadcast": message.broadcast,
        "edited": bool(message.edited_ts) and not message.blocks,
        "ephemeral": message.ephemeral_to is not None,
        **thread_summary(threads.get(message.ts, ())),
    }


def file_json(file: File) -> dict[str, Any]:
    return {
        "id": file.id,
        "title": file.title,
        "alt_txt": file.alt,
        "mimetype": file.mimetype,
        "size": len(file.content),
    }


def thread_summary(answers: Sequence[Message]) -> dict[str, Any]:
    return {
        "reply_count": len(answers),
        "reply_users": list(dict.fromkeys(one.user for one in answers)),
        "latest_reply": answers[-1].ts if answers else None,
    }


def shown_message(workspace: Workspace, user: str, channel: str, ts: str) -> Message | None:
    """A message that this person can see."""
    own = find_ephemeral(workspace.state, channel, ts)
    if own and own.ephemeral_to == user:
        return own
    return find_message(workspace.state, channel, ts)


def view_json(view: View) -> dict[str, Any]:
    body = view.body
    return {
        "id": view.id,
        "hash": view.hash,
        "type": view.type,
        "callback_id": view.callback_id,
        "title": body.get("title"),
        "submit": body.get("submit"),
        "close": body.get("close"),
        "blocks": view.blocks,
        "values": view.values,
    }


def mail_json(mail: Mail) -> dict[str, Any]:
    shown = asdict(mail)
    return {
        **{name: shown[name] for name in ("id", "to", "cc", "bcc", "reply_to", "subject", "text", "at")},
        "from": mail.sender,
        "has_html": bool(mail.html),
    }


def first_person(workspace: Workspace) -> str:
    """Whom the page shows first: somebody of customer service, where a hold begins."""
    members = [user for user in workspace.state.users.values() if kind_of(user, workspace.seed.team_id) == "member"]
    service = [user for user in members if user.title == "Customer service"]
    return (service or members)[0].id
