"""The Bolt app: a few catch-alls over dictionaries of listeners, since Bolt asks its listeners one after the other."""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from bot.slack.call import Call, read_call
from bot.slack.desk import Desk
from bot.slack.forms import message_view
from bot.slack.listeners import Answer, Listener
from bot.slack.listeners.actions import run_action
from bot.slack.listeners.commands import run_command
from bot.slack.listeners.events import run_event
from bot.slack.listeners.options import run_options
from bot.slack.listeners.shortcuts import run_shortcut
from bot.slack.listeners.views import run_view
from bot.slack.words import private
from workflows.faults import crash_point
from workflows.ports import Unavailable

log = structlog.get_logger()
ANY: Final = re.compile(r"[\s\S]*")
SECONDS: Final = 2.5  # Slack gives three
BUSY: Final = (
    "Redtag could not finish this in time, so it may not be saved. Send it again: nothing happens twice. "
    "If it keeps failing, tell an admin the reference {trace}."
)
BROKEN: Final = (
    "Something went wrong on our side and nothing was saved. Please try again; if it happens again, tell an admin "
    "the reference {trace}."
)


def build_app(desk: Desk) -> AsyncApp:
    """Signatures are checked before Bolt; nothing here asks Slack anything, so commands work while Slack is down."""
    app = AsyncApp(
        authorize=_authorize,
        logger=logging.getLogger("slack_bolt"),  # or Bolt gives its loggers the root's level
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        attaching_function_token_enabled=False,
        ignoring_self_events_enabled=False,
    )
    app.command(ANY)(_listener(desk, run_command, lambda payload: payload["command"], _say))
    app.action(ANY)(_listener(desk, run_action, _action_id, _silent))
    app.view(ANY)(_listener(desk, run_view, _callback_id, _in_view))
    app.options(ANY)(_listener(desk, run_options, lambda payload: payload["action_id"], _no_options))
    app.shortcut(ANY)(_listener(desk, run_shortcut, lambda payload: payload["callback_id"], _silent))
    app.event(ANY)(_listener(desk, run_event, lambda payload: payload["event"]["type"], _silent))
    return app


async def _authorize(enterprise_id: str | None, team_id: str | None, **_: Any) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="")


def _listener(
    desk: Desk, run: Listener, name_of: Callable[[Mapping[str, Any]], str], trouble: Callable[[str], Answer]
) -> Callable[..., Awaitable[None]]:
    async def listen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        call = read_call(body, name_of(body), key=context["key"], trace=context["trace"])
        began = time.perf_counter()
        answer = await _answer(desk, run, call, trouble)
        took = round(1000 * (time.perf_counter() - began))
        log.info("request.handled", name=call.name, desk=call.desk_id, user=call.claim.user_id, ms=took)
        crash_point("before_ack")
        await ack(**answer)

    return listen


async def _answer(desk: Desk, run: Listener, call: Call, trouble: Callable[[str], Answer]) -> Answer:
    """The listener's answer, or one clear sentence with a reference that stands in the log too.

    What is late is told to stop and not waited for: a query to a database that hangs does not end before it does.
    """
    work = asyncio.ensure_future(run(call, desk))
    work.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait([work], timeout=SECONDS)
    try:
        if work.done():
            return work.result()
        work.cancel()
        raise TimeoutError
    except (TimeoutError, Unavailable) as late:
        log.warning("request.late", name=call.name, error=repr(late))
        sentence = BUSY.format(trace=call.trace)
    except Exception:
        log.exception("request.failed", name=call.name)
        sentence = BROKEN.format(trace=call.trace)
    if trouble is _silent:
        desk.telling.say_unsaved(call, sentence)
    return trouble(sentence)


def _say(sentence: str) -> Answer:
    return private(sentence)


def _silent(sentence: str) -> Answer:  # noqa: ARG001
    """Slack shows nothing that is answered here."""
    return {}


def _in_view(sentence: str) -> Answer:
    return {"response_action": "update", "view": message_view("Not saved", sentence)}


def _no_options(sentence: str) -> Answer:  # noqa: ARG001
    return {"options": []}


def _action_id(payload: Mapping[str, Any]) -> str:
    return str(payload["actions"][0]["action_id"])


def _callback_id(payload: Mapping[str, Any]) -> str:
    return str(payload["view"]["callback_id"])


def _with_type(payload: dict[str, Any]) -> dict[str, Any]:
    """Bolt knows a form by the type of its view, which says nothing that its callback id does not."""
    view = payload.get("view")
    return {**payload, "view": {"type": "modal", **view}} if isinstance(view, dict) else payload


async def dispatch(app: AsyncApp, payload: dict[str, Any], key: str) -> BoltResponse:
    """Hand a checked payload to Bolt; a payload that none of our listeners knows is answered with an empty 200."""
    trace = secrets.token_hex(3).upper()
    with structlog.contextvars.bound_contextvars(trace=trace):
        request = AsyncBoltRequest(body=_with_type(payload), context={"key": key, "trace": trace}, mode="socket_mode")
        response = await app.async_dispatch(request)
        if response.status != 200:
            log.info("request.unknown", type=payload.get("type"), status=response.status)
            return BoltResponse(status=200, body="")
        return response
