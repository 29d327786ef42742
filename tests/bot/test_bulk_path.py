"""Many orders at once, from the pasted list to what each of them has become."""

import pytest

from bot.clock.chasing import chase
from bot.clock.falling_back import fall_back
from store.clocks import Clocks
from store.stranded import Stranded
from tests.office import (
    CREDIT_CHANNEL,
    CSR,
    FLOOR_CHANNEL,
    IVAN,
    ROSA,
    action_ids,
    open_office,
    seen,
)

ORDERS = ("ORD-1", "ORD-2", "ORD-3")
PASTED = "\n".join(ORDERS)


@pytest.fixture
async def office(database_url):
    async with open_office(database_url) as office:
        for number in ORDERS:
            office.add_order(number)
        yield office


async def listed(office, command="/hold", user=CSR, pasted=PASTED, **entered):
    """The form for several orders, filled in and sent."""
    opened = await office.command(user, command)
    assert opened.error is None
    (view,) = office.workspace.views(user)
    await office.workspace.act_in_view(user, view.id, "several.open")
    answer = await office.workspace.submit(user, view.id, orders=pasted, **entered)
    assert (answer.errors, office.workspace.views(user)) == ({}, [])


async def through(office):
    """Every round is done and everything about it told."""
    await office.workspace.wait_for(lambda: not office.rows("select 1 from bulk_rounds where done_at is null"))
    await office.settled()


def card(office, channel=CREDIT_CHANNEL):
    (found,) = [message for message in office.cards(channel) if "B-1" in seen(message)]
    return found


def states(office):
    return [row["state"] for row in office.rows("select state from requests order by number")]


def told(office, place):
    return [seen(message) for message in office.workspace.messages(place) if "B-1" in seen(message)]


async def test_a_pasted_list_is_one_card_and_each_order_that_failed_is_named(office):
    office.ship("ORD-3")
    await listed(office, pasted="ORD-1, ORD-2\nORD-3 NOPE-9", reason="credit", note="over the limit")
    await through(office)
    assert states(office) == ["pending", "pending"]
    said = seen(card(office))
    assert ("ORD-1" in said, "ORD-2" in said, "ORD-3" in said) == (True, True, False)
    (news,) = told(office, CSR)
    assert ("ORD-3" in news, "NOPE-9" in news, "2 of 4" in news) == (True, True, True)


async def test_one_click_signs_all_and_the_card_says_what_each_has_become(office):
    await listed(office, reason="credit", note="over the limit")
    await through(office)
    await office.workspace.click(ROSA, card(office), "bulk.approve")
    await through(office)
    assert states(office) == ["approved"] * 3
    assert action_ids(card(office)) & {"bulk.approve", "bulk.choose", "bulk.reject"} == set()
    assert [row["state"] for row in office.rows("select state from holds")] == ["active"] * 3
    assert len(told(office, CSR)) == 2  # asked for, and approved


async def test_a_signer_vetoes_some_of_them(office):
    await listed(office, reason="credit", note="over the limit")
    await through(office)
    await office.workspace.click(ROSA, card(office), "bulk.choose")
    (view,) = office.workspace.views(ROSA)
    boxes = next(block for block in view.blocks if block.get("element", {}).get("type") == "checkboxes")
    first = [boxes["element"]["options"][0]["value"]]
    await office.workspace.submit(ROSA, view.id, **{boxes["block_id"]: first, "rest": "reject", "note": "paid"})
    await through(office)
    assert states(office) == ["approved", "rejected", "rejected"]
    _, news = told(office, CSR)
    assert ("ORD-2" in news, "paid" in news, "approved" in news) == (True, True, True)


async def test_who_may_not_sign_is_told_so_and_nothing_is_begun(office):
    await listed(office, reason="credit", note="over the limit")
    await through(office)
    await office.workspace.click(CSR, card(office), "bulk.approve")
    await through(office)
    assert states(office) == ["pending"] * 3
    assert office.row("select count(*) as n from bulk_rounds")["n"] == 1


async def test_an_order_that_moved_is_named_to_the_signer_and_the_others_go_through(office):
    await listed(office, reason="credit", note="over the limit")
    await through(office)
    shown = card(office)
    office.ship("ORD-2")
    await office.workspace.click(ROSA, shown, "bulk.approve")
    await through(office)
    assert states(office) == ["approved", "void", "approved"]
    (news,) = told(office, ROSA)
    assert ("ORD-2" in news, "ORD-1" in news) == (True, False)


async def test_a_release_by_list_tells_the_floor_once(office):
    for number in ORDERS:
        await office.command(ROSA, f"/hold {number} credit limit")
    await listed(office, "/release", reason="paid", note="wire is in")
    await through(office)
    await office.workspace.click(IVAN, card(office), "bulk.approve")
    await through(office)
    (post,) = told(office, FLOOR_CHANNEL)
    assert ("Clear to ship" in post, *(number in post for number in ORDERS)) == (True,) * 4


async def test_a_cancel_by_list_is_signed_and_withdrawn_where_nobody_has(office):
    await listed(office, "/cancel", reason="customer-request")
    await through(office)
    (news,) = [message for message in office.workspace.messages(CSR) if "B-1" in seen(message)]
    await office.workspace.click(CSR, news, "bulk.withdraw")
    await through(office)
    assert set(states(office)) == {"withdrawn"}
    assert "B-1: you withdrew 3 of 3 orders." in told(office, CSR)[-1]


async def test_the_clock_reminds_once_of_all_that_wait(office):
    await listed(office, reason="credit", note="over the limit")
    await through(office)
    office.rows("update requests set remind_at = now() - interval '1 minute'")
    await chase(Clocks(office.parts.pool, office.parts.reading), office.parts.service)
    office.rows("update notices set due_at = now() where state = 'ready'")
    await through(office)
    reminders = [said for said in told(office, CREDIT_CHANNEL) if "has waited" in said or "have waited" in said]
    assert len(reminders) == 1


async def test_a_card_that_cannot_be_posted_is_written_about_once_for_all_of_its_orders(office):
    office.workspace.change_channel(CREDIT_CHANNEL, is_archived=True)
    await listed(office, reason="credit", note="over the limit")
    await through(office)
    await fall_back(Stranded(office.parts.pool), office.parts.delivery.wake)
    await office.settled()
    office.rows("update requests set state = 'withdrawn', decided_at = now() where number = 1")
    await fall_back(Stranded(office.parts.pool), office.parts.delivery.wake)
    await office.settled()
    (mail,) = [mail for mail in office.workspace.mails if "credit@acme.example" in mail.to]
    assert "together with 2 more orders that wait as well (B-1)" in mail.text.replace("\n", " ")
