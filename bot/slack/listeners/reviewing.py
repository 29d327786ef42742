"""The buttons under the question about a hold's date."""

from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import extend as extend_form
from bot.slack.ids import parse_hold_value
from bot.slack.listeners import NOTHING, Answer
from bot.slack.listeners.cancelling import cancel_order
from bot.slack.listeners.commands import release_form_for
from bot.slack.listeners.theirs import is_theirs
from workflows import refusals
from workflows.commands import Look
from workflows.policy.rules import owner_of
from workflows.results import Refusal
from workflows.values import Hold


async def release(call: Call, desk: Desk) -> Answer:
    hold = await _hold(call, desk)
    if hold:
        await release_form_for(call, desk, hold.order_number, hold=hold.number)
    return NOTHING


async def extend(call: Call, desk: Desk) -> Answer:
    hold = await _hold(call, desk)
    policy = await desk.reading.policy(call.desk_id) if hold else None
    if hold and policy and await is_theirs(call, desk, f"extend {hold.name}", owner_of(policy, None, hold.owner)):
        form = extend_form.build(hold, channel=call.channel, trace=call.trace)
        if not await desk.open_view(call, form):
            await desk.telling.tell(call, refusals.FormNotOpened(typed=f"click Extend for {hold.name} again"))
    return NOTHING


async def cancel(call: Call, desk: Desk) -> Answer:
    hold = await _hold(call, desk)
    return await cancel_order(call, desk, hold.order_number) if hold else NOTHING


async def _hold(call: Call, desk: Desk) -> Hold | None:
    """The hold of the button, for those who may look; why not is told privately."""
    try:
        number = parse_hold_value(str(call.action.get("value") or ""))
    except ValueError:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return None
    looked = await desk.service.handle(call.desk_id, call.claim, Look("hold review", call.clicked()))
    view = None if isinstance(looked, Refusal) else await desk.reading.held(call.desk_id, number)
    hold = next((each for each in view.holds if each.number == number), None) if view else None
    if view and (hold is None or not hold.is_open):
        await desk.telling.tell(call, refusals.NoOpenHold(order=view.order.number))
        return None
    return hold
