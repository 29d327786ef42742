"""conversations.*"""

from dataclasses import replace
from typing import Any

from playground.slack.arguments import Arguments, flag, need, required, text
from playground.slack.core import Core, SlackError
from playground.slack.model import Channel, Message
from playground.slack.paging import limit, metadata, page
from playground.slack.state import age, find_message, im_channel, im_id, replies
from playground.slack.wire import channel_json, message_json

MOST = 1000
"""The largest `limit`."""
TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
"""Kind of conversation → what its scopes begin with."""


def type_of(channel: Channel) -> str:
    return "im" if channel.is_im else "private_channel" if channel.is_private else "public_channel"


def _known(core: Core, arguments: Arguments) -> Channel:
    channel = core.state.channels.get(required(arguments, "channel", "channel_not_found"))
    if channel is None:
        raise SlackError("channel_not_found")
    return channel


def _readable(core: Core, arguments: Arguments, what: str) -> Channel:
    """A conversation that the app may read, with the scope that its kind needs: channels:read, groups:history …"""
    channel = _known(core, arguments)
    need(core, f"{TYPES[type_of(channel)]}:{what}")
    if channel.is_private and core.seed.bot_user not in channel.members:
        raise SlackError("channel_not_found")
    return channel


def info(core: Core, arguments: Arguments) -> dict[str, Any]:
    channel = _readable(core, arguments, "read")
    shown = channel_json(core, channel)
    if not flag(arguments, "include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def members(core: Core, arguments: Arguments) -> dict[str, Any]:
    channel = _readable(core, arguments, "read")
    size = limit(arguments, 100, MOST, "invalid_limit")
    shown, cursor = page(channel.members, arguments, kind="user_id", name_of=str, size=size)
    return {"members": list(shown), **metadata(cursor)}


def listed(core: Core, arguments: Arguments) -> dict[str, Any]:
    """Public channels unless `types` says otherwise; of private ones and direct messages only the app's own."""
    wanted = _types(core, arguments)
    bot, without = core.seed.bot_user, flag(arguments, "exclude_archived")
    found = [
        one
        for one in core.state.channels.values()
        if type_of(one) in wanted
        and (type_of(one) == "public_channel" or bot in one.members)
        and not (without and one.is_archived)
    ]
    size = limit(arguments, 100, MOST, "invalid_limit")
    shown, cursor = page(found, arguments, kind="team", name_of=lambda one: one.id, size=size)
    return {"channels": [channel_json(core, one) for one in shown], **metadata(cursor)}


def _types(core: Core, arguments: Arguments) -> list[str]:
    wanted = [one.strip() for one in (text(arguments, "types") or "public_channel").split(",")]
    if any(one not in TYPES for one in wanted):
        raise SlackError("invalid_types")
    for one in wanted:
        need(core, f"{TYPES[one]}:read")
    return wanted


def join(core: Core, arguments: Arguments) -> dict[str, Any]:
    channel = _known(core, arguments)
    bot = core.seed.bot_user
    if channel.is_private and bot not in channel.members:
        raise SlackError("channel_not_found")
    if type_of(channel) != "public_channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if bot in channel.members:
        warned = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return {"channel": channel_json(core, channel), **warned}
    joined = replace(channel, members=(*channel.members, bot))
    core.state.channels[channel.id] = joined
    return {"channel": channel_json(core, joined)}


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
    """Newest first. A page begins at a time, so that what is said meanwhile shifts nothing."""
    channel = _history_of(core, arguments)
    low, high = _bound(arguments, "oldest", "0"), _bound(arguments, "latest", "9999999999")
    inclusive = flag(arguments, "inclusive")
    shown = [
        one
        for one in reversed(core.state.messages.get(channel.id, []))
        if (not one.is_reply or one.broadcast) and _within(float(one.ts), low, high, inclusive=inclusive)
    ]
    return _messages(core, shown, arguments, 100, newest_first=True)


def thread(core: Core, arguments: Arguments) -> dict[str, Any]:
    channel = _history_of(core, arguments)
    ts = required(arguments, "ts", "thread_not_found")
    parent = find_message(core.state, channel.id, ts)
    found = [*([parent] if parent else []), *replies(core.state, channel.id, ts)]
    if not found:
        raise SlackError("thread_not_found")
    return _messages(core, found, arguments, MOST, newest_first=False)


def _history_of(core: Core, arguments: Arguments) -> Channel:
    channel = _readable(core, arguments, "history")
    if core.seed.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _bound(arguments: Arguments, name: str, default: str) -> float:
    try:
        return float(text(arguments, name) or default)
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _within(ts: float, low: float, high: float, *, inclusive: bool) -> bool:
    return low <= ts <= high if inclusive else low < ts < high


def _messages(
    core: Core, found: list[Message], arguments: Arguments, default: int, *, newest_first: bool
) -> dict[str, Any]:
    def begins(message: Message, ts: str) -> bool:
        return age(message.ts) <= age(ts) if newest_first else age(message.ts) >= age(ts)

    size = limit(arguments, default, 999 if newest_first else MOST, "invalid_arguments")
    kept, cursor = page(found, arguments, kind="next_ts", name_of=lambda one: one.ts, size=size, begins=begins)
    hidden = () if flag(arguments, "include_all_metadata") else ("metadata",)
    shown = [{k: v for k, v in message_json(core, one).items() if k not in hidden} for one in kept]
    return {"messages": shown, "has_more": bool(cursor), **(metadata(cursor) if cursor else {})}
