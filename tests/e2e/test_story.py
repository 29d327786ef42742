"""The whole story as people live it, in a real browser: `redtag demo`, and nothing behind its page.

Screenshots of every stage are saved to the folder that REDTAG_SCREENSHOTS names.
"""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.seats import CARLA, CREDIT, FLOOR, IVAN, ROSA, STOCK, WALT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("story")]


async def test_an_order_is_stopped_signed_for_released_and_announced(seat):
    await asked_and_answered(seat)
    await the_wrong_person_is_refused(seat)
    await signed_and_told(seat)
    await released_by_another_signature(seat)
    await the_floor_and_the_mailbox_know(seat)
    await from_the_form(seat)
    await rejected_with_a_note(seat)
    await from_a_message_and_withdrawn(seat)


async def asked_and_answered(seat):
    await seat.sit(CARLA)
    await seat.send("/hold ORD-123 credit waiting for wire")
    answer = seat.private("R-1")
    await expect(answer).to_contain_text("ORD-123")
    await expect(seat.button(answer, "request.withdraw")).to_be_visible()
    await seat.shot("01-asked")


async def the_wrong_person_is_refused(seat):
    await seat.sit(WALT, CREDIT)
    card = seat.card("R-1")
    for words in ("ORD-123", "Smith & Sons Ltd", "waiting for wire", "Carla Nguyen", "Rosa Alvarez", "1,428.70"):
        await expect(card).to_contain_text(words)
    await seat.shot("02-card")
    await seat.button(card, "request.approve").click()
    await expect(seat.private("not yours to sign")).to_contain_text("Rosa Alvarez")
    await expect(seat.button(card, "request.approve")).to_be_visible()
    await seat.shot("03-wrong-person")


async def signed_and_told(seat):
    await seat.sit(ROSA, CREDIT)
    card = seat.card("R-1")
    await seat.button(card, "request.approve").click()
    await expect(seat.button(card, "request.approve")).to_have_count(0)
    await expect(card).to_contain_text("Rosa Alvarez")
    await expect(seat.button(card, "request.reject")).to_have_count(0)
    await seat.shot("04-approved")
    await seat.direct_messages(CARLA)
    await expect(seat.card("R-1")).to_contain_text("Rosa Alvarez")
    await seat.shot("05-direct-message")
    await seat.sit(CARLA)
    await seat.send("/order ORD-123")
    await expect(seat.private("May it ship: no")).to_contain_text("can release it")
    await seat.shot("06-order-on-hold")


async def released_by_another_signature(seat):
    await seat.sit(CARLA)
    await seat.send("/release ORD-123 paid wire came in")
    await expect(seat.private("R-2")).to_contain_text("ORD-123")
    await seat.shot("07-release-asked")
    await seat.sit(IVAN, CREDIT)
    await seat.card("R-1").get_by_test_id("open-thread").first.click()
    card = seat.card("R-2", inside="[data-testid=thread]")
    await expect(card).to_contain_text("wire came in")
    await seat.shot("08-release-card")
    await seat.button(card, "request.approve").click()
    await expect(seat.button(card, "request.approve")).to_have_count(0)
    await expect(card).to_contain_text("Ivan Petrov")
    await seat.shot("09-released")


async def the_floor_and_the_mailbox_know(seat):
    await seat.sit(WALT, FLOOR)
    await expect(seat.card("R-2")).to_contain_text("Clear to ship")
    await seat.shot("10-floor")
    await seat.tab.get_by_test_id("email-tray").click()
    await seat.tab.locator("[data-mail-id]").filter(has_text="ORD-123").first.click()
    await expect(seat.tab.frame_locator("iframe.mail-frame").locator("body")).to_contain_text("Clear to ship")
    await seat.shot("11-mail")
    await seat.tab.get_by_test_id("mail-text").click()
    await expect(seat.tab.get_by_test_id("mail-plain")).to_contain_text("Clear to ship")
    await seat.shot("12-mail-text")
    await seat.sit(CARLA)
    await seat.send("/order ORD-123")
    await expect(seat.private("May it ship: yes")).to_be_visible()
    await seat.shot("13-order-clear")


async def from_the_form(seat):
    await seat.sit(CARLA)
    await seat.send("/hold")
    await expect(seat.modal).to_have_attribute("data-callback-id", "hold.submit")
    await seat.submit()
    await expect(seat.modal.locator("[data-error-for=order]")).to_be_visible()
    await seat.shot("14-form-empty")
    await seat.field("order").locator("input[role=combobox]").fill("1002")
    await expect(seat.tab.locator("[role=option]").filter(has_text="ORD-1002")).to_be_visible()
    await seat.shot("15-form-search")
    await seat.choose("order", "ORD-1003", "ORD-1003")
    await seat.choose("reason", "stock", "stock")
    await seat.submit()
    await expect(seat.modal.locator("[data-error-for=order]")).to_contain_text("delivered")
    await seat.shot("16-form-error")
    await seat.choose("order", "ORD-1002", "ORD-1002")
    await seat.field("until").fill("2099-12-01")
    await seat.field("note").fill("Two pallets <short> & counting")
    await seat.submit()
    await expect(seat.modal).to_be_hidden()
    await expect(seat.private("R-3")).to_contain_text("ORD-1002")


async def rejected_with_a_note(seat):
    await seat.sit(WALT, STOCK)
    card = seat.card("R-3")
    await expect(card).to_contain_text("Two pallets <short> & counting")
    await seat.shot("17-stock-card")
    await seat.button(card, "request.reject").click()
    await expect(seat.modal).to_have_attribute("data-callback-id", "reject.submit")
    await seat.field("note").fill("We found them behind the dock")
    await seat.shot("18-reject-form")
    await seat.submit()
    await expect(card).to_contain_text("We found them behind the dock")
    await expect(seat.button(card, "request.reject")).to_have_count(0)
    await seat.shot("19-rejected")
    await seat.direct_messages(CARLA)
    await expect(seat.card("R-3")).to_contain_text("We found them behind the dock")
    await seat.shot("20-direct-messages")


async def from_a_message_and_withdrawn(seat):
    await seat.sit(CARLA)
    await seat.send("The buyer of ORD-1010 asks us to wait")
    message = seat.tab.locator("main [data-ts]").filter(has_text="asks us to wait").last
    await message.hover()
    await message.get_by_test_id("message-menu").click()
    await seat.tab.locator('[data-shortcut="hold.from_message"]').click()
    await expect(seat.field("order").locator("input[role=combobox]")).to_have_value(re.compile("ORD-1010"))
    await seat.shot("21-from-message")
    await seat.choose("reason", "customer", "customer")
    await seat.submit()
    answer = seat.private("R-4")
    await expect(answer).to_be_visible()
    await seat.button(answer, "request.withdraw").click()
    await expect(seat.private("You withdrew R-4")).to_be_visible()
    await seat.shot("22-withdrawn")
    await seat.sit("U0LENA", "C0CSLEAD")
    await expect(seat.card("R-4")).to_contain_text(re.compile("withdrawn", re.IGNORECASE))
    await expect(seat.button(seat.card("R-4"), "request.approve")).to_have_count(0)
    await seat.shot("23-withdrawn-card")
