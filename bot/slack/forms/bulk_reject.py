"""Rejecting whatever of a bulk waits, which needs a note."""

import json
from collections.abc import Mapping
from typing import Any

from bot.slack import text
from bot.slack.blocks import View, section
from bot.slack.forms.choose import Choice
from bot.slack.forms.parts import (
    FormProblem,
    Where,
    carried,
    channel_of,
    form,
    metadata,
    note_field,
    written,
)
from bot.slack.ids import BlockId, CallbackId, bulk_value, parse_bulk_value
from workflows.bulk import Chosen

__all__ = ["build", "channel_of", "parse"]


def build(bulk: int, chosen: tuple[Chosen, ...], *, channel: str = "", response_url: str = "", trace: str = "") -> View:
    """`chosen` are those that the card showed as waiting, in the versions that it showed."""
    value = bulk_value(bulk, [(each.request, each.version) for each in chosen])
    place = json.loads(carried(Where(channel, response_url, trace)))
    kept = json.dumps({**place, "chosen": value}, separators=(",", ":"))
    orders = text.count(len(chosen), "order")
    blocks = [
        section(f"*{orders}* of B-{bulk} will be rejected. The requester reads your note, and it stands on the card."),
        note_field(
            "", label="Why not?", hint="A sentence that helps: what is missing, or what to do instead.", optional=False
        ),
    ]
    return form(CallbackId.BULK_REJECTED, f"Reject {orders}", "Reject", blocks, kept)


def parse(view: Mapping[str, Any]) -> Choice:
    """Raises FormProblem."""
    note = written(view, BlockId.NOTE)
    if not note:
        raise FormProblem(BlockId.NOTE, "A rejection needs a note: add a few words that say why.")
    try:
        bulk, requests = parse_bulk_value(metadata(view).get("chosen", ""))
    except ValueError:
        raise FormProblem(
            BlockId.NOTE, "This form is broken. Close it and click Reject all on the card again."
        ) from None
    return Choice(bulk, (), tuple(Chosen(*each) for each in requests), note)
