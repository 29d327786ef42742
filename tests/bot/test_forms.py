"""Forms: built, filled in as Slack does it, and read back as the same command."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import options
from bot.slack.forms import FormProblem, channel_of, errors, hold, loading, message_view, reject, release, where
from playground.slack.blockkit import check_options, check_view
from playground.slack.elements import find_input, starting_values, typed_value
from tests.bot.hostile import HOSTILE, assert_view, hostile_text, quick, texts
from tests.factories import NOW, make_hold, make_option, make_policy
from workflows import refusals
from workflows.commands import Decide, Origin, PlaceHold, ReleaseHold
from workflows.policy.model import Reason
from workflows.transitions import Action
from workflows.values import HoldState

POLICY = make_policy()
ACTIVE = make_hold(state=HoldState.ACTIVE)


def filled(view, **entered):
    """The view as Slack sends it back. A typeahead of orders offers the one that is typed."""
    values = starting_values(view["blocks"])
    for name, given_ in entered.items():
        element = find_input(view["blocks"], name).element
        values[name][name] = typed_value(element, given_, None)
    return {**view, "state": {"values": values}}


def block_ids(view):
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


def element_of(view, name):
    return find_input(view["blocks"], name).element


def test_a_hold_filled_in_by_hand_is_the_command_that_was_meant():
    view = filled(
        hold.build(POLICY), order="ORD-123", reason="credit", until="2026-12-01", note="waiting for wire\nsecond line"
    )
    assert hold.parse(view) == PlaceHold("ORD-123", "credit", date(2026, 12, 1), "waiting for wire\nsecond line")


def test_a_hold_that_was_typed_in_full_comes_back_untouched():
    view = hold.build(
        POLICY, order=make_option(), reason="Credit not cleared", until=date(2026, 12, 1), note="x", channel="C0ORDERS"
    )
    assert hold.parse(filled(view)) == PlaceHold("ORD-123", "credit", date(2026, 12, 1), "x")


def test_a_release_comes_back_untouched():
    view = release.build(POLICY, order=make_option(), holds=[ACTIVE], reason="paid", note="wire is in")
    assert release.parse(filled(view)) == ReleaseHold("ORD-123", "H-17", "paid", "wire is in")


def test_a_rejection_names_the_request_of_the_card_that_was_clicked():
    view = filled(reject.build(12, 3, channel="C0CREDIT"), note="no wire seen")
    assert reject.parse(view) == Decide(12, Action.REJECT, 3, "no wire seen")


def test_input_blocks_have_the_ids_that_integrations_rely_on():
    assert block_ids(hold.build(POLICY)) == ["order", "reason", "until", "note"]
    assert block_ids(release.build(POLICY, order=make_option(), holds=[ACTIVE])) == ["order", "hold", "reason", "note"]
    assert block_ids(reject.build(12, 1)) == ["note"]
    for view in (hold.build(POLICY), release.build(POLICY, holds=[ACTIVE]), reject.build(12, 1)):
        for name in block_ids(view):
            assert element_of(view, name)["action_id"] == name


@pytest.mark.parametrize(
    ("view", "callback"),
    [
        (hold.build(POLICY), "hold.submit"),
        (release.build(POLICY), "release.submit"),
        (reject.build(12, 1), "reject.submit"),
    ],
)
def test_callback_ids_are_stable(view, callback):
    assert view["callback_id"] == callback


def test_a_wrong_number_without_suggestions_stands_in_the_field_to_be_judged():
    assert hold.parse(filled(hold.build(POLICY, typed_order="#1001", reason="credit"))).order == "#1001"


def test_a_wrong_number_with_suggestions_leaves_the_field_open_and_names_them():
    view = hold.build(POLICY, typed_order="ORD-12", suggestions=("ORD-123", make_option(number="ORD-124")))
    assert "initial_option" not in element_of(view, "order")
    assert list(texts(view["blocks"], "mrkdwn")) == ["Is it *ORD-123* or *ORD-124*?"]


def test_several_orders_in_a_message_take_the_first_and_name_the_others():
    found = [make_option(), make_option(number="ORD-124")]
    view = hold.build(POLICY, order=found[0], suggestions=found)
    assert element_of(view, "order")["initial_option"]["value"] == "ORD-123"
    assert list(texts(view["blocks"], "mrkdwn")) == ["Or is it *ORD-124*?"]


def test_each_reason_says_who_signs():
    choices = element_of(hold.build(POLICY), "reason")["options"]
    assert [(each["value"], each["description"]["text"]) for each in choices[:2]] == [
        ("credit", "Credit signs"),
        ("stock", "Warehouse signs"),
    ]


def test_the_only_open_hold_is_chosen_and_several_are_a_choice():
    one = release.build(POLICY, order=make_option(), holds=[ACTIVE])
    two = release.build(POLICY, order=make_option(), holds=[ACTIVE, make_hold(number=18, reason="fraud")])
    meant = release.build(POLICY, order=make_option(), holds=[ACTIVE, make_hold(number=18, reason="fraud")], hold=18)
    assert element_of(one, "hold")["initial_option"]["value"] == "H-17"
    assert "initial_option" not in element_of(two, "hold")
    assert element_of(meant, "hold")["initial_option"]["value"] == "H-18"


def test_choosing_an_order_redraws_the_release_form():
    (order, *_) = release.build(POLICY)["blocks"]
    assert order["dispatch_action"] is True
    assert element_of({"blocks": [order]}, "order")["min_query_length"] == 1


def test_a_release_form_without_holds_says_why():
    assert "Choose the order first" in release.build(POLICY)["blocks"][1]["text"]["text"]
    assert "no open hold" in release.build(POLICY, order=make_option())["blocks"][1]["text"]["text"]


def test_a_release_reason_is_asked_for_only_where_the_desk_lists_some():
    without = make_policy(reasons=[Reason(kind="hold", code="credit", label="Credit not cleared", owner="credit")])
    assert "reason" not in block_ids(release.build(without))


@pytest.mark.parametrize(
    ("parse", "view", "field"),
    [
        (hold.parse, hold.build(POLICY, reason="credit"), "order"),
        (hold.parse, hold.build(POLICY, order=make_option()), "reason"),
        (release.parse, release.build(POLICY), "order"),
        (reject.parse, reject.build(12, 1), "note"),
    ],
)
def test_what_is_missing_is_said_under_its_field(parse, view, field):
    with pytest.raises(FormProblem) as problem:
        parse(filled(view))
    assert problem.value.block_id == field
    assert str(problem.value).endswith(".")


def test_a_note_of_spaces_is_no_reason_to_reject():
    with pytest.raises(FormProblem):
        reject.parse(filled(reject.build(12, 1), note=" \n\u2028 "))


@pytest.mark.parametrize("state", [{}, {"state": None}, {"state": {"values": []}}, {"state": {"values": {"order": 1}}}])
def test_a_malformed_state_is_a_problem_and_no_crash(state):
    for parse in (hold.parse, release.parse, reject.parse):
        with pytest.raises(FormProblem):
            parse({"private_metadata": "{", **state})


def test_a_date_that_is_none_is_a_problem_of_its_field():
    view = filled(hold.build(POLICY, order=make_option(), reason="credit"), until="2026-02-31")
    with pytest.raises(FormProblem) as problem:
        hold.parse(view)
    assert problem.value.block_id == "until"


@pytest.mark.parametrize(
    "kept", ["", "{", "[]", "null", '{"channel": 7}', '{"channel": "<!here>"}', '{"order": "ORD-9"}']
)
def test_metadata_says_where_to_answer_and_nothing_else(kept):
    view = {**filled(hold.build(POLICY, order=make_option(), reason="credit")), "private_metadata": kept}
    assert channel_of(view) == ""
    assert hold.parse(view).order == "ORD-123"


def test_a_rejection_without_its_request_changes_nothing():
    view = {**filled(reject.build(12, 1), note="no"), "private_metadata": '{"request": "all"}'}
    with pytest.raises(FormProblem):
        reject.parse(view)


def test_the_answer_goes_back_to_where_the_form_was_opened():
    view = filled(
        reject.build(12, 1, channel="C0CREDIT", response_url="https://slack.example/r", trace="7F3K"), note="no"
    )
    assert where(view).channel == "C0CREDIT"
    assert where(view).trace == "7F3K"
    assert reject.parse(view, Origin(channel="C0CREDIT")).origin.response_url == "https://slack.example/r"
    assert json.loads(hold.build(POLICY, channel="C0ORDERS")["private_metadata"]) == {"channel": "C0ORDERS"}


def test_a_refusal_stands_under_the_field_it_is_about():
    refusal = refusals.AlreadyHeld(
        order="ORD-123", hold=17, request=12, reason="Credit not cleared", state="active", by="U0CARL", at=NOW
    )
    said = errors(refusal, hold.build(POLICY), {"U0CARL": "Carla Nguyen"})
    assert said == {
        "reason": "ORD-123 already has this hold (H-17, Credit not cleared), asked for by Carla Nguyen, "
        "Mon 23 Nov 2026 at 15:30 UTC. The order is stopped: there is nothing to do."
    }


def test_a_refusal_without_a_field_of_this_form_is_not_an_error_of_it():
    assert errors(refusals.NotAMember(standing="guest"), hold.build(POLICY)) is None
    assert errors(refusals.OrderUnknown(typed="x"), reject.build(12, 1)) is None


@pytest.mark.parametrize("typed", HOSTILE)
def test_errors_are_plain_and_short(typed):
    said = errors(refusals.OrderUnknown(typed=typed, close=(typed,) * 5), hold.build(POLICY))
    assert 0 < len(said["order"]) <= 500
    assert "\n" not in said["order"]


@quick
@given(hostile_text, st.sampled_from([0, 1, 100, 101, 250]))
def test_every_form_is_taken_by_slack_whatever_stands_in_it(typed, count):
    label = "".join(each for each in typed if each.isprintable())[:75] or "x"
    reasons = [Reason(kind="hold", code=f"r{i}", label=label, owner="credit") for i in range(count)]
    policy = make_policy(reasons=[*reasons, Reason(kind="release", code="paid", label=label)])
    order = make_option(number=typed or "x", customer=typed)
    holds = [make_hold(number=i, reason=typed, state=HoldState.ACTIVE) for i in range(1, count + 1)]
    views = [
        hold.build(
            policy, order=order, reason="r0", until=date.max, note=typed, channel=typed, suggestions=[typed] * 9
        ),
        hold.build(policy, typed_order=typed, reason=typed, note=typed),
        release.build(policy, order=order, holds=holds, hold=1, reason="paid", note=typed, channel=typed),
        release.build(policy, typed_order=typed, holds=holds, reason=typed),
        reject.build(2**31 - 1, 2**31 - 1, channel=typed, response_url=typed, trace=typed),
    ]
    for view in views:
        assert_view(view)
        assert len(view["private_metadata"]) <= 3000
    chosen = release.parse(filled(release.build(policy, order=make_option(), holds=holds, hold=1, reason="paid")))
    assert chosen.hold == ("H-1" if count else "")


@quick
@given(hostile_text)
def test_notes_come_back_as_they_were_shown(typed):
    view = filled(hold.build(POLICY, order=make_option(), reason="credit", note=typed))
    again = filled(hold.build(POLICY, order=make_option(), reason="credit", note=hold.parse(view).note))
    assert hold.parse(again) == hold.parse(view)


@pytest.mark.parametrize("typed", HOSTILE)
def test_orders_in_a_typeahead_fit(typed):
    found = [make_option(number=f"ORD-{i}", customer=typed, stage=typed) for i in range(150)]
    answer = options.order_options(found)
    assert check_options(answer) == []
    assert len(answer["options"]) == 100


@pytest.mark.parametrize("number", ["9" * 151, "", " ", "A\x00", "A\ud800"])
def test_an_order_number_that_fits_into_no_menu_is_left_out(number):
    assert options.order_options([make_option(number=number)]) == {"options": []}


@pytest.mark.parametrize("typed", HOSTILE)
def test_views_that_only_tell_something_are_taken_by_slack(typed):
    assert check_view(loading(typed)) == []
    assert check_view(message_view(typed, typed)) == []
