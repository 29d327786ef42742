"""Several apps on one database, as several processes would be, and people who act on them at the same instant."""

import asyncio
import contextlib
import dataclasses

import psycopg
from psycopg.rows import dict_row

from bot.main.parts import assembled, web_app
from bot.settings import read_settings
from playground.slack.server import bound_socket, port_of, serving
from store.desk import PostgresStore
from store.policies import apply_policy
from store.pool import make_pool
from tests.office import CSR, DEMO_POLICY, DESK
from workflows.commands import Decide, Look, Origin, PlaceHold, ReleaseHold
from workflows.policy.load import parse_policy
from workflows.services import Claim, DeskService
from workflows.transitions import Action

APPS = 2
PATIENCE = 60  # seconds for a connection: a machine that is busy with other things must not decide a race


class NobodyToAsk:
    """Every person of these tests is known; who asks Slack has lost them."""

    async def look_up(self, desk_id, user_id):
        raise AssertionError(f"{user_id} of {desk_id} should be known")


class Floor:
    """A desk with its rows, and the apps that work on it. Each app knows of the others only through the database."""

    def __init__(self, url, pools):
        self.url = url
        self.pools = pools
        self.apps = [DeskService(PostgresStore(pool), NobodyToAsk()) for pool in pools]
        self.policy = parse_policy(DEMO_POLICY.read_text())
        self._connection = psycopg.connect(url, autocommit=True, row_factory=dict_row)
        self._turn = 0

    def close(self):
        self._connection.close()

    def rows(self, query, *parameters):
        cursor = self._connection.execute(query, parameters or None)
        return cursor.fetchall() if cursor.description else []

    def row(self, query, *parameters):
        (found,) = self.rows(query, *parameters)
        return found

    def know(self, *users, desk=DESK):
        """These people are members, seen by Slack just now."""
        for user in users:
            self.rows(
                """insert into members (desk_id, user_id, name, standing, checked_at)
                   values (%s, %s, %s, 'active', clock_timestamp())
                   on conflict (desk_id, user_id) do update set standing = 'active', checked_at = clock_timestamp()""",
                desk, user, f"Person {user}",
            )  # fmt: skip
        self.rows("update desks set people_version = people_version + 1 where desk_id = %s", desk)

    def add_order(self, number="ORD-123", units=3):
        self.rows(
            "insert into orders (desk_id, number, currency, changed_at) values (%s, %s, 'USD', now())", DESK, number
        )
        self.rows(
            "insert into order_lines (desk_id, order_number, key, line, ordered) values (%s, %s, '1', 1, %s)",
            DESK, number, units,
        )  # fmt: skip
        return number

    async def apply(self, **roles):
        """The same policy with other members: credit=("U0ROSA",)."""
        changed = {
            name: self.policy.roles[name].model_copy(update={"members": members}) for name, members in roles.items()
        }
        policy = self.policy.model_copy(update={"roles": {**self.policy.roles, **changed}})
        await apply_policy(self.pools[-1], DESK, policy, by="test")

    async def act(self, user, command, app=None):
        """Through the given app, or through each in turn."""
        self._turn += 1
        return await self.apps[self._turn % len(self.apps) if app is None else app].handle(DESK, Claim(user), command)

    async def hold(self, user, order="ORD-123", reason="credit", **origin):
        return await self.act(user, PlaceHold(order, reason, origin=Origin(**origin)))

    async def release(self, hold, order="ORD-123", user=CSR):
        return await self.act(user, ReleaseHold(order, hold=f"H-{hold}"))

    async def approve(self, user, request, app=None):
        return await self.act(user, approval(request), app)

    async def reject(self, user, request, app=None):
        return await self.act(user, Decide(request, Action.REJECT, 1, "not yet", CLICKED), app)

    async def withdraw(self, user, request, app=None):
        return await self.act(user, Decide(request, Action.WITHDRAW, 1, origin=CLICKED), app)

    def actions(self, chain="ORD-123"):
        found = self.rows("select action from audit where desk_id = %s and chain = %s order by seq", DESK, chain)
        return [row["action"] for row in found if not row["action"].startswith("notice.")]

    def notices(self, kind, order="ORD-123"):
        query = "select * from notices where desk_id = %s and kind = %s and order_number = %s order by id"
        return self.rows(query, DESK, kind, order)


CLICKED = Origin(channel="C0CREDIT", says_done=False, says_refused=False)


def approval(request):
    return Decide(request, Action.APPROVE, 1, origin=CLICKED)


@contextlib.asynccontextmanager
async def open_floor(url, *people, apps=APPS):
    async with contextlib.AsyncExitStack() as stack:
        pools = [await stack.enter_async_context(make_pool(url, size=8)) for _ in range(apps)]
        for pool in pools:
            pool.timeout = PATIENCE
        floor = Floor(url, pools)
        stack.callback(floor.close)
        await apply_policy(pools[0], DESK, floor.policy, by="test")
        floor.know(*{user for role in floor.policy.roles.values() for user in role.members}, *people)
        for app in range(apps):
            await floor.act(CSR, Look("once, to read the policy"), app)
        yield floor


@contextlib.asynccontextmanager
async def another_app(office):
    """A second copy of the office's app on the same database and workspace; gives the address where it listens."""
    workspace, listener = office.workspace, bound_socket("127.0.0.1", 0)
    address = f"http://127.0.0.1:{port_of(listener)}/slack/events"
    settings = read_settings(
        {
            "DATABASE_URL": office.url,
            "REDTAG_EMAIL_FROM": "Redtag <redtag@acme.example>",
            "RESEND_API_KEY": "re_test_key_123",
            "RESEND_API_URL": f"{workspace.base_url}/resend",
            "SLACK_API_URL": f"{workspace.base_url}/api/",
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
        }
    )
    async with assembled(settings, office.url, paces={}) as parts:
        delivering = asyncio.ensure_future(parts.delivery.run())
        async with serving(web_app(parts, settings), listener):
            yield address
        await parts.delivery.stop()
        await delivering


def at(request, address):
    """The same signed request, sent elsewhere."""
    return dataclasses.replace(request, url=address)
