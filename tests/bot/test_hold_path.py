"""The whole path of a hold: what people type and click, what is stored, and what Slack and the mail service receive."""

from tests.office import (
    ADAM,
    CREDIT_CHANNEL,
    CSR,
    FLOOR_CHANNEL,
    IVAN,
    ORDERS_CHANNEL,
    ROSA,
    action_ids,
    seen,
)


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
