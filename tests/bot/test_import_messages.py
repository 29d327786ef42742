"""What an import says in Slack: on the cards that it touches, to whoever asked, to managers, and on the order."""

import asyncio
import io

from store.imports import import_orders
from tests.office import CSR, seen
from tests.workflows.order_files import line, rules, written
from workflows.imports.files import open_orders

LEAD, MANAGERS, CS_LEADS = "U0LENA", "C0MGRS", "C0CSLEAD"


async def bring_in(office, *rows):
    file = open_orders(io.BytesIO(written(rows)), "orders.csv", rules())
    await asyncio.to_thread(import_orders, office.url, "T0ACME", file, by="cli:adam")
    await office.settled()


async def test_people_hear_what_a_file_moved_and_what_it_contradicts(office):
    await bring_in(office, line("ORD-7"), line("ORD-7", 2))
    await office.command(CSR, "/cancel ORD-7 line 1 qty 3 customer-request")
    await office.settled()
    await bring_in(office, line("ORD-7", quantity_picked="2"), line("ORD-7", 2))
    (card,) = office.cards(CS_LEADS)
    assert "Line 1: 2 of 5 units were picked" in seen(card)
    assert "Approve will say no" in seen(card)
    (told,) = [each for each in office.workspace.messages("D0CARL") if "moved while R-1" in seen(each)]
    assert "line 1: 2 of 5 units picked" in seen(told)
    assert not [each for each in office.cards(MANAGERS) if "shipped" in each.text]

    await office.command(CSR, "/cancel ORD-7 line 2 qty 3 customer-request")
    await office.settled()
    await office.workspace.click(LEAD, office.cards(CS_LEADS)[-1], "request.approve")
    await office.settled()
    await bring_in(office, line("ORD-7", quantity_picked="2"), line("ORD-7", 2, quantity_shipped="5"))
    (news,) = [each for each in office.cards(MANAGERS) if "shipped" in each.text]
    assert "ORD-7, line 2 (LMP-100): 3 cancelled units shipped; R-2 had taken them off, not exported yet" in seen(news)
    shown = str(await office.command(CSR, "/order ORD-7"))
    assert "3 cancelled units of line 2 shipped" in shown
    assert "not taken over by the system of record yet (not exported yet)" in shown
