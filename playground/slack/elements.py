"""Finding interactive elements in blocks, and the values that people put into them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playground.slack.model import Blocks

Element = dict[str, Any]


@dataclass(frozen=True)
class Place:
    block: dict[str, Any]
    element: Element

    @property
    def block_id(self) -> str:
        return str(self.block.get("block_id", ""))

    @property
    def action_id(self) -> str:
        return str(self.element.get("action_id", ""))

    @property
    def in_input(self) -> bool:
        return self.block.get("type") == "input"


def places(blocks: Blocks) -> Iterator[Place]:
    """Every interactive element with the block it stands in."""
    for block in blocks:
        held = (*block.get("elements", ()), block.get("accessory"), block.get("element"))
        for element in held:
            if isinstance(element, dict) and "action_id" in element:
                yield Place(block, element)
        yield from places([one for one in block.get("child_blocks", ()) if isinstance(one, dict)])


def find(blocks: Blocks, action_id: str, *, block_id: str = "", value: str | None = None) -> Place:
    found = [
        place
        for place in places(blocks)
        if place.action_id == action_id
        and (not block_id or place.block_id == block_id)
        and (value is None or place.element.get("value") == value)
    ]
    if not found:
        there = sorted({place.action_id for place in places(blocks)})
        raise LookupError(f"there is no element {action_id!r} here, only {there}")
    return found[0]


def find_input(blocks: Blocks, name: str) -> Place:
    """An element by its block id or its action id."""
    for place in places(blocks):
        if name in (place.block_id, place.action_id):
            return place
    raise LookupError(f"there is no input {name!r} here, only {sorted(place.block_id for place in places(blocks))}")


# the value of an element in state.values: type → (key of the value, key of what it starts with)
_VALUE_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", ""),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
_LISTS = ("selected_options", "selected_users", "selected_conversations", "selected_channels", "files")


def value_key(element: Element) -> str:
    """The key of the element's value; empty for a button."""
    return _VALUE_KEYS.get(str(element.get("type")), ("", ""))[0]


def starting_value(element: Element) -> dict[str, Any]:
    key, initial = _VALUE_KEYS[str(element["type"])]
    return {"type": element["type"], key: element.get(initial, [] if key in _LISTS else None)}


def starting_values(blocks: Blocks) -> dict[str, dict[str, dict[str, Any]]]:
    """state.values of a fresh view or message: buttons and overflow menus have no value."""
    values: dict[str, dict[str, dict[str, Any]]] = {}
    for place in places(blocks):
        if value_key(place.element) and place.element["type"] != "overflow":
            values.setdefault(place.block_id, {})[place.action_id] = starting_value(place.element)
    return values


def carried_values(
    blocks: Blocks, before: dict[str, dict[str, dict[str, Any]]]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Values after an update: what was entered stays where block id, action id and element type are the same."""
    values = starting_values(blocks)
    for block_id, actions in values.items():
        for action_id, fresh in actions.items():
            old = before.get(block_id, {}).get(action_id)
            if old and old.get("type") == fresh["type"]:
                actions[action_id] = old
    return values


def option(element: Element, wanted: str, offered: Blocks | None = None) -> dict[str, Any]:
    """The option with that value, or with that text. `offered` are the options an external menu was given."""
    choices = [*element.get("options", []), *(offered or [])]
    for group in element.get("option_groups", []):
        choices += group["options"]
    for choice in choices:
        if wanted in (choice.get("value"), choice.get("text", {}).get("text")):
            return dict(choice)
    if "external" in element["type"] and offered is None:
        return {"text": {"type": "plain_text", "text": wanted[:75], "emoji": True}, "value": wanted}
    raise LookupError(f"{wanted!r} is not among the choices {[choice.get('value') for choice in choices]}")


def typed_value(element: Element, given: Any, offered: Blocks | None = None) -> dict[str, Any]:
    """What state.values holds after somebody enters `given`: text, an option's value, a list of them, or None."""
    key = value_key(element)
    if key == "selected_option":
        chosen: Any = None if given is None else option(element, str(given), offered)
    elif key == "selected_options":
        chosen = [option(element, str(one), offered) for one in given or []]
    elif key == "value":
        chosen = None if given is None else str(given)
    elif key in _LISTS:
        chosen = list(given or [])
    else:
        chosen = given
    return {"type": element["type"], key: chosen}


def is_empty(value: dict[str, Any]) -> bool:
    return all(held in (None, "", []) for key, held in value.items() if key != "type")
