"""The digest in a real browser: a manager reads what has waited, and each button under a row does what it says."""

import pytest
from playwright.async_api import expect

from bot.clock.digesting import digest as tick
from tests.e2e.seats import CARLA, CREDIT, IVAN, ROSA, STOCK
from tests.office import WALT, office

__all__ = ["office"]
pytestmark = pytest.mark.browser

MONA, FAYE, MANAGERS = "U0MONA", "U0FAYE", "C0MGRS"
HELD = (
    (ROSA, "ORD-123", "credit waiting for the wire", 20),
    (ROSA, "ORD-124", "credit", 9),
    (WALT, "ORD-125", "stock two pallets short", 6),
    (FAYE, "ORD-126", "fraud", 4),
)
CUSTOMERS = {"ORD-124": "Harbour & Sons", "ORD-125": "Nordwind Tools", "ORD-126": "Huber GmbH"}


async def test_a_manager_works_through_the_digest(desk_seat, office):
    await a_quiet_day(desk_seat)
    await four_holds_grow_old(office)
    await the_digest_with_its_chart(desk_seat, office)
    await nudged(desk_seat)
    await reassigned(desk_seat)
    await extended_by_whom_it_belongs_to(desk_seat)
    await released(desk_seat)
    await read_anew(desk_seat)


def buttons_of(seat, order):
    """The buttons of this order's row in the digest that was posted: the block that follows."""
    row = seat.card("Digest of").locator(".block.section").filter(has_text=order).first
    return row.locator("xpath=following-sibling::*[1]")


async def click(seat, order, what):
    await buttons_of(seat, order).locator(f'[data-action-id="hold.{what}"]').click()


async def a_quiet_day(seat):
    await seat.sit(CARLA)
    await seat.send("/desk digest")
    await expect(seat.private("read the digest")).to_contain_text("Mona Haddad")
    await seat.shot("digest-01-refused")
    await seat.sit(MONA, MANAGERS)
    await seat.send("/desk digest")
    await expect(seat.private("quiet day")).to_be_visible()
    await seat.shot("digest-02-quiet")


async def four_holds_grow_old(office):
    for order, customer in CUSTOMERS.items():
        office.add_order(order, customer=customer, total=90_000)
    for user, order, said, days in HELD:
        await office.command(user, f"/hold {order} {said}")
        office.rows(
            "update holds set active_at = now() - %s * interval '1 day', requested_at = active_at where order_number = %s",
            days, order,
        )  # fmt: skip
    office.rows("update holds set until = current_date - 1 where order_number = 'ORD-125'")
    await office.command(CARLA, "/release ORD-126 reviewed-ok their bank confirmed")
    await office.settled()


async def the_digest_with_its_chart(seat, office):
    await office.apply(workdays=(), digest_at="00:00")
    office.rows("update desks set created_at = now() - interval '20 days'")
    await tick(office.parts.digests, office.parts.committed)
    await office.settled()
    card = seat.card("Digest of")
    await expect(card).to_contain_text("4 stale holds")
    await seat.shot("digest-03-posted")
    await card.get_by_test_id("open-thread").click()
    await seat.tab.locator("[data-testid=thread] img").scroll_into_view_if_needed()
    await seat.shot("digest-04-chart")
    await seat.tab.get_by_test_id("close-thread").click()
    await seat.tab.locator("#messages").evaluate("(node) => node.scrollTo(0, 0)")
    await seat.shot("digest-05-top")
    await seat.tab.get_by_test_id("email-tray").click()
    await seat.tab.locator("[data-mail-id]").filter(has_text="stale").first.click()
    await seat.shot("digest-06-mail")
    await seat.tab.get_by_test_id("email-tray-close").click()


async def nudged(seat):
    await click(seat, "ORD-123", "nudge")
    await expect(seat.private("ORD-123")).to_contain_text("reminded now")
    await seat.shot("digest-07-nudged")
    await click(seat, "ORD-123", "nudge")
    await expect(seat.private("nudged")).to_be_visible()
    await seat.shot("digest-08-nudged-lately")
    await seat.sit(ROSA, CREDIT)
    await expect(seat.card("ORD-123")).to_contain_text("Mona Haddad asks what becomes of it")
    await seat.shot("digest-09-nudge-in-credit")


async def refused(seat, order, what, words):
    await click(seat, order, what)
    await expect(seat.modal).to_contain_text(words)
    await expect(seat.modal).to_contain_text("Rosa Alvarez")
    await seat.shot(f"digest-10-{what}-refused")
    await seat.tab.get_by_test_id("modal-close").click()
    await expect(seat.modal).to_be_hidden()


async def reassigned(seat):
    await seat.sit(CARLA, MANAGERS)
    await refused(seat, "ORD-123", "assign", "You cannot say who takes care of H-1")
    await seat.sit(MONA, MANAGERS)
    await click(seat, "ORD-123", "assign")
    await seat.choose("member", "Ivan", IVAN)
    await seat.shot("digest-11-assign")
    await seat.submit()
    await expect(seat.modal).to_be_hidden()
    await expect(seat.private("Ivan Petrov")).to_be_visible()
    await seat.shot("digest-12-assigned")
    await seat.direct_messages(IVAN)
    await expect(seat.card("ORD-123")).to_contain_text("Mona Haddad")
    await seat.shot("digest-13-told")


async def extended_by_whom_it_belongs_to(seat):
    await seat.sit(CARLA, MANAGERS)
    await refused(seat, "ORD-124", "extend", "You cannot extend H-2")
    await seat.sit(ROSA, MANAGERS)
    await click(seat, "ORD-124", "extend")
    await seat.field("until").fill("2099-12-01")
    await seat.field("note").fill("Their bank needs a month")
    await seat.shot("digest-15-extend")
    await seat.submit()
    await expect(seat.modal).to_be_hidden()
    await expect(seat.private("ORD-124")).to_contain_text("1 Dec 2099")
    await seat.shot("digest-16-extended")


async def released(seat):
    await seat.sit(MONA, MANAGERS)
    await expect(buttons_of(seat, "ORD-126").locator("[data-action-id]")).to_have_count(3)
    await click(seat, "ORD-125", "release")
    await expect(seat.modal).to_have_attribute("data-callback-id", "release.submit")
    await seat.shot("digest-17-release")
    await seat.choose("reason", "Stock arrived", "stock-arrived")
    await seat.submit()
    await expect(seat.modal).to_be_hidden()
    await seat.shot("digest-18-release-asked")
    await seat.sit(WALT, STOCK)
    await seat.card("ORD-125").get_by_test_id("open-thread").first.click()
    card = seat.card("Stock arrived", inside="[data-testid=thread]")
    await expect(seat.button(card, "request.approve")).to_be_visible()
    await seat.shot("digest-19-card")


async def read_anew(seat):
    await seat.sit(MONA, MANAGERS)
    await seat.send("/desk digest")
    anew = seat.private("Digest of")
    await expect(anew).to_contain_text("Ivan Petrov takes care of it")
    await seat.shot("digest-20-anew")
    await seat.button(anew, "digest.more").first.click()
    await expect(seat.modal).to_be_visible()
    await seat.shot("digest-21-all")
