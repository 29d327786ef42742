"""A shift at the warehouse's door: a phone, a scanner that types, and a gate that says yes, no or nothing."""

import asyncio

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from store.api_keys import ApiKeys
from tests.office import CSR, DESK

pytestmark = pytest.mark.browser
GRAVE = {"serious", "critical"}
EXPECTED = ("401", "ERR_INTERNET_DISCONNECTED", "Failed to load resource")


@pytest.fixture
async def door(office, browser):
    """Opens the page on a device with a key, and fails for what the browser complains of."""
    complaints = []
    _, key = await ApiKeys(office.parts.pool).create(DESK, "Dock 3", ["gate:read"], "cli:test")

    async def opened(scheme="light", width=390, height=844):
        context = await browser.new_context(
            base_url=f"http://127.0.0.1:{office.settings.port}",
            viewport={"width": width, "height": height},
            color_scheme=scheme,
        )
        tab = await context.new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda said: said.type == "error" and noted(said.text))
        await tab.clock.install()
        await tab.goto("/gate")
        return tab, key

    def noted(text):
        if not any(words in text for words in EXPECTED):
            complaints.append(text)

    expect.set_options(timeout=15_000)
    yield opened
    assert complaints == []


async def scan(tab, *numbers):
    """As a scanner does: it types wherever the focus is, and ends with Enter."""
    for number in numbers:
        await tab.keyboard.type(number)
        await tab.keyboard.press("Enter")


async def passes(tab, where):
    found = (await Axe().run(tab)).response["violations"]
    assert [each["id"] for each in found if each["impact"] in GRAVE] == [], where
    assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), where


async def signed_in(tab, key):
    await tab.get_by_label("Key").fill(key)
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_label("Order number")).to_be_focused()


async def test_a_shift_at_the_door(office, door):
    office.add_order("ORD-200", {"ordered": 3}, {"ordered": 2, "cancelled": 2})
    await office.command(CSR, "/hold ORD-123 credit waiting for the wire")
    tab, key = await door()
    await passes(tab, "sign in")
    await tab.get_by_label("Key").fill("rtk_T0ACME_nonsense")
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_role("alert").first).to_contain_text("wrong or has been revoked")
    await signed_in(tab, key)
    assert await tab.evaluate("document.cookie") == ""
    await yes_and_no(tab)
    await a_burst(tab)
    await no_answer(tab)
    office.rows("update api_keys set revoked_at = now()")
    await scan(tab, "ORD-200")
    await expect(tab.get_by_test_id("sign-in")).to_be_visible()
    await expect(tab.get_by_test_id("answer")).to_be_hidden()
    assert office.row("select asked, refused from gate_counts") == {"asked": 6, "refused": 3}


async def yes_and_no(tab):
    answer = tab.get_by_test_id("answer")
    await scan(tab, "ord-200")
    await expect(answer).to_contain_text("MAY SHIP")
    await expect(answer).to_contain_text("Not all of it: line 2 is cancelled.")
    await passes(tab, "yes")
    await tab.get_by_role("button", name="Sound is off").focus()
    await scan(tab, "ORD-123")
    await expect(answer).to_contain_text("DO NOT SHIP")
    await expect(answer).to_contain_text("Credit not cleared (H-1)")
    await expect(tab.get_by_label("Order number")).to_be_focused()
    await passes(tab, "no")


async def a_burst(tab):
    """Three scans while the first is still under way: none is lost, and the newest stays on the screen."""
    answer, history = tab.get_by_test_id("answer"), tab.get_by_test_id("history").locator("li")
    release = asyncio.Event()

    async def slow(route):
        await release.wait()
        await route.continue_()

    await tab.route("**/gate/ask", slow, times=1)
    await scan(tab, "ORD-123", "ORD-404", "ORD-200")
    await expect(answer).to_contain_text("Wait")
    await expect(answer).to_contain_text("ORD-200")
    release.set()
    await expect(answer).to_contain_text("MAY SHIP")
    await expect(tab.get_by_test_id("earlier")).to_contain_text("Also do not ship: ORD-404, ORD-123")
    said = ["MAY SHIP", "DO NOT SHIP", "DO NOT SHIP", "DO NOT SHIP", "MAY SHIP"]
    await expect(history.locator(".said")).to_have_text(said)
    await expect(history.locator("b")).to_have_text(["ORD-200", "ORD-404", "ORD-123", "ORD-123", "ORD-200"])


async def no_answer(tab):
    """An answer that grew old, or none: never a yes that stands."""
    answer, history = tab.get_by_test_id("answer"), tab.get_by_test_id("history").locator("li")
    await tab.clock.fast_forward(61_000)
    await expect(answer).to_contain_text("Scan again")
    await expect(answer).not_to_contain_text("MAY SHIP")
    await tab.context.set_offline(True)
    await expect(answer).to_contain_text("NO ANSWER: do not ship")
    await scan(tab, "ORD-200")
    await expect(history.first).to_contain_text("NO ANSWER")
    await expect(answer).to_have_attribute("data-look", "unanswered")
    await passes(tab, "no answer")
    await tab.context.set_offline(False)
    await scan(tab, "ORD-200")
    await expect(answer).to_contain_text("MAY SHIP")


async def test_the_door_in_the_dark(office, door):
    await office.command(CSR, "/hold ORD-123 credit waiting for the wire")
    tab, key = await door("dark", 1280, 800)
    await passes(tab, "sign in")
    await signed_in(tab, key)
    await scan(tab, "ORD-123")
    await expect(tab.get_by_test_id("answer")).to_contain_text("DO NOT SHIP")
    await passes(tab, "no")
    await tab.get_by_role("button", name="Sign out").click()
    await expect(tab.get_by_test_id("sign-in")).to_be_visible()
    await tab.reload()
    await expect(tab.get_by_label("Key")).to_be_visible()
