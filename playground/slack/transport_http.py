"""Payloads over HTTP: the body as Slack encodes it, signed, with three seconds to answer."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from playground.slack.signing import signed_headers

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
LARGEST_ANSWER = 1024 * 1024
"""Bytes. Slack names no number; a view has at most 250 kB."""


@dataclass(frozen=True)
class SignedRequest:
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int = 0
    body: str = ""
    content_type: str = ""
    failure: str = ""
    ms: float = 0.0


def encoded(kind: str, payload: dict[str, Any]) -> tuple[bytes, str]:
    """Commands are form fields, interactions one form field of JSON, events JSON.

    Text stays as it was typed, even where it is no valid Unicode.
    """
    if kind == "command":
        return urlencode(payload, errors="surrogatepass").encode(), FORM
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}).encode(), FORM
    return json.dumps(payload).encode(), JSON


@dataclass(frozen=True)
class HttpBot:
    """Where the app listens. One address for all kinds, unless said otherwise."""

    url: str
    interactivity_url: str = ""
    options_url: str = ""
    events_url: str = ""

    def address(self, kind: str, payload: dict[str, Any]) -> str:
        if kind == "interactive":
            wants_options = payload.get("type") == "block_suggestion"
            return (self.options_url if wants_options else "") or self.interactivity_url or self.url
        return (self.events_url if kind == "event" else "") or self.url


def signed(bot: HttpBot, secret: str, kind: str, payload: dict[str, Any], retry: int = 0) -> SignedRequest:
    """Signed with the real time, whatever the workspace's own clock says: the app compares it with its own."""
    body, content_type = encoded(kind, payload)
    headers = signed_headers(secret, int(time.time()), body, content_type)
    if retry:
        headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
    return SignedRequest(bot.address(kind, payload), headers, body)


class HttpSender:
    """Connections to the app, kept open between payloads and closed with the workspace."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: SignedRequest, seconds: float) -> Reply:
        began = time.perf_counter()
        reply = await self._answer(request, seconds)
        return Reply(*reply, ms=(time.perf_counter() - began) * 1000)

    async def _answer(self, request: SignedRequest, seconds: float) -> tuple[int, str, str, str]:
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(request)
        except TimeoutError:
            return 0, "", "", "operation_timeout"
        except aiohttp.ClientError:
            return 0, "", "", "dispatch_failed"

    async def _exchange(self, request: SignedRequest) -> tuple[int, str, str, str]:
        session = self._open()
        async with session.post(
            request.url, data=request.body, headers=request.headers, allow_redirects=False
        ) as answer:
            raw = await _body(answer)
            if raw is None:
                return 0, "", "", "dispatch_failed"
            body = raw.decode(errors="replace")
            return answer.status, body, answer.content_type, failure_of(answer.status)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)
            )
        return self._session

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _body(answer: aiohttp.ClientResponse) -> bytes | None:
    """None when it does not end within what anybody would read."""
    parts: list[bytes] = []
    left = LARGEST_ANSWER
    async for part in answer.content.iter_any():
        parts.append(part)
        left -= len(part)
        if left < 0:
            return None
    return b"".join(parts)


def failure_of(status: int) -> str:
    if status == 200:
        return ""
    return "http_service_error" if status >= 500 else "http_client_error"
