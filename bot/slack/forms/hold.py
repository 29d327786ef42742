"""Putting an order on hold."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.slack import text
from bot.slack.blocks import Block, View, context, field, menu, plain_section
from bot.slack.forms.parts import (
    NOWHERE,
    FormProblem,
    Where,
    carried,
    channel_of,
    day_entered,
    form,
    note_field,
    order_field,
    preview_button,
    selected,
    written,
)
from bot.slack.ids import BlockId, CallbackId
from bot.slack.options import reason_options
from workflows.commands import Origin, PlaceHold
from workflows.policy.model import Policy
from workflows.views import OrderOption
from workflows.words import listed

__all__ = ["build", "channel_of", "parse"]


def build(
    policy: Policy,
    *,
    order: OrderOption | None = None,
    typed_order: str = "",
    reason: str = "",
    until: date | None = None,
    note: str = "",
    channel: str = "",
    trace: str = "",
    suggestions: Sequence[OrderOption | str] = (),
) -> View:
    """`suggestions`: orders that may be meant, where several are or none is."""
    numbers = [each if isinstance(each, str) else each.number for each in suggestions]
    blocks = [
        *_suggested(numbers, order),
        order_field(order, typed_order, guess=not numbers),
        reason_field(policy, reason),
        until_field(until),
        note_field(note, hint="The signer reads this first: what has to happen before the order may go on?"),
        preview_button(several=True),
    ]
    place = carried(Where(channel=channel, trace=trace))
    return form(CallbackId.HOLD_SUBMIT, "Put an order on hold", "Ask for the hold", blocks, place)


def _suggested(numbers: Sequence[str], order: OrderOption | None) -> list[Block]:
    others = [number for number in numbers if order is None or number != order.number]
    if not others:
        return []
    shown = listed([text.strong(number, 60) for number in others[:8]])
    return [context(f"Or is it {shown}?" if order else f"Is it {shown}?")]


def reason_field(policy: Policy, typed: str) -> Block:
    known = policy.reason("hold", typed) if typed else None
    choices = reason_options(policy, "hold")
    if not choices:
        return plain_section("This desk has no reason for a hold yet. An admin adds one with redtag desk apply.")
    chosen = menu(BlockId.REASON, "Why it must wait", choices, known.code if known else "")
    return field(BlockId.REASON, "Reason", chosen)


def until_field(until: date | None) -> Block:
    picker: Block = {"type": "datepicker"}
    if until:
        picker["initial_date"] = until.isoformat()
    hint = "The day to look at it again. A hold never ends by itself."
    return field(BlockId.UNTIL, "Until", picker, optional=True, hint=hint)


def parse(view: Mapping[str, Any], origin: Origin = NOWHERE) -> PlaceHold:
    """Raises FormProblem."""
    order, reason = selected(view, BlockId.ORDER), selected(view, BlockId.REASON)
    if not order:
        raise FormProblem(BlockId.ORDER, "Choose the order that must wait.")
    if not reason:
        raise FormProblem(BlockId.REASON, "Choose the reason: it decides who signs.")
    return PlaceHold(
        order, reason, day_entered(written(view, BlockId.UNTIL, "selected_date")), written(view, BlockId.NOTE), origin
    )
