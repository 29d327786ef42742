"""views.* and blocks.validate"""

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from playground.slack import blockkit
from playground.slack.arguments import Arguments, required, structure, text
from playground.slack.content import error_details
from playground.slack.core import Core, SlackError
from playground.slack.elements import carried_values, starting_values
from playground.slack.model import View
from playground.slack.state import find_view, next_id, stack
from playground.slack.wire import view_json, with_ids

STACK = 3
VIEW_SIZE = 250_000
TRIGGER_SECONDS = 3.0


def open_view(core: Core, arguments: Arguments) -> dict[str, Any]:
    body = _given(core, arguments, "modal")
    user = exchange_trigger(core, arguments)
    for old in reversed(stack(core.state, user)):
        core.close_view(old)
    return {"view": view_json(core, open_on_top(core, user, body))}


def push(core: Core, arguments: Arguments) -> dict[str, Any]:
    body = _given(core, arguments, "modal")
    user = exchange_trigger(core, arguments)
    below = stack(core.state, user)
    if not below:
        raise SlackError("not_found")
    if len(below) >= STACK:
        raise SlackError("push_limit_reached")
    return {"view": view_json(core, open_on_top(core, user, body))}


def update(core: Core, arguments: Arguments) -> dict[str, Any]:
    view = find_view(core.state, text(arguments, "view_id"), text(arguments, "external_id"))
    if view is None:
        raise SlackError("not_found")
    body = _given(core, arguments, view.type, view)
    _same_hash(view, arguments)
    return {"view": view_json(core, redraw(core, view, body))}


def publish(core: Core, arguments: Arguments) -> dict[str, Any]:
    if not core.seed.home_tab:
        raise SlackError("not_enabled")
    user = required(arguments, "user_id")
    if user not in core.state.users:
        raise SlackError("user_not_found")
    old = core.state.homes.get(user)
    body = _given(core, arguments, "home", old)
    if old:
        _same_hash(old, arguments)
        return {"view": view_json(core, redraw(core, old, body))}
    return {"view": view_json(core, core.show_view(_fresh(core, user, body)))}


def validate(_core: Core, arguments: Arguments) -> dict[str, Any]:
    """Exactly one of blocks, message and view; a missing text is no mistake here."""
    given = [name for name in VALIDATED if arguments.get(name) not in (None, "")]
    if len(given) != 1:
        raise SlackError("invalid_arguments", **error_details(["provide exactly one of blocks, view, or message"]))
    kind, check = VALIDATED[given[0]]
    held = structure(arguments, given[0], kind, "invalid_arguments")
    problems = check(held)
    if problems:
        raise SlackError(f"invalid_{given[0]}", errors=[_pointed(one) for one in problems])
    return {}


VALIDATED: dict[str, tuple[type, Callable[[Any], list[str]]]] = {
    "blocks": (list, lambda blocks: [one.removeprefix("/blocks") for one in blockkit.check_blocks(blocks)]),
    "message": (dict, lambda message: blockkit.check_blocks(message.get("blocks"))),
    "view": (dict, blockkit.check_view),
}


def _pointed(problem: str) -> dict[str, str]:
    pointer, _, words = problem.partition(": ")
    return {"pointer": pointer, "code": "failed_constraint", "message": words}


def exchange_trigger(core: Core, arguments: Arguments) -> str:
    """The person behind a trigger id, which is good for one call within three seconds."""
    given = text(arguments, "trigger_id") or text(arguments, "interactivity_pointer")
    trigger = core.state.triggers.get(given)
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if core.clock() - trigger.at > TRIGGER_SECONDS:
        raise SlackError("expired_trigger_id")
    core.state.triggers[given] = replace(trigger, used=True)
    return trigger.user


def _given(core: Core, arguments: Arguments, kind: str, replaces: View | None = None) -> dict[str, Any]:
    body = structure(arguments, "view", dict, "invalid_arguments")
    if body is None:
        raise SlackError("invalid_arguments", **error_details(["missing required field: view"]))
    return accepted(core, body, kind, replaces)


def accepted(core: Core, body: dict[str, Any], kind: str, replaces: View | None = None) -> dict[str, Any]:
    """The view as Slack would take it, or its error."""
    if len(json.dumps(body)) > VIEW_SIZE:
        raise SlackError("view_too_large")
    check_view(body)
    if body.get("type") != kind:
        raise SlackError(
            "invalid_arguments", **error_details([f"view must be of type {kind} [json-pointer:/view/type]"])
        )
    same_name = find_view(core.state, external_id=str(body.get("external_id") or ""))
    if same_name and (replaces is None or same_name.id != replaces.id):
        raise SlackError("duplicate_external_id")
    return {**body, "blocks": with_ids(body.get("blocks", []))}


def check_view(body: dict[str, Any]) -> None:
    problems = blockkit.check_view(body)
    if problems:
        raise SlackError("invalid_arguments", **error_details(problems))


def _same_hash(view: View, arguments: Arguments) -> None:
    given = text(arguments, "hash")
    if given and given != view.hash:
        raise SlackError("hash_conflict")


def new_hash(core: Core) -> str:
    return f"{int(core.clock())}.{secrets.token_hex(4)}"


def _fresh(core: Core, user: str, body: dict[str, Any]) -> View:
    values = starting_values(body["blocks"])
    return View(next_id(core.state, "V"), user, body["type"], body, new_hash(core), values)


def open_on_top(core: Core, user: str, body: dict[str, Any]) -> View:
    """Put a checked view on top of what the person has open."""
    below = stack(core.state, user)
    fresh = _fresh(core, user, body)
    previous = below[-1].id if below else None
    view = replace(fresh, root_view_id=below[0].id if below else fresh.id, previous_view_id=previous)
    core.state.stacks.setdefault(user, []).append(view.id)
    return core.show_view(view)


def redraw(core: Core, view: View, body: dict[str, Any]) -> View:
    """The view with new content: what was entered stays where its block id and action id are still there."""
    values = carried_values(body["blocks"], view.values)
    return core.show_view(replace(view, body=body, values=values, hash=new_hash(core), errors={}))
