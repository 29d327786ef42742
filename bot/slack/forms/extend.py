"""Giving a hold a later date, or none."""

from collections.abc import Mapping
from typing import Any

from bot.slack import text
from bot.slack.blocks import View, field, section
from bot.slack.forms.parts import (
    NOWHERE,
    FormProblem,
    Where,
    carried,
    day_entered,
    form,
    metadata,
    note_field,
    written,
)
from bot.slack.ids import BlockId, CallbackId, hold_value, parse_hold_value
from workflows.commands import ExtendHold, Origin
from workflows.values import Hold

__all__ = ["build", "parse"]


def build(hold: Hold, *, channel: str = "", trace: str = "") -> View:
    place = carried(Where(channel=channel, trace=trace), hold=hold_value(hold.number), order=hold.order_number)
    until = f" It was to last until {text.day(hold.until)}." if hold.until else ""
    blocks = [
        section(f"*{hold.name}* on {text.strong(hold.order_number)} stays in force.{until}"),
        field(
            BlockId.UNTIL,
            "Until",
            {"type": "datepicker"},
            optional=True,
            hint="You are asked again on that day. Leave it empty to keep the hold without a date.",
        ),
        note_field("", hint="What is it still waiting for?"),
    ]
    return form(CallbackId.EXTEND_SUBMIT, f"Extend {hold.name}", "Extend", blocks, place)


def parse(view: Mapping[str, Any], origin: Origin = NOWHERE) -> ExtendHold:
    """Raises FormProblem. Whether this person may is judged when it is decided."""
    carries = metadata(view)
    try:
        hold = parse_hold_value(carries.get("hold", ""))
    except ValueError:
        raise FormProblem(BlockId.UNTIL, "This form is broken. Close it and click Extend again.") from None
    until = day_entered(written(view, BlockId.UNTIL, "selected_date"))
    return ExtendHold(carries.get("order", ""), hold, until, written(view, BlockId.NOTE), origin)
