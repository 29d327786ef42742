"""Somebody's refund system: a real HTTP server that verifies what it gets with the library's own verifier."""

import asyncio
import contextlib
import json

from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from playground.slack.server import bound_socket, port_of, serving
from workflows.policy.model import RefundHook
from workflows.policy.model import Webhook as WebhookPart

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET_NAME = "REDTAG_HOOK_REFUNDS"


class Receiver:
    """Answers as it is told to, after `delay` seconds, and counts what it verified; an answer of None never comes."""

    def __init__(self):
        self.answer = PlainTextResponse("ok")
        self.calls = []
        self.delay = 0
        self.ids_accepted = []

    async def receive(self, request):
        body = await request.body()
        Webhook(SECRET).verify(body, dict(request.headers), json_parse=True)
        self.calls.append((request.headers["webhook-id"], body))
        answer = self.answer
        await asyncio.sleep(60 if answer is None else self.delay)
        if answer and answer.status_code == 200:
            self.ids_accepted.append(request.headers["webhook-id"])
        return answer

    def says(self, status, **headers):
        self.answer = PlainTextResponse("an answer", status, headers=headers)

    @property
    def hook(self):
        """The part of a policy that leads here."""
        return RefundHook(url=self.url, secret=f"env:{SECRET_NAME}")

    def webhook(self, name, *types):
        """A webhook of a policy that leads here; without types every one."""
        return WebhookPart(name=name, url=self.url, secret=f"env:{SECRET_NAME}", types=types or None)

    @property
    def types(self):
        return [json.loads(body)["type"] for _, body in self.calls]

    @contextlib.asynccontextmanager
    async def open(self):
        listener = bound_socket("127.0.0.1", 0)
        async with serving(Starlette(routes=[Route("/refunds", self.receive, methods=["POST"])]), listener):
            self.url = f"http://127.0.0.1:{port_of(listener)}/refunds"
            yield self


@contextlib.asynccontextmanager
async def garbage():
    """The address of something that answers, but not in HTTP."""
    server = await asyncio.start_server(_no_http, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def _no_http(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x00\xff not http at all\r\n\r\n")
    writer.close()


def nobody():
    """An address where nobody listens."""
    listener = bound_socket("127.0.0.1", 0)
    port = port_of(listener)
    listener.close()
    return f"http://127.0.0.1:{port}/refunds"
