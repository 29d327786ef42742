"""App Home in a real browser: what waits for me is signed here, the queue is searched, and an admin sees what is ill."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.seats import CARLA, IVAN, ROSA
from tests.office import DESK, office

__all__ = ["office"]
pytestmark = pytest.mark.browser

ADAM, HOME, HELD = "U0ADAM", "home", "home.show"
MANY = f"""
    with numbers as (select n from generate_series(2, 31) n),
    added as (
        insert into orders (desk_id, number, customer, currency, total, placed_total, changed_at)
        select '{DESK}', 'ORD-' || (1000 + n), case when n %% 3 = 0 then 'Harbour & Sons' else 'Nordwind Tools' end,
               'USD', n * 12500, n * 12500, now() from numbers
    )
    insert into holds (desk_id, number, order_number, reason, owner, state, requested_by, requested_at, active_at)
    select '{DESK}', 100 + n, 'ORD-' || (1000 + n), case when n %% 2 = 0 then 'credit' else 'stock' end,
           case when n %% 2 = 0 then 'credit' else 'warehouse' end, 'active',
           case when n = 10 then 'U0CARL' else 'U0SAMI' end, now() - n * interval '1 day', now() - n * interval '1 day'
    from numbers where %s > 0
"""


async def test_home_is_where_people_sign_search_the_queue_and_see_what_is_ill(desk_seat, office):
    await nothing_yet(desk_seat)
    await signed_from_home(desk_seat, office)
    await the_queue_is_searched(desk_seat, office)
    await it_is_leafed_through(desk_seat)
    await an_admin_sees_what_is_ill(desk_seat, office)


def home(seat):
    return seat.tab.get_by_test_id("home")


async def at_home(seat, user):
    """Once it is drawn anew: a click on what it showed last time would come too late."""
    before = await (await seat.tab.request.get(f"/playground/home?user={user}")).json()
    await seat.tab.goto(f"/?user={user}&channel={HOME}")
    await expect(seat.tab.get_by_test_id("user-switch")).to_have_value(user)
    first = home(seat).locator("[data-block-id]").first
    await expect(first).not_to_have_attribute(
        "data-block-id", before["view"]["blocks"][0]["block_id"] if before["view"] else ""
    )


def rows(seat):
    return home(seat).locator(f'[data-action-id="{HELD}"]')


async def chosen(seat, action, value):
    await home(seat).locator(f'[data-action-id="{action}"] input[role=combobox]').click()
    await seat.tab.locator(f'[role=option][data-value="{value}"]:visible').click()


async def nothing_yet(seat):
    await at_home(seat, ROSA)
    await expect(home(seat)).to_contain_text("Nothing waits for you")
    await seat.shot("home-01-nothing")


async def signed_from_home(seat, office):
    await office.command(CARLA, "/hold ORD-123 credit waiting for the wire")
    await expect(home(seat)).to_contain_text("asked by")
    await seat.shot("home-02-to-sign")
    await seat.button(home(seat), "request.details").click()
    await expect(seat.modal).to_contain_text("waiting for the wire")
    await seat.shot("home-03-details")
    await seat.tab.get_by_test_id("modal-close").click()
    await at_home(seat, CARLA)
    await expect(seat.button(home(seat), "request.withdraw")).to_be_visible()
    await seat.shot("home-04-my-request")
    await at_home(seat, ROSA)
    await seat.button(home(seat), "request.approve").click()
    await expect(home(seat)).to_contain_text("Nothing waits for you")
    await expect(home(seat)).to_contain_text("in force")
    await seat.shot("home-05-signed")


async def the_queue_is_searched(seat, office):
    office.rows(MANY, 1)
    await at_home(seat, CARLA)
    await expect(home(seat)).to_contain_text("(31)")
    await seat.shot("home-06-many")
    await chosen(seat, "home.role", "warehouse")
    await expect(home(seat)).to_contain_text("(15)")
    await seat.shot("home-07-role")
    await chosen(seat, "home.age", "30")
    await expect(rows(seat)).to_have_count(1)
    await seat.shot("home-08-age")
    await seat.button(home(seat), "home.all").click()
    await expect(home(seat)).to_contain_text("(31)")
    await chosen(seat, "home.reason", "credit")
    await expect(home(seat)).to_contain_text("(16)")
    await home(seat).locator('[data-action-id="home.customer"]').fill("harb")
    await seat.tab.keyboard.press("Enter")
    await expect(home(seat)).to_contain_text("(5)")
    await seat.shot("home-09-customer")
    await chosen(seat, "home.whose", "mine")
    await expect(home(seat)).to_contain_text("No hold fits")
    await seat.shot("home-10-none")
    await seat.button(home(seat), "home.all").click()
    await expect(home(seat)).to_contain_text("(31)")
    await chosen(seat, "home.whose", "mine")
    await expect(rows(seat)).to_have_count(2)
    await seat.shot("home-11-mine")
    await seat.button(home(seat), "home.all").click()


async def it_is_leafed_through(seat):
    await expect(home(seat)).to_contain_text("(31)")
    first = await rows(seat).first.get_attribute("data-value")
    await seat.button(home(seat), "home.newer").click()
    await expect(rows(seat).first).not_to_have_attribute("data-value", first)
    await seat.button(home(seat), "home.older").scroll_into_view_if_needed()
    await seat.shot("home-12-second-page")
    await seat.button(home(seat), "home.older").click()
    await expect(rows(seat).first).to_have_attribute("data-value", first)
    await rows(seat).first.click()
    await expect(seat.modal).to_contain_text("ORD-1031")
    await seat.shot("home-13-details")
    await seat.tab.get_by_test_id("modal-close").click()


async def an_admin_sees_what_is_ill(seat, office):
    office.workspace.fail("chat.postMessage", error="is_archived")
    await office.command(IVAN, "/release ORD-123 paid")
    await office.settled()
    office.workspace.heal()
    await at_home(seat, ADAM)
    await expect(home(seat)).to_contain_text("not delivered")
    await home(seat).get_by_role("heading", name="Desk health").scroll_into_view_if_needed()
    await seat.shot("home-14-ill")
    await seat.button(home(seat), "notice.retry").first.click()
    await expect(home(seat)).to_contain_text("Everything was delivered")
    await expect(home(seat)).to_contain_text(re.compile("Last import"))
    await seat.shot("home-15-well")
