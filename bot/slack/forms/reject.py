"""Rejecting a request, which needs a note."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.slack.blocks import View, section
from bot.slack.forms.parts import (
    NOWHERE,
    FormProblem,
    Where,
    carried,
    channel_of,
    form,
    metadata,
    note_field,
    where,
    written,
)
from bot.slack.ids import BlockId, CallbackId, parse_request_value, request_value
from workflows.commands import Decide, Origin
from workflows.transitions import Action

__all__ = ["build", "channel_of", "parse"]


def build(number: int, version: int, *, channel: str = "", response_url: str = "", trace: str = "") -> View:
    """Number and version are those of the card that was clicked."""
    place = carried(Where(channel, response_url, trace), request=request_value(number, version))
    blocks = [
        section(f"*R-{number}* will be rejected. The requester reads your note, and it stands on the card."),
        note_field(
            "", label="Why not?", hint="A sentence that helps: what is missing, or what to do instead.", optional=False
        ),
    ]
    return form(CallbackId.REJECT_SUBMIT, f"Reject R-{number}", "Reject", blocks, place)


def parse(view: Mapping[str, Any], origin: Origin = NOWHERE) -> Decide:
    """Raises FormProblem. Whether this person may reject it, and still, is judged when it is decided."""
    note = written(view, BlockId.NOTE)
    if not note:
        raise FormProblem(BlockId.NOTE, "A rejection needs a note: add a few words that say why.")
    try:
        number, version = parse_request_value(metadata(view).get("request", ""))
    except ValueError:
        raise FormProblem(BlockId.NOTE, "This form is broken. Close it and click Reject on the card again.") from None
    answered = origin if origin.response_url else replace(origin, response_url=where(view).response_url)
    return Decide(number, Action.REJECT, version, note, answered)
