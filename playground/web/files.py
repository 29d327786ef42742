"""Files: what a person uploads on the page, and what the page offers for download."""

from typing import Any
from urllib.parse import quote

from playground.slack.core import SlackError
from playground.slack.model import File, Message
from playground.slack.wire import file_json
from playground.slack.workspace import Workspace
from playground.web.bodies import States
from playground.web.picture import rooms

LARGEST_FILE = 20 * 1024 * 1024
SHOWN_AS_PICTURES = ("image/gif", "image/jpeg", "image/png", "image/webp")


def shared(workspace: Workspace, user: str, channel: str, thread_ts: str | None, file: File) -> None:
    """A message of this person that holds nothing but the file."""
    if channel not in {room.id for room in rooms(workspace, user)}:
        raise SlackError("channel_not_found")
    workspace.post(Message(channel, workspace.new_ts(), user, thread_ts=thread_ts, files=(file.id,)))


def seen_by(workspace: Workspace, user: str, file_id: str) -> File:
    """Raises SlackError when there is none that this person may see."""
    file = workspace.state.files.get(file_id)
    mine = {room.id for room in rooms(workspace, user)}
    if file is None or not (file.user == user or mine.intersection(file.channels)):
        raise SlackError("file_not_found")
    return file


def headers_of(file: File) -> dict[str, str]:
    """Only pictures are shown; everything else can do nothing but be saved."""
    if file.mimetype in SHOWN_AS_PICTURES:
        return {"content-type": file.mimetype, "content-security-policy": "sandbox; default-src 'none'"}
    name = quote(file.name, safe="")
    return {"content-type": "application/octet-stream", "content-disposition": f"attachment; filename*=UTF-8''{name}"}


def with_files(workspace: Workspace, user: str, values: States) -> States:
    """The page names files by their ids; a form holds Slack's file objects."""
    return {
        block: {action: _held(workspace, user, state) for action, state in actions.items()}
        for block, actions in values.items()
    }


def _held(workspace: Workspace, user: str, state: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(state, dict) or state.get("type") != "file_input":
        return state
    given = [seen_by(workspace, user, str(one.get("id"))) for one in state.get("files") or []]
    return {**state, "files": [file_json(workspace, file) for file in given]}
