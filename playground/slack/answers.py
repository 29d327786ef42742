"""What Slack makes of the app's answer to a payload, and what the person then sees."""

import json
from dataclasses import replace
from typing import Any

from playground.slack.blockkit import check_options
from playground.slack.content import POSTED_TEXT, content
from playground.slack.core import Core, SlackError
from playground.slack.methods_views import STACK, accepted, open_on_top, redraw
from playground.slack.model import Answer, Blocks, Delivery, View
from playground.slack.response_url import show
from playground.slack.state import ResponseUrl, stack
from playground.slack.transport_http import JSON

TROUBLE = "We had some trouble connecting. Try again?"
NO_CHALLENGE = "Your URL didn't respond with the value of the challenge parameter."
NO_MESSAGE = "invalid_command_response"


class Unacceptable(Exception):
    """The answer is not one that Slack takes."""


def plain(delivery: Delivery) -> Answer:
    """Clicks, shortcuts, events, closed views: only the status counts, the body is ignored."""
    return _answer(delivery, error=delivery.failure or None)


def _answer(delivery: Delivery, **seen: Any) -> Answer:
    parsed = _json(delivery.answer)
    known = {"status": delivery.status, "body": delivery.answer, "json": parsed, "ms": delivery.ms}
    return Answer(**known, delivery=delivery, **seen)


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


def verification(delivery: Delivery, challenge: str) -> Answer:
    given = _json(delivery.answer)
    echoed = given.get("challenge") if isinstance(given, dict) else delivery.answer.strip()
    return _answer(delivery, error=delivery.failure or (None if echoed == challenge else NO_CHALLENGE))


def command(core: Core, delivery: Delivery) -> Answer:
    """Nothing, a plain text, or a JSON message: shown to the person alone unless it says in_channel."""
    if delivery.failure or not delivery.answer.strip():
        return plain(delivery)
    where = ResponseUrl(delivery.payload["channel_id"], delivery.payload["user_id"], core.clock())
    try:
        given = _message(delivery.answer, delivery.content_type)
        shown = show(core, where, content(given, longest=POSTED_TEXT), given)
    except (SlackError, Unacceptable) as refused:
        return _answer(core.note_problem(delivery, _words(refused)), error=NO_MESSAGE)
    return _answer(delivery, message=shown)


def _message(body: str, content_type: str) -> dict[str, Any]:
    if content_type != JSON:
        return {"text": body}
    given = _json(body)
    if not isinstance(given, dict):
        raise Unacceptable("the answer to a command is a text or a message object")
    return given


def submission(core: Core, delivery: Delivery, view: View) -> Answer:
    """Empty closes the view; otherwise one of the four response actions, and nothing else."""
    if delivery.failure:
        return _answer(delivery, error=TROUBLE)
    if not delivery.answer.strip():
        core.close_view(view)
        return _answer(delivery)
    try:
        return _answer(delivery, errors=_respond(core, view, _json(delivery.answer)))
    except (SlackError, Unacceptable) as refused:
        return _answer(core.note_problem(delivery, _words(refused)), error=TROUBLE)


def _words(refused: Exception) -> str:
    details = refused.extra.get("errors", []) if isinstance(refused, SlackError) else []
    return ": ".join([str(refused), *details])


def _respond(core: Core, view: View, given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        raise Unacceptable("the answer to a submission is empty or an object with a response_action")
    match given.get("response_action"):
        case "errors":
            return _show_errors(core, view, given.get("errors"))
        case "update":
            redraw(core, view, accepted(core, _view_of(given), view.type, view))
        case "push":
            _push(core, view, given)
        case "clear":
            for one in reversed(stack(core.state, view.user)):
                core.close_view(one)
        case other:
            raise Unacceptable(f"there is no response_action {other!r}")
    return {}


def _view_of(given: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(given.get("view"), dict):
        raise Unacceptable("this response_action needs a view")
    return dict(given["view"])


def _push(core: Core, view: View, given: dict[str, Any]) -> None:
    if len(stack(core.state, view.user)) >= STACK:
        raise SlackError("push_limit_reached")
    open_on_top(core, view.user, accepted(core, _view_of(given), "modal"))


def _show_errors(core: Core, view: View, errors: Any) -> dict[str, str]:
    if not isinstance(errors, dict) or not errors or not all(isinstance(one, str) and one for one in errors.values()):
        raise Unacceptable("errors is an object of texts by block id")
    for block_id in errors:
        if block_id not in {block.get("block_id") for block in view.blocks if block.get("type") == "input"}:
            raise Unacceptable(f"errors names {block_id!r}, which is not an input block of the view")
    core.show_view(replace(view, errors=errors))
    return dict(errors)


def options(core: Core, delivery: Delivery) -> Answer:
    """At most a hundred options, or groups of them, flattened here."""
    if delivery.failure:
        return _answer(delivery, error=delivery.failure)
    try:
        found = _options(_json(delivery.answer))
    except Unacceptable as refused:
        return _answer(core.note_problem(delivery, str(refused)), error="The options could not be loaded.")
    return _answer(delivery, options=found)


def _options(given: Any) -> Blocks:
    if not isinstance(given, dict):
        raise Unacceptable("the answer to a suggestion holds options or option_groups")
    problems = check_options(given)
    if problems:
        raise Unacceptable("; ".join(problems))
    groups = given.get("option_groups", [])
    return [*given.get("options", []), *(option for group in groups for option in group["options"])]
