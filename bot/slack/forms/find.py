"""Finding an order by its number, customer or an article, and by who asked something about it."""

from collections.abc import Mapping
from typing import Any, Final

from bot.slack import text as text_of
from bot.slack.blocks import Block, View, divider, field, numbered, plain_text
from bot.slack.forms.parts import FormProblem, form, written
from bot.slack.found import results
from bot.slack.ids import BlockId, CallbackId
from bot.slack.typed import tidy
from workflows.finding import LONGEST, FoundPage, Search

TITLE: Final = "Find an order"


def build(search: Search, page: FoundPage | None = None, *, draw: str = "") -> View:
    """`page`: None where nothing was looked for yet. `draw` is another one each time that the form is drawn."""
    found = [divider(), *results(search, page)] if page else []
    blocks = [_text(search.text), _asked_by(search.asker), *numbered(found, f"found.{draw}")]
    return form(CallbackId.FIND_SUBMIT, TITLE, "Search", blocks, "")


def _text(typed: str) -> Block:
    box: Block = {
        "type": "plain_text_input",
        "placeholder": plain_text("ORD-123, Acme Foods, ABC-9", 150),
        "max_length": LONGEST,
    }
    if kept := text_of.storable(typed):
        box["initial_value"] = kept
    hint = "The beginning is enough."
    return field(BlockId.TEXT, "Number, customer or article", box, optional=True, hint=hint)


def _asked_by(user: str) -> Block:
    menu: Block = {"type": "users_select", "placeholder": plain_text("Anybody", 150)}
    chosen = {**menu, "initial_user": user} if user else menu
    return field(BlockId.ASKED_BY, "Asked by", chosen, optional=True, hint="For a hold, release, cancel or change.")


def parse(view: Mapping[str, Any]) -> Search:
    """Raises FormProblem."""
    search = Search.of(tidy(written(view, BlockId.TEXT)), written(view, BlockId.ASKED_BY, "selected_user"))
    if not search.chosen:
        raise FormProblem(BlockId.TEXT, "Type a number, a customer or an article, or choose who asked.")
    return search
