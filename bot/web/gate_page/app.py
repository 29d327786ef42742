"""The page `GET /gate` and the few addresses that its script asks."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Protocol, TypeVar

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from pydantic import StringConstraints, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.api.bodies import READABLE, Body
from bot.web.api.gate import LONGEST, Answers
from bot.web.api.keys import Doorkeeper, Keys
from bot.web.api.problems import Refused, response
from bot.web.gate_page.words import spoken
from workflows.systems import Caller

log = structlog.get_logger()
COOKIE: Final = "redtag_gate"
SIGNED_IN_SECONDS: Final = 30 * 24 * 3600
WRONG_KEYS_PER_MINUTE: Final = 10
MOST_BYTES: Final = 4096
SAFETY: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
TYPES: Final = {".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".svg": "image/svg+xml"}
STATIC: Final = Path(__file__).with_name("static")


class NamedAnswers(Answers, Protocol):
    @property
    def names(self) -> Mapping[str, str]: ...


class Gates(Protocol):
    async def ask(self, caller: Caller, typed: Sequence[str], *, named: bool = False) -> NamedAnswers: ...


class SignIn(Body):
    key: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class Scan(Body):
    order: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, pattern=READABLE)]


B = TypeVar("B", bound=Body)
Endpoint = Callable[[Request], Awaitable[Response]]


def gate_pages(gates: Gates, keys: Keys, per_minute: int, away: tuple[type[Exception], ...] = ()) -> list[BaseRoute]:
    """`away`: the exceptions which mean that the database cannot be used just now."""
    page = _Page(gates, Doorkeeper(keys, per_minute))
    posts = {"sign-in": page.sign_in, "sign-out": page.sign_out, "ask": page.ask}
    return [
        Route("/gate", _file("index.html")),
        *(Route(f"/gate/{path.name}", _file(path.name)) for path in STATIC.iterdir() if path.suffix in TYPES),
        Route("/gate/session", _safely(page.session, away)),
        *(Route(f"/gate/{name}", _safely(endpoint, away), methods=["POST"]) for name, endpoint in posts.items()),
    ]


class _Page:
    """Signed in by a key, which stays in a cookie that no script can read and no other site can send."""

    def __init__(self, gates: Gates, doorkeeper: Doorkeeper) -> None:
        self._gates = gates
        self._doorkeeper = doorkeeper
        self._limit = RateLimitItemPerMinute(WRONG_KEYS_PER_MINUTE)
        self._wrong = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def session(self, request: Request) -> Response:
        """Whether this browser is signed in, and as what."""
        caller = await self._caller(request)
        return JSONResponse({"name": caller.name})

    async def sign_in(self, request: Request) -> Response:
        given = await _read(request, SignIn)
        where = request.client.host if request.client else ""
        if not await self._wrong.test(self._limit, where):
            raise Refused(429, "too_many_keys", "Too many wrong keys from here. Wait a minute, then try again.")
        try:
            caller = await self._admit(given.key)
        except Refused as refused:
            await self._wrong.hit(self._limit, where)
            log.warning("gate.sign_in_refused", code=refused.code)
            raise
        answer = JSONResponse({"name": caller.name})
        answer.set_cookie(COOKIE, given.key, SIGNED_IN_SECONDS, **_cookie(request))
        return answer

    async def sign_out(self, request: Request) -> Response:
        await _read(request, Body)
        answer = JSONResponse({})
        answer.delete_cookie(COOKIE, **_cookie(request))
        return answer

    async def ask(self, request: Request) -> Response:
        scan = await _read(request, Scan)
        caller = await self._caller(request)
        answers = await self._gates.ask(caller, [scan.order], named=True)
        return JSONResponse(spoken(answers.gates[0], answers.policy, answers.names))

    async def _caller(self, request: Request) -> Caller:
        key = request.cookies.get(COOKIE, "")
        if not key:
            raise Refused(401, "signed_out", "Nobody is signed in on this device.")
        return await self._admit(key)

    async def _admit(self, key: str) -> Caller:
        try:
            caller = await self._doorkeeper.admit(key)
        except Refused as refused:
            if refused.status != 401:
                raise
            words = "This key is wrong or has been revoked. Ask whoever runs Redtag for another."
            raise Refused(401, "no_good_key", words) from refused
        if "gate:read" not in caller.scopes:
            words = "This key may not ask the gate. It needs one with the scope gate:read."
            raise Refused(403, "wrong_scope", words)
        return caller


def _cookie(request: Request) -> dict[str, Any]:
    """Behind a proxy that ends https, its header says so."""
    first = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip()
    return {
        "path": "/gate",
        "httponly": True,
        "samesite": "strict",
        "secure": "https" in {request.url.scheme, first},
    }


async def _read(request: Request, model: type[B]) -> B:
    """JSON from the page itself: a form of another site can send neither this type nor this header."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Refused(403, "other_site", "The gate answers to its own page only.")
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Refused(415, "not_json", "The body must be JSON.")
    try:
        return model.model_validate_json(await _body(request))
    except ValidationError as found:
        raise Refused(422, "invalid", "That cannot be read. Scan or type it again.") from found


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                raise Refused(413, "too_large", "That is too long to be an order number.")
    except ClientDisconnect as gone:
        raise Refused(400, "broken_off", "The request broke off.") from gone
    return bytes(body)


def _safely(endpoint: Endpoint, away: tuple[type[Exception], ...]) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            found = await endpoint(request)
        except Refused as refused:
            found = response(refused)
        except away as gone:
            log.warning("gate.unavailable", error=type(gone).__name__)
            found = response(Refused(503, "unavailable", "The desk cannot be asked just now. Scan again."))
        found.headers.update(SAFETY)
        return found

    return answer


def _file(name: str) -> Endpoint:
    path = STATIC / name
    kind = TYPES[path.suffix]

    async def answer(_: Request) -> Response:
        if not path.is_file():
            raise HTTPException(404)
        return Response(path.read_bytes(), headers=SAFETY, media_type=kind)

    return answer
