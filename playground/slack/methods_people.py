"""auth.*, users.*, usergroups.*, conversations.*, apps.*"""

import secrets
from typing import Any

from playground.slack.arguments import Arguments, flag, need, number, required, text
from playground.slack.core import Core, SlackError
from playground.slack.model import Channel, Message
from playground.slack.state import im_channel, im_id, replies
from playground.slack.wire import channel_json, message_json, user_json


def auth_test(core: Core, _arguments: Arguments) -> dict[str, Any]:
    seed = core.seed
    return {
        "url": f"{core.base_url}/",
        "team": seed.team_name,
        "user": seed.bot_name,
        "team_id": seed.team_id,
        "user_id": seed.bot_user,
        "bot_id": seed.bot_id,
        "is_enterprise_install": False,
    }


def users_info(core: Core, arguments: Arguments) -> dict[str, Any]:
    user = core.state.users.get(text(arguments, "user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user_json(user, core.state.scopes)}


def users_list(core: Core, _arguments: Arguments) -> dict[str, Any]:
    members = [user_json(user, core.state.scopes) for user in core.state.users.values()]
    return {"members": members, "cache_ts": int(core.clock()), "response_metadata": {"next_cursor": ""}}


def users_by_email(core: Core, arguments: Arguments) -> dict[str, Any]:
    wanted = required(arguments, "email", "users_not_found").lower()
    for user in core.state.users.values():
        if user.email.lower() == wanted and not user.deleted:
            return {"user": user_json(user, core.state.scopes)}
    raise SlackError("users_not_found")


def group_members(core: Core, arguments: Arguments) -> dict[str, Any]:
    members = core.state.user_groups.get(text(arguments, "usergroup"))
    if members is None:
        raise SlackError("no_such_subteam")
    return {"users": list(members)}


def groups(core: Core, _arguments: Arguments) -> dict[str, Any]:
    return {
        "usergroups": [
            {"id": group, "team_id": core.seed.team_id, "handle": group.lower(), "user_count": len(members)}
            for group, members in core.state.user_groups.items()
        ]
    }


def _readable(core: Core, arguments: Arguments, what: str) -> Channel:
    """A conversation that the app may read, with the scope that its kind needs: channels:read, groups:history …"""
    channel = core.state.channels.get(required(arguments, "channel", "channel_not_found"))
    if channel is None:
        raise SlackError("channel_not_found")
    need(core, f"{'im' if channel.is_im else 'groups' if channel.is_private else 'channels'}:{what}")
    if channel.is_private and core.seed.bot_user not in channel.members:
        raise SlackError("channel_not_found")
    return channel


def channel_info(core: Core, arguments: Arguments) -> dict[str, Any]:
    channel = _readable(core, arguments, "read")
    shown = channel_json(core, channel)
    if not flag(arguments, "include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def channel_members(core: Core, arguments: Arguments) -> dict[str, Any]:
    channel = _readable(core, arguments, "read")
    return {"members": list(channel.members), "response_metadata": {"next_cursor": ""}}


def channels(core: Core, _arguments: Arguments) -> dict[str, Any]:
    bot = core.seed.bot_user
    listed = [
        one for one in core.state.channels.values() if not one.is_im and (not one.is_private or bot in one.members)
    ]
    return {"channels": [channel_json(core, one) for one in listed], "response_metadata": {"next_cursor": ""}}


def open_direct(core: Core, arguments: Arguments) -> dict[str, Any]:
    given = required(arguments, "users", "users_list_not_supplied").split(",")
    if len(given) > 1:
        raise SlackError("missing_scope", needed="mpim:write", provided=",".join(core.state.scopes))
    user = core.state.users.get(given[0])
    if user is None or user.team_id != core.seed.team_id:
        raise SlackError("user_not_found")
    if user.deleted:
        raise SlackError("user_disabled")
    already = im_id(user.id) in core.state.channels
    channel = im_channel(core.state, user.id, core.seed.bot_user)
    shown = channel_json(core, channel) if flag(arguments, "return_im") else {"id": channel.id}
    return {"channel": shown, **({"no_op": True, "already_open": True} if already else {})}


def history(core: Core, arguments: Arguments) -> dict[str, Any]:
    channel = _history_of(core, arguments)
    shown = [one for one in core.state.messages.get(channel.id, []) if not one.is_reply or one.broadcast]
    return _page(core, [one for one in reversed(shown) if _within(one, arguments)], arguments)


def thread(core: Core, arguments: Arguments) -> dict[str, Any]:
    channel = _history_of(core, arguments)
    ts = required(arguments, "ts", "thread_not_found")
    parent = [one for one in core.state.messages.get(channel.id, []) if one.ts == ts]
    found = [*parent, *replies(core.state, channel.id, ts)]
    if not found:
        raise SlackError("thread_not_found")
    return _page(core, found, arguments)


def _history_of(core: Core, arguments: Arguments) -> Channel:
    channel = _readable(core, arguments, "history")
    if core.seed.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _within(message: Message, arguments: Arguments) -> bool:
    oldest, latest = text(arguments, "oldest") or "0", text(arguments, "latest") or "9999999999"
    try:
        ts, low, high = float(message.ts), float(oldest), float(latest)
    except ValueError:
        raise SlackError("invalid_ts_oldest") from None
    return low <= ts <= high if flag(arguments, "inclusive") else low < ts < high


def _page(core: Core, found: list[Message], arguments: Arguments) -> dict[str, Any]:
    size, start = number(arguments, "limit", 100), _cursor(arguments)
    kept = found[start : start + size]
    more = len(found) > start + size
    hidden = () if flag(arguments, "include_all_metadata") else ("metadata",)
    shown = [{k: v for k, v in message_json(core, one).items() if k not in hidden} for one in kept]
    cursor = {"response_metadata": {"next_cursor": f"at:{start + size}"}} if more else {}
    return {"messages": shown, "has_more": more, **cursor}


def _cursor(arguments: Arguments) -> int:
    given = text(arguments, "cursor")
    if not given:
        return 0
    if not given.startswith("at:") or not given[3:].isdigit():
        raise SlackError("invalid_cursor")
    return int(given[3:])


def open_socket(core: Core, _arguments: Arguments) -> dict[str, Any]:
    base, ticket = core.base_url.replace("http", "ws", 1), secrets.token_hex(8)
    core.socket_tickets.add(ticket)
    return {"url": f"{base}/link/?ticket={ticket}&app_id={core.seed.app_id}"}
