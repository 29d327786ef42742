import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.slack.seed import demo_seed
from playground.slack.server import bound_socket, port_of, serving
from playground.slack.workspace import Workspace, running
from tests.playground.fake_bot import FakeBot


class Clock:
    """Real time until a test moves it."""

    def __init__(self):
        self.now = 1_790_000_000.0

    def __call__(self):
        return self.now

    def pass_(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def workspace(clock):
    workspace = Workspace(demo_seed(), clock=clock)
    async with running(workspace):
        yield workspace


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def client(workspace, session):
    """Slack's own client, without its repetition of dropped calls."""
    return AsyncWebClient(
        workspace.bot_token, base_url=f"{workspace.base_url}/api/", session=session, retry_handlers=[]
    )


@pytest.fixture
async def bot(workspace):
    """A fake app that is connected over HTTP."""
    bot = FakeBot(workspace.signing_secret)
    listener = bound_socket("127.0.0.1", 0)
    async with serving(bot.app(), listener):
        workspace.connect_http(f"http://127.0.0.1:{port_of(listener)}/slack/events")
        yield bot


async def refusal(call):
    """The answer to a call that Slack refuses."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response


async def refused(call):
    """The error code of a call that Slack refuses."""
    return (await refusal(call))["error"]
