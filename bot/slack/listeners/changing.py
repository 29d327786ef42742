"""Asking for changes: typed, by the form, and again after the order moved on."""

from datetime import date

from bot.slack import words
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import change as change_form
from bot.slack.forms.change import Filled
from bot.slack.listeners import NOTHING, Answer
from bot.slack.listeners.cancelling import unknown_line
from bot.slack.typed import NotADate, first_word, without_preview
from bot.slack.typed_change import EXAMPLE, ChangeWords, change_words
from bot.slack.typed_parts import NotUnderstood
from workflows import refusals
from workflows.asked import Change, ChangedLine
from workflows.commands import AddLine, ChangeOrder, EditLine
from workflows.money import major_units
from workflows.policy.model import Policy
from workflows.views import RequestView

NOT_SAID = f"What is to change? Write for example {EXAMPLE}. `/change` alone opens the form."
OTHER = "other"
TYPE_IT = "/change ORDER line 2 qty 12 because REASON a note"


async def change(call: Call, desk: Desk, text: str) -> Answer:
    text, preview = without_preview(text)
    try:
        typed = change_words(text)
    except (NotUnderstood, NotADate) as problem:
        return words.private(str(problem))
    if preview and typed.order and not typed.changes_something:
        return words.private(NOT_SAID)
    policy = await desk.reading.policy(call.desk_id)
    reason, note = reason_of(policy, typed.because, said=typed.said)
    filled = _filled(typed, reason, note)
    if _needs_form(typed, reason) and not preview:
        return await form_for(call, desk, typed.order, filled)
    command = ChangeOrder(
        typed.order, typed.edits, typed.adds, typed.ship_by, reason, note, origin=call.typed(), preview=preview
    )
    result = await desk.service.handle(call.desk_id, call.claim, command)
    if isinstance(result, refusals.NoteMissing) and not preview and len(typed.adds) < 2:
        return await form_for(call, desk, typed.order, filled)
    return words.answer(result)


def reason_of(policy: Policy | None, typed: str, *, said: bool) -> tuple[str, str]:
    """The reason's code and the note. Words of one's own stand for the desk's only reason, and where they are
    `said` behind "because" for its `other`.
    """
    word, note = first_word(typed)
    code = word.rstrip(",:;.")
    reasons = policy.reasons_of("change") if policy else ()
    known = policy.reason("change", code) if policy and code else None
    if known:
        return known.code, note
    own = (each.code for each in reasons if len(reasons) == 1 or (said and each.code == OTHER))
    return (next(own, "") if typed else ""), typed


def _needs_form(typed: ChangeWords, reason: str) -> bool:
    """Several new lines do not fit into the form: what they lack is told instead."""
    return not typed.changes_something or (not reason and len(typed.adds) < 2)


def _filled(typed: ChangeWords, reason: str, note: str) -> Filled:
    return Filled(typed.edits, typed.adds[0] if typed.adds else None, typed.ship_by, reason, note)


async def form_for(call: Call, desk: Desk, order: str, filled: Filled) -> Answer:
    refused = await desk.refused(call, "change form")
    policy = None if refused else await desk.reading.policy(call.desk_id)
    if refused or policy is None:
        return words.answer(refused or refusals.NotSetUp())
    found = await desk.reading.order(call.desk_id, order) if order else None
    if order and found is None:
        return words.answer(refusals.OrderUnknown(typed=order, close=await desk.reading.similar(call.desk_id, order)))
    if unknown := unknown_line(found, [edit.line for edit in filled.edits]):
        return words.answer(unknown)
    view = change_form.build(policy, found=found, typed_order=order, filled=filled, channel=call.channel)
    opened = await desk.open_view(call, view)
    return NOTHING if opened else words.answer(refusals.FormNotOpened(typed=TYPE_IT))


async def change_again(call: Call, desk: Desk, view: RequestView, asked: Change, today: date) -> Answer:
    """The same wishes, on the order as it is today."""
    lines = {line.key: line.line for line in view.order.lines}
    edits = tuple(_edit(each, lines[each.key]) for each in asked.lines if each.key in lines)
    added = asked.added[0] if asked.added else None
    add = (
        AddLine(added.sku, added.quantity, str(major_units(added.unit_price, asked.currency)), added.description)
        if added
        else None
    )
    day = asked.ship_by.after if asked.ship_by and asked.ship_by.after >= today else None
    filled = Filled(edits, add, day, view.request.reason, view.request.note)
    answer = await form_for(call, desk, view.request.order_number, filled)
    if answer is not NOTHING:
        await desk.telling.tell(call, refusals.FormNotOpened(typed=TYPE_IT))
    return NOTHING


def _edit(line: ChangedLine, number: int) -> EditLine:
    quantity = line.after if line.after != line.before and not line.removed else None
    return EditLine(number, quantity, line.new_sku if line.new_sku != line.sku else "", line.removed)
