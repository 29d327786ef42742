"""Asking about a list of orders: typed, from the form of a single one, and when the form of the list comes back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.slack import words
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import FormProblem, message_view, placed
from bot.slack.forms import cancel as cancel_form
from bot.slack.forms import hold as hold_form
from bot.slack.forms import release as release_form
from bot.slack.forms import several as several_form
from bot.slack.forms.parts import channel_of, day_entered, selected, where, written
from bot.slack.ids import ActionId, BlockId, CallbackId
from bot.slack.listeners import NOTHING, Answer, Listener
from bot.slack.options import option_of
from bot.slack.typed import NotADate, without_preview
from bot.slack.typed_parts import NotUnderstood
from bot.slack.typed_several import KINDS, listed_orders, several_words
from bot.slack.words import SlackWords
from workflows import refusals
from workflows.bulk import numbers_in
from workflows.policy.model import Policy
from workflows.values import Hold, Kind
from workflows.views import OrderView

FORMS: Final[Mapping[str, Kind]] = {
    CallbackId.HOLD_SUBMIT: Kind.PLACE_HOLD,
    CallbackId.RELEASE_SUBMIT: Kind.RELEASE_HOLD,
    CallbackId.CANCEL_SUBMIT: Kind.CANCEL,
}


ONE_AT_A_TIME: Final = "A preview is about one order: type a single number before `--preview`."


def names_several(name: str, text: str) -> bool:
    """Whether this command begins with a list of orders."""
    return name in KINDS and bool(listed_orders(text)[0])


async def typed(call: Call, desk: Desk, name: str, text: str) -> Answer:
    """The form with all that was typed: what concerns many orders is looked at once more before it is sent."""
    text, preview = without_preview(text)
    orders, rest = listed_orders(text)
    if preview:
        return words.private(ONE_AT_A_TIME)
    refused = await desk.refused(call, "bulk")
    policy = None if refused else await desk.reading.policy(call.desk_id)
    if refused or policy is None:
        return words.answer(refused or refusals.NotSetUp())
    try:
        said = several_words(KINDS[name], orders, rest, policy)
    except (NotADate, NotUnderstood) as problem:
        return words.private(str(problem))
    view = several_form.build(
        policy,
        KINDS[name],
        pasted="\n".join(said.orders),
        reason=said.reason,
        hold=said.hold,
        note=said.note,
        until=said.until,
        channel=call.channel,
    )
    opened = await desk.open_view(call, view)
    return NOTHING if opened else words.answer(refusals.FormNotOpened(typed=f"/{name} {orders[0]}, {orders[1]} again"))


async def several(call: Call, desk: Desk) -> Answer:
    """The form of one order becomes that of a list, with what stands in it."""
    kind = FORMS.get(str(call.view.get("callback_id")))
    policy = await desk.reading.policy(call.desk_id) if kind else None
    if kind is None or policy is None:
        return NOTHING
    order, held = selected(call.view, BlockId.ORDER), selected(call.view, BlockId.HOLD)
    found = await desk.reading.order(call.desk_id, order) if order and held else None
    view = several_form.build(
        policy,
        kind,
        pasted=order,
        reason=selected(call.view, BlockId.REASON),
        hold=next((hold.reason for hold in _open(found) if hold.name == held), ""),
        note=written(call.view, BlockId.NOTE),
        until=_until(call.view),
        channel=channel_of(call.view),
        trace=where(call.view).trace,
    )
    await desk.update_view(call, view)
    return NOTHING


async def one(call: Call, desk: Desk) -> Answer:
    """And back again, with the first order of the list."""
    policy = await desk.reading.policy(call.desk_id)
    try:
        kind = several_form.kind_of(call.view)
    except FormProblem:
        return NOTHING
    if policy is None:
        return NOTHING
    order = next(iter(numbers_in(written(call.view, BlockId.ORDERS))), "")
    found = await desk.reading.order(call.desk_id, order) if order else None
    await desk.update_view(call, _single(policy, kind, call.view, order, found))
    return NOTHING


def _single(policy: Policy, kind: Kind, view: Mapping[str, Any], order: str, found: OrderView | None) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "typed_order": order,
        "reason": selected(view, BlockId.REASON),
        "note": written(view, BlockId.NOTE),
        "channel": channel_of(view),
        "trace": where(view).trace,
    }
    option = option_of(found) if found else None
    if kind is Kind.CANCEL:
        return cancel_form.build(policy, found=found, **kept)
    if kind is Kind.PLACE_HOLD:
        return hold_form.build(policy, order=option, until=_until(view), **kept)
    holds, held_for = _open(found), selected(view, BlockId.HELD_FOR)
    meant = next((hold.number for hold in holds if hold.reason == held_for), None)
    return release_form.build(policy, order=option, holds=holds, hold=meant, **kept)


def _open(found: OrderView | None) -> list[Hold]:
    return [hold for hold in found.holds if hold.is_open] if found else []


def _until(view: Mapping[str, Any]) -> date | None:
    try:
        return day_entered(written(view, BlockId.UNTIL, "selected_date"))
    except FormProblem:
        return None


async def submitted(call: Call, desk: Desk) -> Answer:
    """Durable before the form closes; the orders are then asked about one by one, and how it went is told."""
    refused = await desk.refused(call, "bulk")
    policy = None if refused else await desk.reading.policy(call.desk_id)
    if refused or policy is None:
        said = (refused or refusals.NotSetUp()).sentence(SlackWords())
        return {"response_action": "update", "view": message_view("Not done", said)}
    today = datetime.now(ZoneInfo(policy.desk.timezone)).date()
    try:
        ask = several_form.parse(call.view, policy=policy, today=today)
    except FormProblem as problem:
        return under_the_field(problem, call.view)
    await desk.bulks.ask(call.desk_id, ask, by=call.claim.user_id, key=call.key)
    return NOTHING


def under_the_field(problem: FormProblem, view: Mapping[str, Any]) -> Answer:
    block_id = placed(problem.block_id, view)
    if block_id:
        return {"response_action": "errors", "errors": {block_id: str(problem)}}
    return {"response_action": "update", "view": message_view("Not done", str(problem))}


CLICKS: Final[Mapping[str, Listener]] = {ActionId.SEVERAL: several, ActionId.ONE: one}
