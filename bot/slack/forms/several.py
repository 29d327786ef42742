"""Asking for the same about a pasted list of orders: holds, releases or cancels."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.slack import text
from bot.slack.blocks import Block, View, actions, asking_first, button, choice, context, field, menu, plain_text
from bot.slack.forms import cancel, hold, release
from bot.slack.forms.parts import (
    NOTE,
    NOWHERE,
    FormProblem,
    Where,
    carried,
    channel_of,
    day_entered,
    form,
    metadata,
    note_field,
    selected,
    written,
)
from bot.slack.ids import ActionId, BlockId, CallbackId
from bot.slack.options import reason_options
from bot.slack.words import plain_sentence
from workflows import refusals
from workflows.bulk import MOST, BulkAsk, numbers_in
from workflows.commands import Origin
from workflows.policy.model import Policy
from workflows.reasons import note_missing
from workflows.values import Kind

__all__ = ["build", "channel_of", "parse"]

ANY: Final = "any"  # a menu has no empty choice


@dataclass(frozen=True, slots=True)
class _Face:
    title: str
    submit: str
    note: str  # what to write into it
    each: str  # what becomes of each order
    reasons: str  # the kind of its reasons in the policy


APART: Final = "One card shows them all, and whoever signs can leave some of them out."
FACES: Final[Mapping[Kind, _Face]] = {
    Kind.PLACE_HOLD: _Face(
        "Put orders on hold",
        "Ask for the holds",
        "The signer reads this first: what has to happen before the orders may go on?",
        f"A hold is asked for each order by itself. {APART}",
        "hold",
    ),
    Kind.RELEASE_HOLD: _Face(
        "Release several holds",
        "Ask for the releases",
        "What has been settled? The signer reads this first.",
        f"A release is asked for each order by itself. {APART}",
        "release",
    ),
    Kind.CANCEL: _Face(
        "Cancel several orders",
        "Ask for the cancels",
        "The signer reads this first: what do the customers want?",
        f"Each order is cancelled as a whole. Single lines go order by order: *One order*. {APART}",
        "cancel",
    ),
}


def build(
    policy: Policy,
    kind: Kind,
    *,
    pasted: str = "",
    reason: str = "",
    hold: str = "",
    note: str = "",
    until: date | None = None,
    channel: str = "",
    trace: str = "",
) -> View:
    """`hold` is the code of a hold's reason, for a release."""
    face = FACES[kind]
    blocks = [
        _orders(pasted),
        *_own_fields(policy, kind, reason, hold, until),
        note_field(note, hint=face.note),
        context(face.each),
        _back(),
    ]
    place = carried(Where(channel=channel, trace=trace), kind=kind.value)
    return form(CallbackId.SEVERAL_SUBMIT, face.title, face.submit, blocks, place)


def _orders(pasted: str) -> Block:
    box: Block = {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": NOTE,
        "placeholder": plain_text("ORD-123\nORD-124\nORD-131", 150),
    }
    if kept := text.storable(pasted)[:NOTE]:
        box["initial_value"] = kept
    hint = f"Paste up to {MOST} order numbers, one a line or with commas between."
    return field(BlockId.ORDERS, "Orders", box, hint=hint)


def _own_fields(policy: Policy, kind: Kind, reason: str, held_for: str, until: date | None) -> list[Block]:
    if kind is Kind.PLACE_HOLD:
        return [hold.reason_field(policy, reason), hold.until_field(until)]
    if kind is Kind.CANCEL:
        return [cancel.reason_field(policy, reason)]
    return [_held_for(policy, held_for), *release.reason_fields(policy, reason)]


def _held_for(policy: Policy, code: str) -> Block:
    only = choice("Whatever it is, if the order has only one hold", ANY)
    known = policy.reason("hold", code) if code else None
    choices = [only, *reason_options(policy, "hold")]
    return field(
        BlockId.HELD_FOR,
        "Held for",
        menu(BlockId.HELD_FOR, "Which hold", choices, known.code if known else ANY),
        hint="Of each order, the hold with this reason is released.",
    )


def _back() -> Block:
    made = button("One order", ActionId.ONE, "one", label="One order: back to the form for a single order")
    sure = asking_first(made, "Back to one order?", "Only the first order of the list stays in the form.", "One order")
    return {**actions([sure]), "block_id": "one"}


def kind_of(view: Mapping[str, Any]) -> Kind:
    """Raises FormProblem."""
    try:
        kind = Kind(metadata(view).get("kind", ""))
    except ValueError:
        kind = Kind.CHANGE
    if kind not in FACES:
        raise FormProblem(BlockId.ORDERS, "This form is broken. Close it and type the command again.")
    return kind


def parse(view: Mapping[str, Any], origin: Origin = NOWHERE, *, policy: Policy, today: date) -> BulkAsk:
    """Raises FormProblem. Whether there are such orders, and what of each can be done, is judged one by one."""
    kind, orders = kind_of(view), numbers_in(written(view, BlockId.ORDERS))
    if not orders:
        raise FormProblem(BlockId.ORDERS, "Paste at least one order number.")
    if len(orders) > MOST:
        more = len(orders) - MOST
        raise FormProblem(
            BlockId.ORDERS, f"These are {len(orders)} order numbers, and {MOST} go at once: take {more} away."
        )
    note, until = written(view, BlockId.NOTE), day_entered(written(view, BlockId.UNTIL, "selected_date"))
    if until and until < today:
        raise FormProblem(BlockId.UNTIL, plain_sentence(refusals.UntilIsPast(until=until, today=today)))
    reason, held_for = _reason(view, kind, policy, note), selected(view, BlockId.HELD_FOR)
    return BulkAsk(
        kind, orders, reason, "" if held_for == ANY else held_for, note, until, origin.channel or channel_of(view)
    )


def _reason(view: Mapping[str, Any], kind: Kind, policy: Policy, note: str) -> str:
    code = selected(view, BlockId.REASON)
    if not code and kind is Kind.PLACE_HOLD:
        raise FormProblem(BlockId.REASON, "Choose the reason: it decides who signs.")
    if not code and kind is Kind.CANCEL:
        raise FormProblem(BlockId.REASON, "Choose the reason: whoever signs sees it.")
    known = policy.reason(FACES[kind].reasons, code) if code else None
    if code and known is None:
        raise FormProblem(BlockId.REASON, "The desk has no such reason any more. Choose another one.")
    refused = note_missing(known, note) if known else None
    if refused:
        raise FormProblem(BlockId.NOTE, plain_sentence(refused))
    return code
