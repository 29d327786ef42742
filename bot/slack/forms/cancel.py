"""Cancelling an order, lines of it or units of a line."""

from collections.abc import Mapping
from typing import Any, Final

from bot.slack.blocks import Block, View, choice, context, field, menu, plain_section
from bot.slack.forms.lines import (
    Chosen,
    carried_with,
    chosen_of,
    is_long,
    lines_field,
    listing,
    listing_below,
    named,
    number_field,
    packed,
    page_field,
    page_of,
    pending_requests,
    selected_lines,
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
from bot.slack.ids import BlockId, CallbackId
from bot.slack.options import option_of, reason_options
from workflows.commands import CancelOrder, Origin, Units
from workflows.policy.model import Policy
from workflows.units import cancellable, not_cancellable
from workflows.values import Line, Order
from workflows.views import OrderView

__all__ = ["build", "channel_of", "parse"]

MOST: Final = 150  # lines chosen one by one
SHOWN: Final = 40  # of these with a field of their own at once


def build(
    policy: Policy,
    *,
    found: OrderView | None = None,
    typed_order: str = "",
    whole: bool = False,
    chosen: Chosen = Chosen(),  # noqa: B008 (frozen)
    reason: str = "",
    note: str = "",
    channel: str = "",
    trace: str = "",
) -> View:
    """`whole`: everything; where some of it cannot be cancelled any more, everything that can."""
    blocks = [
        order_field(option_of(found) if found else None, typed_order, follow=True),
        *(_lines(policy, found, chosen, whole=whole) if found else [_no_order()]),
        reason_field(policy, reason),
        note_field(note, hint="The signer reads this first: what does the customer want?"),
        preview_button(several=True),
        *(listing_below(found.order, chosen.page, _why(policy, found.order)) if found and is_long(found.order) else []),
    ]
    place = carried_with(Where(channel=channel, trace=trace), units=packed(chosen.units))
    return form(CallbackId.CANCEL_SUBMIT, "Cancel lines", "Ask for the cancel", blocks, place)


def _no_order() -> Block:
    return plain_section("Choose the order first; its lines then stand here.")


def _lines(policy: Policy, found: OrderView, chosen: Chosen, *, whole: bool) -> list[Block]:
    order = found.order
    free = {line.line: units for line in order.lines if (units := cancellable(line, policy)) > 0}
    all_free = all(free.get(line.line, 0) == line.remaining for line in order.lines)
    if whole and not all_free:
        chosen = Chosen(tuple(free)[:MOST], {}, chosen.page)
    return [
        *page_field(order, chosen.page),
        *([] if is_long(order) else listing(order.lines, _why(policy, order))),
        *pending_requests(found),
        *(_choice(order, free, chosen, whole=whole, all_free=all_free) if free else [_nothing_left()]),
    ]


def _nothing_left() -> Block:
    return plain_section("Nothing of this order can be cancelled any more.")


def _why(policy: Policy, order: Order) -> dict[int, str]:
    return {
        line.line: not_cancellable(line, policy)
        for line in order.lines
        if 0 < line.remaining != cancellable(line, policy)
    }


def _choice(order: Order, free: Mapping[int, int], chosen: Chosen, *, whole: bool, all_free: bool) -> list[Block]:
    about = {line: f"{units} can be cancelled" for line, units in free.items()}
    return [
        *([_whole(whole)] if all_free else []),
        lines_field(
            order,
            about,
            chosen,
            label="Lines to cancel",
            hint="The units of each can then be entered.",
            most=MOST,
            optional=all_free,
        ),
        *_units(order, free, chosen),
    ]


def _whole(whole: bool) -> Block:
    yes = choice("Cancel the whole order", "all")
    box: Block = {"type": "checkboxes", "options": [yes]}
    return field(BlockId.ALL, "Everything", box | ({"initial_options": [yes]} if whole else {}), optional=True)


def _units(order: Order, free: Mapping[int, int], chosen: Chosen) -> list[Block]:
    """A field for each chosen line; where they are many, for those of the page."""
    lines = [line for line in order.lines if line.line in chosen.lines and line.line in free]
    if len(lines) <= SHOWN:
        return [_number(line, free[line.line], chosen) for line in lines]
    on_page = {line.line for line in page_of(order, chosen.page)}
    shown = [_number(line, free[line.line], chosen) for line in lines if line.line in on_page]
    return [*shown, context(f"{len(lines)} lines are chosen; the fields of the others stand on their pages.")]


def _number(line: Line, free: int, chosen: Chosen) -> Block:
    hint = f"At most {free} of {line.remaining}." if free != line.remaining else f"At most {free}."
    return number_field(line, f"{named(line)}: units to cancel", chosen.units.get(line.line) or free, hint)


def reason_field(policy: Policy, typed: str) -> Block:
    known = policy.reason("cancel", typed) if typed else None
    choices = reason_options(policy, "cancel")
    if not choices:
        return plain_section("This desk has no reason for a cancel yet. An admin adds one with redtag desk apply.")
    chosen = menu(BlockId.REASON, "Why it is cancelled", choices, known.code if known else "")
    return field(BlockId.REASON, "Reason", chosen)


def parse(view: Mapping[str, Any], origin: Origin = NOWHERE) -> CancelOrder:
    """Raises FormProblem."""
    order, reason = selected(view, BlockId.ORDER), selected(view, BlockId.REASON)
    if not order:
        raise FormProblem(BlockId.ORDER, "Choose the order that is to be cancelled.")
    lines = _chosen_units(view)
    if not reason:
        raise FormProblem(BlockId.REASON, "Choose the reason: the signer sees it and may correct it.")
    return CancelOrder(order, lines, reason, written(view, BlockId.NOTE), origin)


def _chosen_units(view: Mapping[str, Any]) -> tuple[Units, ...]:
    whole, lines = is_whole(view), selected_lines(view)
    if whole and lines:
        raise FormProblem(BlockId.ALL, "Is it the whole order or single lines? Take one of the two away.")
    if not whole and not lines:
        raise FormProblem(BlockId.LINES, "Choose at least one line to cancel.")
    kept = unpacked(metadata(view).get("units", ""))
    return tuple(Units(line, whole_number(view, line, kept.get(line, ""))) for line in lines)


def is_whole(view: Mapping[str, Any]) -> bool:
    found: object = view
    for step in ("state", "values", "all", "all", "selected_options"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return bool(found)


def redrawn(policy: Policy, view: Mapping[str, Any], found: OrderView | None) -> View:
    """The form with its choices, for another page, order or selection."""
    place = metadata(view)
    return build(
        policy,
        found=found,
        typed_order=selected(view, BlockId.ORDER),
        whole=is_whole(view),
        chosen=chosen_of(view),
        reason=selected(view, BlockId.REASON),
        note=written(view, BlockId.NOTE),
        channel=channel_of(view),
        trace=place.get("trace", "")[:64],
    )
