"""Sending payloads to the app, over HTTP or sockets, and keeping the record of it."""

import asyncio
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from playground.slack import answers
from playground.slack.core import Core
from playground.slack.entry import Offered
from playground.slack.model import Answer, Delivery
from playground.slack.transport_http import HttpBot, HttpSender, Reply, SignedRequest, signed
from playground.slack.transport_socket import SocketBots, envelope

SECONDS_TO_ANSWER = 3.0
EVENT_RETRIES = (0.0, 60.0, 300.0)
"""Seconds before each of the three repetitions of an event."""


class Delivering(Core):
    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.sockets = SocketBots(self)
        self.http: HttpBot | None = None
        self.answer_within = SECONDS_TO_ANSWER
        self.event_retries: Sequence[float] = EVENT_RETRIES
        self.offered: Offered = {}
        self._sender = HttpSender()
        self._numbers = itertools.count(1)
        self._retries: set[asyncio.Task[None]] = set()

    def connect_http(self, url: str, **other: str) -> HttpBot:
        """Send everything here from now on; `interactivity_url`, `options_url`, `events_url` may lead elsewhere."""
        self.socket_mode = False
        self.http = HttpBot(url, **other)
        return self.http

    @property
    def connection(self) -> HttpBot | SocketBots | None:
        return self.sockets if self.socket_mode else self.http

    def signed_request(self, kind: str, payload: dict[str, Any]) -> SignedRequest:
        """The request as Slack would send it over HTTP; kind is command, interactive or event."""
        return signed(self.http or HttpBot(""), self.signing_secret, kind, payload)

    async def deliver(self, kind: str, payload: dict[str, Any], retry: int = 0) -> Delivery:
        """Send a payload as it is."""
        if self.socket_mode:
            return await self._over_socket(kind, payload, retry, envelope(kind, payload, retry))
        if self.http is None:
            return self._record(kind, payload, Reply(failure="dispatch_failed"), retry, {"transport": "none"})
        return await self._over_http(kind, payload, retry, signed(self.http, self.signing_secret, kind, payload, retry))

    async def _over_http(self, kind: str, payload: dict[str, Any], retry: int, request: SignedRequest) -> Delivery:
        reply = await self._sender.send(request, self.answer_within)
        sent = {"transport": "http", "url": request.url, "headers": request.headers, "body": request.body}
        return self._record(kind, payload, reply, retry, sent)

    async def _over_socket(self, kind: str, payload: dict[str, Any], retry: int, made: dict[str, Any]) -> Delivery:
        reply = await self.sockets.send(made, self.answer_within)
        return self._record(kind, payload, reply, retry, {"transport": "socket", "body": json.dumps(made).encode()})

    def _record(
        self, kind: str, payload: dict[str, Any], reply: Reply, retry: int, sent: Mapping[str, Any]
    ) -> Delivery:
        return self.record_delivery(
            Delivery(
                next(self._numbers),
                kind,
                payload,
                at=self.clock(),
                status=reply.status,
                answer=reply.body,
                content_type=reply.content_type,
                ms=reply.ms,
                failure=reply.failure,
                retry=retry,
                **sent,
            )
        )

    async def send_raw(self, request: SignedRequest) -> Answer:
        """Send these very bytes and headers over HTTP, forged or not."""
        return answers.plain(await self._over_http("raw", {}, 0, request))

    async def resend(self, delivery: Delivery) -> Answer:
        """The same signed bytes again, or the same envelope."""
        if delivery.transport == "socket":
            again = json.loads(delivery.body)
            return answers.plain(await self._over_socket(delivery.kind, delivery.payload, delivery.retry, again))
        request = SignedRequest(delivery.url, dict(delivery.headers), delivery.body)
        return answers.plain(await self._over_http(delivery.kind, delivery.payload, delivery.retry, request))

    async def deliver_event(self, payload: dict[str, Any]) -> Delivery:
        delivery = await self.deliver("event", payload)
        if delivery.failure and self.connection:
            task = asyncio.create_task(self._repeat(payload))
            self._retries.add(task)
            task.add_done_callback(self._repeated)
        return delivery

    def _repeated(self, task: asyncio.Task[None]) -> None:
        self._retries.discard(task)
        self.changes.touch()

    @property
    def repeating(self) -> int:
        """Events that were not acknowledged and may still come again."""
        return len(self._retries)

    async def _repeat(self, payload: dict[str, Any]) -> None:
        for number, seconds in enumerate(self.event_retries, start=1):
            await asyncio.sleep(seconds)
            if not (await self.deliver("event", payload, number)).failure:
                return

    async def aclose(self) -> None:
        """Close every connection to the app, and stop repeating events."""
        for task in list(self._retries):
            task.cancel()
        await asyncio.gather(*self._retries, return_exceptions=True)
        await self.sockets.aclose()
        await self._sender.aclose()
