"""A strict stand-in for the mail service Resend: what is sent lands in the workspace's e-mail tray."""

import asyncio
import hashlib
import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from playground.slack.core import Core
from playground.slack.dropping import drop
from playground.slack.faults import Fault
from playground.slack.model import Call, Change, Mail
from playground.slack.state import Posted

METHOD = "emails"
"""How calls and faults name it."""
DOMAINS = "domains"
MOST_RECIPIENTS = 50
LONGEST_KEY = 256
REMEMBERED_SECONDS = 24 * 3600
_ADDRESS = re.compile(r"(?:[^<>]*<)?[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+>?")
_KNOWN = {
    "from", "to", "subject", "html", "text", "cc", "bcc", "reply_to", "replyTo", "headers", "tags", "attachments",
    "scheduled_at", "scheduledAt", "react", "topic_id", "template",
}  # fmt: skip


class Problem(Exception):
    def __init__(self, status: int, name: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.name = name
        self.message = message
        self.headers = dict(headers or {})


def routes(core: Core) -> list[BaseRoute]:
    def bound(endpoint: Callable[[Core, Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await endpoint(core, request)

        return answer

    return [
        Route("/emails", bound(_send), methods=["POST"]),
        Route("/emails/{id}", bound(_retrieve), methods=["GET"]),
        Route("/domains", bound(_domains), methods=["GET"]),
    ]


async def _send(core: Core, request: Request) -> Response:
    began = time.perf_counter()
    body = await request.body()
    fault = core.faults.take(METHOD)
    if fault and fault.delay:
        await asyncio.sleep(fault.delay)
    status, answer, headers = _answer(core, request, body, fault)
    said = _logged(body) | {"idempotency_key": request.headers.get("idempotency-key", "")}
    core.record_call(Call(core.clock(), METHOD, said, status, answer, time.perf_counter() - began))
    if fault and fault.cut:
        return await drop(request)
    return JSONResponse(answer, status, headers)


def _logged(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _answer(
    core: Core, request: Request, body: bytes, fault: Fault | None
) -> tuple[int, dict[str, Any], dict[str, str]]:
    try:
        if fault and fault.answers:
            raise _problem(fault)
        _authorise(request)
        return 200, {"id": _accept(core, request.headers.get("idempotency-key", ""), body)}, {}
    except Problem as problem:
        shown = {"statusCode": problem.status, "name": problem.name, "message": problem.message}
        return problem.status, shown, problem.headers


def _problem(fault: Fault) -> Problem:
    if fault.retry_after is not None or fault.status == 429:
        wait = str(fault.retry_after if fault.retry_after is not None else 1)
        return Problem(429, fault.error or "rate_limit_exceeded", "Too many requests.", {"retry-after": wait})
    status = fault.status if fault.status != 200 else 500
    return Problem(status, fault.error or "internal_server_error", "An unexpected error occurred.")


def _authorise(request: Request) -> None:
    header = request.headers.get("authorization", "")
    if not header:
        raise Problem(401, "missing_api_key", "Missing API key in the authorization header.")
    if not header.startswith("Bearer re_"):
        raise Problem(401, "invalid_api_key", "API key is invalid")


def _accept(core: Core, key: str, body: bytes) -> str:
    given = _object(body)
    if len(key) > LONGEST_KEY:
        raise Problem(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
    digest = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
    earlier = _remembered(core, key)
    if earlier:
        if earlier.body != digest:
            message = "Same idempotency key used with a different request payload."
            raise Problem(409, "invalid_idempotent_request", message)
        return earlier.mail_id
    mail = _mail(core, given, key)
    core.state.mails.append(mail)
    if key:
        core.state.posted[key] = Posted(digest, mail.id)
    core.changes.tell(Change("mail", "", "", mail.id))
    return mail.id


def _remembered(core: Core, key: str) -> Posted | None:
    earlier = core.state.posted.get(key) if key else None
    if earlier is None:
        return None
    sent = next(mail.at for mail in core.state.mails if mail.id == earlier.mail_id)
    return earlier if core.clock() - sent <= REMEMBERED_SECONDS else None


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except ValueError:
        raise Problem(400, "validation_error", "The request body is not valid JSON.") from None
    if not isinstance(given, dict):
        raise Problem(422, "validation_error", "The request body must be an object.")
    return given


def _mail(core: Core, given: dict[str, Any], key: str) -> Mail:
    unknown = sorted(set(given) - _KNOWN)
    if unknown:
        raise Problem(422, "validation_error", f"Unrecognized key(s) in object: {', '.join(unknown)}")
    for name in ("from", "to", "subject"):
        if not given.get(name):
            raise Problem(422, "missing_required_field", f"Missing `{name}` field.")
    if not (given.get("html") or given.get("text")):
        raise Problem(422, "missing_required_field", "Missing `html` or `text` field.")
    return Mail(
        id=_new_id(),
        sender=_addresses(given, "from")[0],
        to=_addresses(given, "to"),
        subject=_text(given, "subject"),
        text=_text(given, "text"),
        html=_text(given, "html"),
        cc=_addresses(given, "cc"),
        bcc=_addresses(given, "bcc"),
        reply_to=_addresses(given, "reply_to") or _addresses(given, "replyTo"),
        headers=_headers(given),
        tags=_tags(given),
        attachments=list(given.get("attachments") or []),
        idempotency_key=key,
        at=core.clock(),
    )


def _new_id() -> str:
    digits = secrets.token_hex(16)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise Problem(422, "validation_error", f"The `{name}` field must be a string.")
    if name == "subject" and value and ("\n" in value or "\r" in value):
        raise Problem(422, "validation_error", "The `\\n` is not allowed in the `subject` field.")
    return value or ""


def _addresses(given: dict[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name)
    listed = [value] if isinstance(value, str) else value or []
    if not isinstance(listed, list) or (name == "from" and len(listed) != 1):
        raise Problem(422, "validation_error", f"The `{name}` field must be an address or a list of them.")
    if len(listed) > MOST_RECIPIENTS:
        raise Problem(422, "validation_error", f"The `{name}` field takes at most {MOST_RECIPIENTS} addresses.")
    if not all(isinstance(one, str) and _ADDRESS.fullmatch(one) for one in listed):
        message = f"Invalid `{name}` field. It needs to follow `email@example.com` or `Name <email@example.com>`."
        raise Problem(422, "invalid_from_address" if name == "from" else "validation_error", message)
    return tuple(listed)


def _headers(given: dict[str, Any]) -> dict[str, str]:
    headers = given.get("headers") or {}
    if not isinstance(headers, dict) or not all(isinstance(one, str) for one in headers.values()):
        raise Problem(422, "validation_error", "The `headers` field must be an object of strings.")
    return headers


def _tags(given: dict[str, Any]) -> list[dict[str, str]]:
    tags = given.get("tags") or []
    allowed = re.compile(r"[A-Za-z0-9_-]{1,256}")
    for tag in tags:
        if not (isinstance(tag, dict) and all(allowed.fullmatch(str(tag.get(key, ""))) for key in ("name", "value"))):
            message = "Tags should only contain ASCII letters, numbers, underscores, or dashes."
            raise Problem(422, "validation_error", message)
    return list(tags)


async def _retrieve(core: Core, request: Request) -> Response:
    for mail in core.state.mails:
        if mail.id == request.path_params["id"]:
            shown = {
                "object": "email",
                "id": mail.id,
                "to": list(mail.to),
                "from": mail.sender,
                "subject": mail.subject,
            }
            return JSONResponse({**shown, "html": mail.html, "text": mail.text, "last_event": "delivered"})
    return JSONResponse({"statusCode": 404, "name": "not_found", "message": "Email not found"}, 404)


async def _domains(core: Core, request: Request) -> Response:
    """The sender's domains of the account; how each stands is set in `core.mail_domains`."""
    fault = core.faults.take(DOMAINS)
    try:
        _authorise(request)
        if fault and fault.answers:
            raise Problem(fault.status, fault.error or "internal_server_error", "An error that was asked for.")
    except Problem as problem:
        shown = {"statusCode": problem.status, "name": problem.name, "message": problem.message}
        return JSONResponse(shown, problem.status)
    listed = [
        {"id": name, "name": name, "status": status, "region": "us-east-1", "created_at": "2026-01-05T09:00:00Z"}
        for name, status in core.mail_domains.items()
    ]
    return JSONResponse({"object": "list", "has_more": False, "data": listed})
