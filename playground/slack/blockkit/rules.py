"""Rules between fields: what may stand where, what must be unique, what must agree."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Surface = Literal["message", "modal", "home"]
Found = Iterator[tuple[str, str]]
"""Place and words."""

MARKDOWN_TEXT = 12_000
DATA_TABLE_TEXT = 20_000
VIEW_BYTES = 250_000

# Slack's reference pages name the surfaces of each block; where sources differ the block is refused
NOT_HERE: dict[Surface, frozenset[str]] = {
    "message": frozenset({"alert"}),
    "modal": frozenset(
        {"carousel", "container", "context_actions", "data_table", "file", "markdown", "plan", "table", "task_card"}
    ),
    "home": frozenset({"alert", "context_actions", "file", "markdown", "plan", "task_card"}),
}
ONE_OF = {
    "section": ("text", "fields"),
    "container": ("title", "rich_text_title"),
    "card": ("hero_image", "title", "actions", "body"),
}


def of_blocks(blocks: list[dict[str, Any]], surface: Surface, at: str = "/blocks") -> Found:
    """Blocks must have the right structure already."""
    placed = list(_placed(blocks, at))
    yield from _surfaces(placed, surface)
    yield from _unique_ids(placed)
    yield from _one_focus(placed)
    for place, block in placed:
        yield from _of_block(block, surface, place)
    if surface == "message":
        yield from _of_message(placed)


def of_view(view: dict[str, Any]) -> Found:
    blocks = view["blocks"]
    yield from of_blocks(blocks, view["type"])
    if view["type"] == "modal" and "submit" not in view and any(block["type"] == "input" for block in blocks):
        yield "/submit", "missing, and there are input blocks"
    if len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")) > VIEW_BYTES:
        yield "/", f"longer than {VIEW_BYTES} bytes"


def of_options(answer: dict[str, Any]) -> Found:
    if ("options" in answer) == ("option_groups" in answer):
        yield "/", "needs either options or option_groups"
    yield from _no_links(_all_options(answer))


def total_text(value: Any) -> int:
    """Characters in all texts of blocks; a message with about 13,200 is refused whatever its single texts are."""
    if isinstance(value, list):
        return sum(map(total_text, value))
    if not isinstance(value, dict):
        return 0
    return sum(
        len(held) if key == "text" and isinstance(held, str) else total_text(held) for key, held in value.items()
    )


def _placed(blocks: list[dict[str, Any]], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, block in enumerate(blocks):
        yield f"{at}/{index}", block
        yield from _placed(block.get("child_blocks", []), f"{at}/{index}/child_blocks")


def _elements(block: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if block["type"] in {"actions", "context_actions"}:
        yield from ((f"/elements/{index}", element) for index, element in enumerate(block["elements"]))
    for key in ("accessory", "element"):
        if key in block:
            yield f"/{key}", block[key]


def _surfaces(placed: list[tuple[str, dict[str, Any]]], surface: Surface) -> Found:
    for place, block in placed:
        if block["type"] in NOT_HERE[surface]:
            yield f"{place}/type", f"{block['type']} may not stand in a {surface}"


def _unique_ids(placed: list[tuple[str, dict[str, Any]]]) -> Found:
    seen: set[str] = set()
    for place, block in placed:
        name = block.get("block_id")
        if name in seen:
            yield f"{place}/block_id", f"{name!r} stands here twice"
        if name:
            seen.add(name)


def _one_focus(placed: list[tuple[str, dict[str, Any]]]) -> Found:
    focused = [
        f"{place}{part}" for place, block in placed for part, one in _elements(block) if one.get("focus_on_load")
    ]
    for place in focused[1:]:
        yield f"{place}/focus_on_load", "only one element can have the focus"


def _of_block(block: dict[str, Any], surface: Surface, place: str) -> Found:
    wanted = ONE_OF.get(block["type"])
    if wanted and not any(key in block for key in wanted):
        yield place, f"needs {' or '.join(wanted)}"
    seen: set[str] = set()
    for part, element in _elements(block):
        yield from _of_element(element, block, surface, place + part)
        name = element.get("action_id")
        if name in seen:
            yield f"{place}{part}/action_id", f"{name!r} stands here twice"
        if name:
            seen.add(name)


def _of_element(element: dict[str, Any], block: dict[str, Any], surface: Surface, place: str) -> Found:
    kind = element["type"]
    if kind == "file_input" and surface != "modal":
        yield f"{place}/type", f"file_input may not stand in a {surface}"
    if element.get("response_url_enabled") and (surface != "modal" or block["type"] != "input"):
        yield f"{place}/response_url_enabled", "only in an input block of a modal"
    if kind != "overflow":
        yield from ((place + part, words) for part, words in _no_links(_all_options(element)))
    for check in _CHECKS.get(kind, ()):
        yield from ((place + part, words) for part, words in check(element))


def _of_message(placed: list[tuple[str, dict[str, Any]]]) -> Found:
    tables = [place for place, block in placed if block["type"] in {"table", "data_table"}]
    for place in tables[1:]:
        yield place, "only one table allowed in a message"
    if sum(len(block["text"]) for _place, block in placed if block["type"] == "markdown") > MARKDOWN_TEXT:
        yield "/blocks", f"markdown blocks hold more than {MARKDOWN_TEXT} characters together"
    for place, block in placed:
        if block["type"] == "data_table" and total_text(block["rows"]) > DATA_TABLE_TEXT:
            yield f"{place}/rows", f"more than {DATA_TABLE_TEXT} characters together"
        if block["type"] == "task_card" and block["status"] == "pending":
            yield f"{place}/status", "only a task of a plan can be pending"


def _all_options(element: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    flat = [(f"/options/{index}", one) for index, one in enumerate(element.get("options", ()))]
    for index, group in enumerate(element.get("option_groups", ())):
        flat += [(f"/option_groups/{index}/options/{number}", one) for number, one in enumerate(group["options"])]
    return flat


def _no_links(options: list[tuple[str, dict[str, Any]]]) -> Found:
    for place, option in options:
        if "url" in option:
            yield f"{place}/url", "only in an overflow menu"


def _one_source(element: dict[str, Any]) -> Found:
    if ("options" in element) == ("option_groups" in element):
        yield "", "needs either options or option_groups"


def _initial_is_an_option(element: dict[str, Any]) -> Found:
    known = [option for _place, option in _all_options(element)]
    if "initial_option" in element and element["initial_option"] not in known:
        yield "/initial_option", "is none of the options"
    for index, option in enumerate(element.get("initial_options", ())):
        if option not in known:
            yield f"/initial_options/{index}", "is none of the options"


def _not_too_many(element: dict[str, Any]) -> Found:
    for key, held in element.items():
        if key.startswith("initial_") and isinstance(held, list) and len(held) > element.get("max_selected_items", 100):
            yield f"/{key}", "more than max_selected_items"


def _real_date(element: dict[str, Any]) -> Found:
    try:
        date.fromisoformat(element.get("initial_date", "2000-01-01"))
    except ValueError:
        yield "/initial_date", "is not a day"


def _numbers(element: dict[str, Any]) -> Found:
    given = {key: element[key] for key in ("initial_value", "min_value", "max_value") if key in element}
    if not element["is_decimal_allowed"]:
        yield from ((f"/{key}", "decimals are not allowed") for key, value in given.items() if "." in value)
    number = {key: Decimal(value) for key, value in given.items()}
    low, high = number.get("min_value", Decimal("-Infinity")), number.get("max_value", Decimal("Infinity"))
    if low > high:
        yield "/min_value", "more than max_value"
    elif not low <= number.get("initial_value", max(low, min(high, Decimal(0)))) <= high:
        yield "/initial_value", "not between min_value and max_value"


def _lengths(element: dict[str, Any]) -> Found:
    longest = element.get("max_length", 3000)
    if element.get("min_length", 0) > longest:
        yield "/min_length", "more than max_length"
    if len(element.get("initial_value", "")) > longest:
        yield "/initial_value", f"longer than {longest}"


_Check = Callable[[dict[str, Any]], Found]
_CHECKS: dict[str, tuple[_Check, ...]] = {
    "static_select": (_one_source, _initial_is_an_option),
    "multi_static_select": (_one_source, _initial_is_an_option, _not_too_many),
    "multi_external_select": (_not_too_many,),
    "multi_users_select": (_not_too_many,),
    "multi_channels_select": (_not_too_many,),
    "multi_conversations_select": (_not_too_many,),
    "checkboxes": (_initial_is_an_option,),
    "radio_buttons": (_initial_is_an_option,),
    "datepicker": (_real_date,),
    "number_input": (_numbers,),
    "plain_text_input": (_lengths,),
}
