"""Finding an order with `/order`, typed and in its form."""

import pytest

from bot.slack.forms import find
from bot.slack.found import found_message
from bot.slack.listeners.finding import understood
from bot.slack.typed_parts import NotUnderstood
from playground.slack.blockkit import check_message, check_view
from tests.factories import NOW
from tests.office import CSR, CSR2, DESK, action_ids, seen
from workflows.finding import PAGE, FoundOrder, FoundPage, Newest, Search, key_of
from workflows.views import OrderOption

NAMES = {"U0CARL": "Carla Nguyen", "U0SAMI": "Sami O'Neil", "U0SAM2": "Sami Lee"}
ODD = "<!channel> *&`" * 40


async def test_the_form_finds_an_order_by_each_of_its_fields_and_shows_it(office):
    office.add_order("ORD-7", customer="Nordwind <Tools>")
    await office.command(CSR2, "/hold ORD-7 credit")
    assert await opened(office) == "Find an order"
    assert (await searched(office)).errors == {"text": "Type a number, a customer or an article, or choose who asked."}
    for text, orders in (("7", ["ORD-7"]), ("nordw", ["ORD-7"]), ("sku-1", ["ORD-123", "ORD-7"]), ("nobody", [])):
        await searched(office, text=text, asked_by=None)
        assert shown(office) == orders
    assert "No order was found whose number, customer or article begins with *nobody*" in body(office)
    await searched(office, text="", asked_by=CSR2)
    assert shown(office) == ["ORD-7"]
    assert "hold R-1, to be signed" in body(office)
    await searched(office, text="ORD-123")
    assert "No order was found about which <@U0SAMI> asked something and whose number" in body(office)
    await searched(office, text="nord")
    await office.workspace.act_in_view(CSR, office.workspace.views(CSR)[0].id, "order.show")
    over = office.workspace.views(CSR)[-1]
    assert over.body["title"]["text"] == "ORD-7"
    assert "May it ship: no" in str(over.body)
    await office.workspace.close(CSR, over.id)
    assert shown(office) == ["ORD-7"]


async def test_five_thousand_are_paged_by_more_and_from_the_start_again(office):
    many_orders(office, 5_000)
    assert await opened(office, "/desk order") == "Find an order"
    await searched(office, text="kunde")
    assert shown(office) == [f"ORD-{1000 + n}" for n in (1, 10, 100, 1000, 1001, 1002, 1003, 1004, 1005, 1006)]
    assert "The first 10 orders" in body(office)
    office.rows("update orders set customer = 'Gone' where number in ('ORD-1001', 'ORD-1010')")
    await more(office)
    assert shown(office)[0] == "ORD-2007"
    await more(office)
    assert shown(office)[0] == "ORD-2016"
    assert "Orders 21 to 30" in body(office)
    await more(office, "order.find")
    assert shown(office)[0] == "ORD-1100"
    assert office.workspace.views(CSR)[0].values["text"]["text"]["value"] == "kunde"


async def test_typed_words_find_orders_and_the_rest_of_them_in_the_form(office):
    many_orders(office, 11)
    found = (await office.command(CSR, "/order brightwater f")).message
    assert "ORD-123" in seen(found)
    assert action_ids(found) == {"order.show"}
    found = (await office.command(CSR, "/order kunde")).message
    assert "The first 10 orders" in seen(found)
    await office.workspace.click(CSR, found, "find.more")
    assert shown(office) == ["ORD-1009"]
    await office.command(CSR2, "/hold ORD-1003 credit")
    for typed in ("<@U0SAMI>", "<@U0SAMI|sami> kunde", "@sami o'neil", "kunde @Sami"):
        answer = seen((await office.command(CSR, f"/order {typed}")).message)
        assert "ORD-1003" in answer, typed
        assert "hold R-1, to be signed" in answer
    assert "No order was found about which <@U0CARL>" in seen((await office.command(CSR, "/order <@U0CARL>")).message)
    assert "I do not know @zed" in seen((await office.command(CSR, "/order @zed")).message)
    assert "There is no order" in seen((await office.command(CSR, "/order nobody")).message)


async def test_a_search_is_open_to_members_only(office):
    many_orders(office, 11)
    found = (await office.command(CSR, "/order kunde")).message
    for typed in ("/order", "/order bright", "/order <@U0CARL>"):
        assert "ORD-123" not in seen((await office.command("U0GUES", typed)).message)
    for stranger in ("U0GUES", "U0EXTN"):
        await office.workspace.click(stranger, found, "find.more")
        assert office.workspace.views(stranger) == []
    await opened(office)
    office.rows("update members set standing = 'guest', checked_at = now() where user_id = %s", CSR)
    await searched(office, text="ORD")
    assert office.workspace.views(CSR)[0].body["title"]["text"] == "Not done"
    assert "ORD-123" not in body(office)


async def test_the_home_tab_leads_to_the_form(office):
    await office.workspace.open_home(CSR)
    await office.settled()
    await office.workspace.act_in_view(CSR, office.workspace.home(CSR).id, "order.find")
    assert office.workspace.views(CSR)[0].body["title"]["text"] == "Find an order"


def test_a_page_fits_slack_whatever_people_write():
    order = OrderOption("9" * 60, ODD, "partly shipped", "USD", 10**15)
    newest = Newest("R-9999999999", "release_hold", "withdrawn", NOW)
    pending = (("R-9999999999", "release_hold"),) * 50
    item = FoundOrder(order, "article", key_of(4, "9" * 60, '&"' * 100), ODD, (ODD,) * 50, pending, newest)
    search, page = Search(text="&" * 60, asker=CSR, shown=10**9), FoundPage((item,) * PAGE, more=True)
    assert check_view(find.build(search, page, draw="A1")) == []
    assert check_message({"channel": "C0CREDIT", **found_message(search, page)}) == []


@pytest.mark.parametrize(
    ("typed", "text", "asker"),
    [
        ("acme foods", "acme foods", ""),
        ("<@U0CARL>", "", "U0CARL"),
        ("acme <@U0CARL|carla> foods", "acme  foods", "U0CARL"),
        ("@Carla", "", "U0CARL"),
        ("@carla.nguyen acme foods", "acme foods", "U0CARL"),
        ("acme @Carla Nguyen foods", "acme foods", "U0CARL"),
        ("buyer@acme.example", "buyer@acme.example", ""),
        ("x" * 99, "x" * 60, ""),
    ],
)
def test_a_person_may_stand_anywhere_in_what_is_typed(typed, text, asker):
    assert understood(typed, NAMES) == Search(text=text, asker=asker)


@pytest.mark.parametrize("typed", ["@zed", "@sami", "acme @"])
def test_a_name_that_nobody_or_more_than_one_has_is_not_guessed(typed):
    with pytest.raises(NotUnderstood):
        understood(typed, NAMES)


async def opened(office, text="/order", user=CSR):
    await office.command(user, text)
    return office.workspace.views(user)[-1].body["title"]["text"]


async def searched(office, user=CSR, **fields):
    return await office.workspace.submit(user, office.workspace.views(user)[0].id, **fields)


async def more(office, action="find.more", user=CSR):
    await office.workspace.act_in_view(user, office.workspace.views(user)[0].id, action)


def body(office, user=CSR):
    return str(office.workspace.views(user)[0].body)


def shown(office, user=CSR):
    """The orders in the form, in their order."""
    blocks = office.workspace.views(user)[0].blocks
    return [block["accessory"]["value"] for block in blocks if "accessory" in block]


def many_orders(office, count):
    office.rows(
        """insert into orders (desk_id, number, customer, currency, total, placed_total, changed_at)
           select %s, 'ORD-' || 1000 + n, 'Kunde ' || n, 'USD', 100, 100, now() from generate_series(1, %s) n""",
        DESK, count,
    )  # fmt: skip
