"""The HTTP side: Slack's endpoint, the health pages and the REST API."""

import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from bot.web.guard import MOST_BYTES, Arrival, Rejected, Secrets, check
from bot.web.replays import Replays

log = structlog.get_logger()
Dispatch = Callable[[Mapping[str, Any], str], Awaitable[tuple[int, Mapping[str, str], str]]]
Ready = Callable[[], Awaitable[Mapping[str, Any]]]


def build_web(
    dispatch: Dispatch, secrets: Secrets, ready: Ready, api: ASGIApp | None = None, pages: Sequence[BaseRoute] = ()
) -> Starlette:
    """`dispatch` answers a checked payload with status, headers and body; `ready` says what is not, as `problems`.

    `api` is mounted under /v1. `pages` are further routes.
    """
    replays: Replays[tuple[int, Mapping[str, str], str]] = Replays()

    async def events(request: Request) -> Response:
        try:
            arrival = check(_headers(request), await _body(request), secrets, now=time.time())
        except Rejected as rejected:
            reference = uuid.uuid4().hex[:6].upper()
            log.warning("request.rejected", status=rejected.status, why=str(rejected), trace=reference)
            return JSONResponse({"error": str(rejected), "reference": reference}, rejected.status)
        if arrival.payload.get("type") == "url_verification":
            return JSONResponse({"challenge": str(arrival.payload.get("challenge", ""))})
        if "ssl_check" in arrival.payload:  # Slack looks at our certificate now and then
            return Response()
        return await _once(arrival)

    async def _once(arrival: Arrival) -> Response:
        status, headers, body = await replays.once(arrival.key, lambda: dispatch(arrival.payload, arrival.key))
        return Response(body, status, dict(headers))

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> Response:
        state = await ready()
        return JSONResponse(dict(state), 503 if state.get("problems") else 200)

    return Starlette(
        routes=[
            Route("/slack/events", events, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            *([_Mounted("/v1", api)] if api else []),
            *pages,
        ]
    )


class _Mounted(Mount):
    """Whatever the rest of the path holds, line ends too: what is wrong with it is for the mounted app to say."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        super().__init__(path, app)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


def _headers(request: Request) -> dict[bytes, bytes]:
    """The last of each; uvicorn has lower-cased the names."""
    return dict(request.headers.raw)


async def _body(request: Request) -> bytes:
    """The raw bytes, read no further than the cap."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and (len(length) > LONGEST or int(length) > MOST_BYTES):
        raise Rejected(413, "the body is larger than 256 KiB")
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                raise Rejected(413, "the body is larger than 256 KiB")
    except ClientDisconnect as gone:
        raise Rejected(400, "the request broke off") from gone
    return bytes(body)


LONGEST: Final = 12
