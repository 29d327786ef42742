"""An app of a few lines: it checks signatures, remembers what it got, and answers what a test told it to."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route


@dataclass
class FakeBot:
    secret: str
    answer: Any = None
    """None: empty; a str: plain text; a dict: JSON; a Response; or a function of the payload that gives one of those."""
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    pause: float = 0.0

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/slack/events", self._handle, methods=["POST"])])

    async def _handle(self, request: Request) -> Response:
        body = await request.body()
        if not SignatureVerifier(self.secret).is_valid_request(body, dict(request.headers)):
            return PlainTextResponse("invalid request", 401)
        self.raw.append(body)
        self.headers.append(dict(request.headers))
        self.got.append(_payload(body, request.headers["content-type"]))
        if self.pause:
            await asyncio.sleep(self.pause)
        answer = self.answer
        if callable(answer) and not isinstance(answer, Response):
            answer = answer(self.got[-1])
            if asyncio.iscoroutine(answer):
                answer = await answer
        return _response(answer)


def _payload(body: bytes, content_type: str) -> dict[str, Any]:
    if content_type == "application/json":
        return json.loads(body)
    fields = {
        key: values[0]
        for key, values in parse_qs(body.decode(), keep_blank_values=True, errors="surrogatepass").items()
    }
    return json.loads(fields["payload"]) if "payload" in fields else fields


def _response(answer: Any) -> Response:
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, dict):
        return JSONResponse(answer)
    return PlainTextResponse(answer or "")
