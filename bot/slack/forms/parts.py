"""What all forms share: the frame, the fields, reading what was entered, and where answers go."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.slack import text
from bot.slack.blocks import TITLE, Block, View, actions, button, field, plain_text, section
from bot.slack.ids import ActionId, BlockId, CallbackId
from bot.slack.options import order_option, typed_option
from bot.slack.words import plain_sentence
from workflows.commands import Origin
from workflows.results import Refusal
from workflows.views import OrderOption

NOTE: Final = 3000  # characters Slack lets people enter
LONGEST: Final = 400  # of each value carried; Slack takes 3,000 in all, escaped
NOWHERE: Final = Origin()
FALLBACKS: Final = (str(BlockId.LINES), str(BlockId.ORDER))
_CHANNEL: Final = re.compile(r"[CDG][A-Z0-9]{1,30}")


class FormProblem(Exception):
    """What is wrong with one field, as a plain sentence for the person who fills it in."""

    def __init__(self, block_id: str, sentence: str) -> None:
        super().__init__(sentence)
        self.block_id = str(block_id)


@dataclass(frozen=True, slots=True)
class Where:
    """Where a form was opened, so that its answer can go there. Nothing else is read out of what a form carried."""

    channel: str = ""
    response_url: str = ""
    trace: str = ""


def carried(place: Where, **more: str) -> str:
    """Small JSON. An address that is too long is left out: the answer then goes to the channel."""
    values = {"channel": place.channel, "response_url": place.response_url, "trace": place.trace, **more}
    return json.dumps({key: value for key, value in values.items() if 0 < len(value) <= LONGEST}, separators=(",", ":"))


def metadata(view: Mapping[str, Any]) -> dict[str, str]:
    """What a form carried, or nothing where it is not readable."""
    try:
        found = json.loads(str(view.get("private_metadata") or "{}"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(key): value for key, value in found.items() if isinstance(value, str)}


def where(view: Mapping[str, Any]) -> Where:
    found = metadata(view)
    channel, url = found.get("channel", ""), found.get("response_url", "")
    return Where(
        channel if _CHANNEL.fullmatch(channel) else "",
        url if url.startswith(("https://", "http://")) else "",
        found.get("trace", "")[:64],
    )


def channel_of(view: Mapping[str, Any]) -> str:
    return where(view).channel


def form(callback: CallbackId, title: str, submit: str, blocks: Sequence[Block], private_metadata: str) -> View:
    return {
        **_frame(title, "Close", blocks),
        "callback_id": str(callback),
        "submit": plain_text(submit, TITLE),
        "private_metadata": private_metadata,
    }


def loading(title: str) -> View:
    return message_view(title, "One moment …")


def message_view(title: str, body: str | Sequence[Block]) -> View:
    """A view that only tells something: finished mrkdwn, or blocks."""
    return _frame(title, "Close", [section(body)] if isinstance(body, str) else body)


def _frame(title: str, close: str, blocks: Sequence[Block]) -> View:
    return {
        "type": "modal",
        "title": plain_text(text.one_line(title, TITLE), TITLE),
        "close": plain_text(close, TITLE),
        "blocks": list(blocks),
    }


def order_field(order: OrderOption | None, typed: str, *, guess: bool = True, follow: bool = False) -> Block:
    """A typeahead of orders. `guess`: what was typed stands in it; `follow`: the form is redrawn with each choice."""
    known = order_option(order) if order else None
    chosen = known or (typed_option(typed) if guess else None)
    menu: Block = {
        "type": "external_select",
        "placeholder": plain_text("Type the order number", 150),
        "min_query_length": 1,
    }
    if chosen:
        menu["initial_option"] = chosen
    return field(BlockId.ORDER, "Order", menu, dispatch=follow)


def note_field(note: str, *, label: str = "Note", hint: str = "", optional: bool = True) -> Block:
    box: Block = {"type": "plain_text_input", "multiline": True, "max_length": NOTE}
    if kept := text.storable(note)[:NOTE]:
        box["initial_value"] = kept
    return field(BlockId.NOTE, label, box, optional=optional, hint=hint)


def preview_button(*, several: bool = False) -> Block:
    """`several`: the same can be asked about a list of orders."""
    made = [button("Preview", ActionId.PREVIEW, "preview", label="Preview: say what would happen")]
    if several:
        made.append(button("Several orders…", ActionId.SEVERAL, "several", label="Several orders: paste a list"))
    return {**actions(made), "block_id": "preview"}


def selected(view: Mapping[str, Any], block_id: str) -> str:
    """The value of the chosen option; empty where nothing is chosen or the block is not there."""
    option = _entered(view, block_id, "selected_option")
    value = option.get("value") if isinstance(option, Mapping) else None
    return text.storable(value) if isinstance(value, str) else ""


def written(view: Mapping[str, Any], block_id: str, key: str = "value") -> str:
    value = _entered(view, block_id, key)
    return text.storable(value)[:NOTE] if isinstance(value, str) else ""


def day_entered(entered: str) -> date | None:
    """Raises FormProblem."""
    try:
        return date.fromisoformat(entered) if entered else None
    except ValueError:
        raise FormProblem(BlockId.UNTIL, "This is not a date. Choose one, or leave it empty.") from None


def _entered(view: Mapping[str, Any], block_id: str, key: str) -> object:
    found: object = view
    for step in ("state", "values", str(block_id), str(block_id), key):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def errors(refusal: Refusal, view: Mapping[str, Any], names: Mapping[str, str] | None = None) -> dict[str, str] | None:
    """The refusal under the field it is about; None where the form has none for it."""
    block_id = placed(refusal.field, view) if refusal.field else ""
    return {block_id: plain_sentence(refusal, names)} if block_id else None


def placed(block_id: str, view: Mapping[str, Any]) -> str:
    """The field under which to say it: the one that is meant, else the lines, else the order; empty if none is there.

    Slack shows none of the errors where one is for a field that the form does not have.
    """
    blocks = view.get("blocks")
    inputs = {
        block.get("block_id")
        for block in (blocks if isinstance(blocks, list) else [])
        if isinstance(block, Mapping) and block.get("type") == "input"
    }
    return next((each for each in (str(block_id), *FALLBACKS) if each in inputs), "")
