"""What Slack's own client does with a form: it keeps what is entered, and checks it before it is sent."""

from dataclasses import replace
from typing import Any

from playground.slack.elements import Place, find_input, is_empty, places, typed_value
from playground.slack.model import Blocks, View
from playground.slack.state import Values

MOST_FILES = 10
LARGEST_FILE = 10 * 1024 * 1024
"""Bytes, of each file that goes into a form."""

Offered = dict[tuple[str, str], Blocks]
"""(view id, action id) → the options that an external menu was last given."""


def filled(view: View, values: Values, simple: dict[str, Any], offered: Offered) -> View:
    """The view with more entered: `values` as in state.values, `simple` by block id or action id."""
    merged = {block: dict(actions) for block, actions in view.values.items()}
    for block_id, actions in values.items():
        merged.setdefault(block_id, {}).update(actions)
    for name, given in simple.items():
        _enter(merged, view, find_input(view.blocks, name), given, offered)
    return replace(view, values=merged)


def entered(view: View, place: Place, value: Any, offered: Offered) -> View:
    """The view after one element was used; a button and an overflow menu leave nothing behind."""
    if place.action_id not in view.values.get(place.block_id, {}):
        return view
    merged = {block: dict(actions) for block, actions in view.values.items()}
    _enter(merged, view, place, value, offered)
    return replace(view, values=merged)


def _enter(values: Values, view: View, place: Place, given: Any, offered: Offered) -> None:
    if isinstance(given, dict):
        value = {"type": place.element["type"], **given}
    else:
        value = typed_value(place.element, given, offered.get((view.id, place.action_id)))
    values.setdefault(place.block_id, {})[place.action_id] = value


def missing(view: View) -> dict[str, str]:
    """What Slack's own client says before it sends a submission, by block id."""
    said: dict[str, str] = {}
    for place in places(view.blocks):
        if not place.in_input:
            continue
        value = view.values.get(place.block_id, {}).get(place.action_id, {})
        if is_empty(value):
            if not place.block.get("optional"):
                said[place.block_id] = "Please complete this required field."
        elif problem := _out_of_bounds(place.element, value):
            said[place.block_id] = problem
    return said


def _out_of_bounds(element: dict[str, Any], held: dict[str, Any]) -> str:
    if element["type"] == "number_input":
        return _wrong_number(element, str(held.get("value")))
    if element["type"] == "file_input":
        return _wrong_files(element, held.get("files", []))
    if element["type"] == "plain_text_input":
        return _wrong_length(element, str(held.get("value")))
    return ""


def _wrong_files(element: dict[str, Any], files: list[dict[str, Any]]) -> str:
    """Slack says itself that the app must check the kinds again."""
    most, kinds = element.get("max_files", MOST_FILES), element.get("filetypes")
    if len(files) > most:
        return f"Add at most {most} {'file' if most == 1 else 'files'}."
    if any(file.get("size", 0) > LARGEST_FILE for file in files):
        return f"A file can have at most {LARGEST_FILE // 1024 // 1024} MB."
    if kinds and any(file.get("filetype") not in kinds for file in files):
        return f"Only these file types are allowed: {', '.join(kinds)}."
    return ""


def _wrong_length(element: dict[str, Any], value: str) -> str:
    if len(value) > element.get("max_length", 3000):
        return f"Use at most {element.get('max_length', 3000)} characters."
    if len(value) < element.get("min_length", 0):
        return f"Use at least {element['min_length']} characters."
    return ""


def _wrong_number(element: dict[str, Any], value: str) -> str:
    try:
        number = float(value) if element["is_decimal_allowed"] else int(value)
    except ValueError:
        return "Enter a number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Enter {element['min_value']} or more."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Enter {element['max_value']} or less."
    return ""
