"""A whole order desk for tests: a real database, the strict workspace, and the real app between them."""

import asyncio
import contextlib
import dataclasses
import functools
from pathlib import Path

import pytest

from bot.main.parts import Parts, assembled, rest_of, socket_of, web_app
from bot.settings import read_settings
from playground.slack.seed import demo_seed
from playground.slack.server import bound_socket, port_of, serving
from playground.slack.workspace import Workspace, running
from store.policies import apply_policy
from tests.database import rows_of
from tests.receivers import SECRET, SECRET_NAME
from workflows.notices import PACES
from workflows.policy.load import parse_policy

DESK = "T0ACME"
CSR, CSR2, ROSA, IVAN, WALT, LENA, ADAM = "U0CARL", "U0SAMI", "U0ROSA", "U0IVAN", "U0WALT", "U0LENA", "U0ADAM"
ORDERS_CHANNEL, CREDIT_CHANNEL, STOCK_CHANNEL, FLOOR_CHANNEL = "C0ORDERS", "C0CREDIT", "C0STOCK", "C0FLOOR"
DEMO_POLICY = Path(__file__).parent.parent / "playground" / "demo_policy.toml"
ONE_LINE = {"ordered": 3}
# A refund hook may lead to this machine, where the tests listen.
HOOKS = {"REDTAG_ALLOW_PRIVATE_HOOKS": "1", SECRET_NAME: SECRET}


@dataclasses.dataclass
class Office:
    """People act through `workspace`; what came of it is read with `rows` and from the workspace's channels."""

    workspace: Workspace
    parts: Parts
    url: str
    policy: object
    settings: object = None

    def rows(self, query, *parameters):
        return rows_of(self.url, query, parameters)

    def row(self, query, *parameters):
        (found,) = self.rows(query, *parameters)
        return found

    def add_order(self, number="ORD-123", *lines, customer="Brightwater Foods", total=125_000, currency="USD"):
        self.rows(
            """insert into orders (desk_id, number, customer, currency, total, placed_total, changed_at)
               values (%s, %s, %s, %s, %s, %s, now())""",
            DESK, number, customer, currency, total, total,
        )  # fmt: skip
        for place, line in enumerate(lines or [ONE_LINE], 1):
            self.add_line(number, place, **line)
        return number

    def add_line(self, number, place, **quantities):
        steps = ("delivered", "shipped", "packed", "picked", "allocated")
        least = 0
        values = {"cancelled": 0, "ordered": 3, **quantities}
        for step in steps:
            least = values[step] = max(least, values.get(step, 0))
        values.setdefault("original", values["ordered"])
        names = ["ordered", "original", "cancelled", *steps]
        self.rows(
            f"""insert into order_lines (desk_id, order_number, key, line, sku, description, unit_price,
                {", ".join(names)}) values (%s, %s, %s, %s, %s, %s, %s, {", ".join(["%s"] * len(names))})""",
            DESK, number, str(place), place, f"SKU-{place}", f"Thing {place}", 1750, *(values[name] for name in names),
        )  # fmt: skip

    def ship(self, number="ORD-123"):
        self.rows(
            """update order_lines set allocated = ordered, picked = ordered, packed = ordered, shipped = ordered
               where desk_id = %s and order_number = %s""",
            DESK, number,
        )  # fmt: skip

    async def apply(self, **desk):
        """Another policy, with some settings of the desk changed."""
        self.policy = self.policy.model_copy(update={"desk": self.policy.desk.model_copy(update=desk)})
        await apply_policy(self.parts.pool, DESK, self.policy, by="test")

    async def command(self, user, text, channel=ORDERS_CHANNEL):
        return await self.workspace.command(user, channel, text)

    async def settled(self, timeout=10):
        """All notices that are due have been delivered or given up."""
        async with asyncio.timeout(timeout):
            while self.rows("select 1 from notices where state = 'ready' limit 1"):
                self.parts.delivery.wake()
                await asyncio.sleep(0.02)

    def cards(self, channel=CREDIT_CHANNEL):
        return [message for message in self.workspace.messages(channel) if message.user == self.workspace.seed.bot_user]

    def audit(self, chain="ORD-123"):
        return self.rows("select actor, action, request, facts from audit where chain = %s order by seq", chain)

    def actions(self, chain="ORD-123"):
        """What was done, without the notices that were sent about it."""
        return [entry["action"] for entry in self.audit(chain) if not entry["action"].startswith("notice.")]


def seen(message):
    """Everything a message says, as one text."""
    return f"{message.text} {message.blocks}"


def action_ids(message):
    elements = [element for block in message.blocks for element in block.get("elements", [])]
    accessories = [block["accessory"] for block in message.blocks if "accessory" in block]
    return {element["action_id"] for element in [*elements, *accessories] if "action_id" in element}


@functools.cache
def demo_policy():
    return parse_policy(DEMO_POLICY.read_text())


class Late:
    """An app that is built with its first request. The REST API takes long to build, and most tests never ask it."""

    def __init__(self, build):
        self._build = build
        self._app = None

    async def __call__(self, *request):
        self._app = self._app or self._build()
        await self._app(*request)


@contextlib.asynccontextmanager
async def open_office(database_url, *, socket_mode=False, pace=False, environment=HOOKS, set_up=True, bulks=True):
    """`bulks`: whether their rounds are done by a worker of the office."""
    workspace = Workspace(demo_seed())
    workspace.rate_limits = pace
    policy = demo_policy()
    listener = bound_socket("127.0.0.1", 0)
    async with running(workspace):
        settings = read_settings(
            {
                "DATABASE_URL": database_url,
                "PORT": str(port_of(listener)),
                "REDTAG_EMAIL_FROM": "Redtag <redtag@acme.example>",
                "RESEND_API_KEY": "re_test_key_123",
                "RESEND_API_URL": f"{workspace.base_url}/resend",
                "SLACK_API_URL": f"{workspace.base_url}/api/",
                "SLACK_APP_TOKEN": workspace.app_token if socket_mode else "",
                "SLACK_BOT_TOKEN": workspace.bot_token,
                "SLACK_SIGNING_SECRET": workspace.signing_secret,
                **environment,
            }
        )
        async with assembled(settings, database_url, paces=PACES if pace else {}) as parts:
            if set_up:
                await apply_policy(parts.pool, DESK, policy, by="test")
            delivering = asyncio.ensure_future(parts.delivery.run())
            importing = asyncio.ensure_future(parts.imports.run())
            if not bulks:
                parts.bulks.stop()
            asking = asyncio.ensure_future(parts.bulks.run())
            async with connected(workspace, parts, settings, listener):
                yield Office(workspace, parts, database_url, policy, settings)
            parts.imports.stop()
            parts.bulks.stop()
            await asyncio.gather(importing, asking)
            await parts.delivery.stop()
            await delivering


@contextlib.asynccontextmanager
async def connected(workspace, parts, settings, listener):
    """The bot answers over a socket where there is an app token, else over HTTP."""
    if settings.app_token:
        client = socket_of(parts, settings)
        await client.connect()
        yield
        await client.close()
        listener.close()
        return
    rest = Late(lambda: rest_of(parts, settings))
    async with serving(web_app(parts, settings, rest=rest), listener):
        workspace.connect_http(f"http://127.0.0.1:{port_of(listener)}/slack/events")
        yield


@pytest.fixture
async def office(database_url):
    async with open_office(database_url) as office:
        office.add_order()
        yield office
