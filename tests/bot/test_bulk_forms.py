"""The forms of many orders, and what people type: built, filled in as Slack does it, and read back."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from bot.slack.forms import FormProblem, bulk_reject, cancel, choose, hold, release, several
from bot.slack.forms.parts import channel_of
from bot.slack.specimens import bulk as samples
from bot.slack.typed import NotADate
from bot.slack.typed_parts import NotUnderstood
from bot.slack.typed_several import SeveralWords, listed_orders, several_words
from playground.slack.elements import find_input, starting_values, typed_value
from tests.bot.hostile import HOSTILE, assert_view, hostile_text, quick
from tests.factories import make_policy, make_reasons
from workflows.bulk import MOST, BulkAsk, Chosen
from workflows.policy.model import Reason
from workflows.values import Kind, RequestState

TODAY = date(2026, 11, 23)
REASONS = (
    *make_reasons(),
    Reason(kind="cancel", code="customer-request", label="Customer asked"),
    Reason(kind="hold", code="legal", label="Legal", owner="manager", note="required"),
)
POLICY = make_policy(reasons=REASONS)
KINDS = (Kind.PLACE_HOLD, Kind.RELEASE_HOLD, Kind.CANCEL)


def filled(view, **entered):
    values = starting_values(view["blocks"])
    for name, given_ in entered.items():
        element = find_input(view["blocks"], name).element
        values[name][name] = typed_value(element, given_, None)
    return {**view, "state": {"values": values}}


def read(kind, **entered):
    view = filled(several.build(POLICY, kind, channel="C0ORDERS"), **entered)
    return several.parse(view, policy=POLICY, today=TODAY)


def inputs(view):
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Kind.PLACE_HOLD, ["orders", "reason", "until", "note"]),
        (Kind.RELEASE_HOLD, ["orders", "held_for", "reason", "note"]),
        (Kind.CANCEL, ["orders", "reason", "note"]),
    ],
)
def test_each_kind_asks_for_what_it_needs(kind, fields):
    view = several.build(POLICY, kind)
    assert inputs(view) == fields
    assert view["callback_id"] == "several.submit"
    assert_view(view)


def test_a_pasted_list_is_asked_about_order_by_order_each_once():
    ask = read(
        Kind.PLACE_HOLD, orders="ORD-1\nORD-2, ORD-3;ORD-1\t ORD-4", reason="credit", until="2026-12-01", note="x"
    )
    orders = ("ORD-1", "ORD-2", "ORD-3", "ORD-4")
    assert ask == BulkAsk(Kind.PLACE_HOLD, orders, "credit", "", "x", date(2026, 12, 1), "C0ORDERS")


def test_a_release_takes_the_hold_that_is_named_or_the_only_one():
    assert read(Kind.RELEASE_HOLD, orders="ORD-1", reason="paid").hold == ""
    ask = read(Kind.RELEASE_HOLD, orders="ORD-1", reason="paid", held_for="fraud")
    assert (ask.hold, ask.reason) == ("fraud", "paid")


def test_what_was_filled_in_comes_back_untouched():
    view = several.build(
        POLICY, Kind.CANCEL, pasted="ORD-1\nORD-2", reason="customer-request", note="two\nlines", channel="C0ORDERS"
    )
    ask = several.parse(filled(view), policy=POLICY, today=TODAY)
    orders = ("ORD-1", "ORD-2")
    assert ask == BulkAsk(Kind.CANCEL, orders, "customer-request", "", "two\nlines", None, "C0ORDERS")


@pytest.mark.parametrize(
    ("kind", "entered", "field", "says"),
    [
        (Kind.PLACE_HOLD, {"reason": "credit"}, "orders", "at least one"),
        (Kind.PLACE_HOLD, {"orders": " , \n;", "reason": "credit"}, "orders", "at least one"),
        (Kind.CANCEL, {"orders": " ".join(f"O{at}" for at in range(117))}, "orders", "117 order numbers, and 100"),
        (Kind.PLACE_HOLD, {"orders": "ORD-1"}, "reason", "it decides who signs"),
        (Kind.CANCEL, {"orders": "ORD-1"}, "reason", "whoever signs sees it"),
        (Kind.PLACE_HOLD, {"orders": "ORD-1", "reason": "legal"}, "note", "Legal needs a note"),
        (
            Kind.PLACE_HOLD,
            {"orders": "ORD-1", "reason": "credit", "until": "2026-11-22"},
            "until",
            "2026-11-22 is past",
        ),
    ],
)
def test_what_is_wrong_stands_under_its_field(kind, entered, field, says):
    with pytest.raises(FormProblem, match=says) as found:
        read(kind, **entered)
    assert found.value.block_id == field


def test_a_hundred_orders_are_not_too_many():
    assert (
        len(read(Kind.CANCEL, orders=" ".join(f"O{at}" for at in range(MOST)), reason="customer-request").orders)
        == MOST
    )


@pytest.mark.parametrize("metadata", ["", "{}", '{"kind":"change"}', "[", '{"kind":"nonsense"}'])
def test_a_form_that_was_tampered_with_asks_for_nothing(metadata):
    view = filled(several.build(POLICY, Kind.CANCEL), orders="ORD-1", reason="customer-request")
    with pytest.raises(FormProblem, match="broken"):
        several.parse({**view, "private_metadata": metadata}, policy=POLICY, today=TODAY)


@quick
@given(pasted=hostile_text, note=hostile_text)
def test_whatever_is_pasted_the_form_can_be_shown_and_read(pasted, note):
    for kind in KINDS:
        view = several.build(POLICY, kind, pasted=pasted, reason=note[:20], hold=note[:20], note=note)
        assert_view(view)
        assert says(view) in inputs(view)


def says(view):
    """The field under which the form complains, if it does."""
    try:
        several.parse(filled(view), policy=POLICY, today=TODAY)
    except FormProblem as problem:
        return problem.block_id
    return "orders"


def test_the_forms_of_one_order_offer_the_list():
    for view in (hold.build(POLICY), release.build(POLICY), cancel.build(POLICY)):
        offered = [each["action_id"] for block in view["blocks"] for each in block.get("elements", ())]
        assert "several.open" in offered


@pytest.mark.parametrize(
    ("text", "orders", "rest"),
    [
        ("ORD-1, ORD-2, ORD-3 credit note", ("ORD-1", "ORD-2", "ORD-3"), "credit note"),
        ("ORD-1,ORD-2 credit", ("ORD-1", "ORD-2"), "credit"),
        ("1001 , 1002", ("1001", "1002"), ""),
        ("ORD-1, ORD-2, credit", ("ORD-1", "ORD-2"), "credit"),
        ("ORD-1; ORD-1; ORD-2 x", ("ORD-1", "ORD-2"), "x"),
        ("ORD-1 credit", (), "ORD-1 credit"),
        ("ORD-1, credit note", (), "ORD-1, credit note"),
        ("ORD-1 lines 1,3 out-of-stock", (), "ORD-1 lines 1,3 out-of-stock"),
        ("ORD-1 line 2 qty 5, line 3 qty 1 x", (), "ORD-1 line 2 qty 5, line 3 qty 1 x"),
        ("ORD-1, H-17 paid", (), "ORD-1, H-17 paid"),
        ("", (), ""),
    ],
)
def test_numbers_joined_by_commas_are_a_list(text, orders, rest):
    assert listed_orders(text) == (orders, rest)


@pytest.mark.parametrize(
    ("kind", "rest", "said"),
    [
        (Kind.PLACE_HOLD, "credit until 2026-12-01 new limit", ("credit", "", "new limit", date(2026, 12, 1))),
        (Kind.PLACE_HOLD, "until 2026-12-01", ("", "", "", date(2026, 12, 1))),
        (Kind.PLACE_HOLD, "somehow unclear", ("", "", "somehow unclear", None)),
        (Kind.RELEASE_HOLD, "credit paid wire is in", ("paid", "credit", "wire is in", None)),
        (Kind.RELEASE_HOLD, "wire is in", ("", "", "wire is in", None)),
        (Kind.CANCEL, "all customer-request wrong size", ("customer-request", "", "wrong size", None)),
        (Kind.CANCEL, "customer-request", ("customer-request", "", "", None)),
        (Kind.CANCEL, "", ("", "", "", None)),
    ],
)
def test_what_follows_the_list_fills_in_the_form(kind, rest, said):
    reason, held, note, until = said
    orders = ("ORD-1", "ORD-2")
    assert several_words(kind, orders, rest, POLICY) == SeveralWords(orders, reason, held, note, until)


def test_lines_of_several_orders_and_a_date_that_is_none_are_told_so():
    with pytest.raises(NotUnderstood, match="as a whole"):
        several_words(Kind.CANCEL, ("ORD-1", "ORD-2"), "lines 1,3 customer-request", POLICY)
    with pytest.raises(NotADate):
        several_words(Kind.PLACE_HOLD, ("ORD-1", "ORD-2"), "credit until friday", POLICY)


def test_numbers_that_the_form_would_cut_off_are_not_put_into_it():
    """The beginning of a number may be the number of another order."""
    with pytest.raises(NotUnderstood, match="3,000 characters"):
        several_words(Kind.CANCEL, [f"ORD-{at:036}" for at in range(80)], "customer-request", POLICY)


def to_choose(count, kind=Kind.PLACE_HOLD):
    seen = samples.view(POLICY, kind, [RequestState.PENDING] * count)
    return choose.build(seen, seen.requests, channel="C0CREDIT")


def chosen(form, leave_out=(), **entered):
    """The form with the boxes of these requests unticked."""
    for block in form["blocks"]:
        if block.get("element", {}).get("type") == "checkboxes":
            values = [each["value"] for each in block["element"]["options"]]
            entered[block["block_id"]] = [each for each in values if int(each.split(".")[0]) not in leave_out]
    return filled(form, **entered)


def test_all_are_ticked_at_first_in_groups_of_ten():
    form = to_choose(100)
    assert_view(form)
    boxes = [block for block in form["blocks"] if block.get("element", {}).get("type") == "checkboxes"]
    assert [block["label"]["text"] for block in boxes][:2] == ["Orders 1–10", "Orders 11–20"]
    assert all(block["element"]["initial_options"] == block["element"]["options"] for block in boxes)
    choice = choose.parse(filled(form))
    assert choice.approve == tuple(Chosen(12 + at, 1) for at in range(100))
    assert (choice.bulk, choice.reject, choice.note) == (7, (), "")
    assert channel_of(form) == "C0CREDIT"


def test_orders_without_a_tick_wait_on_or_are_rejected_with_a_note():
    form = to_choose(14)
    left = choose.parse(chosen(form, {13, 25}, note="ignored"))
    assert (len(left.approve), left.reject) == (12, ())
    rejected = choose.parse(chosen(form, {13, 25}, rest="reject", note="no wire"))
    assert (rejected.reject, rejected.note) == ((Chosen(13, 1), Chosen(25, 1)), "no wire")
    assert Chosen(13, 1) not in rejected.approve


@pytest.mark.parametrize(
    ("leave_out", "entered", "field", "says"),
    [
        (range(200), {}, "orders.1", "Tick at least one order"),
        ({13}, {"rest": "reject"}, "note", "A rejection needs a note"),
        (range(200), {"rest": "reject"}, "note", "A rejection needs a note"),
    ],
)
def test_a_choice_that_decides_nothing_or_has_no_note_is_told_so(leave_out, entered, field, says):
    with pytest.raises(FormProblem, match=says) as found:
        choose.parse(chosen(to_choose(3), leave_out, **entered))
    assert found.value.block_id == field


def test_all_are_rejected_when_none_is_ticked_and_that_is_meant():
    assert len(choose.parse(chosen(to_choose(3), range(200), rest="reject", note="no")).reject) == 3


def test_a_choice_that_was_tampered_with_signs_nothing():
    form = chosen(to_choose(2))
    boxes = form["blocks"][1]
    for broken in (
        {},
        {**form, "private_metadata": ""},
        {**form, "private_metadata": '{"bulk":"x"}'},
        {**form, "blocks": [{**boxes, "element": {**boxes["element"], "options": [{"value": "nonsense"}]}}]},
    ):
        with pytest.raises(FormProblem, match="broken"):
            choose.parse(broken)


def test_boxes_fit_whatever_orders_and_customers_are_called():
    for hostile in HOSTILE:
        seen = samples.view(POLICY, Kind.CANCEL, [RequestState.PENDING] * 11)
        named = [
            replace(each, order=replace(each.order, number=f"{hostile[:50]}{at}", customer=hostile))
            for at, each in enumerate(seen.requests)
        ]
        assert_view(choose.build(seen, named))


def test_rejecting_all_carries_what_the_card_showed_and_needs_a_note():
    requests = tuple(Chosen(1_000_000_000 + at, 3) for at in range(100))
    form = bulk_reject.build(7, requests, channel="C0CREDIT", response_url="https://hooks.example/" + "x" * 370)
    assert_view(form)
    assert len(form["private_metadata"]) <= 3000
    choice = bulk_reject.parse(filled(form, note="no wire"))
    assert choice == choose.Choice(7, (), requests, "no wire")
    with pytest.raises(FormProblem, match="needs a note"):
        bulk_reject.parse(filled(form))
    with pytest.raises(FormProblem, match="broken"):
        bulk_reject.parse({**filled(form, note="no"), "private_metadata": '{"chosen":"7:"}'})
