"""What went between the workspace and the app, for people who learn how Slack works. Tokens and secrets stay out."""

import hmac
import json
from collections.abc import Mapping
from typing import Any

from playground.slack.model import Call, Delivery
from playground.slack.signing import sign
from playground.slack.workspace import Workspace
from playground.web.rules import ERROR_PAGES, KIND_PAGES, RULES

JSON = dict[str, Any]

MOST = 300  # exchanges that are listed, the newest first
LONGEST = 20_000  # characters of a body that are shown
BUDGET_MS = 3000
HIDDEN = "…"
NAMES = {"emails": "e-mail"}
CALL_KINDS = {"emails": "mail", "response_url": "response_url"}
INTERACTIVE_KINDS = {"block_suggestion": "options"}


def newest(workspace: Workspace) -> tuple[int, int]:
    """Changes with every exchange."""
    deliveries, calls = workspace.deliveries, workspace.calls
    return (deliveries[-1].id if deliveries else 0, calls[-1].id if calls else 0)


def exchanges(workspace: Workspace) -> list[JSON]:
    """One row each, the newest first."""
    rows = [_delivery_row(one) for one in workspace.deliveries[-MOST:]]
    rows += [_call_row(one) for one in workspace.calls[-MOST:]]
    rows.sort(key=lambda row: float(row["at"]))
    return rows[::-1][:MOST]


def exchange(workspace: Workspace, wanted: str) -> JSON | None:
    """One exchange with everything about it; None where it is no longer kept."""
    found: JSON | None = None
    for delivery in workspace.deliveries:
        if _delivery_id(delivery) == wanted:
            found = _delivery(workspace, delivery)
    for call in workspace.calls:
        if _call_id(call) == wanted:
            found = _call(call)
    secrets = (workspace.bot_token, workspace.app_token, workspace.signing_secret)
    return None if found is None else _without(found, secrets)


def _delivery_id(delivery: Delivery) -> str:
    return f"d{delivery.id}"


def _call_id(call: Call) -> str:
    return f"c{call.id}"


def _delivery_row(delivery: Delivery) -> JSON:
    said = delivery.failure or _problem(delivery)[0]
    return {
        "id": _delivery_id(delivery),
        "at": delivery.at - delivery.ms / 1000,
        "way": "to_app",
        "kind": _delivery_kind(delivery),
        "name": _name(delivery),
        "status": str(delivery.status or delivery.failure),
        "ms": round(delivery.ms),
        "ok": not said,
        "said": said,
    }


def _call_row(call: Call) -> JSON:
    error = str(call.response.get("error") or "") if not call.response.get("ok", call.status < 400) else ""
    failed = bool(error) or call.status >= 400
    kind = CALL_KINDS.get(call.method, "method")
    return {
        "id": _call_id(call),
        "at": call.at - call.duration,
        "way": "mail" if kind == "mail" else "from_app",
        "kind": kind,
        "name": NAMES.get(call.method, call.method),
        "status": str(call.status),
        "ms": round(1000 * call.duration),
        "ok": not failed,
        "said": error or (str(call.response.get("name") or "") if failed else ""),
    }


def _problem(delivery: Delivery) -> tuple[str, list[str]]:
    """What is wrong with an answer of the app, and the places where."""
    code, *where = delivery.problem.split(": ", 1)
    return (code, where) if code in RULES else (delivery.problem, [])


def _delivery_kind(delivery: Delivery) -> str:
    """command, interactive, options, event, or raw for bytes that a test sends as they are."""
    return INTERACTIVE_KINDS.get(str(delivery.payload.get("type")), delivery.kind)


def _name(delivery: Delivery) -> str:
    payload = delivery.payload
    actions = payload.get("actions") or [{}]
    event = payload.get("event") or {}
    what = (
        payload.get("command")
        or actions[0].get("action_id")
        or payload.get("action_id")
        or event.get("type")
        or (payload.get("view") or {}).get("callback_id")
        or payload.get("callback_id")
        or ""
    )
    kind = "command" if "command" in payload else str(payload.get("type") or delivery.kind)
    again = f" (retry {delivery.retry})" if delivery.retry else ""
    return f"{kind} {what}{again}".strip()


def _delivery(workspace: Workspace, delivery: Delivery) -> JSON:
    row = _delivery_row(delivery)
    page = KIND_PAGES.get(row["kind"], "")
    return {
        **row,
        "transport": delivery.transport,
        "url": delivery.url,
        "headers": dict(delivery.headers),
        "sent": _safe(delivery.payload),
        "answer": _read(delivery.answer),
        "content_type": delivery.content_type,
        "budget_ms": BUDGET_MS,
        "signature": _signature(workspace, delivery),
        "rule": RULES.get(row["said"], ""),
        "where": _problem(delivery)[1],
        "pages": _pages(
            page, "Using Socket Mode" if delivery.transport == "socket" else "Verifying requests from Slack"
        ),
    }


def _signature(workspace: Workspace, delivery: Delivery) -> JSON | None:
    """How the app can tell that Slack sent this: the base string, and whether the header is its HMAC.

    The base string is the body itself, with the verification token that Slack deprecated: cut, it proves nothing.
    """
    if delivery.transport != "http":
        return None
    headers = {name.lower(): value for name, value in delivery.headers.items()}
    timestamp, given = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    right = sign(workspace.signing_secret, timestamp, delivery.body)
    base = f"v0:{timestamp}:{delivery.body.decode(errors='replace')}"
    return {
        "base": base[:LONGEST],
        "timestamp": timestamp,
        "given": given,
        "valid": hmac.compare_digest(given.encode(), right.encode()),
    }


def _call(call: Call) -> JSON:
    row = _call_row(call)
    return {
        **row,
        "transport": "https",
        "url": call.method,
        "headers": {},
        "sent": _safe(dict(call.arguments)),
        "answer": _safe(dict(call.response)),
        "content_type": "application/json",
        "budget_ms": 0,
        "signature": None,
        "rule": RULES.get(row["said"], "") or ("" if row["ok"] else str(call.response.get("message") or "")),
        "where": _where(call.response),
        "pages": _pages(_page_of(call, row["kind"]), ERROR_PAGES.get(row["said"], "")),
    }


def _page_of(call: Call, kind: str) -> str:
    return f"{call.method} method" if kind == "method" else KIND_PAGES.get(kind, "")


def _pages(*names: str) -> list[str]:
    return [name for name in names if name]


def _where(answer: Mapping[str, Any]) -> list[str]:
    """The places in the request that strictness objects to."""
    said = (answer.get("response_metadata") or {}).get("messages") or answer.get("errors") or []
    return [str(one) for one in said if not isinstance(one, Mapping)]


def _read(answer: str) -> Any:
    try:
        return _safe(json.loads(answer)) if answer else ""
    except ValueError:
        return answer[:LONGEST]


def _safe(value: Any) -> Any:
    """Without what calls itself a token, and with nothing longer than anybody reads."""
    if isinstance(value, Mapping):
        return {key: HIDDEN if _is_secret(key) else _safe(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(each) for each in value]
    if isinstance(value, str) and value.startswith(("[", "{")) and len(value) > 2:
        return _nested(value)
    return value[:LONGEST] if isinstance(value, str) else value


def _is_secret(key: object) -> bool:
    return str(key).lower() in {"token", "authorization"}


def _nested(value: str) -> Any:
    """Blocks and views travel as JSON within a form; people read them unpacked."""
    try:
        return _safe(json.loads(value))
    except ValueError:
        return value[:LONGEST]


def _without(value: Any, secrets: tuple[str, ...]) -> Any:
    """An app that sends its own token around in some text does not show it here either."""
    if isinstance(value, dict):
        return {key: _without(each, secrets) for key, each in value.items()}
    if isinstance(value, list):
        return [_without(each, secrets) for each in value]
    if not isinstance(value, str):
        return value
    for secret in filter(None, secrets):
        value = value.replace(secret, HIDDEN)
    return value
