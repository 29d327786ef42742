"""The floor: Bolt as its documentation shows it, with one listener that does nothing, on the server that we use.

`python -m bench.bare_bolt PORT SECRET`.
"""

import asyncio
import sys
from typing import Any

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.logs import configure_logs
from bot.main.serve import http_server, listen


def bare_app(secret: str) -> Starlette:
    app = AsyncApp(authorize=_authorize, signing_secret=secret, process_before_response=True)

    @app.command("/hold")
    async def hold(ack: AsyncAck) -> None:
        await ack("ok")

    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"])])


async def _authorize(enterprise_id: str | None, team_id: str | None, **_: Any) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="")


def main() -> None:
    port, secret = sys.argv[1:]
    configure_logs("info")
    with listen(int(port)) as listener:
        asyncio.run(http_server(bare_app(secret)).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
