"""The page for everyone: with the keyboard alone, in the dark, on a phone, and for assistive technology (axe)."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.demo_runs import demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("everyone")]

CREDIT = "C0CREDIT"
GRAVE = {"serious", "critical"}
SCHEMES = ("light", "dark")
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """One demo for all of these tests; each works on orders of its own."""
    with demo(tmp_path_factory.mktemp("everyone") / "data") as run:
        yield run.started().address


def order_of(scheme):
    return {"light": "ORD-1001", "dark": "ORD-1004"}[scheme]


async def press(tab, *keys):
    for key in keys:
        await tab.keyboard.press(key)


async def jump(tab, to):
    """Ctrl+K, a few letters, Enter."""
    await press(tab, "Control+k")
    await expect(tab.get_by_role("combobox", name="Jump to")).to_be_focused()
    await tab.keyboard.type(to)
    await expect(tab.get_by_test_id("jumper").get_by_role("option").filter(has_text=to).first).to_be_visible()
    await press(tab, "Enter")


async def tab_to(tab, wanted, key="Tab", most=40):
    """Goes on with the Tab key until the focus is there."""
    for _ in range(most):
        if await wanted.evaluate("(node) => node === document.activeElement"):
            return
        await press(tab, key)
    raise AssertionError(f"{most} × {key} did not reach {wanted}")


async def sign_with_the_keyboard(tab, card):
    """From the message field back to the newest card, into it, and Enter on its first button."""
    await press(tab, "F6", "F6", "F6")
    await tab_to(tab, tab.get_by_test_id("composer"), "Shift+Tab", 5)
    await tab_to(tab, card.locator('[data-action-id="request.approve"]'), "Shift+Tab")
    await press(tab, "Enter")


async def test_a_hold_is_placed_signed_and_released_with_the_keyboard_alone(window, address):
    tab = await window(address)
    await tab.evaluate("document.body.focus()")
    await jump(tab, "order-desk")
    await expect(tab.get_by_test_id("composer")).to_be_focused()
    await tab.keyboard.type("/ho")
    await expect(tab.get_by_role("option", name="/hold")).to_be_visible()
    await press(tab, "Tab")
    await expect(tab.get_by_test_id("composer")).to_have_value("/hold ")
    await press(tab, "Enter")
    await expect(tab.get_by_role("combobox", name="Order")).to_be_focused()
    await tab.keyboard.type("ORD-1002")
    await expect(tab.get_by_role("option").filter(has_text="ORD-1002")).to_be_visible()
    await press(tab, "Enter", "Tab")
    await expect(tab.get_by_role("combobox", name="Reason")).to_be_focused()
    await tab.keyboard.type("credit")
    await press(tab, "Enter")
    await tab_to(tab, tab.get_by_test_id("modal-submit"))
    await press(tab, "Enter")
    await expect(tab.get_by_test_id("modal")).to_be_hidden()
    await expect(tab.get_by_test_id("composer")).to_be_focused()
    await expect(tab.locator(".ephemeral").filter(has_text="ORD-1002").last).to_be_visible()

    await jump(tab, "Ivan Petrov")
    await expect(tab.get_by_test_id("user-switch")).to_have_value("U0IVAN")
    await jump(tab, "credit")
    card = tab.locator("main article:not(.ephemeral)").filter(has_text="ORD-1002").last
    await sign_with_the_keyboard(tab, card)
    await expect(card).to_contain_text("Approved")

    await jump(tab, "Carla Nguyen")
    await expect(tab.get_by_test_id("user-switch")).to_have_value("U0CARL")
    await jump(tab, "order-desk")
    await expect(tab.get_by_test_id("composer")).to_be_focused()
    await tab.keyboard.type("/release ORD-1002 paid wire came in")
    await press(tab, "Enter")
    await expect(tab.locator(".ephemeral").filter(has_text="ORD-1002").last).to_contain_text("release")

    await jump(tab, "Rosa Alvarez")
    await expect(tab.get_by_test_id("user-switch")).to_have_value("U0ROSA")
    await jump(tab, "credit")
    await expect(tab.get_by_test_id("composer")).to_be_focused()
    await tab_to(tab, card.get_by_test_id("open-thread"), "Shift+Tab")
    await press(tab, "Enter")
    await expect(tab.get_by_test_id("thread-composer")).to_be_focused()
    answer = tab.locator("#thread article").filter(has_text="wire came in").last
    await tab_to(tab, answer.locator('[data-action-id="request.approve"]'), "Shift+Tab")
    await press(tab, "Enter")
    await expect(answer.locator('[data-action-id="request.approve"]')).to_have_count(0)
    await press(tab, "Escape")
    await expect(tab.get_by_test_id("thread")).to_be_hidden()
    await jump(tab, "floor")
    await expect(tab.locator("main article").filter(has_text="ORD-1002").last).to_contain_text("Clear to ship")


async def test_arrow_keys_go_from_message_to_message(window, address):
    tab = await window(address, channel="C0RANDOM")
    for text in ("first words", "second words"):
        await tab.get_by_test_id("composer").fill(text)
        await press(tab, "Enter")
    message = tab.locator("main article")
    await expect(message).to_have_count(2)
    await tab.locator("#messages").focus()
    await press(tab, "ArrowUp")
    await expect(message.last).to_be_focused()
    await press(tab, "ArrowUp")
    await expect(message.first).to_be_focused()
    await press(tab, "t")
    await expect(tab.get_by_test_id("thread-composer")).to_be_focused()
    await press(tab, "Escape")
    await expect(message.first).to_be_focused()


async def test_typeahead_finds_orders_and_says_when_there_are_none(window, address):
    tab = await window(address, user="U0SAMI")
    await tab.get_by_test_id("composer").fill("/hold")
    await press(tab, "Enter")
    field = tab.get_by_role("combobox", name="Order")
    await field.fill("1003")
    await expect(tab.get_by_role("option").filter(has_text="ORD-1003")).to_be_visible()
    await field.fill("NOSUCHORDER")
    await expect(tab.locator(".combo-note")).to_have_text("No results")
    await press(tab, "Escape")
    await expect(tab.get_by_test_id("modal")).to_be_visible()
    await press(tab, "Escape")
    await expect(tab.get_by_test_id("modal")).to_be_hidden()


async def test_light_or_dark_is_the_system_s_until_it_is_chosen(window, address):
    tab = await window(address, scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    assert await tab.evaluate(background) == "rgb(26, 28, 32)"
    await tab.get_by_test_id("theme").click()
    assert await tab.evaluate(background) == "rgb(255, 255, 255)"
    await tab.reload()
    await expect(tab.get_by_test_id("theme")).to_have_attribute("aria-label", "Switch to dark colours")
    assert await tab.evaluate(background) == "rgb(255, 255, 255)"


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_axe_finds_nothing_serious(window, address, scheme):
    tab = await window(address, user="U0FAYE", channel="C0FRAUD", scheme=scheme)
    await passes(tab, "an empty channel")
    tab = await window(address, scheme=scheme)
    await tab.get_by_test_id("composer").fill(f"/hold {order_of(scheme)} credit why not")
    await press(tab, "Enter")
    await expect(tab.locator(".ephemeral").filter(has_text=order_of(scheme))).to_be_visible()
    await passes(tab, "an answer only for me")
    await tab.get_by_test_id("composer").press_sequentially("/")
    await passes(tab, "the commands")
    await tab.get_by_test_id("composer").fill("/hold")
    await press(tab, "Enter")
    await tab.get_by_test_id("modal-submit").click()
    await expect(tab.locator("[data-error-for=order]")).to_be_visible()
    await passes(tab, "a form with errors")
    await tab.get_by_role("combobox", name="Order").fill("100")
    await expect(tab.locator(".combo-option").first).to_be_visible()
    await passes(tab, "a list of orders")
    await press(tab, "Escape", "Escape")
    await expect(tab.get_by_test_id("modal")).to_be_hidden()
    await tab.get_by_test_id("channel-home").click()
    await expect(tab.locator(".home-body")).to_be_visible()
    await passes(tab, "App Home")
    await tab.get_by_test_id("tab-messages").click()
    await passes(tab, "messages of the app")
    await tab.get_by_test_id("email-tray-button").click()
    await passes(tab, "the e-mail tray")
    await press(tab, "Escape")
    await tab.get_by_test_id("channel-C0CREDIT").click()
    card = tab.locator("main article").filter(has_text=order_of(scheme)).last
    await card.hover()
    await card.get_by_test_id("reply-in-thread").click()
    await expect(tab.get_by_test_id("no-replies")).to_be_visible()
    await passes(tab, "cards and a thread")
    await press(tab, "Control+k")
    await passes(tab, "the jump list")


async def passes(tab, where):
    found = (await Axe().run(tab)).response["violations"]
    grave = [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found if one["impact"] in GRAVE]
    assert grave == [], where


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_phone_shows_every_state_without_scrolling_sideways(window, address, scheme):
    tab = await window(address, user="U0LENA", scheme=scheme, **PHONE)
    await passes(tab, "a phone")
    await fits(tab)
    await tab.get_by_test_id("drawer").click()
    await expect(tab.get_by_test_id("channel-C0CREDIT")).to_be_in_viewport()
    await fits(tab)
    await tab.get_by_test_id("channel-C0ORDERS").click()
    await expect(tab.get_by_test_id("channel-C0CREDIT")).not_to_be_in_viewport()
    await tab.get_by_test_id("composer").fill("/order ORD-123")
    await press(tab, "Enter")
    await expect(tab.locator(".ephemeral").filter(has_text="ORD-123").last).to_be_visible()
    await fits(tab)
    await tab.get_by_test_id("composer").fill("/hold")
    await press(tab, "Enter")
    await expect(tab.get_by_test_id("modal-submit")).to_be_in_viewport()
    await fits(tab)
    assert (await tab.get_by_test_id("modal").bounding_box())["width"] == PHONE["width"]
    await tab.get_by_test_id("modal-x").click()
    await tab.get_by_test_id("email-tray-button").click()
    await expect(tab.get_by_test_id("email-tray-close")).to_be_in_viewport()
    await fits(tab)


async def fits(tab):
    assert await tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert await tab.evaluate("Math.max(...[...document.querySelectorAll('#topbar > *')]"
                              ".map((one) => one.getBoundingClientRect().right))") <= PHONE["width"]  # fmt: skip
