"""What a person does on the page: each verb is one call to the workspace."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from playground.slack.core import SlackError
from playground.slack.elements import value_key
from playground.slack.model import Answer, Delivery, Message, View
from playground.slack.state import find_view, put_view
from playground.slack.workspace import Workspace
from playground.web import bodies, wording
from playground.web.files import with_files
from playground.web.picture import rooms, shown_message
from playground.web.reading import Reading
from playground.web.typed import to_mrkdwn

JSON = dict[str, Any]
UNKNOWN_COMMAND = "unknown_command"


@dataclass(frozen=True)
class Desk:
    workspace: Workspace
    reading: Reading
    commands: frozenset[str]


def done(answer: Answer, words: str | None = None) -> JSON:
    return {
        "ok": answer.error is None and not answer.errors,
        "error": answer.error,
        "shown": words if answer.error else None,
        "errors": answer.errors,
    }


async def command(desk: Desk, body: bodies.Typed) -> JSON:
    """Slack itself answers to a command that no app has."""
    name = body.text.split(maxsplit=1)[0].lower()
    if name not in desk.commands:
        return done(Answer(error=UNKNOWN_COMMAND), wording.for_unknown_command(name))
    answer = await desk.workspace.command(body.user, body.channel, body.text)
    return done(answer, wording.for_command(body.text, answer.error or ""))


async def say(desk: Desk, body: bodies.Typed) -> JSON:
    state = desk.workspace.state
    text = to_mrkdwn(body.text, state.users, state.channels)
    await desk.workspace.say(body.user, body.channel, text, thread_ts=body.thread_ts)
    return {"ok": True}


def message_of(desk: Desk, user: str, channel: str, ts: str) -> Message:
    message = shown_message(desk.workspace, user, channel, ts)
    if message is None or channel not in {room.id for room in rooms(desk.workspace, user)}:
        raise SlackError("message_not_found")
    return message


def view_of(desk: Desk, user: str, view_id: str) -> View:
    view = find_view(desk.workspace.state, view_id)
    if view is None or view.user != user:
        raise SlackError("view_not_found")
    return view


def fill_in(desk: Desk, view: View, given: bodies.States) -> View:
    """What was typed since the last call stands in the view before the app hears of anything."""
    given = with_files(desk.workspace, view.user, given)
    values = {
        block: {name: filled(state, given.get(block, {}).get(name)) for name, state in actions.items()}
        for block, actions in view.values.items()
    }
    return put_view(desk.workspace.state, replace(view, values=values))


def filled(state: JSON, given: JSON | None) -> JSON:
    return given if given and given.get("type") == state["type"] else state


def plain_value(state: JSON) -> Any:
    """From an entry of state.values to what was chosen: an option's value, a list of them, a text, or None."""
    held = state.get(value_key(state))
    if isinstance(held, list):
        return [one["value"] if isinstance(one, dict) else one for one in held]
    return held["value"] if isinstance(held, dict) else held


async def click(desk: Desk, body: bodies.Click) -> JSON:
    message = message_of(desk, body.user, body.channel, body.ts)
    selected = plain_value(body.state)
    answer = await desk.workspace.click(body.user, message, body.action_id, selected=selected, block_id=body.block_id)
    return done(answer, wording.for_click(answer.error or "", answer.status))


async def act(desk: Desk, body: bodies.Act) -> JSON:
    fill_in(desk, view_of(desk, body.user, body.view_id), body.values)
    overflow = body.state.get("type") == "overflow"
    value = plain_value(body.state) if overflow else body.state
    answer = await desk.workspace.act_in_view(body.user, body.view_id, body.action_id, value, block_id=body.block_id)
    return done(answer, wording.for_click(answer.error or "", answer.status))


async def submit(desk: Desk, body: bodies.Submit) -> JSON:
    fill_in(desk, view_of(desk, body.user, body.view_id), body.values)
    answer = await desk.workspace.submit(body.user, body.view_id)
    return done(answer, answer.error)


async def close(desk: Desk, body: bodies.Close) -> JSON:
    view = view_of(desk, body.user, body.view_id)
    answer = await desk.workspace.close(body.user, view.id, all_views=body.all)
    return done(answer, wording.for_click(answer.error or "", answer.status))


async def suggest(desk: Desk, body: bodies.Suggest) -> JSON:
    if body.view_id:
        source: View | Message = fill_in(desk, view_of(desk, body.user, body.view_id), body.values)
    else:
        source = message_of(desk, body.user, body.channel, body.ts)
    workspace = desk.workspace
    before = len(workspace.deliveries)
    options = await workspace.suggest(body.user, source, body.action_id, body.typed)
    problem = next(filter(None, map(trouble, workspace.deliveries[before:])), None)
    if problem:
        return {"ok": False, "error": problem, "shown": wording.for_options(problem)}
    return {"ok": True, "options": options}


def trouble(delivery: Delivery) -> str:
    suggestion = delivery.payload.get("type") == "block_suggestion"
    return (delivery.failure or delivery.problem) if suggestion else ""


async def shortcut(desk: Desk, body: bodies.Shortcut) -> JSON:
    message = message_of(desk, body.user, body.channel, body.ts) if body.ts else None
    answer = await desk.workspace.shortcut(body.user, body.callback_id, message=message)
    return done(answer, wording.for_click(answer.error or "", answer.status))


async def home(desk: Desk, body: bodies.Body) -> JSON:
    await desk.workspace.open_home(body.user)
    return {"ok": True}


async def read(desk: Desk, body: bodies.Read) -> JSON:
    desk.reading.mark(body.user, body.channel, body.ts)
    return {"ok": True}


@dataclass(frozen=True)
class Verb:
    body: type[bodies.Body]
    run: Callable[[Desk, Any], Awaitable[JSON]]


VERBS = {
    "command": Verb(bodies.Typed, command),
    "say": Verb(bodies.Typed, say),
    "click": Verb(bodies.Click, click),
    "act": Verb(bodies.Act, act),
    "submit": Verb(bodies.Submit, submit),
    "close": Verb(bodies.Close, close),
    "suggest": Verb(bodies.Suggest, suggest),
    "shortcut": Verb(bodies.Shortcut, shortcut),
    "home": Verb(bodies.Body, home),
    "read": Verb(bodies.Read, read),
}
