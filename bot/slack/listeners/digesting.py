"""`/desk digest`, and the buttons under its rows."""

from dataclasses import replace
from typing import Final

from bot.slack import words
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.digest import PAGE, digest_message, more_view, parse_more
from bot.slack.forms import assign as assign_form
from bot.slack.ids import parse_hold_value
from bot.slack.listeners import NOTHING, Answer
from bot.slack.listeners.theirs import is_theirs
from workflows import refusals
from workflows.care import WATCHERS
from workflows.commands import Look, NudgeHold, Origin
from workflows.policy.model import Policy
from workflows.policy.rules import owner_of
from workflows.results import Refusal
from workflows.values import Hold

READ: Final = "read the digest"


async def digest(call: Call, desk: Desk, text: str) -> Answer:  # noqa: ARG001
    refused = await desk.refused(call, READ, *WATCHERS)
    found = None if refused else await desk.digests.read(call.desk_id)
    if refused or found is None:
        return words.answer(refused or refusals.NotSetUp())
    return words.as_private(digest_message(found))


async def more(call: Call, desk: Desk) -> Answer:
    """Further rows, in a view of their own; from there the next page takes its place."""
    try:
        wanted = parse_more(str(call.action.get("value") or ""))
    except ValueError:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    if not await _may(call, desk, *WATCHERS):
        return NOTHING
    page = await desk.digests.page(call.desk_id, wanted, most=PAGE)
    if page is None:
        return NOTHING
    show = desk.update_view if call.view.get("type") == "modal" else desk.open_view
    if not await show(call, more_view(page, wanted)):
        await desk.telling.tell(call, refusals.FormNotOpened(typed="click Show all again"))
    return NOTHING


async def nudge(call: Call, desk: Desk) -> Answer:
    number = await _number(call, desk)
    view = await desk.reading.held(call.desk_id, number) if number else None
    if view:
        command = NudgeHold(view.order.number, number, _beside(call))
        await desk.service.handle(call.desk_id, call.claim, command)
    return NOTHING


async def assign(call: Call, desk: Desk) -> Answer:
    number = await _number(call, desk)
    if not number or not await _may(call, desk):
        return NOTHING
    view = await desk.reading.held(call.desk_id, number)
    hold = next((each for each in view.holds if each.number == number and each.is_open), None) if view else None
    if view and hold is None:
        await desk.telling.tell(call, refusals.NoOpenHold(order=view.order.number))
    if view and hold and await _may_assign(call, desk, view.policy, hold):
        form = assign_form.build(hold, view.policy, view.names, channel=call.channel, trace=call.trace)
        if not await desk.open_view(call, form):
            await desk.telling.tell(call, refusals.FormNotOpened(typed=f"click Reassign for {hold.name} again"))
    return NOTHING


async def _may_assign(call: Call, desk: Desk, policy: Policy, hold: Hold) -> bool:
    roles = [role for role in (owner_of(policy, None, hold.owner), *WATCHERS) if role in policy.roles]
    return await is_theirs(call, desk, f"say who takes care of {hold.name}", *roles)


def _beside(call: Call) -> Origin:
    """The answer stands below the digest, not in its place."""
    return replace(call.clicked(), replaces=False)


async def _may(call: Call, desk: Desk, *only: str) -> bool:
    looked = await desk.service.handle(call.desk_id, call.claim, Look(READ, _beside(call), only=only))
    return not isinstance(looked, Refusal)


async def _number(call: Call, desk: Desk) -> int:
    """The hold of the button; 0, and it is said, where it is none of ours."""
    try:
        return parse_hold_value(str(call.action.get("value") or ""))
    except ValueError:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return 0
