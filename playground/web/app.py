"""The page and its API as one ASGI application."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.slack.core import SlackError
from playground.slack.workspace import Workspace, asgi
from playground.web import files, picture
from playground.web.commands import DEFAULT, Menu
from playground.web.events import stream
from playground.web.guard import MAIL_SECURITY_POLICY, LocalPageOnly
from playground.web.inspecting import exchange, exchanges
from playground.web.reading import Reading
from playground.web.story import Story, story_json
from playground.web.verbs import VERBS, Desk

JSON = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[JSON]]

TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES = {path.name: path for path in Path(__file__).with_name("static").iterdir() if path.suffix in TYPES}
LARGEST_BODY = 256 * 1024
PREFIXES = ("/playground/", "/static/")


class BadRequest(Exception):
    """The page, or something that is not the page, sent what makes no sense."""


@dataclass
class Page:
    workspace: Workspace
    menu: Menu = DEFAULT
    story: Story | None = None
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server stops: open event streams then end."""

    def __post_init__(self) -> None:
        commands = frozenset(command.name for command in self.menu.commands)
        self.desk = Desk(self.workspace, Reading(since=f"{self.workspace.clock():.6f}"), commands)

    def state(self, request: Request) -> JSON:
        user = request.query_params.get("user") or picture.first_person(self.workspace)
        return picture.state_json(self.workspace, self.menu, self.desk.reading, known(self.workspace, user))

    def messages(self, request: Request) -> JSON:
        limit = number(request.query_params.get("limit"), picture.PAGE)
        before = request.query_params.get("before")
        user, channel = self._room(request)
        shown = picture.messages_json(self.workspace, user, channel, before, limit)
        return shown | {"read_to": self.desk.reading.mark_of(user, channel)}

    def thread(self, request: Request) -> JSON:
        return picture.thread_json(self.workspace, *self._room(request), needed(request, "thread_ts"))

    def views(self, request: Request) -> JSON:
        return {"ok": True, "views": [picture.view_json(view) for view in self.workspace.views(self._user(request))]}

    def home(self, request: Request) -> JSON:
        view = self.workspace.home(self._user(request))
        return {"ok": True, "view": view and picture.view_json(view)}

    def mails(self, _request: Request) -> JSON:
        return {"ok": True, "mails": [picture.mail_json(mail) for mail in reversed(self.workspace.mails)]}

    def exchanges(self, _request: Request) -> JSON:
        return {"ok": True, "exchanges": exchanges(self.workspace)}

    def exchange(self, request: Request) -> JSON:
        found = exchange(self.workspace, needed(request, "id"))
        if found is None:
            raise LookupError
        return {"ok": True, "exchange": found}

    def told(self, request: Request) -> JSON:
        if self.story is None:
            raise LookupError
        return story_json(self.story, self.workspace, request.query_params.get("since") or "0")

    async def mail_html(self, request: Request) -> Response:
        for mail in self.workspace.mails:
            if mail.id == request.path_params["id"]:
                policy = {"content-security-policy": MAIL_SECURITY_POLICY}
                return HTMLResponse(mail.html, headers=policy)
        raise HTTPException(404)

    async def file(self, request: Request) -> Response:
        try:
            file = files.seen_by(self.workspace, self._user(request), request.path_params["id"])
        except SlackError:
            raise HTTPException(404) from None
        return Response(file.content, headers=files.headers_of(file))

    async def upload(self, request: Request) -> JSON:
        """The bytes of one file. With a channel it is shared there, else it waits for a form."""
        user, channel = self._user(request), request.query_params.get("channel") or ""
        content = await raw_body(request, "application/octet-stream", files.LARGEST_FILE)
        if not content:
            raise BadRequest("the file is empty")
        name = needed(request, "name").rsplit("/", 1)[-1]
        file = self.workspace.add_file(user, name, content, *filter(None, [channel]))
        if channel:
            files.shared(self.workspace, user, channel, request.query_params.get("thread_ts"), file)
        return {"ok": True, "file": picture.file_json(file)}

    async def events(self, request: Request) -> Response:
        user = self._user(request)
        return StreamingResponse(stream(self.workspace, user, self.closing), media_type="text/event-stream")

    async def act(self, request: Request) -> JSON:
        verb = VERBS.get(request.path_params["verb"])
        if verb is None:
            raise HTTPException(404)
        body = verb.body.model_validate_json(await body_of(request))
        known(self.workspace, body.user)
        return await verb.run(self.desk, body)

    def _user(self, request: Request) -> str:
        return known(self.workspace, needed(request, "user"))

    def _room(self, request: Request) -> tuple[str, str]:
        user, channel = self._user(request), needed(request, "channel")
        if channel not in {room.id for room in picture.rooms(self.workspace, user)}:
            raise SlackError("channel_not_found")
        return user, channel


def known(workspace: Workspace, user: str) -> str:
    if user not in workspace.state.users:
        raise SlackError("user_not_found")
    return user


def needed(request: Request, name: str) -> str:
    value = request.query_params.get(name)
    if not value:
        raise BadRequest(f"{name} is missing")
    return value


def number(given: str | None, default: int) -> int:
    if given is not None and not given.isdecimal():
        raise BadRequest("limit is not a number")
    return max(1, int(given)) if given else default


async def body_of(request: Request) -> bytes:
    return await raw_body(request, "application/json", LARGEST_BODY)


async def raw_body(request: Request, kind: str, largest: int) -> bytes:
    """Of one content type that a form of another site could not send."""
    if request.headers.get("content-type", "").split(";")[0] != kind:
        raise BadRequest(f"the body must be {kind}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise BadRequest("the body is too large")
    return bytes(body)


def looked(endpoint: Callable[[Request], JSON]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> JSON:
        return endpoint(request)

    return answered(answer)


def answered(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """What goes wrong is an answer in words, so that the page never shows a blank."""

    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(await endpoint(request))
        except SlackError as refused:
            return problem(refused.code, f"Slack refused this: {refused.code}.", 200)
        except LookupError:
            return problem("changed", "This has changed in the meantime. Please look again.", 200)
        except (BadRequest, ValidationError) as wrong:
            return problem("bad_request", str(wrong), 400)

    return answer


def problem(error: str, shown: str, status: int) -> JSONResponse:
    return JSONResponse({"ok": False, "error": error, "shown": shown}, status)


async def index(_request: Request) -> Response:
    return FileResponse(FILES["index.html"], media_type="text/html")


async def static(request: Request) -> Response:
    path = FILES.get(request.path_params["name"])
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, media_type=TYPES[path.suffix])


def page_app(page: Page) -> ASGIApp:
    looks = {
        "state": page.state,
        "messages": page.messages,
        "thread": page.thread,
        "views": page.views,
        "home": page.home,
        "mails": page.mails,
        "exchanges": page.exchanges,
        "exchange": page.exchange,
        "story": page.told,
    }
    routes = [
        Route("/", index),
        Route("/static/{name}", static),
        Route("/playground/events", page.events),
        Route("/playground/mails/{id}/html", page.mail_html),
        Route("/playground/files/{id}", page.file),
        Route("/playground/upload", answered(page.upload), methods=["POST"]),
        *[Route(f"/playground/{name}", looked(look), methods=["GET"]) for name, look in looks.items()],
        Route("/playground/{verb}", answered(page.act), methods=["POST"]),
    ]
    return LocalPageOnly(Starlette(routes=routes))


def playground(page: Page) -> ASGIApp:
    """The page beside the workspace's own routes, on one address."""
    shown, slack = page_app(page), asgi(page.workspace)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_page = scope["type"] == "http" and (path == "/" or path.startswith(PREFIXES))
        await (shown if is_page else slack)(scope, receive, send)

    return app
