"""An order file on its way in, in a real browser: chosen, looked at, confirmed, and what it came to."""

import pytest
from playwright.async_api import expect

from tests.e2e.seats import CARLA, ORDERS
from tests.office import office

__all__ = ["office"]
pytestmark = pytest.mark.browser

MONA = "U0MONA"
HEADER = "order_number,customer,currency,order_total,line,sku,description,quantity,unit_price,status"
ROWS = (
    "ORD-9501,Nordwind Tools,USD,35.00,1,MUG-800,Mug,2,17.50,open",
    "ORD-9502,Brightwater Foods,USD,17.50,1,MUG-800,Mug,1,17.50,open",
    "ORD-9503,Brightwater Foods,USD,17.50,1,MUG-800,Mug,-1,17.50,open",
)
STRANGE = "Bestellung;Kunde;Artikel;Menge;Lage\nORD-9601;Nordwind;MUG-800;4;offen\nORD-9602;Huber;LMP-100;1;versandt\n"


async def test_a_manager_brings_orders_in_from_the_form_to_the_refused_rows(desk_seat):
    await the_file_is_chosen(desk_seat)
    await the_preview_is_looked_at_and_confirmed(desk_seat)
    await unknown_columns_are_matched(desk_seat)
    await others_hear_who_may(desk_seat)


async def choose(seat, name, content):
    await seat.sit(MONA)
    await seat.send("/desk import")
    await expect(seat.modal).to_have_attribute("data-callback-id", "import.submit")
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    await seat.field("file").set_input_files(file)
    await expect(seat.modal).to_contain_text(name)


async def the_file_is_chosen(seat):
    await choose(seat, "orders.csv", "\n".join([HEADER, *ROWS, ""]))
    await seat.shot("import-01-form")
    await seat.submit()
    await expect(seat.modal).to_be_hidden()


async def the_preview_is_looked_at_and_confirmed(seat):
    await seat.direct_messages(MONA)
    preview = seat.card("Preview of orders.csv")
    await expect(preview).to_contain_text("Nothing is imported yet")
    await expect(preview).to_contain_text("is below zero")
    await seat.shot("import-02-preview")
    await seat.button(preview, "import.confirm").click()
    result = seat.card("read as redtag, by")
    await expect(result).to_contain_text("New orders")
    await expect(seat.card("These rows of")).to_contain_text("orders-refused.csv")
    await expect(seat.tab.locator('[data-action-id="import.confirm"]')).to_have_count(0)
    await seat.shot("import-03-result")


async def unknown_columns_are_matched(seat):
    await choose(seat, "bestellungen.csv", STRANGE)
    await seat.submit()
    await expect(seat.modal).to_be_hidden()
    await seat.direct_messages(MONA)
    await seat.button(seat.card("has not matched its columns"), "import.match").click()
    await expect(seat.modal).to_have_attribute("data-callback-id", "import.matched")
    await seat.shot("import-04-columns")
    await answer(seat)
    await seat.shot("import-05-answered")
    await seat.submit()
    await expect(seat.modal).to_be_hidden()
    await expect(seat.tab.locator('[data-action-id="import.match"]')).to_have_count(0)
    await expect(seat.card("Preview of bestellungen.csv")).to_contain_text("read as bestellungen")
    await seat.shot("import-07-preview")


WANTED = {
    "column.number": ("Bestellung", "0"),
    "column.customer": ("Kunde", "1"),
    "column.sku": ("Artikel", "2"),
    "column.ordered": ("Menge", "3"),
    "column.status": ("Lage", "4"),
}


async def answer(seat):
    """Every question that the form asks, as somebody answers it who knows the file."""
    for key, (typed, value) in WANTED.items():
        if await seat.field(key).count():
            await seat.choose(key, typed, value)


async def others_hear_who_may(seat):
    await seat.sit(CARLA, ORDERS)
    await seat.send("/desk import")
    await expect(seat.private("You cannot bring orders in")).to_contain_text("Mona Haddad")
    await seat.shot("import-08-refused")
