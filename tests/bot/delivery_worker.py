"""A process of its own that delivers until it is told to stop, or until a crash point kills it.

Arguments: database URL, base address of the workspace, lease in seconds.
"""

import asyncio
import signal
import sys
from datetime import timedelta

import aiohttp

from bot.delivery.email import EmailSender
from bot.delivery.hooks import HookSender
from bot.delivery.loop import Delivery
from bot.delivery.ports import Mail, Post
from bot.delivery.sending import Sender
from bot.delivery.slack import SlackSender
from store.outbox import Outbox
from store.pool import make_pool
from tests.bot.delivery_fixtures import OneClient, bare_client


class Renderer:
    async def render(self, notice):
        if notice.kind == "floor.email":
            return Mail("floor@acme.example", "ORD-123", "Clear to ship", "<p>Clear to ship</p>", notice.key)
        return Post(notice.lane.removeprefix("slack:"), f"Card of {notice.order_number}")


async def main(database_url, base, lease):
    async with aiohttp.ClientSession() as session, make_pool(database_url) as pool:
        slack = SlackSender(OneClient(bare_client(base, session)), session, f"{base}/api/")
        email = EmailSender(session, "re_playground", f"{base}/resend", "redtag@acme.example")
        delivery = Delivery(
            Outbox(pool, paces={}),
            Sender(Renderer(), slack, email, HookSender(session)),
            lease=timedelta(seconds=float(lease)),
            poll=0.1,
        )
        running = asyncio.create_task(delivery.run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: asyncio.ensure_future(delivery.stop()))
        await running


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
