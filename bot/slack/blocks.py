"""Slack's blocks, as few kinds as will do, each within its limits."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from bot.slack.text import FIELD, HEADER, NOTHING, SECTION, cut, one_line, plain

Block = dict[str, Any]
Message = dict[str, Any]
View = dict[str, Any]

CHOICES: Final = 100  # options of a menu, and groups of options
CHOICE_TEXT: Final = 75
CHOICE_VALUE: Final = 150
TITLE: Final = 24
LABEL: Final = 2000
FALLBACK: Final = 3000  # `text` of a message; an update refuses more than 4,000


def plain_text(text: str, limit: int = SECTION) -> Block:
    return {"type": "plain_text", "text": plain(text, limit) or NOTHING, "emoji": True}


def marked(text: str, limit: int = SECTION) -> Block:
    """Finished mrkdwn. `verbatim`: Slack makes no links, channels or mentions out of plain words in it."""
    return {"type": "mrkdwn", "text": cut(text, limit) or NOTHING, "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain_text(one_line(text, HEADER), HEADER)}


def section(text: str, *, accessory: Block | None = None) -> Block:
    block = {"type": "section", "text": marked(text)}
    return {**block, "accessory": accessory} if accessory else block


def plain_section(text: str, limit: int = SECTION) -> Block:
    return {"type": "section", "text": plain_text(text, limit)}


def fields(pairs: Iterable[tuple[str, str]]) -> Block:
    """At most ten short facts in two columns; the values are finished mrkdwn."""
    return {
        "type": "section",
        "fields": [marked(f"*{name}*\n{value or NOTHING}", FIELD) for name, value in list(pairs)[:10]],
    }


def context(text: str) -> Block:
    return {"type": "context", "elements": [marked(text)]}


def divider() -> Block:
    return {"type": "divider"}


def button(text: str, action_id: str, value: str, *, style: str = "", label: str = "") -> Block:
    """`label` is what a screen reader says, where the text alone is not enough."""
    made = {"type": "button", "text": plain_text(text, 75), "action_id": str(action_id), "value": value}
    if style:
        made["style"] = style
    if label:
        made["accessibility_label"] = one_line(label, 75)
    return made


def asking_first(made: Block, title: str, body: str, yes: str) -> Block:
    """A button about which Slack asks once more before it is sent."""
    asked = {"title": plain_text(title, 100), "text": plain_text(body, 300), "confirm": plain_text(yes, 30)}
    style = {"style": made["style"]} if "style" in made else {}
    return {**made, "confirm": {**asked, "deny": plain_text("Not now", 30), **style}}


def actions(buttons: Sequence[Block]) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def choice(text: str, value: str, description: str = "") -> Block:
    made: Block = {"text": plain_text(one_line(text, CHOICE_TEXT) or value, CHOICE_TEXT), "value": value}
    if description:
        made["description"] = plain_text(one_line(description, CHOICE_TEXT), CHOICE_TEXT)
    return made


def chosen(choices: Iterable[Block], value: str) -> Block | None:
    return next((each for each in choices if each["value"] == value), None)


def menu(action_id: str, placeholder: str, choices: Sequence[Block], value: str = "") -> Block:
    """A menu of at least one choice. Past Slack's hundred they stand in groups of a hundred."""
    made: Block = {"type": "static_select", "action_id": str(action_id), "placeholder": plain_text(placeholder, 150)}
    made |= {"options": list(choices)} if len(choices) <= CHOICES else {"option_groups": _groups(choices)}
    first = chosen(choices[: CHOICES * CHOICES], value)
    return {**made, "initial_option": first} if first else made


def _groups(choices: Sequence[Block]) -> list[Block]:
    starts = range(0, min(len(choices), CHOICES * CHOICES), CHOICES)
    return [
        {
            "label": plain_text(f"{start + 1} to {min(start + CHOICES, len(choices))}", 75),
            "options": list(choices[start : start + CHOICES]),
        }
        for start in starts
    ]


def field(
    block_id: str, label: str, element: Block, *, optional: bool = False, hint: str = "", dispatch: bool = False
) -> Block:
    """An input whose element has the block's id. `dispatch`: a choice is sent at once, so the form can follow it."""
    made: Block = {
        "type": "input",
        "block_id": str(block_id),
        "label": plain_text(label, LABEL),
        "element": {**element, "action_id": str(block_id)},
        "optional": optional,
    }
    if hint:
        made["hint"] = plain_text(hint, LABEL)
    return {**made, "dispatch_action": True} if dispatch else made


def numbered(blocks: Iterable[Block], draw: str) -> list[Block]:
    """The blocks with ids of this one draw: an update with the ids of the last one may keep old content."""
    return [{**block, "block_id": f"{draw}.{index}"} for index, block in enumerate(blocks)]


def message(text: str, blocks: Iterable[Block]) -> Message:
    """`text` is what notifications and screen readers say."""
    return {"text": cut(text, FALLBACK) or NOTHING, "blocks": list(blocks)}


def text_length(value: Any) -> int:
    """Characters in all texts of blocks."""
    if isinstance(value, list):
        return sum(text_length(each) for each in value)
    if not isinstance(value, dict):
        return 0
    return sum(
        len(each) if key == "text" and isinstance(each, str) else text_length(each) for key, each in value.items()
    )


def chunks(lines: Sequence[str], most: int, one: str, many: str) -> list[str]:
    """Lines joined into texts of one section each, `most` characters in all, and how many `many` were left out."""
    texts: list[str] = [""]
    used = 0
    for index, line in enumerate(lines):
        used += len(line) + 1
        if used > most:
            left = len(lines) - index
            texts.append(f"+ {left} more {one if left == 1 else many}")
            break
        if len(texts[-1]) + len(line) + 1 > SECTION:
            texts.append("")
        texts[-1] += f"\n{line}" if texts[-1] else line
    return [text for text in texts if text]
