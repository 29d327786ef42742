"""What went between the workspace and the app, for people who learn how Slack works. Tokens and secrets stay out."""

import hmac
import json
from collections.abc import Mapping
from typing import Any

from playground.slack.model import Call, Delivery
from playground.slack.signing import sign
from playground.slack.workspace import Workspace

MOST = 300  # exchanges that are listed, the newest first
LONGEST = 20_000  # characters of a body that are shown
BUDGET_MS = 3000

# What strictness said, in words: error → the rule behind it.
RULES: Mapping[str, str] = {
    "operation_timeout": "Slack waits three seconds for an answer. Acknowledge first, do the long work afterwards.",
    "dispatch_failed": "Slack could not reach the app, or what came back was no answer.",
    "http_client_error": "The app answered with a 4xx. Everything that is signed and understood is a 200.",
    "http_service_error": "The app answered with a 5xx. Slack shows a failure to the person who acted.",
    "invalid_blocks": "The blocks break a rule of Block Kit; the messages say where.",
    "invalid_arguments": "An argument is missing or malformed; the messages say which.",
    "missing_scope": "The token lacks the scope under `needed`. Add it to the manifest and install the app again.",
    "not_in_channel": "The app is not in this channel. Invite it.",
    "channel_not_found": "No such channel, or a private one that the app is not in.",
    "is_archived": "The channel is archived.",
    "invalid_auth": "The token is wrong.",
    "not_authed": "The call carried no token.",
    "not_allowed_token_type": "This method wants the other kind of token.",
    "expired_trigger_id": "A trigger_id lives for three seconds.",
    "exchanged_trigger_id": "A trigger_id opens one view, once.",
    "invalid_trigger_id": "This trigger_id was never given out.",
    "hash_conflict": "The view has changed since this hash; read it again before an update.",
    "view_too_large": "A view has at most 250 kB.",
    "ratelimited": "Too many calls. Wait for as long as Retry-After says.",
    "unknown_method": "The Web API has no such method.",
    "expired_url": "A response_url lives for 30 minutes.",
    "used_url": "A response_url takes five answers.",
    "msg_too_long": "A message has at most 40,000 characters.",
    "no_text": "A message needs text or blocks.",
    "user_not_found": "No such person in this workspace.",
    "message_not_found": "There is no such message.",
    "cant_update_message": "An app edits its own messages only.",
}


def exchanges(workspace: Workspace) -> list[dict[str, Any]]:
    """One row each, the newest first."""
    rows = [_delivery_row(one) for one in workspace.deliveries[-MOST:]]
    rows += [_call_row(one) for one in workspace.calls[-MOST:]]
    return sorted(rows, key=lambda row: row["at"], reverse=True)[:MOST]


def exchange(workspace: Workspace, wanted: str) -> dict[str, Any] | None:
    """One exchange with everything about it; None where it is no longer kept."""
    for delivery in workspace.deliveries:
        if _delivery_id(delivery) == wanted:
            return _delivery(workspace, delivery)
    return next((_call(call) for call in workspace.calls if _call_id(call) == wanted), None)


def _delivery_id(delivery: Delivery) -> str:
    return f"d{delivery.id}"


def _call_id(call: Call) -> str:
    return f"c{id(call)}"


def _delivery_row(delivery: Delivery) -> dict[str, Any]:
    said = delivery.failure or delivery.problem
    return {
        "id": _delivery_id(delivery),
        "at": delivery.at,
        "way": "to_app",
        "name": _name(delivery),
        "status": str(delivery.status or delivery.failure),
        "ms": round(delivery.ms),
        "ok": not said,
        "said": said,
    }


def _call_row(call: Call) -> dict[str, Any]:
    error = str(call.response.get("error") or "") if not call.response.get("ok", call.status < 400) else ""
    failed = bool(error) or call.status >= 400
    return {
        "id": _call_id(call),
        "at": call.at - call.duration,
        "way": "mail" if call.method == "emails" else "from_app",
        "name": "e-mail" if call.method == "emails" else call.method,
        "status": str(call.status),
        "ms": round(1000 * call.duration),
        "ok": not failed,
        "said": error or (str(call.response.get("name") or "") if failed else ""),
    }


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


def _delivery(workspace: Workspace, delivery: Delivery) -> dict[str, Any]:
    return {
        **_delivery_row(delivery),
        "ok_request": True,
        "transport": delivery.transport,
        "url": delivery.url,
        "headers": dict(delivery.headers),
        "sent": _safe(delivery.payload),
        "answer": _read(delivery.answer),
        "content_type": delivery.content_type,
        "budget_ms": BUDGET_MS,
        "signature": _signature(workspace, delivery),
        "rule": _rule(delivery.failure, delivery.problem),
    }


def _signature(workspace: Workspace, delivery: Delivery) -> dict[str, Any] | None:
    """How the app can tell that Slack sent this: the base string, and whether the header is its HMAC."""
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


def _call(call: Call) -> dict[str, Any]:
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
        "rule": _rule(row["said"], ""),
    }


def _rule(code: str, problem: str) -> str:
    return problem or RULES.get(code, "")


def _read(answer: str) -> Any:
    try:
        return _safe(json.loads(answer)) if answer else ""
    except ValueError:
        return answer[:LONGEST]


def _safe(value: Any) -> Any:
    """Without tokens, and with nothing longer than anybody reads."""
    if isinstance(value, Mapping):
        return {key: "…" if key in {"token", "authorization"} else _safe(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(each) for each in value]
    if isinstance(value, str) and value.startswith(("[", "{")) and len(value) > 2:
        return _nested(value)
    return value[:LONGEST] if isinstance(value, str) else value


def _nested(value: str) -> Any:
    """Blocks and views travel as JSON within a form; people read them unpacked."""
    try:
        return _safe(json.loads(value))
    except ValueError:
        return value[:LONGEST]
