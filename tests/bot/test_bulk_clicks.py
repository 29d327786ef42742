"""What people click and type on the way to many orders at once, and what stops them."""

import pytest

from tests.bot.test_bulk_path import ORDERS, card, listed, states, through
from tests.office import CSR, IVAN, ROSA, open_office, seen

GUEST = "U0GUES"


@pytest.fixture
async def office(database_url):
    async with open_office(database_url) as office:
        for number in ORDERS:
            office.add_order(number)
        yield office


def entered(view):
    """What stands in each field of a form."""
    found = {}
    for block_id, values in view.values.items():
        value = values.get(block_id, {})
        option = value.get("selected_option")
        found[block_id] = option["value"] if option else value.get("value") or value.get("selected_date")
    return found


async def shown(office, user=CSR):
    (view,) = office.workspace.views(user)
    return view


async def test_what_stands_in_the_form_of_one_order_stands_in_that_of_a_list_and_back(office):
    typed = "/hold ORD-2, ORD-1 credit until 2099-12-01 new limit"
    await office.command(CSR, typed)
    view = await shown(office)
    filled = {"reason": "credit", "until": "2099-12-01", "note": "new limit"}
    assert entered(view) == {"orders": "ORD-2\nORD-1", **filled}
    await office.workspace.act_in_view(CSR, view.id, "several.one")
    assert entered(await shown(office)) == {"order": "ORD-2", **filled}
    await office.workspace.act_in_view(CSR, view.id, "several.open")
    assert entered(await shown(office)) == {"orders": "ORD-2", **filled}
    answer = await office.workspace.submit(CSR, view.id, orders=" , ", reason="credit")
    assert answer.errors == {"orders": "Paste at least one order number."}
    await office.workspace.submit(CSR, view.id, orders="ORD-1", reason="credit")
    await through(office)
    assert states(office) == ["pending"]
    await office.command(ROSA, "/desk release ORD-2, ORD-3 fraud paid wire is in")
    assert entered(await shown(office, ROSA)) == {
        "orders": "ORD-2\nORD-3",
        "held_for": "fraud",
        "reason": "paid",
        "note": "wire is in",
    }


async def test_a_list_that_cannot_be_taken_as_typed_says_so_and_opens_nothing(office):
    for user, typed, says in (
        (CSR, "/hold ORD-1, ORD-2 credit --preview", "A preview is about one order"),
        (CSR, "/cancel ORD-1, ORD-2 lines 1,3 customer-request", "cancelled as a whole"),
        (CSR, "/hold ORD-1, ORD-2 credit until friday", "is not a date"),
        (GUEST, "/hold ORD-1, ORD-2 credit", "Guests of this workspace cannot use the order desk"),
    ):
        answer = await office.command(user, typed)
        assert says in str(answer), typed
        assert office.workspace.views(user) == []


async def test_a_card_that_is_old_or_a_role_that_is_gone_signs_nothing(office):
    await listed(office, reason="credit", note="over the limit")
    await through(office)
    old = card(office)
    await office.workspace.click(ROSA, old, "bulk.reject")
    await office.workspace.click(IVAN, old, "bulk.choose")
    rejecting, choosing = await shown(office, ROSA), await shown(office, IVAN)
    assert (await office.workspace.submit(ROSA, rejecting.id)).errors
    await office.workspace.submit(ROSA, rejecting.id, note="no wire")
    await through(office)
    assert states(office) == ["rejected"] * 3
    await office.workspace.submit(IVAN, choosing.id)
    told = await shown(office, IVAN)
    assert (told.title, "was rejected" in str(told.blocks)) == ("Not done", True)
    before = office.row("select count(*) as n from bulk_rounds")["n"]
    for action in ("bulk.approve", "bulk.choose", "bulk.reject"):
        await office.workspace.click(IVAN, old, action)
    await office.settled()
    assert office.row("select count(*) as n from bulk_rounds")["n"] == before
    assert "bulk.approve" not in seen(card(office))
