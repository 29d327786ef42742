"""A seat at the playground's page: a real browser, over `redtag demo` or over the office of the test.

Where REDTAG_SCREENSHOTS names a folder, screenshots of every stage go there: light, dark, and on a phone.
"""

import os
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from playground.slack.server import bound_socket, port_of, serving
from playground.web.app import Page, playground
from tests.browser_rule import QUIET
from tests.demo_runs import demo

CARLA, ROSA, IVAN, WALT = "U0CARL", "U0ROSA", "U0IVAN", "U0WALT"
ORDERS, CREDIT, FLOOR, STOCK = "C0ORDERS", "C0CREDIT", "C0FLOOR", "C0STOCK"
WANTED = os.environ.get("REDTAG_SCREENSHOTS")
SCREEN, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


class Seat:
    """One window, in which one person after the other sits down."""

    def __init__(self, tab, shots):
        self.tab = tab
        self.shots = shots

    async def sit(self, user, channel=ORDERS):
        await self.tab.goto(f"/?user={user}&channel={channel}")
        await expect(self.tab.get_by_test_id("user-switch")).to_have_value(user)
        await expect(self.tab.get_by_test_id("composer")).to_be_visible()

    async def send(self, text):
        await self.tab.get_by_test_id("composer").fill(text)
        await self.tab.get_by_test_id("send").click()

    async def shot(self, name):
        if self.shots is None:
            return
        at = self.tab.viewport_size
        await self._save(name)
        await self.tab.emulate_media(color_scheme="dark")
        await self._save(f"{name}-dark")
        await self.tab.emulate_media(color_scheme="light")
        await self.tab.set_viewport_size(PHONE)
        await self._save(f"{name}-phone")
        await self.tab.set_viewport_size(at)

    async def _save(self, name):
        await self.tab.screenshot(animations="disabled", path=self.shots / f"{name}.png")

    def private(self, text):
        return self.tab.locator(".ephemeral").filter(has_text=text).last

    def card(self, request, inside="main"):
        """The message that speaks of this request, as it is now."""
        return self.tab.locator(f"{inside} [data-ts]:not(.ephemeral)").filter(has_text=request).last

    def button(self, card, action_id):
        return card.locator(f'[data-action-id="{action_id}"]')

    @property
    def modal(self):
        return self.tab.get_by_test_id("modal")

    def field(self, name):
        return self.modal.locator(f'[data-block-id="{name}"] [data-action-id="{name}"]')

    async def choose(self, name, typed, value):
        """Pick from a menu by typing into it."""
        await self.field(name).locator("input[role=combobox]").fill(typed)
        await self.tab.locator(f'[role=option][data-value="{value}"]').click()

    async def submit(self):
        await self.tab.get_by_test_id("modal-submit").click()

    async def direct_messages(self, user):
        state = await (await self.tab.request.get(f"/playground/state?user={user}")).json()
        await self.sit(user, state["dms"][0]["id"])


@pytest.fixture
def shots():
    """The folder for screenshots, or None: they cost as much as the rest of a story."""
    folder = Path(WANTED) if WANTED else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@asynccontextmanager
async def seat_at(chromium, address, shots):
    """A window on this page. Anything that the browser complains of fails the test."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium, args=list(QUIET))
        context = await browser.new_context(base_url=address, timezone_id="America/Chicago", viewport=SCREEN)
        context.set_default_timeout(15_000)
        expect.set_options(timeout=15_000)
        tab = await context.new_page()
        complaints = []
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        yield Seat(tab, shots)
        assert complaints == []
        await browser.close()


@pytest.fixture
async def seat(chromium, tmp_path, shots):
    """A window on a demo that was just started."""
    with demo(tmp_path / "data") as run:
        async with seat_at(chromium, run.started().address, shots) as seat:
            yield seat
        assert run.stop()[0] == 0


@pytest.fixture
async def desk_seat(chromium, shots, office):
    """A window on the office of this test: the same app, database and workspace as a demo's, there in a second."""
    page, listener = Page(office.workspace), bound_socket("127.0.0.1", 0)
    async with serving(playground(page), listener):
        async with seat_at(chromium, f"http://127.0.0.1:{port_of(listener)}", shots) as seat:
            yield seat
        page.closing.set()
