"""The part that the forms of cancels and changes share: the order's lines, what is chosen of them, and the pages."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.slack import facts, text
from bot.slack.blocks import Block, button, choice, chunks, context, divider, menu, plain_section, plain_text, section
from bot.slack.blocks import field as field_of
from bot.slack.forms.parts import FormProblem, Where, carried, metadata, selected, written
from bot.slack.ids import ActionId, BlockId, qty_of, request_value
from workflows.values import Kind, Line, Order, Request
from workflows.views import OrderView

PAGE: Final = 40  # lines on one page
IN_ONE_MENU: Final = 100  # choices that Slack takes; longer orders offer those of the page and the chosen ones
PACKED: Final = 1500  # characters of choices that a form carries; Slack takes 3,000 of everything
LISTED: Final = 5600
PENDING: Final = 5
LONGEST_NUMBER: Final = 9  # digits


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody has chosen so far. `units`: numbers entered by line, also on other pages; a line may have none."""

    lines: tuple[int, ...] = ()
    units: Mapping[int, str] = field(default_factory=dict)
    page: int = 1


def chosen_of(view: Mapping[str, Any]) -> Chosen:
    """The choices of an open form: those on the page from its fields, the others from what it carried."""
    lines = selected_lines(view)
    entered = {line: written(view, qty_of(line)) for line in lines}
    kept = unpacked(metadata(view).get("units", ""))
    units = {line: entered[line] or kept.get(line, "") for line in lines}
    page = selected(view, BlockId.PAGE)
    return Chosen(lines, {line: each for line, each in units.items() if each}, int(page) if page.isdecimal() else 1)


def selected_lines(view: Mapping[str, Any]) -> tuple[int, ...]:
    found: object = view
    for step in ("state", "values", "lines", "lines", "selected_options"):
        found = found.get(step) if isinstance(found, Mapping) else None
    values = [each.get("value") for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
    numbers = {int(value) for value in values if isinstance(value, str) and value.isdecimal() and len(value) < 10}
    return tuple(sorted(numbers))


def whole_number(view: Mapping[str, Any], line: int, kept: str = "") -> int | None:
    """The units entered for a line; None where its field is not in the form. Raises FormProblem."""
    entered = written(view, qty_of(line)) or kept
    if not entered and not _has(view, qty_of(line)):
        return None
    if not is_whole_number(entered):
        raise FormProblem(qty_of(line), f"Enter a whole number of units of line {line}, for example 5.")
    return int(entered)


def is_whole_number(entered: str) -> bool:
    digits = entered.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_NUMBER


def _has(view: Mapping[str, Any], block_id: str) -> bool:
    blocks = view.get("blocks")
    return isinstance(blocks, list) and any(
        isinstance(block, Mapping) and block.get("block_id") == block_id for block in blocks
    )


def carried_with(place: Where, **more: str) -> str:
    """What a form of lines carries: where it was opened, and the choices that its page does not show."""
    kept = {key: value for key, value in more.items() if 0 < len(value) <= PACKED}
    return json.dumps({**json.loads(carried(place)), **kept}, separators=(",", ":"))


def packed(units: Mapping[int, str]) -> str:
    return ",".join(f"{line}:{each}" for line, each in units.items() if len(each) <= LONGEST_NUMBER + 1)


def unpacked(kept: str) -> dict[int, str]:
    pairs = (each.partition(":") for each in kept.split(",") if each)
    return {int(line): units for line, _, units in pairs if line.isdecimal() and len(line) < 10}


def page_of(order: Order, page: int) -> tuple[Line, ...]:
    start = (min(max(page, 1), pages(order)) - 1) * PAGE
    return order.lines[start : start + PAGE]


def pages(order: Order) -> int:
    return max(1, -(-len(order.lines) // PAGE))


def page_field(order: Order, page: int) -> list[Block]:
    if pages(order) == 1:
        return []
    names = [_page_name(order, number) for number in range(1, pages(order) + 1)]
    choices = [choice(name, str(number)) for number, name in enumerate(names[:10_000], 1)]
    shown = menu(BlockId.PAGE, "Lines", choices, str(min(max(page, 1), len(choices))))
    hint = "What is chosen on other pages stays chosen."
    return [field_of(BlockId.PAGE, "Lines shown", shown, hint=hint, dispatch=True)]


def _page_name(order: Order, page: int) -> str:
    lines = page_of(order, page)
    return f"Lines {lines[0].line} to {lines[-1].line}"


def is_long(order: Order) -> bool:
    """Then its lines stand below the fields, or nobody would find these."""
    return len(order.lines) > 10


def listing_below(order: Order, page: int, why: Mapping[int, str]) -> list[Block]:
    return [divider(), section(f"*{_page_name(order, page)}*"), *listing(page_of(order, page), why)]


def listing(lines: Sequence[Line], why: Mapping[int, str]) -> list[Block]:
    """Every line of the page as it stands, with what speaks against touching it."""
    shown = [_listed(line, why.get(line.line, "")) for line in lines]
    return [plain_section(part) for part in chunks(shown, LISTED, "line", "lines")]


def _listed(line: Line, why: str) -> str:
    if why:
        name = f"{text.one_line(line.sku, 40)} {text.one_line(line.description, 40)}".strip()
        return f"{line.line}. {line.remaining:,} × {name}\n ✕ {text.one_line(why, 120)}"
    return f"{line.line}. {facts.line_words(line, description=40)}"


def lines_field(
    order: Order,
    free: Mapping[int, str],
    chosen: Chosen,
    *,
    label: str,
    hint: str,
    most: int,
    optional: bool = True,
) -> Block:
    """`free`: lines that can be chosen, and what is said of each in the menu."""
    on_page = {line.line for line in page_of(order, chosen.page)} | set(chosen.lines)
    offered = [
        line for line in order.lines if line.line in free and (len(order.lines) <= IN_ONE_MENU or line.line in on_page)
    ]
    choices = [_line_choice(line, free[line.line]) for line in offered]
    made = menu(BlockId.LINES, "Choose lines", choices)
    made |= {"type": "multi_static_select", "max_selected_items": most}
    first = [each for each in choices if int(each["value"]) in chosen.lines][:most]
    if first:
        made["initial_options"] = first
    return field_of(BlockId.LINES, label, made, optional=optional, hint=hint, dispatch=True)


def _line_choice(line: Line, about: str) -> Block:
    return choice(
        f"{line.line} · {text.one_line(line.sku, 30)} {text.one_line(line.description)}", str(line.line), about
    )


def number_field(line: Line, label: str, value: int | str, hint: str = "") -> Block:
    box: Block = {"type": "number_input", "is_decimal_allowed": False}
    if is_whole_number(str(value)):  # Slack keeps what was entered; a form with anything else here it refuses
        box["initial_value"] = str(value)
    return field_of(qty_of(line.line), label, box, hint=hint)


def text_field(block_id: str, label: str, value: str = "", *, placeholder: str = "", hint: str = "") -> Block:
    box: Block = {"type": "plain_text_input", "max_length": 3000}
    if kept := text.one_line(value, 3000):
        box["initial_value"] = kept
    if placeholder:
        box["placeholder"] = plain_text(text.one_line(placeholder, 150), 150)
    return field_of(block_id, label, box, optional=True, hint=hint)


def named(line: Line) -> str:
    return f"Line {line.line}: {text.one_line(line.sku, 60)} {text.one_line(line.description, 60)}".strip()


def pending_requests(found: OrderView) -> list[Block]:
    """Cancels and changes that wait for a signature, with a way to hear of their outcome."""
    waiting = [each for each in found.requests if each.is_pending and each.kind in {Kind.CANCEL, Kind.CHANGE}]
    more = len(waiting) - PENDING
    blocks = [_pending(request) for request in waiting[:PENDING]]
    return [*blocks, *([context(f"And {more} more are waiting.")] if more > 0 else [])]


def _pending(request: Request) -> Block:
    lines = ", ".join(str(line.line) for line in request.asked.lines[:20]) if request.asked else ""
    what = "cancel" if request.kind is Kind.CANCEL else "change"
    of = f" of line{'' if ',' not in lines else 's'} {lines}" if lines else ""
    said = f"{request.name}, a {what}{of}, is waiting: asked by {text.member(request.requested_by)}."
    value = request_value(request.number, request.version)
    return section(said, accessory=button("Tell me too", ActionId.JOIN, value, label=f"Tell me of {request.name} too"))
