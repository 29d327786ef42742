"""What Slack's own client checks before it sends a form."""

from typing import Any

from playground.slack.elements import is_empty, places
from playground.slack.model import View


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
        elif problem := _out_of_bounds(place.element, value.get("value")):
            said[place.block_id] = problem
    return said


def _out_of_bounds(element: dict[str, Any], value: Any) -> str:
    if element["type"] == "number_input":
        return _wrong_number(element, str(value))
    if element["type"] != "plain_text_input":
        return ""
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
