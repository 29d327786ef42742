"""The HTTP side of the workspace: Web API, response_url, files, sockets, and the mail service beside it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import cast
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from playground import resend
from playground.slack import api, methods_files, response_url
from playground.slack.core import Core
from playground.slack.dropping import DroppableProtocol
from playground.slack.transport_socket import SocketBots

SECONDS_TO_FINISH = 1.0
Endpoint = Callable[[Core, Request], Awaitable[Response]]


def routes(core: Core, sockets: SocketBots) -> list[BaseRoute]:
    async def listen(websocket: WebSocket) -> None:
        await sockets.serve(websocket)

    return [
        Route("/api/{method}", _bound(core, api.call_method), methods=["GET", "POST"]),
        Route("/actions/{team}/{ticket}", _bound(core, response_url.post), methods=["POST"]),
        Route("/commands/{team}/{ticket}", _bound(core, response_url.post), methods=["POST"]),
        Route("/upload/v1/{file}", _bound(core, _upload), methods=["POST"]),
        Route("/files-pri/{file}/{name}", _bound(core, _download)),
        WebSocketRoute("/link/", listen),
        Mount("/resend", routes=resend.routes(core)),
    ]


def _bound(core: Core, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if not core.base_url:
            core.base_url = str(request.base_url).rstrip("/")
        return await endpoint(core, request)

    return answer


async def _upload(core: Core, request: Request) -> Response:
    content = await _content(request)
    if not methods_files.receive(core, request.path_params["file"], content):
        return PlainTextResponse("upload ticket is not known or was used", 404)
    return PlainTextResponse(f"OK - {len(content)}")


async def _content(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form() as form:
        for value in form.values():
            if not isinstance(value, str):
                return await value.read()
    return b""


async def _download(core: Core, request: Request) -> Response:
    """A wrong token, or a file that the app may not see, gets the log-in page with status 200, as Slack does."""
    file = core.state.files.get(request.path_params["file"].rsplit("-", 1)[-1])
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    barred = token != core.bot_token or "files:read" not in core.state.scopes
    if barred or (file is not None and not methods_files.visible(core, file)):
        return HTMLResponse("<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>")
    if file is None:
        return PlainTextResponse("not found", 404)
    kept = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
    return Response(file.content, media_type=file.mimetype, headers=kept if "download" in request.query_params else {})


class _Server(uvicorn.Server):
    """Uvicorn without its tenth of a second here and there: hundreds of tests start and stop one."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stop = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The process, not this server, decides what Ctrl-C means."""
        yield

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_FINISH):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 — they are plain sets
                    await asyncio.sleep(0.002)
        for task in self.server_state.tasks:
            task.cancel()


@asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Uvicorn in this event loop, on a socket that is already bound."""
    # Connections inherit it. Without, an answer in two writes waits some 40 ms for the other side to acknowledge.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        app,
        http=DroppableProtocol,
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.001)
            if task.done():
                await task
        yield
    finally:
        server.stop.set()
        await task


def bound_socket(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(1024)
    return listener


def application(core: Core, sockets: SocketBots) -> Starlette:
    return Starlette(routes=routes(core, sockets))


def port_of(listener: socket.socket) -> int:
    return cast("int", listener.getsockname()[1])
