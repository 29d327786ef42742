"""Dropping a connection instead of answering."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_KEY = "playground.drop"


class DroppableProtocol(HttpToolsProtocol):
    """Uvicorn's HTTP protocol, with a way for the application to cut the connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {_KEY: {"cut": self.transport.abort}}


class _Cut(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Nothing is sent: the other side already sees a closed connection."""


async def drop(request: Request) -> Response:
    cut = request.scope.get("extensions", {}).get(_KEY)
    if cut is None:
        raise RuntimeError("this server cannot drop connections: run it with running()")
    cut["cut"]()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return _Cut()
