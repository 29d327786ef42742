"""What the steps of the interview share: what they look at, pickers, and reading what was picked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.slack.blocks import Block, choice, chosen, field, menu, plain_text
from bot.slack.forms.parts import FormProblem
from bot.slack.text import storable
from workflows.interview.draft import Draft
from workflows.interview.last_file import LastFile
from workflows.policy.model import Policy

CHANNELS: Final = {"include": ["public", "private"]}
MOST_PEOPLE: Final = 100


@dataclass(frozen=True, slots=True)
class Seen:
    """What a step shows: the policy with the answers so far, numbers of orders that there are, and the newest file.

    `draw` is in the ids of fields that must come back empty: Slack keeps what stands in a field with the same id.
    """

    step: str
    policy: Policy
    draft: Draft
    examples: tuple[str, ...] = ()
    draw: str = "0"
    file: LastFile | None = None


def people_field(block_id: str, label: str, users: Sequence[str], *, hint: str = "") -> Block:
    picker: Block = {
        "type": "multi_users_select",
        "placeholder": plain_text("Choose people", 150),
        "max_selected_items": MOST_PEOPLE,
    }
    if users:
        picker["initial_users"] = list(users[:MOST_PEOPLE])
    return field(block_id, label, picker, optional=True, hint=hint)


def channel_field(block_id: str, label: str, channel: str, *, optional: bool = False, hint: str = "") -> Block:
    picker: Block = {
        "type": "conversations_select",
        "placeholder": plain_text("Choose a channel", 150),
        "filter": CHANNELS,
    }
    if channel:
        picker["initial_conversation"] = channel
    return field(block_id, label, picker, optional=optional, hint=hint)


def text_field(
    block_id: str, label: str, value: str, *, optional: bool = True, hint: str = "", most: int = 75
) -> Block:
    box: Block = {"type": "plain_text_input", "max_length": most, "multiline": most > 1000}
    if value:
        box["initial_value"] = value[:most]
    return field(block_id, label, box, optional=optional, hint=hint)


def menu_field(block_id: str, label: str, choices: Sequence[Block], value: str, *, optional: bool = False) -> Block:
    return field(block_id, label, menu(block_id, "Choose", choices, value), optional=optional)


def ticks_field(block_id: str, label: str, choices: Sequence[Block], values: Iterable[str], *, hint: str = "") -> Block:
    boxes: Block = {"type": "checkboxes", "options": list(choices)}
    ticked = [each for value in values if (each := chosen(choices, value))]
    if ticked:
        boxes["initial_options"] = ticked
    return field(block_id, label, boxes, optional=True, hint=hint)


def role_choices(policy: Policy) -> list[Block]:
    """By their labels; two roles with the same one are told apart by their names."""
    labels = [role.label for role in policy.roles.values()]
    return [
        choice(role.label if labels.count(role.label) == 1 else f"{role.label} ({name})", name)
        for name, role in policy.roles.items()
    ]


def entered(view: Mapping[str, Any], block_id: str) -> Mapping[str, Any]:
    """The state of the one element of a block."""
    found: Any = view
    for step in ("state", "values", block_id, block_id):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def picked(view: Mapping[str, Any], block_id: str, key: str) -> tuple[str, ...]:
    """Users, or values of options."""
    found = entered(view, block_id).get(key)
    values = [each.get("value") if isinstance(each, Mapping) else each for each in found or ()]
    return tuple(storable(each) for each in values if isinstance(each, str))


def lines_of(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for each in text.splitlines() if (line := " ".join(each.split()))))


def short(block_id: str, value: str, most: int) -> str:
    """Raises FormProblem."""
    if len(value) > most:
        raise FormProblem(block_id, f"This is longer than {most} characters. Shorten it.")
    return value
