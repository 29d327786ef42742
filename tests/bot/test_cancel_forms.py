"""The forms of cancels and changes: built, filled in as Slack does it, and read back as the same command."""

import json
from datetime import date

import pytest
from hypothesis import given

from bot.slack.forms import FormProblem, cancel, change, placed
from bot.slack.forms.change import Filled
from bot.slack.forms.lines import Chosen
from playground.slack.elements import find_input, starting_values, typed_value
from tests.bot.hostile import assert_view, hostile_text, quick
from tests.factories import NAMES, NOW, make_line, make_order, make_order_view, make_policy, make_request
from workflows.asked import Cancellation, CancelledLine
from workflows.commands import AddLine, CancelOrder, ChangeOrder, EditLine, Units
from workflows.policy.model import Reason
from workflows.values import Kind

REASONS = (
    Reason(kind="hold", code="credit", label="Credit not cleared", owner="credit"),
    Reason(kind="cancel", code="customer", label="Customer changed their mind"),
    Reason(kind="change", code="customer", label="Customer asked for it"),
)
POLICY = make_policy(reasons=REASONS)
FOUND = make_order_view(
    order=make_order(lines=[make_line(line=1, ordered=10), make_line(line=2, ordered=10, picked=3, shipped=3)])
)
MANY = make_order_view(order=make_order(lines=[make_line(line=number) for number in range(1, 121)]))


def filled(view, **entered):
    values = starting_values(view["blocks"])
    for name, given_ in entered.items():
        key = name.replace("__", ".")
        values[key][key] = typed_value(find_input(view["blocks"], key).element, given_, None)
    return {**view, "state": {"values": values}}


def inputs(view):
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


def test_the_fields_have_the_ids_that_integrations_rely_on():
    one = cancel.build(POLICY, found=FOUND, chosen=Chosen((1, 2)))
    assert inputs(one) == ["order", "lines", "qty.1", "qty.2", "reason", "note"]
    other = change.build(POLICY, found=FOUND, filled=Filled((EditLine(1, 12),)))
    assert inputs(other) == [
        *("order", "lines", "qty.1", "sku.1", "remove.1"),
        *("add.sku", "add.qty", "add.price", "ship_by", "reason", "note"),
    ]
    for view in (one, other):
        for name in inputs(view):
            assert find_input(view["blocks"], name).element["action_id"] == name


def test_a_cancel_comes_back_as_it_was_filled_in():
    view = cancel.build(POLICY, found=FOUND, chosen=Chosen((1, 2), {1: "4"}), reason="customer", note="half of it")
    assert cancel.parse(filled(view)) == CancelOrder("ORD-123", (Units(1, 4), Units(2, 7)), "customer", "half of it")


def test_the_whole_order_is_one_tick_where_all_of_it_can_go():
    view = cancel.build(POLICY, found=MANY, whole=True, reason="customer")
    assert cancel.parse(filled(view)) == CancelOrder("ORD-123", (), "customer")
    assert "all" not in inputs(cancel.build(POLICY, found=FOUND))
    with pytest.raises(FormProblem) as problem:
        cancel.parse(filled(view, lines=["1"]))
    assert problem.value.block_id == "all"


def test_the_rest_of_an_order_is_every_unit_that_can_go():
    view = cancel.build(POLICY, found=FOUND, whole=True, reason="customer")
    assert cancel.parse(filled(view)).lines == (Units(1, 10), Units(2, 7))


def test_a_change_comes_back_as_it_was_filled_in():
    edits = (EditLine(1, 12, "XYZ"), EditLine(2, remove=True))
    add, day = AddLine("NEW-1", 2, "10.00"), date(2026, 12, 5)
    view = change.build(POLICY, found=FOUND, filled=Filled(edits, add, day, "customer", "as agreed"))
    expected = ChangeOrder("ORD-123", edits, (add,), day, "customer", "as agreed")
    assert change.parse(filled(view)) == expected


def test_a_quantity_that_stands_as_it_was_is_left_alone():
    view = change.build(POLICY, found=FOUND, filled=Filled((EditLine(1),), reason="customer"))
    assert change.parse(filled(view, sku__1="XYZ")).edits == (EditLine(1, sku="XYZ"),)
    with pytest.raises(FormProblem) as problem:
        change.parse(filled(view))
    assert problem.value.block_id == "qty.1"


def test_what_is_chosen_on_other_pages_is_carried_with_its_units():
    first = cancel.build(POLICY, found=MANY, chosen=Chosen(tuple(range(1, 61)), {60: "2"}), reason="customer")
    assert "qty.60" not in inputs(first)
    turned = filled(first, lines__page="2", qty__1="1")
    second = cancel.redrawn(POLICY, turned, MANY)
    assert "qty.60" in inputs(second)
    assert "qty.1" not in inputs(second)
    lines = cancel.parse(filled(second)).lines
    assert len(lines) == 60
    assert {lines[0], lines[59]} == {Units(1, 1), Units(60, 2)}


def test_every_line_of_a_long_order_can_be_reached_and_everything_fits():
    every = tuple(range(1, 121))
    units = dict.fromkeys(every, "1")
    for page in (1, 2, 3):
        view = cancel.build(POLICY, found=MANY, chosen=Chosen(every, units, page), reason="customer")
        assert_view(view)
        assert len(view["private_metadata"]) <= 3000
        assert len(view["blocks"]) <= 100
        groups = find_input(view["blocks"], "lines").element["option_groups"]
        assert [each["value"] for group in groups for each in group["options"]] == [str(line) for line in every]
    assert cancel.parse(filled(view)).lines == tuple(Units(line, 1) for line in every)


def test_twenty_changed_lines_fit():
    edits = tuple(EditLine(line, 9) for line in range(1, 21))
    pending = [_pending(number) for number in range(1, 9)]
    found = make_order_view(order=MANY.order, requests=pending)
    view = change.build(POLICY, found=found, filled=Filled(edits, reason="customer"))
    assert_view(view, frozenset(NAMES))
    assert change.parse(filled(view)).edits == edits


def _pending(number):
    line = CancelledLine(key="1", line=1, sku="A", description="", units=1, unit_price=1)
    return make_request(number=number, kind=Kind.CANCEL, hold=None, asked=Cancellation(lines=(line,), currency="USD"))


def test_an_order_of_a_thousand_lines_offers_those_of_the_page():
    found = make_order_view(order=make_order(lines=[make_line(line=number) for number in range(1, 1001)]))
    view = cancel.build(POLICY, found=found, chosen=Chosen((7,), {}, 25))
    assert_view(view)
    offered = [each["value"] for each in find_input(view["blocks"], "lines").element["options"]]
    assert offered == ["7", *(str(line) for line in range(961, 1001))]


@pytest.mark.parametrize(("typed", "field"), [("", "qty.1"), ("1.5", "qty.1"), ("x", "qty.1"), ("9" * 30, "qty.1")])
def test_units_that_are_no_number_are_told_under_their_field(typed, field):
    view = filled(cancel.build(POLICY, found=FOUND, chosen=Chosen((1,)), reason="customer"), qty__1=typed)
    with pytest.raises(FormProblem) as problem:
        cancel.parse(view)
    assert problem.value.block_id == field


def test_an_error_for_a_field_that_is_not_there_stands_under_the_lines():
    view = cancel.build(POLICY, found=FOUND)
    assert placed("qty.7", view) == "lines"
    assert placed("ship_by", cancel.build(POLICY)) == "order"
    assert placed("reason", view) == "reason"


@pytest.mark.parametrize("state", [{}, {"state": None}, {"state": {"values": {"lines": 1, "order": []}}}])
@pytest.mark.parametrize("parse", [cancel.parse, change.parse])
def test_a_malformed_state_is_a_problem_and_no_crash(parse, state):
    with pytest.raises(FormProblem):
        parse({"private_metadata": "{", **state})


@quick
@given(hostile_text)
def test_every_form_is_taken_by_slack_whatever_stands_in_it(typed):
    lines = [
        make_line(line=n, sku=typed, description=typed, ordered=5, picked=n % 3, shipped=n % 2) for n in range(1, 60)
    ]
    order = make_order(number="ORD-123", customer=typed, lines=lines)
    found = make_order_view(order=order, requests=[_pending(number) for number in range(1, 9)])
    reasons = [Reason(kind="cancel", code=f"r{i}", label=f"{i} x") for i in range(120)]
    policy = make_policy(reasons=[*REASONS, *reasons])
    filled_in = Filled((EditLine(2, 7, typed), EditLine(4, 0)), AddLine(typed, -1, typed), NOW.date(), typed, typed)
    for view in (
        cancel.build(
            policy, found=found, chosen=Chosen((1, 2), {1: typed, 2: "3"}), reason=typed, note=typed, channel=typed
        ),
        cancel.build(policy, typed_order=typed, whole=True, note=typed, trace=typed),
        change.build(policy, found=found, filled=filled_in, channel=typed),
        change.build(policy, typed_order=typed, filled=filled_in),
    ):
        assert_view(view, frozenset(NAMES))
        assert len(json.loads(view["private_metadata"] or "{}")) <= 5
