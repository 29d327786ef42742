"""What stands before Bolt: size, signature and shape of every request that claims to come from Slack.

Bolt parses a body before it checks the signature and answers some unauthenticated headers with a 500, so nothing that
is not signed and well-formed gets that far.
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from bot.web.shapes import problem_with

MOST_BYTES: Final = 256 * 1024
WINDOW_SECONDS: Final = 300  # Slack's own advice for how old a signed request may be
_TIMESTAMP: Final = re.compile(rb"\d{10}")
_SIGNATURE: Final = re.compile(rb"v0=[0-9a-f]{64}")


class Rejected(Exception):
    """A request that is answered with a status and nothing else."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request known to come from Slack. `key` is the same for a copy of it."""

    key: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Secrets:
    """The signing secret, and the one before it while it is being rotated."""

    accepted: tuple[bytes, ...]

    @classmethod
    def of(cls, *secrets: str) -> "Secrets":
        return cls(tuple(secret.encode() for secret in secrets if secret))


def check(headers: Mapping[bytes, bytes], body: bytes, secrets: Secrets, *, now: float | None = None) -> Arrival:
    """The request as Slack sent it, or `Rejected` with 400, 401, 413 or 415."""
    if len(body) > MOST_BYTES:
        raise Rejected(413, "the body is larger than 256 KiB")
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise Rejected(415, "the body is compressed")
    signature = _verified(headers, body, secrets.accepted, time.time() if now is None else now)
    payload = parse(headers.get(b"content-type", b""), body)
    return Arrival(hashlib.sha256(signature).hexdigest(), payload)


def _verified(headers: Mapping[bytes, bytes], body: bytes, secrets: Sequence[bytes], now: float) -> bytes:
    timestamp, signature = headers.get(b"x-slack-request-timestamp", b""), headers.get(b"x-slack-signature", b"")
    if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        raise Rejected(401, "the signature headers are missing or malformed")
    if abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise Rejected(401, "the request is too old, or a clock is wrong")
    base = b"v0:" + timestamp + b":" + body
    known = [b"v0=" + hmac.digest(secret, base, "sha256").hex().encode() for secret in secrets]
    if not any(hmac.compare_digest(each, signature) for each in known):
        raise Rejected(401, "the signature does not fit")
    return signature


def parse(content_type: bytes, body: bytes) -> dict[str, Any]:
    """The payload inside the body: a slash command's fields, an interaction or an event."""
    try:
        text = body.decode()
        found = _json(text) if content_type.startswith(b"application/json") else _form(text)
    except (UnicodeDecodeError, ValueError, RecursionError) as bad:
        raise Rejected(400, "the body cannot be read") from bad
    if not isinstance(found, dict) or not any(found.get(name) for name in ("type", "command", "ssl_check")):
        raise Rejected(400, "the body is not a command, an interaction or an event")
    problem = problem_with(found)
    if problem:
        raise Rejected(400, problem)
    return found


def _form(text: str) -> Any:
    fields = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True, max_num_fields=200).items()}
    return _json(fields["payload"]) if "payload" in fields else fields


def _json(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> float:
    raise ValueError(constant)
