"""`/desk audit`: what is recorded of an order."""

from bot.slack import words
from bot.slack.audit_words import PAGE, audit_message, more_view
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.ids import parse_audit_value
from bot.slack.listeners import NOTHING, Answer
from bot.slack.listeners.looking import looked_up
from workflows import refusals
from workflows.commands import Look
from workflows.results import Refusal
from workflows.views import OrderView


async def audit(call: Call, desk: Desk, text: str) -> Answer:
    found = await looked_up(call, desk, text, "audit")
    if not isinstance(found, OrderView):
        return found
    page = await desk.reading.audit(call.desk_id, found.order.number, before=None, most=PAGE)
    return words.as_private(audit_message(page))


async def more(call: Call, desk: Desk) -> Answer:
    """Older entries, in a view of their own; from there the next page takes its place."""
    try:
        before, number = parse_audit_value(str(call.action.get("value") or ""))
    except ValueError:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    looked = await desk.service.handle(call.desk_id, call.claim, Look(f"audit {number}", call.clicked()))
    if isinstance(looked, Refusal):
        return NOTHING
    page = await desk.reading.audit(call.desk_id, number, before=before, most=PAGE)
    show = desk.update_view if call.view.get("type") == "modal" else desk.open_view
    if not await show(call, more_view(page)):
        await desk.telling.tell(call, refusals.FormNotOpened(typed="click More again"))
    return NOTHING
