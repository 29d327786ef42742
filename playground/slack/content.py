"""What a message may hold, whichever way it comes: chat methods, response_url, or the answer to a command."""

from dataclasses import dataclass, field
from typing import Any

from playground.slack.arguments import Arguments, structure, text
from playground.slack.blockkit import check_message, total_text
from playground.slack.core import SlackError
from playground.slack.model import Blocks
from playground.slack.wire import with_ids

POSTED_TEXT = 40_000
UPDATED_TEXT = 4_000
BLOCKS_TEXT = 13_200
"""Characters in all blocks of a message. Not documented; measured by others at about this number."""


@dataclass(frozen=True)
class Content:
    text: str
    blocks: Blocks = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    warnings: tuple[str, ...] = ()


def content(arguments: Arguments, *, longest: int, truncates: bool = False) -> Content:
    if arguments.get("markdown_text") and (arguments.get("text") or arguments.get("blocks")):
        raise SlackError("markdown_text_conflict")
    said = text(arguments, "markdown_text") or text(arguments, "text")
    blocks = checked_blocks(arguments)
    attachments = structure(arguments, "attachments", list, "invalid_attachments") or []
    if not (said or blocks or attachments):
        raise SlackError("no_text")
    if not all(isinstance(one, dict) for one in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > 100:
        raise SlackError("too_many_attachments")
    if len(said) > longest and not truncates:
        raise SlackError("msg_too_long")
    warnings = ("message_truncated",) if len(said) > longest else ()
    return Content(said[:longest], with_ids(blocks), attachments, warnings)


def checked_blocks(arguments: Arguments) -> Blocks:
    blocks: Blocks = structure(arguments, "blocks", list, "invalid_blocks_format") or []
    if not blocks:
        return []
    problems = check_message({"text": text(arguments, "text"), "blocks": blocks})
    if problems:
        raise SlackError("invalid_blocks", **error_details(problems))
    if total_text(blocks) > BLOCKS_TEXT:
        raise SlackError("msg_blocks_too_long")
    return blocks


def error_details(problems: list[str]) -> dict[str, Any]:
    return {"errors": problems, "response_metadata": {"messages": [f"[ERROR] {one}" for one in problems]}}


def checked_metadata(arguments: Arguments) -> dict[str, Any] | None:
    metadata: dict[str, Any] | None = structure(arguments, "metadata", dict, "invalid_metadata_format")
    if metadata is None:
        return None
    payload = metadata.get("event_payload")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_format")
    if any(_too_deep(value) for value in payload.values()):
        raise SlackError("invalid_metadata_schema")
    return metadata


def _too_deep(value: Any) -> bool:
    """event_payload holds plain values, lists of them, or objects of one level."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(one, dict | list) for one in inner)
