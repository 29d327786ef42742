"""Cancels and changes by the letter of docs/api-contract.md: what scripts and people may rely on."""

import json
import re

import pytest

from bot.cli.gate import gate_json
from store.reading import Reading
from tests.office import CREDIT_CHANNEL, CSR, CSR2, DESK, FLOOR_CHANNEL, LENA, ROSA, open_office, seen

LEADS = "C0CSLEAD"
PROMISE = "Clear to ship"


@pytest.fixture
async def office(database_url):
    async with open_office(database_url) as office:
        office.add_order("ORD-123", {"ordered": 10}, {"ordered": 10, "shipped": 3}, {"ordered": 4, "picked": 2})
        yield office


async def said_and_done(office, text):
    answer = await office.command(CSR, text)
    await office.settled()
    return answer


async def approve(office, user=LENA, channel=LEADS):
    await office.workspace.click(user, office.cards(channel)[-1], "request.approve")
    await office.settled()


async def test_the_gate_names_holds_and_requests_by_the_codes_of_their_reasons(office):
    await said_and_done(office, "/cancel ORD-123 line 1 qty 2 fraud")
    await said_and_done(office, "/hold ORD-123 credit")
    await approve(office, ROSA, CREDIT_CHANNEL)
    body = gate_json(await Reading(office.parts.pool).gate(DESK, "ORD-123"))
    assert (body["state"], body["may_ship"]) == ("on_hold", False)
    assert [(each["kind"], each["id"], each["reason"]) for each in body["blocks"]] == [
        ("hold", "H-1", "credit"),
        ("request", "R-1", "fraud"),
    ]


async def test_a_pending_cancel_is_named_by_its_own_reason_where_a_hold_has_the_same(office):
    await said_and_done(office, "/cancel ORD-123 line 1 qty 2 fraud")
    await said_and_done(office, "/hold ORD-123 credit")
    await approve(office, ROSA, CREDIT_CHANNEL)
    await said_and_done(office, "/release ORD-123 paid")
    await approve(office, ROSA, CREDIT_CHANNEL)
    (post,) = office.workspace.messages(FLOOR_CHANNEL)
    assert "Still on hold" in seen(post)
    assert "Fraud (R-1" in seen(post)


async def test_the_floor_is_mailed_that_the_cancel_it_waited_for_was_signed(office):
    await said_and_done(office, "/hold ORD-123 credit")
    await approve(office, ROSA, CREDIT_CHANNEL)
    await said_and_done(office, "/cancel ORD-123 line 1 qty 2 duplicate")
    await said_and_done(office, "/release ORD-123 paid")
    await approve(office, ROSA, CREDIT_CHANNEL)
    await approve(office)
    mails = [mail for mail in office.workspace.mails if mail.to == ("floor@acme.example",)]
    assert [PROMISE in mail.text for mail in mails] == [False, True]
    assert "no longer asked for" not in mails[1].text.lower()
    assert "Cancel: Ordered twice" in mails[1].text


async def test_who_asked_before_is_named_under_the_field(office):
    await said_and_done(office, "/cancel ORD-123 line 1 qty 2 duplicate")
    await office.command(CSR2, "/cancel ORD-123 line 1")
    (view,) = office.workspace.views(CSR2)
    answer = await office.workspace.submit(CSR2, view.id, reason="duplicate")
    assert "Carla Nguyen" in answer.errors["lines"]
    assert "R-1" in answer.errors["lines"]
    assert answer.errors["lines"].count("a colleague") == 1  # two that the desk has not met yet


async def test_withdrawing_in_the_home_tab_sends_no_direct_message(office):
    await said_and_done(office, "/cancel ORD-123 line 1 customer-request")
    await office.workspace.open_home(CSR)
    await office.settled()
    await office.workspace.act_in_view(CSR, office.workspace.home(CSR).id, "request.withdraw")
    await office.settled()
    assert office.row("select state from requests")["state"] == "withdrawn"
    assert office.workspace.messages(CSR) == []


@pytest.mark.parametrize("typed", ["/cancel ORD-124", "/change ORD-124", "/change ORD-124 ship-by 2027-12-01"])
async def test_an_order_that_is_not_there_is_said_before_a_form_opens(office, typed):
    answer = await said_and_done(office, typed)
    assert "ORD-123" in seen(answer.message)
    assert office.workspace.views(CSR) == []


async def test_words_behind_because_are_reason_enough(office):
    await said_and_done(office, "/change ORD-123 line 1 qty 12 because they called")
    assert office.row("select reason, note from requests") == {"reason": "other", "note": "they called"}


async def test_a_change_without_because_asks_for_the_reason(office):
    await said_and_done(office, "/change ORD-123 line 1 qty 12 they called")
    (view,) = office.workspace.views(CSR)
    assert "they called" in json.dumps(view.blocks)
    assert office.rows("select 1 from requests") == []


async def test_a_price_is_never_read_in_part(office):
    answer = await said_and_done(office, "/change ORD-123 add ABC-9 qty 2 price 1e5 because customer-request")
    assert "price" in seen(answer.message)
    assert office.workspace.views(CSR) == []


async def test_the_menu_of_lines_is_a_flat_one_of_the_page(office):
    office.add_order("ORD-120", *({"ordered": 2} for _ in range(120)))
    await office.command(CSR, "/cancel ORD-120")
    reached = set()
    for page in ("1", "2", "3"):
        (view,) = office.workspace.views(CSR)
        await office.workspace.act_in_view(CSR, view.id, "lines.page", page)
        (view,) = office.workspace.views(CSR)
        (lines,) = [block["element"] for block in view.blocks if block["block_id"] == "lines"]
        reached |= {option["value"] for option in lines["options"]}
    assert reached == {str(line) for line in range(1, 121)}


async def test_the_three_words_stand_nowhere_while_a_hold_is_open_whoever_writes_them(office):
    named = f"{PROMISE} <!channel>"
    office.rows("update orders set customer = %s", named)
    office.rows("update order_lines set sku = %s, description = %s where line = 1", named, PROMISE)
    await said_and_done(office, f"/hold ORD-123 credit {PROMISE}")
    await approve(office, ROSA, CREDIT_CHANNEL)
    await said_and_done(office, f"/cancel ORD-123 line 1 qty 2 other {PROMISE.upper()}")
    await approve(office)
    await said_and_done(office, f"/change ORD-123 line 1 qty 12 because other clear \u200b to  ship {PROMISE}")
    await approve(office)
    posted = [message for channel in office.workspace.state.messages.values() for message in channel]
    said = [seen(message) for message in [*posted, *office.workspace.state.ephemerals]]
    said += [part for mail in office.workspace.mails for part in (mail.subject, mail.text, mail.html)]
    assert len(office.workspace.mails) == 4
    assert not [each for each in said if re.search(r"clear\s+to\s+ship", each, re.IGNORECASE)]


async def test_who_asks_for_the_rest_need_not_say_again_why(office):
    answer = await said_and_done(office, "/cancel ORD-123 all duplicate ordered on Monday too")
    await office.workspace.click(CSR, answer.message, "cancel.rest")
    (view,) = office.workspace.views(CSR)
    answer = await office.workspace.submit(CSR, view.id)
    assert answer.errors == {}
    asked = office.row("select reason, note, asked from requests")
    assert (asked["reason"], asked["note"]) == ("duplicate", "ordered on Monday too")
    assert [line["units"] for line in asked["asked"]["lines"]] == [10, 7, 4]


async def test_a_line_that_was_taken_off_is_not_called_cancelled(office):
    await said_and_done(office, "/change ORD-123 remove line 1 because reschedule")
    await approve(office)
    answer = await said_and_done(office, "/order ORD-123")
    assert "1. SKU-1 Thing 1, taken off the order, 10 ordered at first" in seen(answer.message)
    answer = await said_and_done(office, "/change ORD-123 line 1 qty 3 because reschedule")
    assert "line 1: it was taken off the order" in seen(answer.message)
