"""The guided story and the inspector, as a newcomer meets them."""

import json

import pytest
from playwright.async_api import expect

from tests.e2e.seats import CARLA, FLOOR, ORDERS, ROSA, WALT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("story")]


async def test_a_newcomer_is_led_through_a_first_hold_and_looks_behind_it(seat):
    await the_story_begins_by_itself(seat)
    await every_step_ticks_itself(seat)
    await it_can_be_closed_and_opened_again(seat)
    await the_inspector_shows_what_was_sent(seat)
    await both_fit_on_a_phone(seat)


def step(seat, title):
    return seat.tab.get_by_test_id("tour").get_by_role("heading", name=title)


async def press(seat, name):
    await seat.tab.get_by_test_id(name).click()


async def the_story_begins_by_itself(seat):
    await seat.tab.goto("/")
    await expect(step(seat, "Put an order on hold")).to_be_visible()
    await seat.shot("tour-1")
    await press(seat, "tour-type")
    await expect(seat.tab.get_by_test_id("composer")).to_have_value("/hold ORD-123 credit waiting for wire")
    await seat.tab.keyboard.press("Enter")
    await expect(step(seat, "See the wrong person refused")).to_be_visible()


async def every_step_ticks_itself(seat):
    await press(seat, "tour-go")
    await seat.button(seat.card("R-1"), "request.approve").click()
    await expect(seat.private("not yours to sign")).to_be_visible()
    await expect(step(seat, "Approve it")).to_be_visible()
    await seat.tab.reload()
    await expect(step(seat, "Approve it")).to_be_visible()
    await press(seat, "tour-go")
    await seat.button(seat.card("R-1"), "request.approve").click()
    await expect(step(seat, "Release it")).to_be_visible()
    await press(seat, "tour-go")
    await press(seat, "tour-type")
    await press(seat, "send")
    await expect(seat.tab.get_by_test_id("tour-type")).to_have_count(0)
    await press(seat, "tour-also")
    await expect(seat.tab.get_by_test_id("user-switch")).to_have_value(ROSA)
    await seat.button(seat.card("R-2"), "request.approve").click()
    await expect(step(seat, "See what the floor reads")).to_be_visible()
    await press(seat, "tour-go")
    await expect(seat.tab.get_by_test_id("user-switch")).to_have_value(WALT)
    await expect(step(seat, "That is the whole story.")).to_be_visible()
    await expect(seat.card("Clear to ship")).to_be_visible()
    await seat.shot("tour-end")


async def it_can_be_closed_and_opened_again(seat):
    tour = seat.tab.get_by_test_id("tour")
    await press(seat, "tour-close")
    await expect(tour).to_be_hidden()
    await expect(seat.tab.get_by_test_id("tour-button")).to_be_focused()
    await seat.tab.reload()
    await expect(seat.tab.get_by_test_id("composer")).to_be_visible()
    await expect(tour).to_be_hidden()
    await press(seat, "tour-button")
    await expect(step(seat, "Put an order on hold")).to_be_visible()
    await press(seat, "tour-skip")
    await expect(step(seat, "See the wrong person refused")).to_be_visible()
    await press(seat, "tour-close")


async def the_inspector_shows_what_was_sent(seat):
    tab = seat.tab
    await seat.sit(CARLA, ORDERS)
    await expect(tab.get_by_test_id("inspector")).to_be_hidden()
    await press(seat, "inspector-button")
    await seat.send("/order ORD-123")
    row = tab.get_by_test_id("exchange").filter(has_text="command /order").first
    await row.click()
    detail = tab.get_by_test_id("inspector-detail")
    await expect(detail).to_contain_text("of the 3 s that Slack waits")
    await detail.get_by_test_id("signature").locator("summary").click()
    await expect(detail.get_by_test_id("signature")).to_contain_text("X-Slack-Signature")
    await expect(detail).to_contain_text("ORD-123")
    await seat.shot("inspector")
    await tab.get_by_test_id("inspector-filter").select_option("mail")
    await expect(tab.get_by_test_id("exchange").filter(has_text="command")).to_have_count(0)
    await tab.get_by_test_id("inspector-filter").select_option("")
    await tab.get_by_test_id("inspector-problems").check()
    await expect(tab.get_by_test_id("exchange").filter(has_text="200")).to_have_count(0)
    await tab.get_by_test_id("inspector-problems").uncheck()
    await press(seat, "inspector-clear")
    await expect(tab.get_by_test_id("inspector")).to_contain_text("Nothing yet.")
    await tab.reload()
    await expect(tab.get_by_test_id("inspector")).to_be_visible()
    exchanges = await (await tab.request.get("/playground/exchanges")).json()
    assert "xoxb-" not in json.dumps(exchanges)


async def both_fit_on_a_phone(seat):
    await seat.tab.set_viewport_size({"width": 390, "height": 844})
    await seat.sit(WALT, FLOOR)
    await press(seat, "inspector-close")
    await press(seat, "tour-button")
    await expect(seat.tab.get_by_test_id("composer")).to_be_in_viewport()
    wide = await seat.tab.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
    await seat.shot("tour-phone")
