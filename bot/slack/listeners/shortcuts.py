"""Shortcuts: from a message, and from the lightning menu."""

from collections.abc import Mapping
from typing import Final

from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import hold as hold_form
from bot.slack.forms.change import Filled
from bot.slack.ids import CallbackId
from bot.slack.listeners import NOTHING, Answer, Listener, cancelling, changing
from bot.slack.listeners.commands import known_order, release_form_for
from bot.slack.typed import tidy
from bot.slack.typed_cancel import CancelWords
from workflows import refusals
from workflows.commands import Look
from workflows.order_numbers import find_numbers
from workflows.results import Refusal


async def run_shortcut(call: Call, desk: Desk) -> Answer:
    listener = SHORTCUTS.get(call.name)
    return await listener(call, desk) if listener else NOTHING


async def hold_from_message(call: Call, desk: Desk) -> Answer:
    """Put the order on hold that a message speaks of; several numbers are offered as a choice."""
    message = call.payload.get("message")
    text = tidy(str(message.get("text") or "")) if isinstance(message, Mapping) else ""
    return await _open_hold_form(call, desk, text)


async def open_hold(call: Call, desk: Desk) -> Answer:
    return await _open_hold_form(call, desk, "")


async def open_release(call: Call, desk: Desk) -> Answer:
    await release_form_for(call, desk, "")
    return NOTHING


async def open_cancel(call: Call, desk: Desk) -> Answer:
    return await _told(call, desk, await cancelling.form_for(call, desk, CancelWords()), cancelling.TYPE_IT)


async def open_change(call: Call, desk: Desk) -> Answer:
    return await _told(call, desk, await changing.form_for(call, desk, "", Filled()), changing.TYPE_IT)


async def _told(call: Call, desk: Desk, answer: Answer, typed: str) -> Answer:
    """Slack shows nothing that is answered to a shortcut."""
    if answer is not NOTHING:
        await desk.telling.tell(call, refusals.FormNotOpened(typed=typed))
    return NOTHING


async def _open_hold_form(call: Call, desk: Desk, text: str) -> Answer:
    result = await desk.service.handle(call.desk_id, call.claim, Look("hold form", call.clicked()))
    policy = None if isinstance(result, Refusal) else await desk.reading.policy(call.desk_id)
    if policy is None:
        return NOTHING
    numbers = find_numbers(text, policy.desk.order_number)
    known = [option for number in numbers[:MOST] if (option := await known_order(desk, call.desk_id, number))]
    view = hold_form.build(
        policy, order=known[0] if known else None, suggestions=known, note=text[:500], channel=call.channel
    )
    if not await desk.open_view(call, view):
        await desk.telling.tell(call, refusals.FormNotOpened(typed="/hold ORDER REASON a note"))
    return NOTHING


MOST: Final = 10
SHORTCUTS: Final[Mapping[str, Listener]] = {
    CallbackId.CANCEL_OPEN: open_cancel,
    CallbackId.CHANGE_OPEN: open_change,
    CallbackId.HOLD_FROM_MESSAGE: hold_from_message,
    CallbackId.HOLD_OPEN: open_hold,
    CallbackId.RELEASE_OPEN: open_release,
}
