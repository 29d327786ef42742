"""The load: a number of kept-alive connections, each asking again as soon as it is answered.

A process of its own, so that it has a processor to itself where there are two. `python -m bench.load` reads a `Load`
from standard input and writes an `Answers` to standard output, both as JSON. Bodies are signed before the clock starts.
"""

import asyncio
import gc
import hashlib
import hmac
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Final
from urllib.parse import urlencode

import orjson

TEAM: Final = "T0ACME"
PEOPLE: Final = tuple(f"U0BENCH{number:03}" for number in range(200))
FIRST_ORDER: Final = 100_000
LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: (\d+)\r\n")
PATIENCE: Final = 10.0  # seconds for the last answers


@dataclass(frozen=True, slots=True)
class Load:
    """`/hold` for `orders` different orders from the `first` on, at most; `expects` is found in every good answer."""

    port: int
    secret: str
    expects: str
    connections: int
    seconds: float
    first: int
    orders: int


@dataclass(slots=True)
class Answers:
    """`times` are seconds from the request's last byte to the answer's; `seconds` is from the first to the last."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    sent: int = 0
    wrong: list[str] = field(default_factory=list)


def requests(load: Load) -> Iterator[bytes]:
    now = str(int(time.time()))
    for number in range(load.first, load.first + load.orders):
        yield signed(command(number, PEOPLE[number % len(PEOPLE)]), load.secret, now)


def command(number: int, person: str) -> bytes:
    """The fields that Slack sends."""
    return urlencode(
        {
            "token": "gIkuvaNzQIHg97ATvDxqgjtO",
            "team_id": TEAM,
            "team_domain": "acme",
            "channel_id": "C0ORDERS",
            "channel_name": "order-desk",
            "user_id": person,
            "user_name": person.lower(),
            "command": "/hold",
            "text": f"ORD-{FIRST_ORDER + number} credit waiting for the wire",
            "api_app_id": "A0REDTAG",
            "is_enterprise_install": "false",
            "response_url": f"https://hooks.slack.com/commands/{TEAM}/{number}/2Jm1oVZkWyqDKdcVPzHvcJ7H",
            "trigger_id": f"13345224609.738474920.{number:032x}",
        }
    ).encode()


def signed(body: bytes, secret: str, now: str) -> bytes:
    signature = hmac.digest(secret.encode(), f"v0:{now}:".encode() + body, hashlib.sha256).hex()
    head = (
        "POST /slack/events HTTP/1.1",
        "Host: 127.0.0.1",
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept: application/json,*/*",
        "Accept-Encoding: gzip,deflate",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"X-Slack-Request-Timestamp: {now}",
        f"X-Slack-Signature: v0={signature}",
    )
    return "\r\n".join([*head, "", ""]).encode() + body


class Caller(asyncio.Protocol):
    """One connection. Begins with `start`; `over` is done when it has been answered for the last time."""

    def __init__(self, left: Iterator[bytes], expects: re.Pattern[bytes], answers: Answers) -> None:
        self._left = left
        self._expects = expects
        self._answers = answers
        self._until = 0.0
        self._began = 0.0
        self._read = b""
        self._transport: asyncio.Transport | None = None
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def start(self, until: float) -> None:
        self._until = until
        self._next()

    def _next(self) -> None:
        request = next(self._left, None) if time.perf_counter() < self._until else None
        if request is None or self._transport is None:
            self.over.set_result(None)
            return
        self._answers.sent += 1
        self._began = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head = self._read.find(b"\r\n\r\n")
        length = LENGTH.search(self._read, 0, head + 2) if head > 0 else None
        if length is None or len(self._read) < head + 4 + int(length[1]):
            return
        self._answers.times.append(time.perf_counter() - self._began)
        if not (self._read.startswith(b"HTTP/1.1 200 ") and self._expects.search(self._read[head + 4 :])):
            self._answers.wrong.append(self._read.decode(errors="replace"))
        self._read = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self._answers.wrong.append(f"the connection was lost: {exc!r}")
            self.over.set_result(None)


async def run(load: Load) -> Answers:
    loop = asyncio.get_running_loop()
    answers, left = Answers(), iter(list(requests(load)))
    expects = re.compile(load.expects.encode())
    opened = [
        await loop.create_connection(lambda: Caller(left, expects, answers), "127.0.0.1", load.port)
        for _ in range(load.connections)
    ]
    began = time.perf_counter()
    for _, caller in opened:
        caller.start(began + load.seconds)
    await asyncio.wait([caller.over for _, caller in opened], timeout=load.seconds + PATIENCE)
    answers.seconds = time.perf_counter() - began
    unanswered = sum(not caller.over.done() for _, caller in opened)
    answers.wrong.extend(["there was no answer"] * unanswered)
    return answers


def main() -> None:
    load = Load(**orjson.loads(sys.stdin.buffer.read()))
    gc.disable()
    answers = asyncio.run(run(load))
    sys.stdout.buffer.write(orjson.dumps(asdict(answers)))


if __name__ == "__main__":
    main()
