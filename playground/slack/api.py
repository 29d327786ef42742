"""The Web API endpoint: fault, token, scope, rate limit, method, record."""

import asyncio
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from playground.slack.arguments import Arguments, need
from playground.slack.core import Core, RateLimited, SlackError
from playground.slack.dropping import drop
from playground.slack.faults import Fault
from playground.slack.methods import METHODS, Method
from playground.slack.model import Call

_OWN_SCOPES = ("auth.test", "apps.connections.open")


class AsciiJson(JSONResponse):
    """JSON with escapes, as Slack writes it: half an emoji that somebody sent breaks nothing."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content).encode()


@dataclass(frozen=True)
class _Given:
    token: str
    arguments: Arguments
    error: str
    """Why the body could not be read."""


async def call_method(core: Core, request: Request) -> Response:
    name = request.path_params["method"]
    began = time.perf_counter()
    given = await _read(request, METHODS.get(name))
    fault = core.faults.take(name)
    if fault and fault.delay:
        await asyncio.sleep(fault.delay)
    status, answer, headers = _answer(core, name, given, fault)
    masked = {**given.arguments, "token": _masked(given.token)}
    core.record_call(Call(core.clock(), name, masked, status, answer, time.perf_counter() - began))
    if fault and fault.cut:
        return await drop(request)
    stamped = {"date": formatdate(core.clock(), usegmt=True), "x-slack-req-id": secrets.token_hex(8)}
    return AsciiJson(answer, status, {**headers, **stamped})


def _masked(token: str) -> str:
    return f"{token[:5]}…" if token else ""


async def _read(request: Request, method: Method | None) -> _Given:
    header = request.headers.get("authorization", "")
    token = header[7:].strip() if header.lower().startswith("bearer ") else ""
    arguments: Arguments = dict(request.query_params)
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    body, error = await request.body(), ""
    if kind == "application/json" and body:
        posted, error = _json_arguments(body)
        arguments |= posted if method is None or method.json else {}
    elif kind == "application/x-www-form-urlencoded":
        arguments |= dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    elif kind == "multipart/form-data":
        arguments |= {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    elif body:
        error = "invalid_form_data"
    in_body = str(arguments.pop("token", ""))
    return _Given(token or in_body, arguments, error)


def _json_arguments(body: bytes) -> tuple[Arguments, str]:
    try:
        posted = json.loads(body)
    except ValueError:
        return {}, "invalid_json"
    return (posted, "") if isinstance(posted, dict) else ({}, "json_not_object")


def _answer(core: Core, name: str, given: _Given, fault: Fault | None) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    if fault and fault.answers:
        return _faulty(fault)
    try:
        if given.error:
            raise SlackError(given.error)
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        _authorise(core, method, given.token)
        _throttle(core, name, method)
        return 200, {"ok": True, **method.run(core, given.arguments)}, _scope_headers(core, method, name)
    except SlackError as error:
        return 200, {"ok": False, "error": error.code, **error.extra}, {}
    except RateLimited as limit:
        return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(limit.seconds)}


def _faulty(fault: Fault) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    if fault.retry_after is not None:
        status = 429 if fault.status == 200 else fault.status
        return status, {"ok": False, "error": fault.error or "ratelimited"}, {"Retry-After": str(fault.retry_after)}
    return fault.status, {"ok": False, "error": fault.error or "internal_error"}, {}


def _authorise(core: Core, method: Method, token: str) -> None:
    if not method.token:
        return
    if not token:
        raise SlackError("not_authed")
    if token not in (core.bot_token, core.app_token):
        raise SlackError("invalid_auth")
    if token != (core.app_token if method.token == "app" else core.bot_token):  # noqa: S105
        raise SlackError("not_allowed_token_type")
    if core.token_error and method.token == "bot":  # noqa: S105
        raise SlackError(core.token_error)
    if method.scope:
        need(core, method.scope)


def _throttle(core: Core, name: str, method: Method) -> None:
    seconds = core.limits.wait_for_method(name, method.tier) if core.rate_limits else 0
    if seconds:
        raise RateLimited(seconds)


def _scope_headers(core: Core, method: Method, name: str) -> dict[str, str]:
    if method.token != "bot" and name not in _OWN_SCOPES:  # noqa: S105
        return {}
    return {"x-oauth-scopes": ",".join(core.state.scopes), "x-accepted-oauth-scopes": method.scope}
