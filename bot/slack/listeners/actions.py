"""Clicks on cards, private messages and in open forms. Slack ignores what is answered to them: words are notices."""

from collections.abc import Mapping
from typing import Final

from bot.slack import order_view
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import message_view
from bot.slack.forms import reject as reject_form
from bot.slack.forms import release as release_form
from bot.slack.ids import ActionId, BlockId, CallbackId, parse_request_value
from bot.slack.listeners import (
    NOTHING,
    Answer,
    Listener,
    auditing,
    away,
    bulk,
    cancelling,
    digesting,
    finding,
    home,
    importing,
    lines,
    reviewing,
    roles,
    setup,
    several,
)
from bot.slack.listeners.commands import release_form_for, release_view
from workflows import refusals
from workflows.commands import Decide, Look
from workflows.results import Refusal
from workflows.transitions import Action


async def run_action(call: Call, desk: Desk) -> Answer:
    listener = ACTIONS.get(call.name)
    if listener is None:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    return await listener(call, desk)


async def approve(call: Call, desk: Desk) -> Answer:
    return await _decide(call, desk, Action.APPROVE)


async def withdraw(call: Call, desk: Desk) -> Answer:
    return await _decide(call, desk, Action.WITHDRAW)


async def _decide(call: Call, desk: Desk, action: Action) -> Answer:
    clicked = _request_of(call)
    if clicked is None:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    number, version = clicked
    command = Decide(number, action, version, origin=call.clicked(), reason=_reason_of(call))
    await desk.service.handle(call.desk_id, call.claim, command)
    if call.view.get("type") == "home":
        await desk.telling.redraw_home(call)
    return NOTHING


async def reject(call: Call, desk: Desk) -> Answer:
    """A rejection needs a note, so it opens a form; whether it may be rejected is judged again when that comes back."""
    clicked = _request_of(call)
    if clicked is None:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    number, version = clicked
    asked = Look("reject form", call.clicked(), reject=number, version=version)
    if isinstance(await desk.service.handle(call.desk_id, call.claim, asked), Refusal):
        return NOTHING
    view = reject_form.build(number, version, channel=call.channel, response_url=call.response_url)
    if not await desk.open_view(call, view):
        await desk.telling.tell(call, refusals.FormNotOpened(typed=f"click Reject on R-{number} again"))
    return NOTHING


async def details(call: Call, desk: Desk) -> Answer:
    clicked = _request_of(call)
    if clicked is None or not await _may_look(call, desk, "details"):
        return NOTHING
    view = await desk.reading.request(call.desk_id, clicked[0])
    order = await desk.reading.order(call.desk_id, view.order.number) if view else None
    if order:
        message = order_view.details(order)
        await desk.open_view(call, message_view(order.order.number, message["blocks"]))
    return NOTHING


async def ask_release(call: Call, desk: Desk) -> Answer:
    """On a placement's card, or under the question about a hold's date."""
    clicked = _request_of(call)
    if clicked is None:
        return await reviewing.release(call, desk)
    view = await desk.reading.request(call.desk_id, clicked[0])
    if view is None or not await _may_look(call, desk, "release form"):
        return NOTHING
    await release_form_for(call, desk, view.order.number, hold=view.request.hold)
    return NOTHING


async def choose_order(call: Call, desk: Desk) -> Answer:
    """The order of a form was chosen: show its open holds, or its lines."""
    if call.view.get("callback_id") != CallbackId.RELEASE_SUBMIT:
        return await lines.redraw_lines(call, desk)
    policy = await desk.reading.policy(call.desk_id)
    client = desk.clients.client_for(call.desk_id)
    if policy is None or client is None:
        return NOTHING
    chosen = call.action.get("selected_option")
    number = str(chosen.get("value", "")) if isinstance(chosen, Mapping) else ""
    channel = release_form.channel_of(call.view)
    view = await release_view(desk, call.desk_id, policy, number, channel=channel)
    await desk.update_view(call, view)
    return NOTHING


async def nothing(call: Call, desk: Desk) -> Answer:  # noqa: ARG001
    """A menu whose choice is read when a button is pressed."""
    return NOTHING


async def _may_look(call: Call, desk: Desk, what: str) -> bool:
    """A courtesy before a form opens; the words of a refusal go out as a notice."""
    result = await desk.service.handle(call.desk_id, call.claim, Look(what, call.clicked()))
    return not isinstance(result, Refusal)


def _reason_of(call: Call) -> str:
    """What stands in the reason menu of a cancel's card at the moment of the click."""
    state = call.payload.get("state")
    blocks = state.get("values") if isinstance(state, Mapping) else None
    for block in blocks.values() if isinstance(blocks, Mapping) else ():
        menu = block.get(ActionId.REASON) if isinstance(block, Mapping) else None
        chosen = menu.get("selected_option") if isinstance(menu, Mapping) else None
        if isinstance(chosen, Mapping) and isinstance(value := chosen.get("value"), str):
            return value
    return ""


def _request_of(call: Call) -> tuple[int, int] | None:
    try:
        return parse_request_value(str(call.action.get("value") or ""))
    except ValueError:
        return None


ACTIONS: Final[Mapping[str, Listener]] = {
    ActionId.AUDIT_MORE: auditing.more,
    ActionId.DIGEST_MORE: digesting.more,
    ActionId.EDIT_ROLE: roles.edit_role,
    ActionId.SETUP_ANEW: setup.anew,
    ActionId.SETUP_GO: setup.go,
    ActionId.BACK: away.back,
    ActionId.AGAIN: lines.ask_again,
    ActionId.CANCEL_INSTEAD: cancelling.cancel_instead,
    ActionId.CANCEL_REST: cancelling.cancel_rest,
    ActionId.IMPORT_CONFIRM: importing.confirm,
    ActionId.IMPORT_DECLINE: importing.decline,
    ActionId.IMPORT_MATCH: importing.match,
    ActionId.MISSING_LEAVE: importing.missing_leave,
    ActionId.MISSING_SHIPPED: importing.missing_shipped,
    ActionId.JOIN: lines.join,
    ActionId.PREVIEW: lines.preview,
    ActionId.RETRY: lines.retry,
    BlockId.LINES: lines.redraw_lines,
    BlockId.PAGE: lines.redraw_lines,
    ActionId.APPROVE: approve,
    ActionId.DETAILS: details,
    ActionId.HOLD_ASSIGN: digesting.assign,
    **dict.fromkeys(home.CHOICES, home.choose),
    ActionId.HOME_SHOW: home.show,
    **bulk.CLICKS,
    **finding.CLICKS,
    **several.CLICKS,
    ActionId.ORDER_SHOW: home.show_order,
    ActionId.NOTICE_RETRY: home.retry,
    ActionId.HOLD_CANCEL: reviewing.cancel,
    ActionId.HOLD_EXTEND: reviewing.extend,
    ActionId.HOLD_NUDGE: digesting.nudge,
    ActionId.HOLD_RELEASE: ask_release,
    ActionId.REASON: nothing,
    ActionId.REJECT: reject,
    ActionId.WITHDRAW: withdraw,
    BlockId.ORDER: choose_order,
}
