"""Cancels as people live them, in a real browser: what has left stays, the rest is one card and a click or two."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.order_files import bring_in, row
from tests.e2e.seats import CARLA, CREDIT, FLOOR, ORDERS, ROSA
from tests.office import office

__all__ = ["office"]
pytestmark = pytest.mark.browser

SAMI, LENA, LEADS, ARNO = "U0SAMI", "U0LENA", "C0CSLEAD", "U0ARNO"
PARTLY, DEAR, LONG, TWICE = "ORD-9001", "ORD-9002", "ORD-9120", "ORD-9003"
ROWS = (
    row(PARTLY, 1, "MUG-800", "Mug, set of 4", 10, "24.00", picked=4),
    row(PARTLY, 2, "LMP-100", "Desk lamp", 10, "49.95", picked=3, packed=3, shipped=3),
    row(PARTLY, 3, "RUG-700", "Rug", 2, "159.00", picked=2, packed=2, shipped=2),
    row(DEAR, 1, "CHR-200", "Task chair & armrests", 40, "189.00"),
    row(TWICE, 1, "CAB-500", "Cable tray", 12, "19.75"),
    *(row(LONG, line, f"PRT-{line:03}", f"Part {line} of the kit", 2, "1.50") for line in range(1, 121)),
)


async def test_cancels_stop_at_what_has_left_and_need_their_signatures(desk_seat, office, tmp_path):
    bring_in(office, tmp_path, ROWS)
    await chosen_line_by_line(desk_seat)
    await signed_with_another_reason(desk_seat)
    await the_floor_and_the_mailbox_know(desk_seat)
    await the_order_tells_it(desk_seat)
    await the_rest_is_offered_and_rejected(desk_seat)
    await two_roles_sign_what_is_expensive(desk_seat)
    await a_second_person_joins_and_the_first_withdraws(desk_seat)
    await every_line_of_a_long_order_is_reached(desk_seat)


async def also(seat, line):
    """Choose one more line in the menu that takes several."""
    box = seat.field("lines").locator("input[role=combobox]")
    await box.click()
    await seat.tab.locator(f'[role=option][data-value="{line}"]').filter(has_text="·").click()
    await expect(seat.field("lines").locator(f'.combo-token[data-value="{line}"]')).to_be_visible()
    await box.press("Tab")


async def chosen_line_by_line(seat):
    await seat.sit(CARLA)
    await seat.send("/cancel")
    await expect(seat.modal).to_have_attribute("data-callback-id", "cancel.submit")
    await seat.shot("cancel-01-empty")
    await seat.choose("order", "9001", PARTLY)
    await expect(seat.modal).to_contain_text("3 of 10 shipped")
    await expect(seat.modal).to_contain_text("7 can be cancelled")
    await seat.shot("cancel-02-lines")
    box = seat.field("lines").locator("input[role=combobox]")
    await box.click()
    await expect(seat.tab.locator('[role=option][data-value="1"]')).to_be_visible()
    await expect(seat.tab.locator('[role=option][data-value="3"]')).to_have_count(0)
    await seat.shot("cancel-03-choices")
    await box.press("Escape")
    await also(seat, "1")
    await expect(seat.field("qty.1")).to_have_value("10")
    await seat.field("qty.1").fill("11")
    await seat.choose("reason", "Ordered twice", "duplicate")
    await seat.submit()
    await expect(seat.modal.locator('[data-error-for="qty.1"]')).to_contain_text("10 can be cancelled")
    await seat.shot("cancel-04-too-many")
    await seat.field("qty.1").fill("8")
    await seat.field("note").fill("Customer has two sets already")
    await seat.button(seat.modal, "preview").click()
    await expect(seat.modal).to_contain_text("USD 192.00")
    await seat.shot("cancel-05-preview")
    await seat.tab.get_by_test_id("modal-close").click()
    await expect(seat.field("qty.1")).to_have_value("8")
    await seat.submit()
    await expect(seat.modal).to_be_hidden()
    await expect(seat.private("R-1")).to_contain_text("8 units of line 1")
    await seat.shot("cancel-06-asked")


async def signed_with_another_reason(seat):
    await seat.sit(LENA, LEADS)
    card = seat.card("R-1")
    for words in ("10 → 2", "USD 192.00", "two sets already", "Carla Nguyen"):
        await expect(card).to_contain_text(words)
    await seat.shot("cancel-07-card")
    reason = card.locator('[data-action-id="request.reason"] input[role=combobox]')
    await expect(reason).to_have_value("Ordered twice")
    await reason.fill("changed their mind")
    await seat.tab.locator('[role=option][data-value="customer-request"]').click()
    await seat.button(card, "request.approve").click()
    await expect(seat.button(card, "request.approve")).to_have_count(0)
    await expect(card).to_contain_text("Customer changed their mind")
    await expect(card).to_contain_text("Lena Fischer")
    await seat.shot("cancel-08-approved")


async def the_floor_and_the_mailbox_know(seat):
    await seat.direct_messages(CARLA)
    await expect(seat.card("R-1")).to_contain_text("Lena Fischer")
    await seat.shot("cancel-09-direct-message")
    await seat.sit("U0WALT", FLOOR)
    post = seat.card("R-1")
    for words in ("Partly cancelled", "8 cancelled", "STOP", "Clear to ship"):
        await expect(post).to_contain_text(words)
    await seat.shot("cancel-10-floor")
    await seat.tab.get_by_test_id("email-tray").click()
    mails = seat.tab.locator("[data-mail-id]").filter(has_text=PARTLY)
    await expect(mails.filter(has_text="ar@acme.example")).to_have_count(1)
    await expect(mails.filter(has_text="carla@acme.example")).to_have_count(1)
    await seat.shot("cancel-11-mails")
    await mails.filter(has_text="ar@acme.example").click()
    await expect(seat.tab.frame_locator("iframe.mail-frame").locator("body")).to_contain_text("USD 192.00")
    await seat.shot("cancel-12-mail")
    await seat.tab.get_by_test_id("mail-text").click()
    await expect(seat.tab.get_by_test_id("mail-plain")).to_contain_text("USD 192.00")
    await seat.shot("cancel-13-mail-text")


async def the_order_tells_it(seat):
    await seat.sit(ARNO, ORDERS)
    await seat.send(f"/order {PARTLY}")
    answer = seat.private(PARTLY)
    await expect(answer).to_contain_text("May it ship: yes")
    await expect(answer).to_contain_text("8 cancelled")
    await seat.shot("cancel-14-order")


async def the_rest_is_offered_and_rejected(seat):
    await seat.sit(CARLA)
    await seat.send(f"/cancel {PARTLY} all customer-request moving out")
    answer = seat.private("3 of 10 shipped")
    await expect(answer).to_contain_text("line 3")
    await seat.shot("cancel-15-partly-gone")
    await seat.button(answer, "cancel.rest").click()
    await expect(seat.field("qty.2")).to_have_value("7")
    await expect(seat.field("qty.1")).to_have_value("2")
    await expect(seat.field("reason").locator("input[role=combobox]")).to_have_value("Customer changed their mind")
    await expect(seat.field("note")).to_have_value("moving out")
    await seat.shot("cancel-16-the-rest")
    await seat.submit()
    await expect(seat.modal).to_be_hidden()
    await expect(seat.private("R-2")).to_be_visible()
    await seat.send(f"/order {PARTLY}")
    await expect(seat.private("May it ship: no")).to_contain_text("R-2")
    await seat.shot("cancel-17-order-waits")
    await seat.sit(LENA, LEADS)
    card = seat.card("R-2")
    await expect(card).to_contain_text("Cancelled earlier")
    await seat.shot("cancel-18-card-of-the-rest")
    await seat.button(card, "request.reject").click()
    await seat.field("note").fill("They want the lamps after all")
    await seat.shot("cancel-19-reject-form")
    await seat.submit()
    await expect(card).to_contain_text("They want the lamps after all")
    await expect(seat.button(card, "request.reject")).to_have_count(0)
    await seat.shot("cancel-20-rejected")


async def two_roles_sign_what_is_expensive(seat):
    await seat.sit(CARLA)
    await seat.send(f"/cancel {DEAR} all duplicate")
    await expect(seat.private("R-3")).to_contain_text("Credit")
    await seat.shot("cancel-21-two-asked")
    await seat.sit(LENA, LEADS)
    card = seat.card("R-3")
    await seat.button(card, "request.approve").click()
    await expect(card).to_contain_text("✓ Customer service lead: @Lena Fischer")
    await expect(card).to_contain_text("○ Credit")
    await seat.shot("cancel-22-first-signature")
    await seat.sit(ROSA, CREDIT)
    card = seat.card("R-3")
    await expect(card).to_contain_text("✓ Customer service lead: @Lena Fischer")
    await seat.shot("cancel-23-second-card")
    await seat.button(card, "request.approve").click()
    await expect(seat.button(card, "request.approve")).to_have_count(0)
    await expect(card).to_contain_text("Rosa Alvarez")
    await seat.shot("cancel-24-both-signed")
    await seat.sit(LENA, LEADS)
    card = seat.card("R-3")
    await expect(card).to_contain_text("Rosa Alvarez")
    await expect(seat.button(card, "request.approve")).to_have_count(0)
    await seat.shot("cancel-25-both-signed-here-too")
    await seat.sit("U0WALT", FLOOR)
    await expect(seat.card("R-3")).to_contain_text(f"nothing of {DEAR} ships any more")
    await seat.shot("cancel-26-floor-stops")


async def a_second_person_joins_and_the_first_withdraws(seat):
    await seat.sit(CARLA)
    await seat.send(f"/cancel {TWICE} line 1 qty 4 customer-request")
    await expect(seat.private("R-4")).to_be_visible()
    await seat.sit(SAMI)
    await seat.send(f"/cancel {TWICE} line 1 customer-request")
    answer = seat.private("R-4")
    await expect(answer).to_contain_text("Carla Nguyen")
    await seat.shot("cancel-27-pending-already")
    await seat.button(answer, "request.join").click()
    await expect(seat.private("You will be told")).to_contain_text("R-4")
    await seat.shot("cancel-28-joined")
    await seat.sit(CARLA)
    await seat.tab.get_by_test_id("channel-home").click()
    home = seat.tab.get_by_test_id("home")
    await expect(home).to_contain_text("R-4")
    await seat.shot("cancel-29-home")
    await seat.button(home, "request.withdraw").first.click()
    await expect(seat.button(home, "request.withdraw")).to_have_count(0)
    await seat.direct_messages(SAMI)
    await expect(seat.card("R-4")).to_contain_text("withdr")
    await seat.shot("cancel-30-joined-hears")
    await seat.sit(LENA, LEADS)
    await expect(seat.card("R-4")).to_contain_text(re.compile("withdrawn", re.IGNORECASE))
    await seat.shot("cancel-31-withdrawn-card")


async def every_line_of_a_long_order_is_reached(seat):
    await seat.sit(CARLA)
    await seat.send(f"/cancel {LONG}")
    await expect(seat.modal).to_contain_text("Lines 1 to 40")
    await seat.shot("cancel-32-long")
    for page, line in (("1", "40"), ("2", "41"), ("3", "120")):
        await seat.field("lines.page").locator("input[role=combobox]").click()
        await seat.tab.locator(f'[role=option][data-value="{page}"]').filter(has_text="Lines").click()
        await expect(seat.modal).to_contain_text(f"Part {line} of the kit")
        await also(seat, line)
    await expect(seat.field("qty.120")).to_have_value("2")
    await seat.field("qty.40").fill("1")
    await seat.shot("cancel-33-long-page-3")
    await seat.choose("reason", "Out of stock", "out-of-stock")
    await seat.submit()
    await expect(seat.modal).to_be_hidden()
    answer = seat.private("R-5")
    await expect(answer).to_contain_text("USD 7.50")
    await seat.shot("cancel-34-long-asked")
    await seat.sit(LENA, LEADS)
    await expect(seat.card("R-5")).to_contain_text("PRT-120")
