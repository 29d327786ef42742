"""The same app over Socket Mode: no public address, the envelope's id instead of a signature."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

log = structlog.get_logger()
Dispatch = Callable[[Mapping[str, Any], str], Awaitable[tuple[int, Mapping[str, str], str]]]


def build_socket(
    app_token: str,
    web_client: AsyncWebClient,
    dispatch: Dispatch,
    problem_with: Callable[[Mapping[str, Any]], str | None],
) -> SocketModeClient:
    """Connects with `connect()`, reconnects by itself, ends with `close()`. Every envelope is answered.

    `problem_with` says what is wrong with a payload's shape; such a one is answered with nothing.
    """
    client = SocketModeClient(app_token=app_token, web_client=web_client)

    async def answer(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        problem = problem_with(request.payload)
        if problem:
            log.warning("envelope.rejected", envelope=request.envelope_id, why=problem)
        payload = None if problem else await _answer_to(request, dispatch)
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=payload))

    client.socket_mode_request_listeners.append(answer)
    return client


async def _answer_to(request: SocketModeRequest, dispatch: Dispatch) -> dict[str, Any] | None:
    _, _, body = await dispatch(request.payload, request.envelope_id)
    if not body:
        return None
    return dict(json.loads(body)) if body.startswith("{") else {"text": body}
