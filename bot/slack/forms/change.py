"""Changing an order: quantities, articles, lines, the day it ships by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.slack.blocks import Block, View, choice, divider, field, menu, plain_section, section
from bot.slack.forms.lines import (
    Chosen,
    carried_with,
    chosen_of,
    is_long,
    is_whole_number,
    lines_field,
    listing,
    listing_below,
    named,
    number_field,
    packed,
    page_field,
    pending_requests,
    selected_lines,
    text_field,
    unpacked,
    whole_number,
)
from bot.slack.forms.parts import (
    NOWHERE,
    FormProblem,
    Where,
    channel_of,
    form,
    metadata,
    note_field,
    order_field,
    preview_button,
    selected,
    written,
)
from bot.slack.ids import BlockId, CallbackId, qty_of, remove_of, sku_of
from bot.slack.options import option_of, reason_options
from workflows.commands import AddLine, ChangeOrder, EditLine, Origin
from workflows.policy.model import Policy
from workflows.units import changeable, not_changeable
from workflows.values import Line, Order
from workflows.views import OrderView

__all__ = ["build", "channel_of", "parse"]

MOST: Final = 20  # lines at once: three fields each, and Slack takes a hundred blocks


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form when it opens."""

    edits: tuple[EditLine, ...] = ()
    add: AddLine | None = None
    ship_by: date | None = None
    reason: str = ""
    note: str = ""


def build(
    policy: Policy,
    *,
    found: OrderView | None = None,
    typed_order: str = "",
    filled: Filled = Filled(),
    page: int = 1,
    channel: str = "",
    trace: str = "",
) -> View:
    order = found.order if found else None
    blocks = [
        order_field(option_of(found) if found else None, typed_order, follow=True),
        *(_lines(policy, found, filled, page) if found else [_no_order()]),
        *_more(filled),
        _reason(policy, filled.reason),
        note_field(filled.note, hint="The signer reads this first: what has been agreed?"),
        preview_button(),
        *(listing_below(order, page, _why(policy, order)) if order and is_long(order) else []),
    ]
    now = packed({line.line: str(line.remaining) for line in _edited(order, filled)}) if order else ""
    place = carried_with(Where(channel=channel, trace=trace), now=now)
    return form(CallbackId.CHANGE_SUBMIT, "Change an order", "Ask for the change", blocks, place)


def _no_order() -> Block:
    return plain_section("Choose the order first; its lines then stand here.")


def _edited(order: Order, filled: Filled) -> list[Line]:
    lines = {edit.line for edit in filled.edits}
    return [line for line in order.lines if line.line in lines][:MOST]


def _lines(policy: Policy, found: OrderView, filled: Filled, page: int) -> list[Block]:
    order = found.order
    free = {line.line: units for line in order.lines if (units := changeable(line, policy)) > 0}
    about = {line: f"{units} can be changed" for line, units in free.items()}
    chosen = Chosen(tuple(edit.line for edit in filled.edits), {}, page)
    hint = "Their quantity and article can then be entered."
    return [
        *page_field(order, page),
        *([] if is_long(order) else listing(order.lines, _why(policy, order))),
        *pending_requests(found),
        *([lines_field(order, about, chosen, label="Lines to change", hint=hint, most=MOST)] if free else []),
        *_edits([line for line in _edited(order, filled) if line.line in free], filled.edits),
    ]


def _why(policy: Policy, order: Order) -> dict[int, str]:
    return {
        line.line: not_changeable(line, policy)
        for line in order.lines
        if 0 < line.remaining != changeable(line, policy)
    }


def _edits(lines: Sequence[Line], edits: Sequence[EditLine]) -> list[Block]:
    by_line = {edit.line: edit for edit in edits}
    return [block for line in lines for block in _edit(line, by_line[line.line])]


def _edit(line: Line, edit: EditLine) -> list[Block]:
    number = line.line
    quantity = line.remaining if edit.quantity is None else edit.quantity
    yes = choice("Take this line off the order", "remove")
    box: Block = {"type": "checkboxes", "options": [yes], **({"initial_options": [yes]} if edit.remove else {})}
    return [
        number_field(line, f"{named(line)}: quantity", quantity, f"Now {line.remaining}."),
        text_field(
            sku_of(number), f"Line {number}: other SKU", edit.sku, placeholder=f"Leave empty to keep {line.sku}"
        ),
        field(remove_of(number), f"Line {number}: remove", box, optional=True),
    ]


def _more(filled: Filled) -> list[Block]:
    """A new line, and the day."""
    add = filled.add or AddLine("", 0, "")
    quantity: Block = {"type": "number_input", "is_decimal_allowed": False}
    if filled.add:
        quantity["initial_value"] = str(add.quantity)
    picker: Block = {"type": "datepicker", **({"initial_date": filled.ship_by.isoformat()} if filled.ship_by else {})}
    return [
        divider(),
        section("*Add a line*, or leave these three empty"),
        text_field(BlockId.ADD_SKU, "SKU of the new line", add.sku),
        field(BlockId.ADD_QTY, "Quantity", quantity, optional=True),
        text_field(BlockId.ADD_PRICE, "Price of one unit", add.price, hint="In the order's currency, such as 10.00."),
        field(BlockId.SHIP_BY, "New ship-by date", picker, optional=True),
    ]


def _reason(policy: Policy, typed: str) -> Block:
    known = policy.reason("change", typed) if typed else None
    choices = reason_options(policy, "change")
    if not choices:
        return plain_section("This desk has no reason for a change yet. An admin adds one with redtag desk apply.")
    only = policy.reasons_of("change")[0].code if len(choices) == 1 else ""
    chosen = menu(BlockId.REASON, "Why it is changed", choices, known.code if known else only)
    return field(BlockId.REASON, "Reason", chosen)


def parse(view: Mapping[str, Any], origin: Origin = NOWHERE) -> ChangeOrder:
    """Raises FormProblem."""
    order, reason = selected(view, BlockId.ORDER), selected(view, BlockId.REASON)
    if not order:
        raise FormProblem(BlockId.ORDER, "Choose the order that is to be changed.")
    edits, add, ship_by = _edits_of(view), _add_of(view), _date_of(view)
    if not (edits or add or ship_by):
        raise FormProblem(BlockId.LINES, "Choose a line to change, add one, or give a new ship-by date.")
    if not reason:
        raise FormProblem(BlockId.REASON, "Choose the reason for the change.")
    note = written(view, BlockId.NOTE)
    return ChangeOrder(order, edits, (add,) if add else (), ship_by, reason, note, origin)


def _edits_of(view: Mapping[str, Any]) -> tuple[EditLine, ...]:
    now = unpacked(metadata(view).get("now", ""))
    return tuple(_edit_of(view, line, now.get(line, "")) for line in selected_lines(view))


def _edit_of(view: Mapping[str, Any], line: int, now: str) -> EditLine:
    """A quantity that stands as it was is left alone."""
    edit = _raw_edit(view, line, now)
    if edit.quantity is None and not edit.sku and not edit.remove:
        raise FormProblem(
            qty_of(line), f"Nothing changes on line {line}: enter another quantity or SKU, or take the line away above."
        )
    return edit


def _raw_edit(view: Mapping[str, Any], line: int, now: str) -> EditLine:
    quantity = whole_number(view, line)
    same = quantity is not None and str(quantity) == now
    return EditLine(line, None if same else quantity, written(view, sku_of(line)), _is_checked(view, remove_of(line)))


def _is_checked(view: Mapping[str, Any], block_id: str) -> bool:
    found: object = view
    for step in ("state", "values", block_id, block_id, "selected_options"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return bool(found)


def _add_of(view: Mapping[str, Any]) -> AddLine | None:
    entered = {block: written(view, block) for block in (BlockId.ADD_SKU, BlockId.ADD_QTY, BlockId.ADD_PRICE)}
    if not any(entered.values()):
        return None
    missing = next((block for block, value in entered.items() if not value), None)
    if missing:
        raise FormProblem(missing, "A new line needs its SKU, its quantity and the price of one unit.")
    quantity = entered[BlockId.ADD_QTY]
    if not is_whole_number(quantity):
        raise FormProblem(BlockId.ADD_QTY, "Enter a whole number of units, for example 5.")
    return AddLine(entered[BlockId.ADD_SKU], int(quantity), entered[BlockId.ADD_PRICE])


def _date_of(view: Mapping[str, Any]) -> date | None:
    entered = written(view, BlockId.SHIP_BY, "selected_date")
    try:
        return date.fromisoformat(entered) if entered else None
    except ValueError:
        raise FormProblem(BlockId.SHIP_BY, "This is not a date. Choose one, or leave it empty.") from None


def redrawn(policy: Policy, view: Mapping[str, Any], found: OrderView | None) -> View:
    """The form with its choices, for another page, order or selection. Slack keeps what its fields hold."""
    chosen = chosen_of(view)
    filled = Filled(
        tuple(_kept(view, line) for line in chosen.lines[:MOST]),
        ship_by=_date_or_none(view),
        reason=selected(view, BlockId.REASON),
        note=written(view, BlockId.NOTE),
    )
    return build(
        policy,
        found=found,
        typed_order=selected(view, BlockId.ORDER),
        filled=filled,
        page=chosen.page,
        channel=channel_of(view),
        trace=metadata(view).get("trace", "")[:64],
    )


def _kept(view: Mapping[str, Any], line: int) -> EditLine:
    try:
        return _raw_edit(view, line, "")
    except FormProblem:
        return EditLine(line)


def _date_or_none(view: Mapping[str, Any]) -> date | None:
    try:
        return _date_of(view)
    except FormProblem:
        return None
