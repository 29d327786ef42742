"""`redtag serve` and `redtag worker` as processes, with a workspace beside them and a door to their database."""

import asyncio
import contextlib
import dataclasses
import inspect
import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx

from tests.demo_runs import PLAIN, environment

SECONDS = 15


async def eventually(condition, seconds=SECONDS):
    """The condition's first true value."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            found = await found if inspect.isawaitable(found) else found
            if found:
                return found
            await asyncio.sleep(0.02)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def redtag(*words, data_dir="/nowhere", cwd=None, **settings):
    """A command that ends by itself: exit code, output, errors and seconds."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        env=environment(data_dir, **settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=cwd,
    )
    return Ended(done.returncode, done.stdout, done.stderr, time.monotonic() - began)


@dataclasses.dataclass(frozen=True)
class Ended:
    code: int
    output: str
    errors: str
    seconds: float

    @property
    def line(self):
        """The one line that it said."""
        (line,) = self.errors.splitlines()
        return line


@dataclasses.dataclass
class Running:
    process: subprocess.Popen
    address: str
    log: Path

    async def page(self, path):
        async with httpx.AsyncClient(timeout=8, **PLAIN) as client:
            return await client.get(f"{self.address}{path}")

    async def is_ready(self):
        with contextlib.suppress(httpx.TransportError):
            return (await self.page("/readyz")).status_code == 200

    async def is_not_ready(self):
        return not await self.is_ready()

    def said(self, event):
        """Entries of the log."""
        return [entry for entry in self.entries() if entry.get("event") == event]

    def entries(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    async def ended(self, seconds=SECONDS):
        await eventually(lambda: self.process.poll() is not None, seconds)
        return self.process.returncode


@contextlib.asynccontextmanager
async def process(word, settings, folder, *more):
    """`serve` or `worker`, until this is left. Its log is in the folder."""
    log = folder / f"{word}-{time.monotonic_ns()}.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "bot", word, *more],
            env=environment(folder / "data", **settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    running = Running(child, f"http://127.0.0.1:{settings['PORT']}", log)
    try:
        await eventually(lambda: child.poll() is not None or running.said(f"{word}.started"))
        assert child.poll() is None, log.read_text()
        yield running
    finally:
        child.kill()
        child.wait()


class Door:
    """Stands between a process and its database: open, shut as if nobody were there, or stuck."""

    def __init__(self, url):
        self._target = urlsplit(url)
        self._flows = asyncio.Event()
        self._flows.set()
        self._port = 0
        self._server = None
        self._writers = set()

    @property
    def url(self):
        user, _, _ = self._target.netloc.rpartition("@")
        return urlunsplit(self._target._replace(netloc=f"{user}@127.0.0.1:{self._port}"))

    async def open(self):
        self._flows.set()
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def shut(self):
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    def stick(self):
        """What is sent arrives here and goes no further."""
        self._flows.clear()

    def flow(self):
        self._flows.set()

    async def _pass(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection(self._target.hostname, self._target.port)
        with contextlib.suppress(OSError):
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    async def _pump(self, reader, writer):
        self._writers.add(writer)
        try:
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()
            self._writers.discard(writer)


@contextlib.asynccontextmanager
async def door(url):
    made = Door(url)
    await made.open()
    try:
        yield made
    finally:
        made.flow()
        made.shut()
