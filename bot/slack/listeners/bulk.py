"""Clicks on the card of many orders, and the forms behind them. What is signed is stored as a round, order by order."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import FormProblem, message_view
from bot.slack.forms import bulk_reject as reject_form
from bot.slack.forms import choose as choose_form
from bot.slack.ids import ActionId, CallbackId, parse_bulk_value
from bot.slack.listeners import NOTHING, Answer, Listener
from bot.slack.listeners.several import submitted as asked
from bot.slack.listeners.several import under_the_field
from bot.slack.words import SlackWords
from workflows import refusals
from workflows.bulk import Chosen, RoundAction
from workflows.commands import Look
from workflows.results import Refusal
from workflows.signers import fillable, missing, signing_roles
from workflows.views import BulkView, RequestView

LOOK: Final = "bulk"


async def approve(call: Call, desk: Desk, bulk: int, chosen: tuple[Chosen, ...]) -> Answer:
    """All that the card showed as waiting; each order is judged by itself when its turn comes."""
    if await _may_sign(call, desk, bulk, chosen) is not None:
        rounds = {RoundAction.APPROVE: chosen}
        await desk.bulks.sign(call.desk_id, bulk, rounds, by=call.claim.user_id, note="", key=call.key)
    return NOTHING


async def choose(call: Call, desk: Desk, bulk: int, chosen: tuple[Chosen, ...]) -> Answer:
    """Whichever of the card's orders still wait, as they are now."""
    view = await _may_sign(call, desk, bulk, chosen)
    if view is None:
        return NOTHING
    waiting = [each for each in _meant(view, chosen) if each.request.is_pending]
    form = choose_form.build(view, waiting, channel=call.channel, response_url=call.response_url, trace=call.trace)
    return await _opened(call, desk, form, f"click Choose orders of B-{bulk} again")


async def reject(call: Call, desk: Desk, bulk: int, chosen: tuple[Chosen, ...]) -> Answer:
    """It needs a note, so it opens a form."""
    if await _may_sign(call, desk, bulk, chosen) is None:
        return NOTHING
    place = {"channel": call.channel, "response_url": call.response_url, "trace": call.trace}
    return await _opened(call, desk, reject_form.build(bulk, chosen, **place), f"click Reject all of B-{bulk} again")


async def withdraw(call: Call, desk: Desk, bulk: int, chosen: tuple[Chosen, ...]) -> Answer:
    """Under the message to the one who asked. Whose requests they are is judged with each of them."""
    looked = await desk.service.handle(call.desk_id, call.claim, Look(LOOK, call.clicked()))
    if not isinstance(looked, Refusal):
        rounds = {RoundAction.WITHDRAW: chosen}
        await desk.bulks.sign(call.desk_id, bulk, rounds, by=call.claim.user_id, note="", key=call.key)
    return NOTHING


async def chosen(call: Call, desk: Desk) -> Answer:
    return await _submitted(call, desk, choose_form.parse)


async def rejected(call: Call, desk: Desk) -> Answer:
    return await _submitted(call, desk, reject_form.parse)


async def _submitted(call: Call, desk: Desk, parse: choose_form.Parse) -> Answer:
    try:
        choice = parse(call.view)
    except FormProblem as problem:
        return under_the_field(problem, call.view)
    refused = await _refusal(call, desk, choice)
    if refused:
        return {"response_action": "update", "view": message_view("Not done", refused.sentence(SlackWords()))}
    rounds = {RoundAction.APPROVE: choice.approve, RoundAction.REJECT: choice.reject}
    await desk.bulks.sign(call.desk_id, choice.bulk, rounds, by=call.claim.user_id, note=choice.note, key=call.key)
    return NOTHING


async def _refusal(call: Call, desk: Desk, choice: choose_form.Choice) -> Refusal | None:
    """Roles may have changed while the form was open."""
    view = await desk.reading.bulk(call.desk_id, choice.bulk)
    if view is None:
        return refusals.ButtonUnknown()
    first = _first(view, (*choice.approve, *choice.reject), call.claim.user_id)
    look = Look(LOOK, call.submitted(choose_form.channel_of(call.view)), first.request, first.version)
    result = await desk.service.handle(call.desk_id, call.claim, look)
    return result if isinstance(result, Refusal) else None


async def _may_sign(call: Call, desk: Desk, bulk: int, chosen: Sequence[Chosen]) -> BulkView | None:
    """The bulk, if this person may sign one of these; else why not has been told."""
    view = await desk.reading.bulk(call.desk_id, bulk)
    if view is None:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return None
    first = _first(view, chosen, call.claim.user_id)
    look = Look(LOOK, call.clicked(), reject=first.request, version=first.version)
    result = await desk.service.handle(call.desk_id, call.claim, look)
    return None if isinstance(result, Refusal) else view


def _first(view: BulkView, chosen: Sequence[Chosen], user: str) -> Chosen:
    """The one by which it is judged: one that this person can sign, else one that waits, else any."""
    versions = {each.request: each.version for each in chosen}
    waiting = [
        each
        for each in _meant(view, chosen)
        if each.request.is_pending and each.request.version == versions[each.request.number]
    ]
    ours = [each for each in waiting if _can_sign(view, each, user)]
    found = next(iter((*ours, *waiting)), None)
    return Chosen(found.request.number, found.request.version) if found else chosen[0]


def _can_sign(view: BulkView, each: RequestView, user: str) -> bool:
    request = each.request
    roles = signing_roles(view.policy, request, user)
    return fillable(missing(request.sign, request.decisions), roles, request.escalated_to) is not None


def _meant(view: BulkView, chosen: Sequence[Chosen]) -> list[RequestView]:
    numbers = {each.request for each in chosen}
    return [each for each in view.requests if each.request.number in numbers]


async def _opened(call: Call, desk: Desk, form: Mapping[str, object], again: str) -> Answer:
    if not await desk.open_view(call, form):
        await desk.telling.tell(call, refusals.FormNotOpened(typed=again))
    return NOTHING


def _clicked(act: Callable[[Call, Desk, int, tuple[Chosen, ...]], Awaitable[Answer]]) -> Listener:
    """With the bulk of the button and the requests that its card showed."""

    async def listener(call: Call, desk: Desk) -> Answer:
        try:
            bulk, requests = parse_bulk_value(str(call.action.get("value") or ""))
        except ValueError:
            await desk.telling.tell(call, refusals.ButtonUnknown())
            return NOTHING
        return await act(call, desk, bulk, tuple(Chosen(*each) for each in requests))

    return listener


CLICKS: Final[Mapping[str, Listener]] = {
    ActionId.BULK_APPROVE: _clicked(approve),
    ActionId.BULK_CHOOSE: _clicked(choose),
    ActionId.BULK_REJECT: _clicked(reject),
    ActionId.BULK_WITHDRAW: _clicked(withdraw),
}
FORMS: Final[Mapping[str, Listener]] = {
    CallbackId.BULK_CHOSEN: chosen,
    CallbackId.BULK_REJECTED: rejected,
    CallbackId.SEVERAL_SUBMIT: asked,
}
