"""chat.*"""

from dataclasses import replace
from typing import Any

from playground.slack.arguments import Arguments, flag, required, text
from playground.slack.content import POSTED_TEXT, UPDATED_TEXT, Content, checked_metadata, content
from playground.slack.core import Core, RateLimited, SlackError
from playground.slack.model import Channel, Message
from playground.slack.state import find_message
from playground.slack.wire import message_json


def post_message(core: Core, arguments: Arguments) -> dict[str, Any]:
    channel = _postable(core, core.channel(required(arguments, "channel", "channel_not_found")))
    said = content(arguments, longest=POSTED_TEXT, truncates=True)
    metadata = checked_metadata(arguments)
    _pace(core, channel)
    message = replace(
        _bot_message(core, channel, said),
        thread_ts=_thread(core, channel, arguments),
        broadcast=flag(arguments, "reply_broadcast"),
        metadata=metadata,
    )
    posted = core.post(message)
    return _posted(core, posted, said)


def _posted(core: Core, message: Message, said: Content) -> dict[str, Any]:
    warned = {"warning": ",".join(said.warnings)} if said.warnings else {}
    return {"channel": message.channel, "ts": message.ts, "message": message_json(core, message), **warned}


def _bot_message(core: Core, channel: Channel, said: Content) -> Message:
    return Message(
        channel.id,
        core.new_ts(),
        core.seed.bot_user,
        said.text,
        said.blocks,
        said.attachments,
        from_bot=True,
    )


def _postable(core: Core, channel: Channel) -> Channel:
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.is_im and not core.seed.messages_tab:
        raise SlackError("messages_tab_disabled")
    if core.seed.bot_user in channel.members:
        return channel
    if channel.is_private:
        raise SlackError("channel_not_found")
    if "chat:write.public" not in core.state.scopes:
        raise SlackError("not_in_channel")
    return channel


def _pace(core: Core, channel: Channel) -> None:
    seconds = core.limits.wait_for_channel(channel.id) if core.rate_limits else 0
    if seconds:
        raise RateLimited(seconds)


def _thread(core: Core, channel: Channel, arguments: Arguments) -> str | None:
    """The parent's ts: Slack moves an answer to an answer up to the thread's first message."""
    given = text(arguments, "thread_ts")
    if not given:
        return None
    parent = find_message(core.state, channel.id, given)
    return parent.thread_ts or given if parent else given


def update(core: Core, arguments: Arguments) -> dict[str, Any]:
    message = _own(core, arguments, "cant_update_message")
    if core.state.channels[message.channel].is_archived:
        raise SlackError("is_inactive")
    said = content(arguments, longest=UPDATED_TEXT)
    metadata = checked_metadata(arguments)
    changed = replace(
        message,
        text=said.text,
        blocks=said.blocks,
        attachments=said.attachments,
        edited_ts=core.new_ts(),
        metadata=message.metadata if metadata is None else metadata,
        broadcast=message.broadcast or flag(arguments, "reply_broadcast"),
    )
    core.redraw(changed)
    shown = message_json(core, changed)
    return {"channel": message.channel, "ts": message.ts, "text": shown["text"], "message": shown}


def _own(core: Core, arguments: Arguments, error: str) -> Message:
    """A message of the app by channel id and ts. A person's id does not lead to the direct message here."""
    channel = core.state.channels.get(required(arguments, "channel", "channel_not_found"))
    if channel is None:
        raise SlackError("channel_not_found")
    message = find_message(core.state, channel.id, required(arguments, "ts", "message_not_found"))
    if message is None:
        raise SlackError("message_not_found")
    if not message.from_bot:
        raise SlackError(error)
    return message


def delete(core: Core, arguments: Arguments) -> dict[str, Any]:
    message = _own(core, arguments, "cant_delete_message")
    core.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(core: Core, arguments: Arguments) -> dict[str, Any]:
    channel = _postable(core, core.channel(required(arguments, "channel", "channel_not_found")))
    user = required(arguments, "user", "user_not_in_channel")
    if user not in channel.members or core.state.users[user].deleted:
        raise SlackError("user_not_in_channel")
    said = content(arguments, longest=POSTED_TEXT)
    message = replace(_bot_message(core, channel, said), ephemeral_to=user, thread_ts=_thread(core, channel, arguments))
    return {"message_ts": core.post(message).ts}


def permalink(core: Core, arguments: Arguments) -> dict[str, Any]:
    channel = core.state.channels.get(required(arguments, "channel", "channel_not_found"))
    if channel is None:
        raise SlackError("channel_not_found")
    message = find_message(core.state, channel.id, required(arguments, "message_ts", "message_not_found"))
    if message is None:
        raise SlackError("message_not_found")
    link = f"{core.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    return {"channel": channel.id, "permalink": link + thread}
