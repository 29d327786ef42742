"""Would Slack take these blocks? Each problem is one line: `/blocks/2/elements/0/value: longer than 2000`."""

import json
from typing import Any

from playground.slack.blockkit import rules, structure
from playground.slack.blockkit.rules import total_text

__all__ = ["check_blocks", "check_message", "check_options", "check_view", "total_text"]


def check_message(payload: dict[str, Any]) -> list[str]:
    """A message as for chat.postMessage, an ack or a response_url; blocks may be a list or a JSON string."""
    found = [*_text_problems(payload), *_block_problems(payload.get("blocks"), "")]
    for index, attachment in enumerate(payload.get("attachments") or []):
        found += _block_problems(attachment.get("blocks"), f"/attachments/{index}")
    return found


def check_blocks(blocks: Any) -> list[str]:
    """The blocks of a message by themselves."""
    return _block_problems(blocks, "")


def check_view(view: dict[str, Any]) -> list[str]:
    """A modal or a Home tab."""
    root = {"modal": "Modal", "home": "Home"}.get(str(view.get("type")))
    if root is None:
        return ["/type: must be modal or home"]
    return structure.problems(root, view) or _lines(rules.of_view(view))


def check_options(answer: dict[str, Any]) -> list[str]:
    """The answer to block_suggestion."""
    return structure.problems("Suggestions", answer) or _lines(rules.of_options(answer))


def _text_problems(payload: dict[str, Any]) -> list[str]:
    text = payload.get("text")
    if text is not None and not isinstance(text, str):
        return ["/text: must be a string"]
    if payload.get("blocks") and not (text or "").strip():
        return ["/text: missing, notifications and screen readers need it beside blocks"]
    empty = text == "" and not payload.get("attachments")
    return ["/text: empty"] if empty else []


def _block_problems(blocks: Any, at: str) -> list[str]:
    if isinstance(blocks, str):
        try:
            blocks = json.loads(blocks)
        except ValueError:
            return [f"{at}/blocks: is not JSON"]
    if blocks is None:
        return []
    return structure.problems("Message", {"blocks": blocks}, at) or _lines(
        rules.of_blocks(blocks, "message", f"{at}/blocks")
    )


def _lines(found: rules.Found) -> list[str]:
    return [f"{place or '/'}: {words}" for place, words in found]
