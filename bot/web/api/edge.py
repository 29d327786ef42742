"""Around every request to the API: the size of bodies, one line in the log, and words for what nobody expected."""

import secrets
import time
from collections.abc import Mapping
from typing import Any, Final

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.api.problems import Refused, response
from bot.web.api.slashes import keep_slashes

log = structlog.get_logger()
MOST_BYTES: Final = 1024 * 1024
LONGEST: Final = 12  # digits of a Content-Length worth reading


class Edge:
    """`larger`: paths below the mount whose bodies may be larger, in bytes. `away`: what says "try again later"."""

    def __init__(self, app: ASGIApp, larger: Mapping[str, int], away: tuple[type[Exception], ...]) -> None:
        self._app = app
        self._larger = larger
        self._away = away

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        keep_slashes(scope)
        await _Exchange(scope, receive, send, self._most(scope)).run(self._app, self._away)

    def _most(self, scope: Scope) -> int:
        return next((most for path, most in self._larger.items() if scope["path"].endswith(path)), MOST_BYTES)


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._most = most
        self._read = 0
        self._status = 0
        self._began = time.perf_counter()
        self._trace = secrets.token_hex(3).upper()

    async def run(self, app: ASGIApp, away: tuple[type[Exception], ...]) -> None:
        self._scope["state"]["trace"] = self._trace
        try:
            if self._declared() > self._most:
                raise HTTPException(413)
            await app(self._scope, self.receive, self.send)
        except HTTPException:
            await self._refuse(Refused(413, "too_large", f"The body is larger than {self._most:,} bytes."))
        except away as gone:
            log.warning("api.unavailable", error=type(gone).__name__, trace=self._trace)
            again = {"Retry-After": "2"}
            await self._refuse(Refused(503, "unavailable", "This cannot be done just now; try again.", headers=again))
        except Exception:  # the last resort: the caller gets a reference, the log the rest
            log.exception("api.failed", trace=self._trace)
            await self._refuse(Refused(500, "unexpected", f"Something went wrong, reference {self._trace}."))
        self._note()

    def _declared(self) -> int:
        length: bytes = dict(self._scope["headers"]).get(b"content-length", b"")
        if not length.isdigit():
            return 0
        return int(length) if len(length) <= LONGEST else self._most + 1

    async def receive(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > self._most:
            raise HTTPException(413)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        await self._send(message)

    async def _refuse(self, refused: Refused) -> None:
        """Where the answer has begun it is cut off, so that nobody takes it for whole."""
        if self._status:
            raise ConnectionAbortedError
        reference = self._trace if refused.status >= 500 else None
        await response(refused, reference)(self._scope, self._receive, self.send)

    def _note(self) -> None:
        caller: Any = self._scope["state"].get("caller")
        log.info(
            "api.request",
            desk=caller.desk_id if caller else "",
            key=caller.name if caller else "",
            method=self._scope["method"],
            milliseconds=round((time.perf_counter() - self._began) * 1000),
            path=self._scope["path"][:200],
            status=self._status,
            trace=self._trace,
        )
