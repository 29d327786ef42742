"""The processes: `serve` answers Slack and delivers, `worker` only delivers."""

import asyncio
import os
import signal
import socket
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from typing import Any, Final

import aiohttp
import structlog
import uvicorn
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from starlette.applications import Starlette

from bot.clock.rounds import keep
from bot.delivery.loop import Delivery
from bot.main.jobs import jobs_of
from bot.main.parts import Parts, assembled, socket_of, web_app
from bot.main.stop import Stop
from bot.settings import Settings

log = structlog.get_logger()
STOP_SECONDS: Final = 9  # who stops us waits for ten
GRACE_SECONDS: Final = 6


async def serve(settings: Settings, url: str, *, worker: bool = True) -> None:
    """Answer Slack over HTTP or Socket Mode until told to stop; deliver too unless another process does."""
    listening = listen(settings.port, settings.host)
    async with assembled(settings, url) as parts, AsyncExitStack() as stack:
        socket_client = socket_of(parts, settings) if settings.app_token else None
        if socket_client:
            stack.push_async_callback(socket_client.close)
            _beside(stack, _connect(socket_client))
        server = http_server(web_app(parts, settings, socket_client))
        running: list[asyncio.Future[Any]] = [asyncio.ensure_future(server.serve(sockets=[listening]))]
        if worker:
            running += _working(parts)
            _beside_delivery(stack, parts)
        else:
            _beside(stack, parts.hints.run())
        log.info("serve.started", port=settings.port, socket_mode=bool(settings.app_token), worker=worker)
        await _until_told_to_stop(running)
        server.should_exit = True
        parts.imports.stop()
        parts.bulks.stop()
        await _finish(parts.delivery, running)
    log.info("serve.stopped")


async def work(settings: Settings, url: str) -> None:
    """Deliver notices until told to stop."""
    async with assembled(settings, url) as parts, AsyncExitStack() as stack:
        running = _working(parts)
        _beside_delivery(stack, parts)
        log.info("worker.started")
        await _until_told_to_stop(running)
        parts.imports.stop()
        parts.bulks.stop()
        await _finish(parts.delivery, running)
    log.info("worker.stopped")


def _working(parts: Parts) -> list[asyncio.Future[Any]]:
    return [asyncio.ensure_future(each.run()) for each in (parts.delivery, parts.imports, parts.bulks)]


async def _finish(delivery: Delivery, running: Sequence[asyncio.Future[Any]]) -> None:
    """Let what is under way end; what takes longer is left to the next process. A part that broke is an error."""
    stopping = asyncio.ensure_future(delivery.stop(grace=GRACE_SECONDS))
    await asyncio.wait([stopping, *running], timeout=STOP_SECONDS)
    for each in running:
        if each.done():
            each.result()


def _beside(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Run something beside the rest, cancelled when the stack unwinds."""
    stack.callback(asyncio.ensure_future(work).cancel)


def _beside_delivery(stack: AsyncExitStack, parts: Parts) -> None:
    """The chores of whichever process delivers."""
    for job in jobs_of(parts):
        _beside(stack, keep(job.name, job.run, every=job.every))


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """Before anything else starts, so that a taken port is one clear line."""
    try:
        listening = socket.create_server((host, port), backlog=512)
    except OSError as taken:
        raise Stop(f"Port {port} cannot be used: {os.strerror(taken.errno or 0)}. Set PORT to a free one.") from taken
    # asyncio does this for sockets that it makes itself. Without it an answer's body waits 40 ms for its head's ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def http_server(app: Starlette) -> uvicorn.Server:
    """Without signals and logs of its own."""
    return _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            loop="asyncio",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


async def _connect(client: SocketModeClient) -> None:
    """Connect, and go on trying: Slack may be down while we start."""
    delay = 1.0
    while True:
        try:
            await client.connect()  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError, aiohttp.ClientError, SlackClientError) as failed:
            log.warning("socket.not_connected", error=type(failed).__name__, again_in=delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, 30)
        else:
            return


async def _until_told_to_stop(running: Sequence[asyncio.Future[Any]]) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, told.set)
    waiting = asyncio.ensure_future(told.wait())
    await asyncio.wait([waiting, *running], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


class _Server(uvicorn.Server):
    """Signals are ours: what holds notices stops after what takes requests."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
