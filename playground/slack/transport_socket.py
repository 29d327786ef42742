"""Payloads over Socket Mode: hello, envelopes, acknowledgements, refreshes."""

import asyncio
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from playground.slack.core import Core
from playground.slack.transport_http import JSON, Reply

MOST_CONNECTIONS = 10
_TYPES = {"command": "slash_commands", "interactive": "interactive", "event": "events_api"}
_ANSWERED = ("view_submission", "block_suggestion")
"""Interactions whose acknowledgement may carry a payload."""


@dataclass(eq=False)
class Connection:
    websocket: WebSocket
    leaving: bool = False
    """Told to reconnect: it gets nothing new."""


def envelope(kind: str, payload: dict[str, Any], retry: int = 0) -> dict[str, Any]:
    made: dict[str, Any] = {
        "envelope_id": str(uuid.uuid4()),
        "payload": payload,
        "type": _TYPES[kind],
        "accepts_response_payload": kind == "command" or payload.get("type") in _ANSWERED,
    }
    if kind == "event":
        made |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
    return made


async def _received(websocket: WebSocket) -> str:
    """The next text; what came in bytes instead says nothing."""
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    return str(message.get("text") or "")


class SocketBots:
    """The app's open sockets. Any payload may go to any of them."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.connections: list[Connection] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = 0

    async def serve(self, websocket: WebSocket) -> None:
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._core.socket_tickets:
            await websocket.close(1008)
            return
        self._core.socket_tickets.discard(ticket)
        await websocket.accept()
        if len(self.connections) >= MOST_CONNECTIONS:
            await websocket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await websocket.close()
            return
        await self._converse(Connection(websocket))

    async def _converse(self, connection: Connection) -> None:
        self.connections.append(connection)
        self._core.socket_mode = True
        try:
            await connection.websocket.send_json(self._hello())
            self._core.changes.touch()
            while True:
                self._acknowledge(await _received(connection.websocket))
        except WebSocketDisconnect:
            pass
        finally:
            self.connections.remove(connection)
            self._core.changes.touch()

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "applink-playground", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._core.seed.app_id},
        }

    def _acknowledge(self, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(str(said.get("envelope_id"))) if isinstance(said, dict) else None
        if waiting and not waiting.done():
            waiting.set_result(said.get("payload"))

    async def send(self, made: dict[str, Any], seconds: float) -> Reply:
        connection = self._next()
        if connection is None:
            return Reply(failure="dispatch_failed")
        began = time.perf_counter()
        waiting = self._waiting[made["envelope_id"]] = asyncio.get_running_loop().create_future()
        try:
            await connection.websocket.send_text(json.dumps(made))
            async with asyncio.timeout(seconds):
                payload = await waiting
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return Reply(failure="operation_timeout", ms=(time.perf_counter() - began) * 1000)
        finally:
            del self._waiting[made["envelope_id"]]
        body = json.dumps(payload) if payload and made["accepts_response_payload"] else ""
        return Reply(200, body, JSON, ms=(time.perf_counter() - began) * 1000)

    def _next(self) -> Connection | None:
        staying = [one for one in self.connections if not one.leaving]
        self._turn += 1
        return staying[self._turn % len(staying)] if staying else None

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every socket to go: "warning" comes about ten seconds ahead, "refresh_requested" at the time,
        "link_disabled" when Socket Mode is switched off.
        """
        for connection in list(self.connections):
            connection.leaving = reason != "warning"
            await connection.websocket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def aclose(self) -> None:
        """Close all sockets without a word."""
        for connection in list(self.connections):
            connection.leaving = True
            await connection.websocket.close(1001)
