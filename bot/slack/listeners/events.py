"""Events: people who join, change or leave, and a Home tab that is opened."""

from collections.abc import Mapping
from typing import Final

from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.listeners import NOTHING, Answer

PEOPLE: Final = frozenset({"user_change", "team_join"})


async def run_event(call: Call, desk: Desk) -> Answer:
    """A deactivated or demoted person stops being able to sign with the event that says so."""
    event = call.payload.get("event")
    user = event.get("user") if isinstance(event, Mapping) else None
    if call.name in PEOPLE and isinstance(user, Mapping):
        await desk.people.keep(call.desk_id, user)
    if call.name == "app_home_opened" and isinstance(event, Mapping) and event.get("tab") == "home":
        await _open_home(call, desk)
    return NOTHING


async def _open_home(call: Call, desk: Desk) -> None:
    """Whoever may not look at the desk sees an empty tab."""
    if await desk.refused(call, "home") is None:
        await desk.telling.redraw_home(call)
