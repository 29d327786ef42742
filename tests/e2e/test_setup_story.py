"""The interview in a real browser: an admin adds a reason with a role of its own, and the next hold goes there."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.seats import CARLA, IVAN, ORDERS
from tests.office import office

__all__ = ["office"]
pytestmark = pytest.mark.browser

ADAM, MANAGERS, PRICING = "U0ADAM", "C0MGRS", "C0PRICE"
REASON, ROLE = "export-licence", "legal"
LEFT_AS_THEY_ARE = ("Order data", "Stages", "Roles", "E-mail and groups")


async def test_an_admin_is_led_through_the_interview_and_the_next_hold_asks_the_new_role(desk_seat):
    await others_hear_who_may(desk_seat)
    await the_desk(desk_seat)
    await what_stays_is_left_as_it_is(desk_seat)
    await a_new_reason_with_a_role_of_its_own(desk_seat)
    await left_and_resumed(desk_seat)
    await odd_cases_and_the_read_back(desk_seat)
    await the_new_role_is_asked(desk_seat)


async def at(seat, step):
    await expect(seat.modal.get_by_role("heading", name=step, exact=True)).to_be_visible()


async def on(seat, step):
    await seat.submit()
    await at(seat, step)


async def others_hear_who_may(seat):
    await seat.sit(CARLA)
    await seat.send("/desk setup")
    await expect(seat.private("can set up the desk")).to_contain_text("Adam Reyes")
    await seat.shot("setup-01-refused")


async def the_desk(seat):
    await seat.sit(ADAM, MANAGERS)
    await seat.send("/desk setup")
    await at(seat, "The desk")
    await seat.shot("setup-02-desk")
    await seat.field("desk.timezone").fill("America/Chicgo")
    await seat.submit()
    await expect(seat.modal.locator('[data-error-for="desk.timezone"]')).to_contain_text("Did you mean America/Chicago")
    await seat.shot("setup-03-timezone")
    await seat.field("desk.timezone").fill("Europe/Berlin")


async def what_stays_is_left_as_it_is(seat):
    for step in LEFT_AS_THEY_ARE:
        await on(seat, step)
        await seat.shot(f"setup-04-{step.split()[0].lower()}")


def new(seat, name):
    """A field of the group in which a reason is added; its ids are new each time."""
    return seat.modal.locator(f'[data-block-id^="add."][data-block-id$=".{name}"] [data-action-id]')


async def picked(seat, name, typed, value):
    await new(seat, name).locator("input[role=combobox]").fill(typed)
    await seat.tab.locator(f'[role=option][data-value="{value}"]').click()


async def a_new_reason_with_a_role_of_its_own(seat):
    await on(seat, "Hold reasons")
    await seat.shot("setup-07-reasons")
    await new(seat, "code").fill("export licence")
    await new(seat, "label").fill("Export licence missing")
    await new(seat, "role").fill(ROLE)
    await seat.submit()
    await expect(seat.modal.locator(".field-error:visible")).to_contain_text("Choose who holds the new role")
    await new(seat, "members").scroll_into_view_if_needed()
    await seat.shot("setup-08-new-role")
    await picked(seat, "members", "Ivan", IVAN)
    await picked(seat, "members", "Mona", "U0MONA")
    await picked(seat, "channel", "pricing", PRICING)
    await seat.shot("setup-09-new-reason")
    await seat.submit()
    await expect(seat.modal).to_contain_text(f"Export licence missing ({REASON})")
    await seat.shot("setup-10-added")


async def left_and_resumed(seat):
    await seat.tab.get_by_test_id("modal-close").click()
    await expect(seat.modal).to_be_hidden()
    await seat.sit(ADAM, MANAGERS)
    await seat.send("/desk setup")
    await expect(seat.modal).to_contain_text("Your answers so far are kept")
    await seat.shot("setup-11-resume")
    await seat.button(seat.modal, "setup.go").click()
    await at(seat, "Hold reasons")
    await expect(seat.modal).to_contain_text("Export licence missing")


async def odd_cases_and_the_read_back(seat):
    await on(seat, "Who else signs")
    await seat.shot("setup-12-signing")
    await on(seat, "Reminders")
    await seat.shot("setup-12-reminders")
    await on(seat, "Odd cases")
    await seat.field("odd").fill("we work on Saturdays\nMr Smith never pays on time")
    await seat.shot("setup-13-odd")
    await on(seat, "Read back")
    for words in ("Export licence missing", "Europe/Berlin", "Not handled: Mr Smith never pays on time", "to Saturday"):
        await expect(seat.modal).to_contain_text(words)
    for words in ("from Monday to Friday → from Monday to Saturday", "owner legal, stale after 2 days"):
        await expect(seat.modal).to_contain_text(words)
    await expect(seat.modal).not_to_contain_text(re.compile(r"\b[UC]0[A-Z]+\b"))
    for place in range(4):
        await seat.modal.locator(".modal-body").evaluate("(node, at) => node.scrollTo(0, at * 560)", place)
        await seat.shot(f"setup-14-read-back-{place}")
    await seat.submit()
    await at(seat, "Applied")
    await seat.shot("setup-15-applied")


async def the_new_role_is_asked(seat):
    await seat.sit(CARLA, ORDERS)
    await seat.send(f"/hold ORD-123 {REASON} the form is at the ministry")
    await expect(seat.private("R-1")).to_contain_text("Legal")
    await seat.shot("setup-16-asked")
    await seat.sit(IVAN, PRICING)
    card = seat.card("R-1")
    await expect(card).to_contain_text("Export licence missing")
    await seat.shot("setup-17-card")
    await seat.button(card, "request.approve").click()
    await expect(card).to_contain_text("Ivan Petrov")
    await expect(seat.button(card, "request.approve")).to_have_count(0)
