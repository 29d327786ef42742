"""files.*"""

import mimetypes
from dataclasses import replace
from typing import Any

from playground.slack.arguments import Arguments, number, required, structure, text
from playground.slack.core import Core, SlackError
from playground.slack.model import Change, Channel, File, Message
from playground.slack.state import next_id
from playground.slack.wire import file_json


def upload_url(core: Core, arguments: Arguments) -> dict[str, Any]:
    name = required(arguments, "filename")
    if number(arguments, "length", 0) <= 0:
        raise SlackError("missing_argument")
    file = replace(new_file(core, name, core.seed.bot_user), alt=text(arguments, "alt_txt"))
    core.state.files[file.id] = file
    return {"upload_url": f"{core.base_url}/upload/v1/{file.id}", "file_id": file.id}


def new_file(core: Core, name: str, user: str, content: bytes = b"") -> File:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = File(next_id(core.state, "F"), name, name, user, content, kind, int(core.clock()))
    core.state.files[file.id] = file
    return file


def receive(core: Core, file_id: str, content: bytes) -> bool:
    """Bytes sent to an upload address."""
    file = core.state.files.get(file_id)
    if file is None or file.complete:
        return False
    core.state.files[file_id] = replace(file, content=content)
    return True


def complete(core: Core, arguments: Arguments) -> dict[str, Any]:
    listed = structure(arguments, "files", list, "invalid_arguments") or []
    files = [_uploaded(core, one) for one in listed]
    if not files:
        raise SlackError("invalid_arguments")
    channel = _target(core, text(arguments, "channel_id"))
    ids = tuple(file.id for file in files)
    for file in files:
        core.state.files[file.id] = replace(file, complete=True, channels=(channel.id,) if channel else ())
        core.changes.tell(Change("file", channel.id if channel else "", "", file.id))
    if channel:
        _share(core, channel, ids, arguments)
    return {"files": [file_json(core, core.state.files[file]) for file in ids]}


def _uploaded(core: Core, given: Any) -> File:
    file = core.state.files.get(str(given.get("id"))) if isinstance(given, dict) else None
    if file is None or file.complete or not file.content:
        raise SlackError("file_not_found")
    return replace(file, title=given.get("title") or file.name)


def _target(core: Core, channel_id: str) -> Channel | None:
    if not channel_id:
        return None
    channel = core.state.channels.get(channel_id)
    if channel is None:
        raise SlackError("channel_not_found")
    if core.seed.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _share(core: Core, channel: Channel, files: tuple[str, ...], arguments: Arguments) -> None:
    thread = text(arguments, "thread_ts") or None
    said = text(arguments, "initial_comment")
    message = Message(channel.id, core.new_ts(), core.seed.bot_user, said, from_bot=True, thread_ts=thread, files=files)
    core.post(message)


def visible(core: Core, file: File) -> bool:
    """To the app: its own, those in channels where it is, and those in no channel, which came by a form."""
    bot = core.seed.bot_user
    shared = [core.state.channels[channel] for channel in file.channels if channel in core.state.channels]
    return file.user == bot or not file.channels or any(bot in channel.members for channel in shared)


def info(core: Core, arguments: Arguments) -> dict[str, Any]:
    file = core.state.files.get(text(arguments, "file"))
    if file is None:
        raise SlackError("file_not_found")
    if not visible(core, file):
        raise SlackError("not_visible")
    return {"file": file_json(core, file), "comments": [], "response_metadata": {"next_cursor": ""}}
