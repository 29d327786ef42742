"""A desk whose app runs in processes of its own, to be killed: the database and the workspace outlive them."""

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.slack.cards import approval_card
from playground.slack.model import Message
from playground.slack.seed import demo_seed
from playground.slack.server import bound_socket, port_of
from playground.slack.workspace import Workspace, running
from store.desk import PostgresStore
from store.policies import apply_policy
from store.pool import make_pool
from store.reading import Reading
from tests.notices import until
from tests.office import CREDIT_CHANNEL, CSR, DEMO_POLICY, DESK, HOOKS, IVAN, LENA, ROSA, Office
from tests.races.apps import NobodyToAsk
from workflows.commands import CancelOrder, Decide, PlaceHold, ReleaseHold, Units
from workflows.policy.load import parse_policy
from workflows.results import Done
from workflows.services import Claim, DeskService
from workflows.transitions import Action

ROOT = Path(__file__).parent.parent.parent
LEADS = "C0CSLEAD"
LEASE = "1.2"
DEADLINE = 30
OURS = ("SLACK_", "RESEND_", "REDTAG_", "DATABASE_URL", "PORT")


class Town(Office):
    """An office without an app: `app` starts one as a process."""

    def environment(self, port, crash_at):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        workspace = self.workspace
        return {
            **kept,
            "DATABASE_URL": self.url,
            "PORT": str(port),
            "PYTHONPATH": str(ROOT),
            "REDTAG_CRASH_AT": crash_at,
            "REDTAG_EMAIL_FROM": "Redtag <redtag@acme.example>",
            "REDTAG_LEASE_SECONDS": LEASE,
            "RESEND_API_KEY": "re_test_key_123",
            "RESEND_API_URL": f"{workspace.base_url}/resend",
            "SLACK_API_URL": f"{workspace.base_url}/api/",
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            **HOOKS,
        }

    @contextlib.asynccontextmanager
    async def app(self, *command, crash_at=""):
        """`redtag serve` or `redtag worker`, ready when it is given; a server gets what people do from now on."""
        port = free_port()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *command, env=self.environment(port, crash_at), cwd=ROOT,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            if command[0] == "serve":
                await answering(process, f"http://127.0.0.1:{port}/healthz")
                self.workspace.connect_http(f"http://127.0.0.1:{port}/slack/events")
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def delivered(self, *kinds):
        """All notices of these kinds; cards that are only redrawn would each wait a second for Slack's pace."""

        def nothing_waits():
            return not self.rows("select 1 from notices where state = 'ready' and kind = any(%s)", list(kinds))

        await until(nothing_waits, seconds=DEADLINE, what="everything delivered")


async def answering(process, address):
    async with aiohttp.ClientSession() as session, asyncio.timeout(DEADLINE):
        while process.returncode is None:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(address) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.02)
    raise AssertionError(f"the app ended with {process.returncode} before it answered")


async def ended(process):
    return await asyncio.wait_for(process.wait(), DEADLINE)


def free_port():
    listener = bound_socket("127.0.0.1", 0)
    port = port_of(listener)
    listener.close()
    return port


@contextlib.asynccontextmanager
async def open_town(url):
    workspace = Workspace(demo_seed(), rate_limits=False)
    policy = parse_policy(DEMO_POLICY.read_text())
    async with running(workspace), make_pool(url) as pool:
        await apply_policy(pool, DESK, policy, by="test")
        town = Town(workspace, None, url, policy)
        for user in (CSR, ROSA, IVAN, LENA):
            town.rows("insert into members values (%s, %s, 'Person', '', '', 'active', now())", DESK, user)
        town.add_order()
        yield town


@pytest.fixture
async def town(database_url):
    async with open_town(database_url) as town:
        yield town


async def release_asked(town):
    """An order on hold whose release waits for a signature; its card, as if it had been posted before."""
    async with make_pool(town.url) as pool:
        await done(pool, ROSA, PlaceHold("ORD-123", "credit"))
        await done(pool, CSR, ReleaseHold("ORD-123"))
        drawn = approval_card(await Reading(pool).request(DESK, 2), "credit")
    town.rows("delete from notices")
    workspace = town.workspace
    bot = workspace.seed.bot_user
    card = workspace.post(Message(CREDIT_CHANNEL, workspace.new_ts(), bot, drawn["text"], drawn["blocks"]))
    town.rows("insert into cards values (%s, 2, %s, %s, now())", DESK, CREDIT_CHANNEL, card.ts)
    return card


async def release_signed(town):
    """The same, signed: everything about the release waits to be delivered, and nothing else."""
    await release_asked(town)
    async with make_pool(town.url) as pool:
        await done(pool, IVAN, Decide(2, Action.APPROVE, 1))
    town.rows("delete from notices where kind = 'card.redraw'")


async def cancel_asked(town, hook):
    """A cancel of two units that waits for its signature, on a desk that calls a refund system; its card."""
    async with make_pool(town.url) as pool:
        policy = town.policy.model_copy(update={"desk": town.policy.desk.model_copy(update={"refund_hook": hook})})
        await apply_policy(pool, DESK, policy, by="test")
        await done(pool, CSR, CancelOrder("ORD-123", (Units(1, 2),), "duplicate"))
        drawn = approval_card(await Reading(pool).request(DESK, 1), "cs_lead")
    town.rows("delete from notices")
    workspace = town.workspace
    bot = workspace.seed.bot_user
    card = workspace.post(Message(LEADS, workspace.new_ts(), bot, drawn["text"], drawn["blocks"]))
    town.rows("insert into cards values (%s, 1, %s, %s, now())", DESK, LEADS, card.ts)
    return card


async def cancel_signed(town, hook):
    """The same, signed: its call waits to be sent, and nothing else."""
    await cancel_asked(town, hook)
    async with make_pool(town.url) as pool:
        await done(pool, LENA, Decide(1, Action.APPROVE, 1))
    town.rows("delete from notices where kind <> 'hook'")


async def done(pool, user, command):
    """By an app that dies of nothing."""
    result = await DeskService(PostgresStore(pool), NobodyToAsk()).handle(DESK, Claim(user), command)
    assert isinstance(result, Done)
