"""Asking for changes: what may be changed, what the card compares, and what a signature makes of it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.factories import NOW, make_hold, make_request
from tests.workflows.test_cancellations import (
    CSR,
    CSR2,
    LENA,
    REASONS,
    Plain,
    ask,
    order_of,
    pending,
    policy_with,
    snapshot,
)
from tests.workflows.test_cancellations import sign as sign_cancel
from workflows import line_refusals, refusals
from workflows.commands import AddLine, ChangeOrder, EditLine
from workflows.decide import decide
from workflows.policy.model import Reason
from workflows.results import Done, Refusal
from workflows.transitions import Action
from workflows.values import HoldState, Kind, RequestState, Stage

CHANGE = Reason(kind="change", code="customer-change", label="Customer changed their mind", owner="cs_lead")
POLICY = policy_with(reasons=(*REASONS, CHANGE))
TODAY = date(2026, 11, 23)  # on the desk's clock


def change(*edits, adds=(), ship_by=None, order=None, user=CSR, reason="customer-change", policy=POLICY, **facts):
    preview = facts.pop("preview", False)
    command = ChangeOrder("ORD-123", tuple(edits), tuple(adds), ship_by, reason, "asked by phone", preview=preview)
    return decide(snapshot(user, order=order, **facts), command, policy)


def sign(request, user=LENA, **rest):
    return sign_cancel(request, user, policy=POLICY, **rest)


def approved(*edits, order=None, holds=(), others=(), **rest):
    order = order or order_of()
    return sign(pending(change(*edits, order=order, **rest)), order=order, holds=holds, others=others)


def refusal(outcome, kind):
    assert isinstance(outcome.result, kind), outcome.result
    assert outcome.new_request is None
    return outcome.result


# Quantities


@pytest.mark.parametrize("quantity", [1, 9, 11, 1_000_000])
def test_a_quantity_is_what_is_to_be_delivered(quantity):
    outcome = approved(EditLine(1, quantity), order=order_of({"ordered": 12, "cancelled": 2}))
    (line,) = outcome.line_changes
    assert (line.ordered, line.cancelled) == (quantity + 2, 2)
    assert outcome.order_change.total == quantity * 1750


@pytest.mark.parametrize("quantity", [-1, -999, 1_000_001])
def test_an_impossible_quantity_is_refused_under_its_field(quantity):
    assert refusal(change(EditLine(1, quantity)), line_refusals.QuantityInvalid).field == "qty.1"


def test_no_units_at_all_is_a_cancel_and_offered_as_one():
    assert "/cancel ORD-123 lines 1" in refusal(change(EditLine(1, 0)), line_refusals.ZeroIsCancel).sentence(Plain())


def test_what_is_so_already_is_no_change():
    refusal(change(EditLine(1, 10)), line_refusals.NothingToChange)
    refusal(change(EditLine(1)), line_refusals.NothingToChange)
    refusal(change(), line_refusals.NothingToChange)


@pytest.mark.parametrize("step", ["picked", "packed", "shipped"])
def test_a_line_whose_units_are_all_picked_cannot_be_changed(step):
    order = order_of({"ordered": 10, "picked": 10, step: 10, f"{step}_at": datetime(2026, 11, 18, 12, tzinfo=UTC)}, {})
    refused = refusal(change(EditLine(1, 12), order=order), line_refusals.LineBlocked)
    assert refused.why == f"line 1: 10 of 10 {step} 2026-11-18, none can be changed"


@pytest.mark.parametrize(("quantity", "possible"), [(3, False), (4, True), (9, True), (12, True)])
def test_units_that_are_picked_already_stay(quantity, possible):
    outcome = change(EditLine(1, quantity), order=order_of({"ordered": 10, "picked": 4}))
    if possible:
        assert isinstance(outcome.result, Done)
    else:
        assert refusal(outcome, line_refusals.LineBlocked).least == 4


@pytest.mark.parametrize("edit", [EditLine(1, sku="NEW-1"), EditLine(1, remove=True)])
def test_an_article_of_which_some_is_picked_is_not_replaced_or_removed(edit):
    refusal(change(edit, order=order_of({"ordered": 10, "picked": 1}, {})), line_refusals.LineBlocked)


def test_allocated_units_may_be_changed():
    assert isinstance(change(EditLine(1, 5), order=order_of({"ordered": 10, "allocated": 10})).result, Done)


# Articles, lines, dates


def test_an_article_is_replaced_at_the_same_price():
    outcome = approved(EditLine(1, sku=" NEW-1 "))
    assert outcome.line_changes[0].sku == "NEW-1"
    assert outcome.result.asked.amount == 0


@pytest.mark.parametrize("sku", ["x" * 121, "x" * 5000])
def test_an_article_number_has_an_end(sku):
    assert refusal(change(EditLine(1, sku=sku)), line_refusals.ArticleInvalid).field == "sku.1"
    assert refusal(change(adds=[AddLine(sku, 1, "1.00")]), line_refusals.ArticleInvalid).field == "add.sku"


def test_a_removed_line_leaves_nothing_of_it():
    outcome = approved(EditLine(1, remove=True), order=order_of({"ordered": 12, "cancelled": 2}, {"ordered": 3}))
    assert [(line.ordered, line.cancelled) for line in outcome.line_changes] == [(2, 2)]
    assert outcome.order_change.total == 3 * 1750


def test_removing_all_lines_is_a_cancel():
    assert refusal(change(EditLine(1, remove=True)), line_refusals.ZeroIsCancel).all


def test_a_line_is_added_behind_the_last_with_a_key_of_its_own():
    outcome = approved(adds=[AddLine("ABC-9", 2, "10.00"), AddLine("ABC-8", 1, "0")], order=order_of({}, {}))
    assert [(line.key, line.line, line.sku, line.unit_price) for line in outcome.new_lines] == [
        ("R-12/1", 3, "ABC-9", 1000),
        ("R-12/2", 4, "ABC-8", 0),
    ]
    assert outcome.result.asked.amount == 2000


@pytest.mark.parametrize("price", ["", "ten", "-1", "1.005", "1e5", "12.345", "9" * 40, "99999999999999999999.00"])
def test_a_price_that_is_none_is_said_under_its_field(price):
    assert refusal(change(adds=[AddLine("ABC-9", 1, price)]), line_refusals.PriceInvalid).field == "add.price"


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
def test_an_added_line_has_a_possible_quantity(quantity):
    refusal(change(adds=[AddLine("ABC-9", quantity, "1.00")]), line_refusals.AddedQuantityInvalid)


def test_no_line_comes_to_more_than_an_order_can_hold():
    refused = refusal(
        change(adds=[AddLine("ABC-9", 1_000_000, "9999999999999.00")]), line_refusals.AddedQuantityInvalid
    )
    assert refused.most == 1
    dear = order_of({"ordered": 3, "unit_price": 4 * 10**14})
    assert refusal(change(EditLine(1, 4), order=dear), line_refusals.QuantityInvalid).most == 3


def test_a_line_of_many_units_can_still_be_made_smaller():
    asked = change(EditLine(1, 4_999_999), order=order_of({"ordered": 5_000_000})).result.asked
    assert asked.lines[0].after == 4_999_999


def test_the_ship_by_date_moves():
    outcome = approved(ship_by=date(2026, 12, 24))
    assert outcome.order_change.ship_by == date(2026, 12, 24)
    assert outcome.line_changes == ()


@pytest.mark.parametrize(("day", "possible"), [(date(2026, 11, 22), False), (TODAY, True)])
def test_a_ship_by_date_is_not_past_on_the_desks_own_calendar(day, possible):
    outcome = change(ship_by=day)
    assert isinstance(outcome.result, Done if possible else line_refusals.ShipByPast)


def test_the_same_date_is_no_change():
    order = replace(order_of(), ship_by=date(2026, 12, 24))
    refusal(change(ship_by=date(2026, 12, 24), order=order), line_refusals.ShipBySame)


@pytest.mark.parametrize(
    ("quantities", "stage"), [({"shipped": 10}, Stage.SHIPPED), ({"cancelled": 10}, Stage.CANCELLED)]
)
def test_an_order_that_is_gone_cannot_be_changed(quantities, stage):
    refused = refusal(change(ship_by=TODAY, order=order_of({"ordered": 10, **quantities})), line_refusals.OrderGone)
    assert refused.stage == stage


# Beside each other


def test_a_change_and_a_cancel_of_one_line_exclude_each_other():
    cancel = pending(ask((1, 5), policy=POLICY))
    refused = refusal(change(EditLine(1, 5), user=CSR2, requests=(cancel,)), line_refusals.LinePending)
    assert (refused.kind, refused.what, refused.same) == ("cancel", "line 1", False)
    changing = pending(change(EditLine(1, 5)))
    refusal(ask((1, 1), policy=POLICY, requests=(changing,)), line_refusals.LinePending)


def test_two_changes_of_the_date_or_of_one_added_article_exclude_each_other():
    dates = pending(change(ship_by=TODAY))
    refusal(change(ship_by=date(2026, 12, 2), requests=(dates,)), line_refusals.LinePending)
    adding = pending(change(adds=[AddLine("ABC-9", 1, "1.00")]))
    refusal(change(adds=[AddLine("ABC-9", 2, "1.00")], requests=(adding,)), line_refusals.LinePending)
    assert isinstance(change(EditLine(1, 5), requests=(dates, replace(adding, number=13))).result, Done)


def test_a_line_that_was_picked_meanwhile_makes_the_change_void():
    request = pending(change(EditLine(1, 5)))
    outcome = sign(request, order=order_of({"ordered": 10, "allocated": 10, "picked": 10}))
    assert refusal(outcome, refusals.OrderMoved).moves == ("line 1: 10 of 10 units picked",)
    assert outcome.request_changes[0].state is RequestState.VOID


def test_a_date_that_moved_meanwhile_makes_the_change_of_it_void():
    request = pending(change(ship_by=date(2026, 12, 24)))
    outcome = sign(request, order=replace(order_of(), ship_by=date(2026, 12, 5)))
    assert refusal(outcome, refusals.OrderMoved).moves == ("the ship-by date changed",)


def test_an_approved_change_writes_before_and_after_and_tells_floor_and_requester():
    outcome = approved(EditLine(1, 12))
    assert [entry.action for entry in outcome.audit] == ["request.approved", "order.changed"]
    facts = outcome.audit[1].facts
    assert facts["quantities"] == [{"line": 1, "ordered": [10, 12], "cancelled": [0, 0]}]
    assert facts["total"] == [17500, 21000]
    assert [change.kind for change in outcome.status_changes] == ["change.approved"]
    kinds = [notice.kind for notice in outcome.notices]
    assert kinds == ["card.redraw", "outcome", "floor", "requester.email", "request.email", "reply"]
    assert outcome.hook_calls == ()


def test_a_rejected_change_changes_nothing():
    outcome = sign(pending(change(EditLine(1, 12))), action=Action.REJECT, note="no stock")
    assert (outcome.line_changes, outcome.order_change, outcome.status_changes) == ((), None, ())


def test_holds_stay_and_their_signers_see_the_changed_order():
    release = make_request(number=13, kind=Kind.RELEASE_HOLD)
    hold = make_hold(state=HoldState.RELEASE_REQUESTED)
    outcome = approved(EditLine(1, 12), adds=[AddLine("ABC-9", 2, "10.00")], holds=(hold,), others=(release,))
    assert outcome.hold_changes == ()
    (again,) = outcome.refreshed
    assert again.seen["lines"]["1"][1] == 12
    assert again.seen["lines"]["R-12/1"][1] == 2


def test_the_floor_hears_when_a_change_that_stopped_a_released_order_comes_to_nothing():
    hold = make_hold(state=HoldState.RELEASED, closed_at=NOW)
    outcome = sign(pending(change(EditLine(1, 12))), action=Action.REJECT, note="no", holds=(hold,))
    (post,) = [notice for notice in outcome.notices if notice.kind == "floor"]
    assert post.payload["clear"] is True


def test_a_preview_stores_only_that_somebody_looked():
    outcome = change(EditLine(1, 12), preview=True)
    assert outcome.result.what == "preview.requested"
    assert [entry.action for entry in outcome.audit] == ["request.previewed"]
    assert outcome.new_request is None


def test_a_preview_says_which_units_stay_as_they_are():
    outcome = change(EditLine(1, 12), order=order_of({"ordered": 10, "picked": 4}, {}), preview=True)
    assert outcome.result.blocked == ("line 1: 4 of 10 picked, 6 can be changed",)


def test_every_refusal_writes_a_sentence():
    outcomes = [
        change(EditLine(1, 0)),
        change(EditLine(1, -1)),
        change(EditLine(1, 12), order=order_of({"ordered": 10, "picked": 10}, {})),
        change(EditLine(1, 2), order=order_of({"ordered": 10, "picked": 5})),
        change(),
        change(ship_by=date(2020, 1, 1)),
        change(adds=[AddLine("", 1, "1.00")]),
        change(adds=[AddLine("A", 1, "no")]),
        change(adds=[AddLine("A", 0, "1.00")]),
        change(EditLine(1, 12), reason="because"),
    ]
    for outcome in outcomes:
        assert isinstance(outcome.result, Refusal)
        assert outcome.result.sentence(Plain())[-1] in ".`"
        assert Refusal.read(outcome.result.dump()) == outcome.result
