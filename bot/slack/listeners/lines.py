"""What is clicked in the forms of cancels and changes, and the buttons that lead to them."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.slack import words
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import FormProblem, message_view
from bot.slack.forms import cancel as cancel_form
from bot.slack.forms import change as change_form
from bot.slack.forms.parts import selected
from bot.slack.ids import BlockId, CallbackId, parse_request_value
from bot.slack.listeners import NOTHING, Answer
from bot.slack.listeners.cancelling import cancel_again
from bot.slack.listeners.changing import change_again
from bot.slack.listeners.views import FORMS
from bot.slack.text import escape
from workflows import refusals
from workflows.asked import Cancellation
from workflows.commands import CancelOrder, ChangeOrder, Join, Look, PlaceHold, ReleaseHold, RetryCall
from workflows.results import Refusal


async def redraw_lines(call: Call, desk: Desk) -> Answer:
    """An order, a page or lines were chosen: the form follows."""
    policy = await desk.reading.policy(call.desk_id)
    if policy is None:
        return NOTHING
    number = selected(call.view, BlockId.ORDER)
    found = await desk.reading.order(call.desk_id, number) if number else None
    if call.view.get("callback_id") == CallbackId.CANCEL_SUBMIT:
        await desk.update_view(call, cancel_form.redrawn(policy, call.view, found))
    elif call.view.get("callback_id") == CallbackId.CHANGE_SUBMIT:
        await desk.update_view(call, change_form.redrawn(policy, call.view, found))
    return NOTHING


async def preview(call: Call, desk: Desk) -> Answer:
    """What the form would come to, in a view over it; only that somebody looked is stored."""
    parse = FORMS.get(str(call.view.get("callback_id")))
    if parse is None:
        return NOTHING
    try:
        command = parse(call.view, call.typed())
    except FormProblem as problem:
        shown = message_view("Preview", escape(str(problem)))
    else:
        if not isinstance(command, PlaceHold | ReleaseHold | CancelOrder | ChangeOrder):
            return NOTHING
        looked = replace(command, preview=True)
        result = await desk.service.handle(call.desk_id, call.claim, looked)
        shown = message_view("Preview", words.preview(result))
    if not await desk.push_view(call, shown):
        await desk.telling.tell(call, refusals.FormNotOpened(typed="click Preview again"))
    return NOTHING


async def join(call: Call, desk: Desk) -> Answer:
    number = _number(call)
    if number is None:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    await desk.service.handle(call.desk_id, call.claim, Join(number, call.clicked()))
    return NOTHING


async def retry(call: Call, desk: Desk) -> Answer:
    """Send a refund again that did not go through."""
    number = _number(call)
    if number is None:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    await desk.service.handle(call.desk_id, call.claim, RetryCall(number, call.clicked()))
    return NOTHING


async def ask_again(call: Call, desk: Desk) -> Answer:
    """The form of a request that came to nothing, with what can still be asked for."""
    number = _number(call)
    view = await desk.reading.request(call.desk_id, number) if number else None
    if view is None or view.request.asked is None:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    result = await desk.service.handle(call.desk_id, call.claim, Look("form", call.clicked()))
    if isinstance(result, Refusal):
        return NOTHING
    asked = view.request.asked
    if isinstance(asked, Cancellation):
        return await cancel_again(call, desk, view, asked)
    today = datetime.now(ZoneInfo(view.policy.desk.timezone)).date()
    return await change_again(call, desk, view, asked, today)


def _number(call: Call) -> int | None:
    try:
        return parse_request_value(str(call.action.get("value") or ""))[0]
    except ValueError:
        return None
