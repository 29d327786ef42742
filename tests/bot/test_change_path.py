"""The whole path of a change: what people type and click, what is stored, and what Slack and the mail service receive."""

import pytest

from tests.office import CSR, CSR2, FLOOR_CHANNEL, LENA, action_ids, open_office, seen

LEADS = "C0CSLEAD"


@pytest.fixture
async def office(database_url):
    async with open_office(database_url) as office:
        office.add_order("ORD-123", {"ordered": 10}, {"ordered": 10, "picked": 3}, {"ordered": 4})
        yield office


async def asked(office, typed="line 1 qty 12 because customer-request they called"):
    answer = await office.command(CSR, f"/change ORD-123 {typed}")
    await office.settled()
    return answer


async def approve(office, user=LENA):
    await office.workspace.click(user, office.cards(LEADS)[-1], "request.approve")
    await office.settled()


def lines(office):
    query = "select line, sku, ordered, cancelled from order_lines order by order_number, line"
    return [tuple(row.values()) for row in office.rows(query)]


async def test_a_typed_change_asks_and_changes_nothing_yet(office):
    answer = await asked(office)

    for part in ("R-1", "ORD-123", "line 1", "10 → 12", "+USD 35.00", LENA):
        assert part in seen(answer.message)
    assert office.row("select kind, state, reason, note from requests") == {
        "kind": "change",
        "state": "pending",
        "reason": "customer-request",
        "note": "they called",
    }
    assert lines(office)[0] == (1, "SKU-1", 10, 0)


async def test_the_card_shows_before_and_after_of_each_field(office):
    await asked(
        office,
        "line 1 qty 12 sku ABC-9, remove line 3, add NEW-1 qty 2 price 10.00, ship-by 2027-12-01 customer-request",
    )
    (card,) = office.cards(LEADS)
    said = seen(card)
    for part in (
        "Change ORD-123?",
        "10 → 12 (+USD 35.00)",
        "SKU SKU-1 → ABC-9",
        "4 → removed (−USD 70.00)",
        "2 × NEW-1 at USD 10.00 (+USD 20.00)",
        "no date → Wed 1 Dec 2027",
        "USD 1,250.00 → USD 1,235.00",
    ):
        assert part in said
    assert "request.reason" not in action_ids(card)
    assert {"request.approve", "request.reject"} <= action_ids(card)


async def test_approval_writes_the_order_and_tells_everybody_who_has_to_know(office):
    await asked(office, "line 1 qty 12, add NEW-1 qty 2 price 10.00, ship-by 2027-12-01 because reschedule")
    await approve(office)

    assert lines(office)[0] == (1, "SKU-1", 12, 0)
    assert lines(office)[3] == (4, "NEW-1", 2, 0)
    assert office.row("select total from orders")["total"] == 125_000 + 3500 + 2000
    assert office.actions() == ["request.created", "request.approved", "order.changed"]
    assert "ORD-123 changed" in seen(office.cards(LEADS)[0])
    (direct,) = office.workspace.messages(CSR)
    assert "R-1" in seen(direct)
    (post,) = office.workspace.messages(FLOOR_CHANNEL)
    for part in ("Changed", "10 → 12", "NEW-1", "Wed 1 Dec 2027"):
        assert part in seen(post)
    assert sorted(address for mail in office.workspace.mails for address in mail.to) == [
        "carla@acme.example",
        "floor@acme.example",
    ]
    order = await office.command(CSR, "/order ORD-123")
    assert "10 ordered at first" in seen(order.message)
    assert "added later" in seen(order.message)


async def test_a_change_without_its_reason_opens_the_form_filled_in(office):
    await office.command(CSR, "/change ORD-123 line 1 qty 12 they called")
    (view,) = office.workspace.views(CSR)
    answer = await office.workspace.submit(CSR, view.id, reason="customer-request")
    assert answer.errors == {}
    await office.settled()
    await approve(office)
    assert lines(office)[0] == (1, "SKU-1", 12, 0)
    assert office.row("select note from requests")["note"] == "they called"


async def test_a_desk_with_one_reason_needs_none_to_be_typed(office):
    reasons = tuple(
        reason for reason in office.policy.reasons if reason.kind != "change" or reason.code == "reschedule"
    )
    office.policy = office.policy.model_copy(update={"reasons": reasons})
    await office.apply()
    await asked(office, "ship-by 2027-12-01 truck is late")
    assert office.row("select reason, note from requests") == {"reason": "reschedule", "note": "truck is late"}


async def test_a_bare_change_opens_the_form_whose_lines_follow_the_order(office):
    await office.command(CSR, "/change")
    (view,) = office.workspace.views(CSR)
    await office.workspace.suggest(CSR, view.id, "order", "123")
    await office.workspace.act_in_view(CSR, view.id, "order", "ORD-123")
    await office.workspace.act_in_view(CSR, view.id, "lines", ["1", "3"])
    (view,) = office.workspace.views(CSR)
    answer = await office.workspace.submit(
        CSR,
        view.id,
        reason="substitution",
        **{
            "qty.1": "12",
            "sku.1": "ABC-9",
            "remove.3": ["remove"],
            "add.sku": "NEW-1",
            "add.qty": "2",
            "add.price": "10.00",
            "ship_by": "2027-12-01",
        },
    )
    assert answer.errors == {}
    await office.settled()
    await approve(office)
    assert lines(office) == [
        (1, "ABC-9", 12, 0),
        (2, "SKU-2", 10, 0),
        (3, "SKU-3", 0, 0),
        (4, "NEW-1", 2, 0),
    ]


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({}, "qty.1"),
        ({"qty.1": "0"}, "qty.1"),
        ({"qty.1": "-1"}, "qty.1"),
        ({"qty.1": "12.5"}, "qty.1"),
        ({"sku.1": "X" * 2000}, "sku.1"),
        ({"qty.1": "12", "add.sku": "NEW-1"}, "add.qty"),
        ({"qty.1": "12", "add.sku": "NEW-1", "add.qty": "0", "add.price": "1"}, "add.qty"),
        ({"qty.1": "12", "add.sku": "NEW-1", "add.qty": "2", "add.price": "EUR 10"}, "add.price"),
        ({"qty.1": "12", "ship_by": "2020-01-01"}, "ship_by"),
    ],
)
async def test_what_is_wrong_is_told_under_its_field_and_nothing_is_stored(office, entered, field):
    await office.command(CSR, "/change ORD-123 line 1 qty 10")
    (view,) = office.workspace.views(CSR)
    answer = await office.workspace.submit(CSR, view.id, reason="substitution", **entered)
    assert list(answer.errors) == [field]
    assert office.rows("select 1 from requests") == []


async def test_a_form_with_nothing_in_it_is_told_under_the_lines(office):
    await office.command(CSR, "/change ORD-123")
    (view,) = office.workspace.views(CSR)
    answer = await office.workspace.submit(CSR, view.id, reason="substitution")
    assert list(answer.errors) == ["lines"]


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("line 9 qty 2 customer-request", "no line 9"),
        ("line 1 qty 10 customer-request", "already"),
        ("line 1 qty -1 customer-request", "-1"),
        ("line 2 qty 2 customer-request", "3 of 10 picked"),
        ("line 2 sku ABC-9 customer-request", "3 of 10 picked"),
        ("line 1 sku " + "X" * 3000 + " customer-request", "120 characters"),
        ("add ABC-9 qty 2 price EUR 10.00 customer-request", "EUR"),
        ("ship-by 2020-01-01 customer-request", "past"),
        ("ship-by tomorrow customer-request", "not a date"),
        ("line 1 twelve", "/change ORD-123 line 2 qty 12"),
        ("line 1 qty 12, add A qty 1 price 1, add B qty 1 price 1", "reason is missing"),
    ],
)
async def test_bad_input_is_one_sentence_and_nothing_is_stored(office, typed, part):
    answer = await asked(office, typed)
    assert part in seen(answer.message)
    assert office.rows("select 1 from requests") == []
    assert office.workspace.views(CSR) == []


async def test_no_units_left_is_a_cancel_and_offered_as_one(office):
    answer = await asked(office, "line 1 qty 0 customer-request")
    assert office.rows("select 1 from requests") == []
    await office.workspace.click(CSR, answer.message, "cancel.instead")
    (view,) = office.workspace.views(CSR)
    assert view.body["callback_id"] == "cancel.submit"
    await office.workspace.submit(CSR, view.id, reason="customer-request")
    await office.settled()
    await approve(office)
    assert lines(office)[0] == (1, "SKU-1", 10, 10)


async def test_a_line_that_was_picked_meanwhile_voids_the_change_and_it_can_be_asked_again(office):
    await asked(office)
    office.rows("update order_lines set allocated = 4, picked = 4 where line = 1")
    await approve(office)

    assert office.row("select state from requests")["state"] == "void"
    assert "picked" in seen(office.workspace.ephemerals(LENA, LEADS)[0])
    assert lines(office)[0] == (1, "SKU-1", 10, 0)
    (direct,) = office.workspace.messages(CSR)
    await office.workspace.click(CSR, direct, "request.again")
    (view,) = office.workspace.views(CSR)
    await office.workspace.submit(CSR, view.id)
    await office.settled()
    await approve(office)
    assert lines(office)[0] == (1, "SKU-1", 12, 0)


async def test_a_preview_in_the_form_says_what_would_happen_and_leaves_the_form_open(office):
    await office.command(CSR, "/change ORD-123 line 1 qty 12")
    (view,) = office.workspace.views(CSR)
    await office.workspace.act_in_view(CSR, view.id, "preview")
    assert "Choose the reason" in str(office.workspace.views(CSR)[-1].blocks)
    await office.workspace.close(CSR, office.workspace.views(CSR)[-1].id)
    await office.workspace.act_in_view(CSR, view.id, "reason", "substitution")
    await office.workspace.act_in_view(CSR, view.id, "preview")
    form, over = office.workspace.views(CSR)
    assert "10 → 12" in str(over.blocks) or "+USD 35.00" in str(over.blocks)
    assert "nothing is done" in str(over.blocks)
    assert office.rows("select 1 from requests") == []
    await office.workspace.close(CSR, over.id)
    await office.workspace.submit(CSR, form.id)
    assert office.row("select state from requests")["state"] == "pending"


@pytest.mark.parametrize(("command", "entered"), [("/hold", {"reason": "credit"}), ("/change", {})])
async def test_every_form_has_a_preview(office, command, entered):
    await office.command(CSR, f"{command} ORD-123")
    (view,) = office.workspace.views(CSR)
    for name, value in entered.items():
        await office.workspace.act_in_view(CSR, view.id, name, value)
    await office.workspace.act_in_view(CSR, view.id, "preview")
    assert len(office.workspace.views(CSR)) == 2
    assert office.rows("select 1 from requests") == []


async def test_the_choice_of_lines_offers_only_what_can_be_changed(office):
    office.add_order("ORD-200", {"ordered": 2, "picked": 2}, {"ordered": 2})
    await office.command(CSR, "/change ORD-200")
    (view,) = office.workspace.views(CSR)
    (chooser,) = [block for block in view.blocks if block["block_id"] == "lines"]
    assert [option["value"] for option in chooser["element"]["options"]] == ["2"]
    assert "line 1: 2 of 2 picked, none can be changed" in str(view.blocks)


async def test_desk_and_the_shortcut_lead_to_the_same_form(office):
    await office.command(CSR, "/desk change")
    await office.workspace.shortcut(CSR2, "change.open")
    for person in (CSR, CSR2):
        (view,) = office.workspace.views(person)
        assert view.body["callback_id"] == "change.submit"


async def test_a_rejected_change_leaves_the_order_and_says_why(office):
    await asked(office)
    await office.workspace.click(LENA, office.cards(LEADS)[-1], "request.reject")
    (view,) = office.workspace.views(LENA)
    await office.workspace.submit(LENA, view.id, note="Too late for this week")
    await office.settled()
    assert lines(office)[0] == (1, "SKU-1", 10, 0)
    assert "Too late for this week" in seen(office.workspace.messages(CSR)[0])
    assert "was rejected" in seen(office.cards(LEADS)[0])
    assert office.workspace.messages(FLOOR_CHANNEL) == []
