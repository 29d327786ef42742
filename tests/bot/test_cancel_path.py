"""The whole path of a cancel: what people type and click, what is stored, and what Slack and the mail service receive."""

import pytest

from tests.office import CSR, CSR2, FLOOR_CHANNEL, LENA, action_ids, open_office, seen

LEADS = "C0CSLEAD"
MONA = "U0MONA"


@pytest.fixture
async def office(database_url):
    async with open_office(database_url) as office:
        office.add_order("ORD-123", {"ordered": 10}, {"ordered": 10, "shipped": 3}, {"ordered": 4, "picked": 2})
        yield office


async def asked(office, typed="line 1 qty 5 customer-request too many"):
    answer = await office.command(CSR, f"/cancel ORD-123 {typed}")
    await office.settled()
    return answer


async def approve(office, user=LENA, **more):
    await office.workspace.click(user, office.cards(LEADS)[-1], "request.approve", **more)
    await office.settled()


def lines(office, number="ORD-123"):
    query = "select line, ordered, cancelled from order_lines where order_number = %s order by line"
    return [tuple(row.values()) for row in office.rows(query, number)]


async def test_a_typed_cancel_asks_and_changes_nothing_yet(office):
    answer = await asked(office)

    for part in ("R-1", "5 units of line 1", "ORD-123", "USD 87.50", LENA):
        assert part in seen(answer.message)
    assert "request.withdraw" in action_ids(answer.message)
    assert office.row("select kind, state, reason, note from requests") == {
        "kind": "cancel",
        "state": "pending",
        "reason": "customer-request",
        "note": "too many",
    }
    assert lines(office)[0] == (1, 10, 0)


async def test_the_card_says_what_goes_what_it_costs_and_offers_the_reason_beside_approve(office):
    await asked(office)

    (card,) = office.cards(LEADS)
    said = seen(card)
    for part in ("Cancel part of ORD-123?", "10 → 5", "5 × USD 17.50 = USD 87.50", "too many", LENA, "1,250.00"):
        assert part in said
    (row,) = [block for block in card.blocks if block["type"] == "actions"]
    assert [element["action_id"] for element in row["elements"]] == [
        "request.reason",
        "request.approve",
        "request.reject",
        "request.details",
    ]
    assert row["elements"][0]["initial_option"]["value"] == "customer-request"


async def test_approval_cancels_the_units_and_tells_everybody_who_has_to_know(office):
    await asked(office)
    await approve(office)

    assert lines(office)[0] == (1, 10, 5)
    assert office.row("select total from orders")["total"] == 125_000 - 8750
    assert office.actions() == ["request.created", "request.approved", "lines.cancelled"]
    (card,) = office.cards(LEADS)
    assert "request.approve" not in action_ids(card)
    assert "Part of ORD-123 cancelled" in seen(card)
    (direct,) = office.workspace.messages(CSR)
    assert "R-1" in seen(direct)
    assert "USD 87.50" in seen(direct)
    (post,) = office.workspace.messages(FLOOR_CHANNEL)
    assert "Partly cancelled" in seen(post)
    assert "5 cancelled" in seen(post)
    assert "Clear to ship" in seen(post)
    assert sorted(address for mail in office.workspace.mails for address in mail.to) == [
        "ar@acme.example",
        "carla@acme.example",
    ]
    for mail in office.workspace.mails:
        assert "USD 87.50" in mail.text
        assert "USD 87.50" in mail.html


async def test_picked_units_that_go_are_a_warning_on_the_card_and_a_stop_on_the_floor(office):
    await asked(office, "lines 3 out-of-stock")
    assert "put back 2 picked units of line 3" in seen(office.cards(LEADS)[0])
    await approve(office)
    (post,) = office.workspace.messages(FLOOR_CHANNEL)
    assert "STOP" in seen(post)
    assert "put back 2 picked units of line 3" in seen(post)


async def test_what_has_shipped_stays_and_the_rest_is_offered(office):
    answer = await asked(office, "all customer-request")
    said = seen(answer.message)
    assert "3 of 10 shipped" in said
    assert "7 can be cancelled" in said
    assert office.rows("select 1 from requests") == []
    await office.workspace.click(CSR, answer.message, "cancel.rest")
    (view,) = office.workspace.views(CSR)
    answer = await office.workspace.submit(CSR, view.id, reason="customer-request")
    assert answer.errors == {}
    await office.settled()
    await approve(office)
    assert lines(office) == [(1, 10, 10), (2, 10, 7), (3, 4, 4)]


async def test_the_approver_may_correct_the_reason(office):
    await asked(office)
    (card,) = office.cards(LEADS)
    await office.workspace.click(LENA, card, "request.reason", selected="out-of-stock")
    await office.settled()
    assert office.row("select state from requests")["state"] == "pending"
    await approve(office)
    assert office.row("select state, reason from requests") == {"state": "approved", "reason": "out-of-stock"}
    assert "Out of stock" in seen(office.cards(LEADS)[0])


async def test_a_bare_cancel_opens_the_form_whose_lines_follow_the_order(office):
    await office.command(CSR, "/cancel")
    (view,) = office.workspace.views(CSR)
    await office.workspace.suggest(CSR, view.id, "order", "123")
    await office.workspace.act_in_view(CSR, view.id, "order", "ORD-123")
    (view,) = office.workspace.views(CSR)
    said = str(view.blocks)
    for part in ("SKU-1", "Thing 2", "line 2: 3 of 10 shipped", "7 can be cancelled"):
        assert part in said
    await office.workspace.act_in_view(CSR, view.id, "lines", ["1", "2"])
    (view,) = office.workspace.views(CSR)
    assert [block["element"]["initial_value"] for block in view.blocks if block["block_id"].startswith("qty.")] == [
        "10",
        "7",
    ]
    answer = await office.workspace.submit(
        CSR, view.id, reason="customer-request", note="x", **{"qty.1": "2", "qty.2": "7"}
    )
    assert answer.errors == {}
    await office.settled()
    await approve(office)
    assert lines(office)[:2] == [(1, 10, 2), (2, 10, 7)]


@pytest.mark.parametrize("units", ["0", "-1", "8", "999", "many"])
async def test_impossible_units_are_told_under_their_field(office, units):
    await office.command(CSR, "/cancel ORD-123 line 2")
    (view,) = office.workspace.views(CSR)
    answer = await office.workspace.submit(CSR, view.id, reason="customer-request", **{"qty.2": units})
    assert list(answer.errors) == ["qty.2"]
    assert office.rows("select 1 from requests") == []


async def test_an_empty_selection_is_told_under_the_lines(office):
    await office.command(CSR, "/cancel ORD-123")
    (view,) = office.workspace.views(CSR)
    answer = await office.workspace.submit(CSR, view.id, reason="customer-request")
    assert list(answer.errors) == ["lines"]


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("line 9 customer-request", "no line 9"),
        ("line 1 qty 0 customer-request", "0"),
        ("line 1 qty -1 customer-request", "-1"),
        ("line 1 qty 999 customer-request", "10"),
        ("line 1, 1 customer-request", "twice"),
        ("line 2 qty 8 customer-request", "7 can be cancelled"),
        ("lines one customer-request", "/cancel ORD-123 line 2 qty 5"),
        ("all weather", "not a reason"),
    ],
)
async def test_bad_input_is_one_sentence_and_nothing_is_stored(office, typed, part):
    answer = await asked(office, typed)
    assert part in seen(answer.message)
    assert office.rows("select 1 from requests") == []
    assert office.workspace.views(CSR) == []


async def test_a_cancel_without_its_reason_opens_the_form_filled_in(office):
    await office.command(CSR, "/cancel ORD-123 line 1 qty 5, line 3")
    (view,) = office.workspace.views(CSR)
    await office.workspace.submit(CSR, view.id, reason="duplicate")
    await office.settled()
    await approve(office)
    assert lines(office) == [(1, 10, 5), (2, 10, 0), (3, 4, 4)]


async def test_who_asks_for_the_same_may_hear_of_it_too(office):
    await asked(office)
    answer = await office.command(CSR2, "/cancel ORD-123 line 1 qty 5 customer-request")
    assert "R-1" in seen(answer.message)
    await office.workspace.click(CSR2, answer.message, "request.join")
    await office.settled()
    await approve(office)
    for person in (CSR, CSR2):
        assert any("approved" in seen(message) for message in office.workspace.messages(person))
    assert len(office.rows("select 1 from requests")) == 1


async def test_the_form_shows_what_is_pending_with_a_way_to_join(office):
    await asked(office)
    await office.command(CSR2, "/cancel ORD-123")
    (view,) = office.workspace.views(CSR2)
    assert "R-1" in str(view.blocks)
    await office.workspace.act_in_view(CSR2, view.id, "request.join")
    await office.settled()
    await approve(office)
    assert any("approved" in seen(message) for message in office.workspace.messages(CSR2))


async def test_a_preview_in_the_form_says_what_would_happen_and_stores_nothing(office):
    await office.command(CSR, "/cancel ORD-123 line 2 customer-request")
    assert office.row("select count(*) as n from requests")["n"] == 1
    await office.command(CSR2, "/cancel ORD-123 line 1")
    (view,) = office.workspace.views(CSR2)
    await office.workspace.act_in_view(CSR2, view.id, "reason", "duplicate")
    await office.workspace.act_in_view(CSR2, view.id, "preview")
    over = office.workspace.views(CSR2)[-1]
    assert "Preview" in str(over.body["title"])
    for part in ("nothing is done", "USD 175.00", LENA):
        assert part in str(over.blocks)
    assert office.row("select count(*) as n from requests")["n"] == 1
    assert office.actions()[-1] == "request.previewed"


async def test_a_typed_preview_says_what_is_blocked_and_which_rule_applies(office):
    answer = await office.command(CSR, "/cancel ORD-123 line 2 customer-request --preview")
    said = seen(answer.message)
    for part in ("Preview", "7 units of line 2", "USD 122.50", "3 of 10 shipped", "Rule:", LENA):
        assert part in said
    assert office.rows("select 1 from requests") == []


async def test_an_order_of_many_lines_pages_and_keeps_what_was_chosen(office):
    office.add_order("ORD-120", *({"ordered": 2} for _ in range(120)))
    await office.command(CSR, "/cancel ORD-120")
    (view,) = office.workspace.views(CSR)
    await office.workspace.act_in_view(CSR, view.id, "lines", ["3"])
    await office.workspace.act_in_view(CSR, view.id, "qty.3", "1")
    await office.workspace.act_in_view(CSR, view.id, "lines.page", "3")
    (view,) = office.workspace.views(CSR)
    assert "SKU-115" in str(view.blocks)
    await office.workspace.act_in_view(CSR, view.id, "lines", ["3", "115"])
    (view,) = office.workspace.views(CSR)
    assert len(view.blocks) <= 100
    answer = await office.workspace.submit(CSR, view.id, reason="duplicate")
    assert answer.errors == {}
    await office.settled()
    await approve(office)
    assert [row for row in lines(office, "ORD-120") if row[2]] == [(3, 2, 1), (115, 2, 2)]


async def test_two_roles_sign_an_expensive_cancel(office):
    office.add_order("ORD-200", {"ordered": 5}, total=900_000)
    await office.command(CSR, "/cancel ORD-200 all customer-request")
    await office.settled()
    await office.workspace.click(LENA, office.cards(LEADS)[-1], "request.approve")
    await office.settled()
    assert LENA in seen(office.cards("C0CREDIT")[-1])
    assert office.row("select state from requests")["state"] == "pending"
    await office.workspace.click("U0ROSA", office.cards("C0CREDIT")[-1], "request.approve")
    await office.settled()
    assert office.row("select state from requests")["state"] == "approved"
    (post,) = office.workspace.messages(FLOOR_CHANNEL)
    assert "Clear to ship" not in seen(post)
    assert "nothing of" in seen(post)


async def test_a_void_cancel_can_be_asked_again_with_todays_values(office):
    await asked(office, "line 1 customer-request too many")
    office.rows("update order_lines set allocated = 4, picked = 4, packed = 4, shipped = 4 where line = 1")
    await approve(office)
    assert office.row("select state from requests")["state"] == "void"
    (direct,) = office.workspace.messages(CSR)
    await office.workspace.click(CSR, direct, "request.again")
    (view,) = office.workspace.views(CSR)
    await office.workspace.submit(CSR, view.id)
    await office.settled()
    await approve(office)
    assert lines(office)[0] == (1, 10, 6)
    assert office.row("select note from requests where number = 2")["note"] == "too many"


async def test_order_shows_what_was_ordered_at_first_and_the_cancel(office):
    await asked(office)
    pending = await office.command(CSR, "/order ORD-123")
    assert "R-1 cancel of 5 units of line 1" in seen(pending.message)
    await approve(office)
    done = await office.command(CSR, "/order ORD-123")
    assert "5 × SKU-1" in seen(done.message)
    assert "5 cancelled" in seen(done.message)
    assert "approved" in seen(done.message)


async def test_desk_and_the_shortcut_lead_to_the_same_form(office):
    await office.command(CSR, "/desk cancel")
    await office.workspace.shortcut(CSR2, "cancel.open")
    for person in (CSR, CSR2):
        (view,) = office.workspace.views(person)
        assert view.body["callback_id"] == "cancel.submit"


async def test_a_signer_cannot_approve_their_own(office):
    await office.command(LENA, "/cancel ORD-123 line 1 customer-request")
    await office.settled()
    await approve(office, LENA)
    assert "your own request" in seen(office.workspace.ephemerals(LENA, LEADS)[0])
    await approve(office, MONA)
    assert office.row("select state from requests")["state"] == "approved"


async def test_the_queue_and_the_home_tab_show_what_waits(office):
    await asked(office)
    queue = await office.command(LENA, "/desk queue cs_lead")
    assert "R-1 cancel by" in seen(queue.message)
    await office.workspace.open_home(LENA)
    await office.settled()
    assert "R-1" in str(office.workspace.home(LENA).body)


async def test_the_preview_of_a_release_says_what_would_happen(office):
    await office.command(LENA, "/hold ORD-123 customer call back")
    await office.command(CSR, "/release ORD-123")
    await office.command(CSR2, "/release")
    (view,) = office.workspace.views(CSR2)
    await office.workspace.suggest(CSR2, view.id, "order", "123")
    await office.workspace.act_in_view(CSR2, view.id, "order", "ORD-123")
    await office.workspace.act_in_view(CSR2, view.id, "preview")
    assert "asked for the release of H-1" in str(office.workspace.views(CSR2)[-1].blocks)
