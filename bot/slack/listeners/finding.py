"""Looking orders up: one by its number, and searches, typed and in a form."""

from collections.abc import Mapping
from typing import Final

from bot.slack import order_view, words
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import FormProblem, message_view
from bot.slack.forms import find as find_form
from bot.slack.found import found_message
from bot.slack.ids import ActionId
from bot.slack.listeners import NOTHING, Answer, Listener
from bot.slack.listeners.away import MENTION, person_named
from bot.slack.typed import first_word
from bot.slack.typed_parts import NotUnderstood
from bot.slack.words import SlackWords
from workflows import refusals
from workflows.commands import Look
from workflows.finding import Search
from workflows.results import Refusal

TYPE_IT: Final = "/order ORD-123"
LOOK: Final = "orders"


async def order(call: Call, desk: Desk, text: str) -> Answer:
    typed, _ = first_word(text)
    refused = await desk.refused(call, f"order {typed}")
    if refused:
        return words.answer(refused)
    if not text:
        opened = await desk.open_view(call, find_form.build(Search()))
        return NOTHING if opened else words.answer(refusals.FormNotOpened(typed=TYPE_IT))
    view = await desk.reading.order(call.desk_id, typed)
    return words.as_private(order_view.order_message(view)) if view else await _searched(call, desk, text)


async def _searched(call: Call, desk: Desk, text: str) -> Answer:
    names = await desk.reading.names(call.desk_id) if "@" in text else {}
    try:
        search = understood(text, names)
    except NotUnderstood as problem:
        return words.private(str(problem))
    page = await desk.reading.search(call.desk_id, search)
    if page.items or search.asker:
        return words.as_private(found_message(search, page))
    typed, _ = first_word(text)
    close = await desk.reading.similar(call.desk_id, typed)
    return words.answer(refusals.OrderUnknown(typed=typed, close=close))


def understood(text: str, names: Mapping[str, str]) -> Search:
    """`acme @Carla` or `<@U0CARL> acme`. Raises NotUnderstood."""
    mention = MENTION.search(text)
    if mention:
        return Search.of(f"{text[: mention.start()]}{text[mention.end() :]}", mention[1])
    before, at, name = f" {text}".partition(" @")
    if not at:
        return Search.of(text)
    parts = name.split()
    for most in range(min(len(parts), NAME), 0, -1):
        if user := person_named(" ".join(parts[:most]), names):
            return Search.of(f"{before} {' '.join(parts[most:])}".strip(), user)
    unknown = words.safe(f"@{name}")
    raise NotUnderstood(f"I do not know {unknown}. `/order` alone opens a form where you choose who asked.")


async def find(call: Call, desk: Desk) -> Answer:
    """A button that opens the form, or another page in the form that is open."""
    looked = await desk.service.handle(call.desk_id, call.claim, Look(LOOK, call.clicked()))
    if isinstance(looked, Refusal):
        return NOTHING
    search = Search.read(str(call.action.get("value") or ""))
    page = await desk.reading.search(call.desk_id, search) if search.chosen else None
    view = find_form.build(search, page, draw=call.trace)
    if call.view.get("type") == "modal":
        await desk.update_view(call, view)
    elif not await desk.open_view(call, view):
        await desk.telling.tell(call, refusals.FormNotOpened(typed=TYPE_IT))
    return NOTHING


async def submitted(call: Call, desk: Desk) -> Answer:
    """The form stays open, with what was found in it."""
    try:
        search = find_form.parse(call.view)
    except FormProblem as problem:
        return {"response_action": "errors", "errors": {problem.block_id: str(problem)}}
    refused = await desk.refused(call, LOOK)
    if refused:
        return {"response_action": "update", "view": message_view("Not done", refused.sentence(SlackWords()))}
    page = await desk.reading.search(call.desk_id, search)
    return {"response_action": "update", "view": find_form.build(search, page, draw=call.trace)}


NAME: Final = 4  # words
CLICKS: Final[Mapping[str, Listener]] = {ActionId.ORDER_FIND: find, ActionId.FIND_MORE: find}
