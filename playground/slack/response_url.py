"""Posting to a response_url: five times, for thirty minutes."""

import asyncio
import json
import time
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from playground.slack.arguments import Arguments, flag, text
from playground.slack.content import POSTED_TEXT, Content, content
from playground.slack.core import Core, SlackError
from playground.slack.dropping import drop
from playground.slack.faults import Fault
from playground.slack.model import Call, Message
from playground.slack.state import ResponseUrl, find_ephemeral, find_message

USES = 5
SECONDS = 30 * 60
METHOD = "response_url"
"""How calls and faults name it."""


async def post(core: Core, request: Request) -> Response:
    began = time.perf_counter()
    arguments = _arguments(await request.body())
    fault = core.faults.take(METHOD)
    if fault and fault.delay:
        await asyncio.sleep(fault.delay)
    status, error = _answer(core, request.path_params["ticket"], arguments, fault)
    answer = {"ok": not error, **({"error": error} if error else {})}
    core.record_call(Call(core.clock(), METHOD, arguments or {}, status, answer, time.perf_counter() - began))
    if fault and fault.cut:
        return await drop(request)
    headers = {"Retry-After": str(fault.retry_after)} if fault and fault.retry_after is not None else {}
    return PlainTextResponse(error or "ok", status, headers)


def _arguments(body: bytes) -> Arguments | None:
    try:
        given = json.loads(body)
    except ValueError:
        return None
    return given if isinstance(given, dict) else None


def _answer(core: Core, ticket: str, arguments: Arguments | None, fault: Fault | None) -> tuple[int, str]:
    if fault and fault.answers:
        limited = fault.retry_after is not None and fault.status == 200
        return 429 if limited else fault.status, fault.error or ("ratelimited" if limited else "internal_error")
    try:
        used = core.state.response_urls.get(ticket)
        if used is None or core.clock() - used.at > SECONDS:
            return 404, "expired_url"
        if used.uses >= USES:
            return 404, "used_url"
        if arguments is None:
            return 400, "invalid_payload"
        _respond(core, used, arguments)
    except SlackError as error:
        return 400, error.code
    core.state.response_urls[ticket] = replace(used, uses=used.uses + 1)
    return 200, ""


def _respond(core: Core, used: ResponseUrl, arguments: Arguments) -> None:
    source = _source(core, used)
    if flag(arguments, "delete_original") and source:
        core.remove(source)
        if not (arguments.get("text") or arguments.get("blocks")):
            return
    said = content(arguments, longest=POSTED_TEXT)
    if flag(arguments, "replace_original") and source and not flag(arguments, "delete_original"):
        core.redraw(
            replace(source, text=said.text, blocks=said.blocks, attachments=said.attachments, edited_ts=core.new_ts())
        )
        return
    show(core, used, said, arguments)


def _source(core: Core, used: ResponseUrl) -> Message | None:
    """The message that can be replaced: only what a click came from, and only the app's own."""
    if used.source_ts is None:
        return None
    find = find_ephemeral if used.source_ephemeral else find_message
    found = find(core.state, used.channel, used.source_ts)
    return found if found and found.from_bot else None


def show(core: Core, used: ResponseUrl, said: Content, arguments: dict[str, Any]) -> Message:
    """A new message in the channel where the person acted; only for that person unless it says in_channel."""
    public = arguments.get("response_type") == "in_channel"
    return core.post(
        Message(
            used.channel,
            core.new_ts(),
            core.seed.bot_user,
            said.text,
            said.blocks,
            said.attachments,
            thread_ts=text(arguments, "thread_ts") or used.thread_ts,
            from_bot=True,
            ephemeral_to=None if public else used.user,
        )
    )
