"""Clicks in the Home tab that concern the tab itself: filters, pages, details, and another try for admins."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.slack import order_view
from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import message_view
from bot.slack.home_health import ALL
from bot.slack.home_queue import ANY, MINE
from bot.slack.ids import ActionId, parse_hold_value
from bot.slack.listeners import NOTHING, Answer
from bot.slack.typed import tidy
from workflows import refusals
from workflows.absences import ADMIN
from workflows.commands import Look
from workflows.homes import Filters
from workflows.results import Refusal

LONGEST: Final = 60


async def choose(call: Call, desk: Desk) -> Answer:
    """Draw the tab with what was chosen; the rest is as it was in the tab that was clicked."""
    if await desk.refused(call, "home") is None:
        filters = Filters.read(str(call.view.get("private_metadata") or ""))
        await desk.telling.redraw_home(call, CHOICES[ActionId(call.name)](filters, _value(call)))
    return NOTHING


async def show(call: Call, desk: Desk) -> Answer:
    """The order of a hold."""
    try:
        number = parse_hold_value(_value(call))
    except ValueError:
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    looked = await desk.service.handle(call.desk_id, call.claim, Look("details", call.clicked()))
    view = None if isinstance(looked, Refusal) else await desk.reading.held(call.desk_id, number)
    if view:
        await desk.open_view(call, message_view(view.order.number, order_view.details(view)["blocks"]))
    return NOTHING


async def show_order(call: Call, desk: Desk) -> Answer:
    looked = await desk.service.handle(call.desk_id, call.claim, Look("details", call.clicked()))
    view = None if isinstance(looked, Refusal) else await desk.reading.order(call.desk_id, _value(call))
    if view:
        await desk.open_view(call, message_view(view.order.number, order_view.details(view)["blocks"]))
    return NOTHING


async def retry(call: Call, desk: Desk) -> Answer:
    value = _value(call)
    if value != ALL and not (value.isdecimal() and len(value) < 19):
        await desk.telling.tell(call, refusals.ButtonUnknown())
        return NOTHING
    refused = await desk.refused(call, "retry", ADMIN)
    if refused:
        await desk.telling.tell(call, refused)
    else:
        await desk.telling.retry(call, None if value == ALL else int(value))
    if call.view.get("type") == "home":
        await desk.telling.redraw_home(call)
    return NOTHING


def _value(call: Call) -> str:
    """Of a button, a menu's choice, or a field."""
    option = call.action.get("selected_option")
    found = option.get("value") if isinstance(option, Mapping) else call.action.get("value")
    return str(found or "")


def _chosen(value: str) -> str:
    return "" if value == ANY else value


def _days(value: str) -> int:
    return int(value) if value.isdecimal() and len(value) < 4 else 0


CHOICES: Final[Mapping[ActionId, Callable[[Filters, str], Filters]]] = {
    ActionId.HOME_ALL: lambda _filters, _value: Filters(),
    ActionId.HOME_ROLE: lambda filters, value: filters.choose(role=_chosen(value)),
    ActionId.HOME_REASON: lambda filters, value: filters.choose(reason=_chosen(value)),
    ActionId.HOME_AGE: lambda filters, value: filters.choose(days=_days(value)),
    ActionId.HOME_WHOSE: lambda filters, value: filters.choose(mine=value == MINE),
    ActionId.HOME_CUSTOMER: lambda filters, value: filters.choose(customer=tidy(value)[:LONGEST]),
    ActionId.HOME_OLDER: lambda filters, value: filters.choose(before=value),
    ActionId.HOME_NEWER: lambda filters, value: filters.choose(after=value),
}
