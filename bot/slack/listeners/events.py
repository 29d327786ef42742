"""Events: people who join, change or leave, and a Home tab that is opened."""

from collections.abc import Mapping
from typing import Any, Final

from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.listeners import NOTHING, Answer

PEOPLE: Final = frozenset({"user_change", "team_join"})
GROUPS: Final = frozenset({"subteam_updated", "subteam_members_changed"})


async def run_event(call: Call, desk: Desk) -> Answer:
    """A deactivated or demoted person stops being able to sign with the event that says so."""
    event = call.payload.get("event")
    user = event.get("user") if isinstance(event, Mapping) else None
    if call.name in PEOPLE and isinstance(user, Mapping):
        await desk.people.keep(call.desk_id, user)
    if call.name in GROUPS and isinstance(event, Mapping):
        await _keep_group(call, desk, event)
    if call.name == "app_home_opened" and isinstance(event, Mapping) and event.get("tab") == "home":
        await _open_home(call, desk)
    return NOTHING


async def _keep_group(call: Call, desk: Desk, event: Mapping[str, Any]) -> None:
    """One event brings the whole group, the other who joined and who left."""
    group = event.get("subteam")
    whole = group if isinstance(group, Mapping) else {}
    name = str(whole.get("id") or event.get("subteam_id") or "")
    users = _users(whole.get("users")) if isinstance(whole.get("users"), list) else None
    if name:
        joined, left = _users(event.get("added_users")), _users(event.get("removed_users"))
        await desk.people.keep_group(call.desk_id, name, users=users, joined=joined, left=left)


def _users(found: object) -> tuple[str, ...]:
    return tuple(str(user) for user in found) if isinstance(found, list) else ()


async def _open_home(call: Call, desk: Desk) -> None:
    """Whoever may not look at the desk sees an empty tab."""
    if await desk.refused(call, "home") is None:
        await desk.telling.redraw_home(call)
