"""Windows on the playground's page: over a workspace with an app of a few lines, or over a whole demo."""

from contextlib import asynccontextmanager

import pytest
from playwright.async_api import async_playwright, expect

from playground.slack.server import bound_socket, port_of, serving
from playground.web.app import Page, playground
from tests.browser_rule import QUIET
from tests.playground.conftest import bot, client, clock, session, workspace

__all__ = ["bot", "client", "clock", "session", "workspace"]


@pytest.fixture
async def browser(chromium):
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield browser
        await browser.close()


@asynccontextmanager
async def page_of(workspace, port=0):
    """The page's address. A port that is given again stands for the same playground after a break."""
    page = Page(workspace)
    listener = bound_socket("127.0.0.1", port)
    async with serving(playground(page), listener):
        yield f"http://127.0.0.1:{port_of(listener)}"
        page.closing.set()


@pytest.fixture
async def address(workspace):
    async with page_of(workspace) as address:
        yield address


@pytest.fixture
async def window(browser):
    """Opens a window. What the browser complains of in it fails the test, unless the test expects it."""
    complaints = []

    async def opened(
        address, *, user="U0CARL", channel="C0ORDERS", width=1280, height=800, scheme="light", expected=()
    ):
        context = await browser.new_context(
            base_url=address,
            timezone_id="America/Chicago",
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        tab = await context.new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda said: said.type == "error" and noted(said.text, expected))
        await tab.goto(f"/?user={user}&channel={channel}")
        await expect(tab.get_by_test_id("user-switch")).to_have_value(user)
        return tab

    def noted(text, expected):
        if not any(words in text for words in expected):
            complaints.append(text)

    expect.set_options(timeout=15_000)
    yield opened
    assert complaints == []
