"""What the tests of delivery share: a claimed notice, the workspace, and senders that talk to it."""

import dataclasses
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.slack import SlackSender
from playground.slack.seed import demo_seed
from playground.slack.workspace import Workspace, running
from workflows.notices import Claimed

CLAIMED = Claimed(
    desk_id="T0ACME",
    id=7,
    kind="card",
    lane="slack:C0CREDIT",
    order_number="ORD-123",
    request=12,
    payload={},
    trace="trace-1",
    attempts=1,
    unclear=1,
    created_at=datetime.now(UTC),
    trying_for=timedelta(),
    token="token",
)


def claimed(**changes):
    return dataclasses.replace(CLAIMED, **changes)


class OneClient:
    def __init__(self, client):
        self.client = client

    def client_for(self, desk_id):
        return self.client


@pytest.fixture
async def workspace():
    workspace = Workspace(demo_seed(), rate_limits=False)
    async with running(workspace):
        yield workspace


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(workspace, session):
    return bare_client(workspace.base_url, session)


def bare_client(base, session, token="xoxb-playground-bot"):
    return AsyncWebClient(token, base_url=f"{base}/api/", session=session, retry_handlers=[])


@pytest.fixture
def slack(workspace, session, client):
    return SlackSender(OneClient(client), session, f"{workspace.base_url}/api/")
