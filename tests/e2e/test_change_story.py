"""Changes as people live them, in a real browser: before and after on one card, and nothing that has moved on."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.order_files import bring_in, row
from tests.e2e.seats import CARLA, FLOOR, ORDERS
from tests.office import office

__all__ = ["office"]
pytestmark = pytest.mark.browser

LENA, LEADS = "U0LENA", "C0CSLEAD"
ORDER, OTHER = "ORD-9001", "ORD-9002"


def as_of(picked):
    """The warehouse's file, by how many lamps are picked."""
    return (
        row(ORDER, 1, "MUG-800", "Mug, set of 4", 10, "24.00"),
        row(ORDER, 2, "LMP-100", "Desk lamp", 12, "49.95", picked=picked),
        row(ORDER, 3, "RUG-700", "Rug", 2, "159.00", picked=2, packed=2),
        row(OTHER, 1, "CAB-500", "Cable tray", 12, "19.75"),
    )


async def test_changes_are_seen_before_and_after_and_stop_at_what_has_moved(desk_seat, office, tmp_path):
    bring_in(office, tmp_path, as_of(picked=0))
    await filled_in(desk_seat)
    await signed_and_told(desk_seat)
    await picked_meanwhile(desk_seat, office, tmp_path)
    await asked_again(desk_seat)


async def filled_in(seat):
    await seat.sit(CARLA)
    await seat.send("/change")
    await expect(seat.modal).to_have_attribute("data-callback-id", "change.submit")
    await seat.shot("change-01-empty")
    await seat.choose("order", "9001", ORDER)
    await expect(seat.modal).to_contain_text("2 of 2 packed")
    box = seat.field("lines").locator("input[role=combobox]")
    await box.click()
    await expect(seat.tab.locator('[role=option][data-value="3"]')).to_have_count(0)
    await seat.tab.locator('[role=option][data-value="1"]').click()
    await expect(seat.field("qty.1")).to_have_value("10")
    await seat.shot("change-02-lines")
    await seat.field("qty.1").fill("0")
    await seat.choose("reason", "Customer asked", "customer-request")
    await seat.submit()
    await expect(seat.modal.locator('[data-error-for="qty.1"]')).to_contain_text("cancel")
    await seat.shot("change-03-zero")
    await seat.field("qty.1").fill("12")
    await seat.field("ship_by").fill("2001-01-01")
    await seat.submit()
    await expect(seat.modal.locator("[data-error-for=ship_by]")).to_be_visible()
    await seat.shot("change-04-past")
    await seat.field("ship_by").fill("2099-12-15")
    await seat.field("add.sku").fill("GFT-900")
    await seat.field("add.qty").fill("1")
    await seat.field("add.price").fill("50.00")
    await seat.field("note").fill("Agreed on the phone")
    await seat.button(seat.modal, "preview").click()
    await expect(seat.modal).to_contain_text("+USD 98.00")
    await seat.shot("change-05-preview")
    await seat.tab.get_by_test_id("modal-close").click()
    await seat.submit()
    await expect(seat.modal).to_be_hidden()
    await expect(seat.private("R-1")).to_contain_text("10 → 12")
    await seat.shot("change-06-asked")


async def signed_and_told(seat):
    await seat.sit(LENA, LEADS)
    card = seat.card("R-1")
    for words in ("10 → 12", "GFT-900", "+USD 98.00", "15 Dec 2099", "Agreed on the phone"):
        await expect(card).to_contain_text(words)
    await seat.shot("change-07-card")
    await seat.button(card, "request.approve").click()
    await expect(seat.button(card, "request.approve")).to_have_count(0)
    await expect(card).to_contain_text(f"{ORDER} changed")
    await seat.shot("change-08-approved")
    await seat.sit("U0WALT", FLOOR)
    await expect(seat.card("R-1")).to_contain_text("10 → 12")
    await seat.shot("change-09-floor")
    await seat.tab.get_by_test_id("email-tray").click()
    mails = seat.tab.locator("[data-mail-id]").filter(has_text=ORDER)
    await mails.filter(has_text="floor@acme.example").click()
    await expect(seat.tab.frame_locator("iframe.mail-frame").locator("body")).to_contain_text("10 → 12")
    await seat.shot("change-10-mail")
    await seat.sit(CARLA)
    await seat.send(f"/order {ORDER}")
    await expect(seat.private(f"{ORDER}")).to_contain_text("10 ordered at first")
    await seat.shot("change-11-order")


async def picked_meanwhile(seat, office, folder):
    await seat.sit(CARLA)
    await seat.send(f"/change {ORDER} line 2 qty 6 customer-request fewer lamps")
    await expect(seat.private("R-2")).to_contain_text("12 → 6")
    bring_in(office, folder, as_of(picked=5))
    await seat.sit(LENA, LEADS)
    card = seat.card("R-2")
    await expect(seat.button(card, "request.approve")).to_be_visible()
    await seat.shot("change-12-moved-card")
    await seat.button(card, "request.approve").click()
    await expect(seat.private("R-2")).to_contain_text("picked")
    await expect(seat.button(card, "request.approve")).to_have_count(0)
    await expect(card).to_contain_text(re.compile("picked", re.IGNORECASE))
    await seat.shot("change-13-void")


async def asked_again(seat):
    await seat.direct_messages(CARLA)
    told = seat.card("R-2")
    await expect(told).to_contain_text("picked")
    await seat.shot("change-14-told")
    await seat.button(told, "request.again").click()
    await expect(seat.field("qty.2")).to_have_value("6")
    await expect(seat.field("note")).to_have_value("fewer lamps")
    await seat.shot("change-15-again")
    await seat.submit()
    await expect(seat.modal).to_be_hidden()
    await seat.sit(LENA, LEADS)
    card = seat.card("R-3")
    await seat.shot("change-16-again-card")
    await seat.button(card, "request.approve").click()
    await expect(card).to_contain_text(f"{ORDER} changed")
    await seat.sit(CARLA, ORDERS)
    await seat.send(f"/order {ORDER}")
    await expect(seat.private("May it ship: yes")).to_contain_text("12 ordered at first")
    await seat.shot("change-17-order")
