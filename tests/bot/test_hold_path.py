"""The whole path of a hold: what people type and click, what is stored, and what Slack and the mail service receive.

Everything here happens twice: over signed HTTP requests, and over Socket Mode.
"""

import asyncio

import pytest

from tests.office import (
    ADAM,
    CREDIT_CHANNEL,
    CSR,
    FLOOR_CHANNEL,
    IVAN,
    LENA,
    ORDERS_CHANNEL,
    ROSA,
    STOCK_CHANNEL,
    WALT,
    action_ids,
    open_office,
    seen,
)


@pytest.fixture(params=["http", "socket"])
async def office(request, database_url):
    async with open_office(database_url, socket_mode=request.param == "socket") as office:
        office.add_order()
        yield office


async def held(office, note="waiting for wire", reason="credit", signer=ROSA, channel=CREDIT_CHANNEL):
    """An order on hold, its placement signed."""
    await office.command(CSR, f"/hold ORD-123 {reason} {note}")
    await office.settled()
    await office.workspace.click(signer, office.cards(channel)[-1], "request.approve")
    await office.settled()


async def test_a_typed_hold_is_stored_audited_and_answered(office):
    answer = await office.command(CSR, "/hold ORD-123 credit waiting for wire")

    assert answer.error is None
    assert "R-1" in seen(answer.message)
    assert "ORD-123" in seen(answer.message)
    assert ROSA in seen(answer.message)
    request = office.row("select * from requests")
    assert (request["kind"], request["state"], request["note"]) == ("place_hold", "pending", "waiting for wire")
    assert office.row("select state, owner, reason from holds") == {
        "state": "requested",
        "owner": "credit",
        "reason": "credit",
    }
    assert office.actions() == ["request.created"]


async def test_the_card_reaches_the_owners_channel_with_what_the_signer_needs(office):
    await office.command(CSR, "/hold ORD-123 credit waiting for wire")
    await office.settled()

    (card,) = office.cards(CREDIT_CHANNEL)
    said = seen(card)
    for part in ("ORD-123", "Brightwater Foods", "1,250.00", "waiting for wire", CSR, ROSA, "R-1"):
        assert part in said
    assert {"request.approve", "request.reject", "request.details"} <= action_ids(card)


async def test_approval_places_the_hold_redraws_the_card_and_tells_the_requester(office):
    await office.command(CSR, "/hold ORD-123 credit waiting for wire")
    await office.settled()
    await office.workspace.click(ROSA, office.cards()[0], "request.approve")
    await office.settled()

    assert office.row("select state from holds")["state"] == "active"
    assert office.actions() == ["request.created", "request.approved", "hold.placed"]
    (card,) = office.cards()
    assert not {"request.approve", "request.reject"} & action_ids(card)
    assert ROSA in seen(card)
    (direct,) = office.workspace.messages(CSR)
    assert "R-1" in seen(direct)
    assert ROSA in seen(direct)
    assert office.workspace.messages(FLOOR_CHANNEL) == []


async def test_release_is_signed_by_another_person_and_the_floor_hears_clear_to_ship(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    await office.workspace.click(ROSA, office.cards()[0], "request.approve")
    await office.settled()
    answer = await office.command(CSR, "/release ORD-123 paid wire came in")
    assert "R-2" in seen(answer.message)
    await office.settled()
    placement, release = office.cards()
    assert release.thread_ts == placement.ts
    await office.workspace.click(IVAN, release, "request.approve")
    await office.settled()

    assert office.row("select state from holds")["state"] == "released"
    (post,) = office.workspace.messages(FLOOR_CHANNEL)
    assert "Clear to ship" in seen(post)
    (mail,) = office.workspace.mails
    assert "Clear to ship" in mail.text
    assert "Clear to ship" in mail.html
    order = await office.command(CSR, "/order ORD-123")
    assert "ORD-123" in seen(order.message)


async def test_the_wrong_person_is_told_kindly_who_can_sign(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    await office.workspace.click(ADAM, office.cards()[0], "request.approve")
    await office.settled()

    assert office.row("select state from holds")["state"] == "requested"
    (told,) = office.workspace.ephemerals(ADAM)
    assert "not yours to sign" in seen(told)
    assert ROSA in seen(told)
    assert office.actions()[-1] == "request.refused"


async def test_bare_hold_opens_the_form_and_its_submission_asks(office):
    await office.command(CSR, "/hold")
    (view,) = office.workspace.views(CSR)
    options = await office.workspace.suggest(CSR, view.id, "order", "12")
    assert options
    answer = await office.workspace.submit(CSR, view.id, order="ORD-123", reason="credit", note="wire")
    assert answer.errors == {}
    await office.settled()

    assert office.row("select note from requests")["note"] == "wire"
    (told,) = office.workspace.ephemerals(CSR, ORDERS_CHANNEL)
    assert "R-1" in seen(told)
    assert "request.withdraw" in action_ids(told)


async def test_reject_asks_for_a_note_and_the_requester_reads_it(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    await office.workspace.click(ROSA, office.cards()[0], "request.reject")
    (view,) = office.workspace.views(ROSA)
    await office.workspace.submit(ROSA, view.id, note="Paid this morning")
    await office.settled()

    assert office.row("select state from holds")["state"] == "rejected"
    (direct,) = office.workspace.messages(CSR)
    assert "Paid this morning" in seen(direct)


async def test_withdrawing_ends_the_request_and_replaces_the_private_answer(office):
    answer = await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    await office.workspace.click(CSR, answer.message, "request.withdraw")
    await office.settled()

    assert office.row("select state from requests")["state"] == "withdrawn"
    assert office.row("select state from holds")["state"] == "withdrawn"
    assert office.workspace.messages(CSR) == []
    (card,) = office.cards()
    assert not {"request.approve", "request.reject"} & action_ids(card)


async def test_the_second_click_is_told_who_was_first_and_when(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    (card,) = office.cards()
    await office.workspace.click(ROSA, card, "request.approve")
    await office.workspace.click(IVAN, card, "request.approve")
    await office.settled()

    (told,) = office.workspace.ephemerals(IVAN)
    assert ROSA in seen(told)
    assert "<!date^" in seen(told)
    assert office.actions().count("request.approved") == 1


async def test_an_order_that_moved_voids_the_request_and_the_requester_may_ask_again(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    office.ship()
    await office.workspace.click(ROSA, office.cards()[0], "request.approve")
    await office.settled()

    assert office.row("select state from requests")["state"] == "void"
    assert "shipped" in seen(office.workspace.ephemerals(ROSA)[0])
    assert "void" in seen(office.workspace.messages(CSR)[0])


async def test_two_holds_are_two_releases_and_only_the_last_is_clear(office):
    await held(office)
    await held(office, reason="stock", signer=WALT, channel=STOCK_CHANNEL)
    several = await office.command(CSR, "/release ORD-123")
    assert several.message is None
    assert office.workspace.views(CSR)
    await office.command(CSR, "/release ORD-123 credit paid")
    await office.settled()
    await office.workspace.click(IVAN, office.cards()[-1], "request.approve")
    await office.settled()
    (first,) = office.workspace.messages(FLOOR_CHANNEL)
    assert "Still on hold" in seen(first)
    assert "Clear to ship" not in seen(first)
    await office.command(CSR, "/release ORD-123")
    await office.settled()
    await office.workspace.click(LENA, office.cards(STOCK_CHANNEL)[-1], "request.approve")
    await office.settled()
    assert "Clear to ship" in seen(office.workspace.messages(FLOOR_CHANNEL)[-1])
    assert ["Clear to ship" in mail.text for mail in office.workspace.mails] == [False, True]


async def test_the_button_on_the_card_opens_the_release_form_with_its_hold(office):
    await held(office)
    await office.workspace.click(CSR, office.cards()[0], "hold.release")
    (view,) = office.workspace.views(CSR)
    await office.workspace.submit(CSR, view.id, reason="paid", note="wire came")
    await office.settled()

    assert office.row("select kind, hold from requests where state = 'pending'") == {"kind": "release_hold", "hold": 1}


async def test_desk_takes_the_other_commands_as_its_first_word(office):
    answer = await office.command(CSR, "/desk hold ORD-123 credit wire")
    assert "R-1" in seen(answer.message)
    queue = await office.command(ROSA, "/desk queue credit")
    assert "R-1" in seen(queue.message)
    assert "ORD-123" in seen(queue.message)
    empty = await office.command(ROSA, "/desk queue fraud")
    assert "ORD-123" not in seen(empty.message)


async def test_missing_parts_open_the_form_filled_in_with_what_was_typed(office):
    await office.command(CSR, "/hold ord-123")
    (view,) = office.workspace.views(CSR)
    assert "ORD-123" in str(view.blocks)
    await office.workspace.close(CSR, view.id)
    await office.command(CSR, "/hold 123 until 2026-12-01")
    (view,) = office.workspace.views(CSR)
    assert "2026-12-01" in str(view.blocks)


async def test_a_form_that_slack_does_not_open_is_offered_as_something_to_type(office):
    office.workspace.fail("views.open", error="internal_error")
    answer = await office.command(CSR, "/hold")
    assert "/hold" in seen(answer.message)


@pytest.mark.parametrize("typed", ["#ORD-123", "ord-123", "123", "ORD-123"])
async def test_an_order_number_is_found_as_the_policys_format_says(office, typed):
    answer = await office.command(CSR, f"/hold {typed} credit")
    assert "R-1" in seen(answer.message)
    assert office.row("select order_number from requests") == {"order_number": "ORD-123"}


async def test_an_unknown_order_suggests_close_numbers_and_an_unknown_reason_lists_the_known(office):
    order = await office.command(CSR, "/hold ORD-132 credit")
    assert "ORD-123" in seen(order.message)
    reason = await office.command(CSR, "/hold ORD-123 weather")
    for code in ("credit", "stock", "customer", "fraud", "pricing"):
        assert code in seen(reason.message)


async def test_errors_of_a_form_stand_under_the_field_they_are_about(office):
    office.add_order("ORD-200", {"ordered": 2, "shipped": 2})
    await office.command(CSR, "/hold ORD-200")
    (view,) = office.workspace.views(CSR)
    answer = await office.workspace.submit(CSR, view.id, order="ORD-200", reason="credit")
    assert "shipped" in answer.errors["order"]
    assert [entry["action"] for entry in office.audit("ORD-200")] == ["request.refused"]


async def test_the_message_shortcut_finds_the_order_in_the_message(office):
    message = await office.workspace.say(CSR, ORDERS_CHANNEL, "the wire for ord-123 bounced, please stop it")
    await office.workspace.shortcut(CSR, "hold.from_message", message)
    (view,) = office.workspace.views(CSR)
    await office.workspace.submit(CSR, view.id, reason="credit")
    await office.settled()
    assert "bounced" in office.row("select note from requests where order_number = 'ORD-123'")["note"]


async def test_details_open_over_the_card(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    await office.workspace.click(ROSA, office.cards()[0], "request.details")
    (view,) = office.workspace.views(ROSA)
    assert "ORD-123" in str(view.body)


async def test_an_owner_who_places_their_own_hold_needs_nobody_else(office):
    answer = await office.command(ROSA, "/hold ORD-123 credit limit reached")
    await office.settled()
    assert "on hold" in seen(answer.message)
    assert office.row("select state from holds")["state"] == "active"
    (card,) = office.cards()
    assert "hold.release" in action_ids(card)
    assert "request.approve" not in action_ids(card)


async def test_an_applied_policy_is_in_force_with_the_next_command(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.apply(owner_placement_signs=False)
    office.add_order("ORD-200")
    answer = await office.command(ROSA, "/hold ORD-200 credit")
    assert IVAN in seen(answer.message)
    assert office.row("select state from holds where order_number = 'ORD-200'")["state"] == "requested"


async def test_twenty_people_at_once_are_each_answered(office):
    for number in range(200, 220):
        office.add_order(f"ORD-{number}")
    answers = await asyncio.gather(*(office.command(CSR, f"/hold ORD-{number} credit") for number in range(200, 220)))
    assert sorted(answer.message.text.split(":")[0] for answer in answers) == sorted(f"R-{n}" for n in range(1, 21))
