"""Asking for cancels: typed, by the form, and from the buttons that offer one."""

from dataclasses import replace

from bot.slack import words
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import cancel as cancel_form
from bot.slack.forms.lines import Chosen
from bot.slack.listeners import NOTHING, Answer
from bot.slack.typed import without_preview
from bot.slack.typed_cancel import EXAMPLE, CancelWords, cancel_words
from bot.slack.typed_parts import NotUnderstood
from workflows import refusals
from workflows.asked import Cancellation
from workflows.cancellations import line_of
from workflows.commands import CancelOrder, Units
from workflows.results import Refusal
from workflows.units import cancellable
from workflows.views import OrderView, RequestView

NOT_SAID = f"What is to be cancelled? Write `all` or the lines, for example {EXAMPLE}. `/cancel` alone opens the form."
TYPE_IT = "/cancel ORDER all REASON a note"


async def cancel(call: Call, desk: Desk, text: str) -> Answer:
    text, preview = without_preview(text)
    try:
        typed = cancel_words(text)
    except NotUnderstood as problem:
        return words.private(str(problem))
    if preview and typed.order and not typed.selected:
        return words.private(NOT_SAID)
    if not preview and not (typed.selected and typed.reason):
        return await form_for(call, desk, typed)
    command = CancelOrder(typed.order, typed.lines, typed.reason, typed.note, call.typed(), preview)
    result = await desk.service.handle(call.desk_id, call.claim, command)
    if isinstance(result, refusals.NoteMissing) and not preview:
        return await form_for(call, desk, typed)
    return words.answer(result)


async def form_for(call: Call, desk: Desk, typed: CancelWords) -> Answer:
    refused = await desk.refused(call, "cancel form")
    policy = None if refused else await desk.reading.policy(call.desk_id)
    if refused or policy is None:
        return words.answer(refused or refusals.NotSetUp())
    if typed.reason and not typed.selected and policy.reason("cancel", typed.reason) is None:
        return words.private(NOT_SAID)
    found = await desk.reading.order(call.desk_id, typed.order) if typed.order else None
    if typed.order and found is None:
        close = await desk.reading.similar(call.desk_id, typed.order)
        return words.answer(refusals.OrderUnknown(typed=typed.order, close=close))
    if unknown := unknown_line(found, [each.line for each in typed.lines]):
        return words.answer(unknown)
    view = cancel_form.build(
        policy,
        found=found,
        typed_order=typed.order,
        whole=typed.selected and not typed.lines,
        chosen=_chosen(typed.lines),
        reason=typed.reason,
        note=typed.note,
        channel=call.channel,
    )
    opened = await desk.open_view(call, view)
    return NOTHING if opened else words.answer(refusals.FormNotOpened(typed=TYPE_IT))


def _chosen(lines: tuple[Units, ...]) -> Chosen:
    return Chosen(tuple(each.line for each in lines), {each.line: str(each.units) for each in lines if each.units})


def unknown_line(found: OrderView | None, lines: list[int]) -> Refusal | None:
    """A line that was typed and is not on the order."""
    named = (line_of(found.order, line) for line in lines) if found else ()
    return next((each for each in named if isinstance(each, Refusal)), None)


async def cancel_rest(call: Call, desk: Desk) -> Answer:
    """The value is the order's number, reason and note, a line each; what cannot be cancelled the form leaves out."""
    order, _, words_given = str(call.action.get("value") or "").partition("\n")
    reason, _, note = words_given.partition("\n")
    return await _opened(call, desk, CancelWords(order, selected=True, reason=reason, note=note))


async def cancel_order(call: Call, desk: Desk, order: str) -> Answer:
    """The form for the whole order, from a click."""
    return await _opened(call, desk, CancelWords(order))


async def cancel_instead(call: Call, desk: Desk) -> Answer:
    """The value is `2 ORD-123`, or `all ORD-123`."""
    line, _, order = str(call.action.get("value") or "").partition(" ")
    lines = (Units(int(line)),) if line.isdecimal() and len(line) < 10 else ()
    return await _opened(call, desk, CancelWords(order, selected=True, lines=lines))


async def cancel_again(call: Call, desk: Desk, view: RequestView, asked: Cancellation) -> Answer:
    """The same lines with as many units as can still be cancelled."""
    lines = {line.key: line for line in view.order.lines}
    still = [
        Units(lines[each.key].line, min(each.units, can))
        for each in asked.lines
        if each.key in lines and (can := cancellable(lines[each.key], view.policy))
    ]
    request = view.request
    typed = CancelWords(request.order_number, bool(asked.whole or still), tuple(still), request.reason, request.note)
    return await _opened(call, desk, replace(typed, lines=()) if asked.whole else typed)


async def _opened(call: Call, desk: Desk, typed: CancelWords) -> Answer:
    """The form behind a click; why it does not open is told privately."""
    answer = await form_for(call, desk, typed)
    if answer is not NOTHING:
        await desk.telling.tell(call, refusals.FormNotOpened(typed=TYPE_IT))
    return NOTHING
