"""Every state times every action, every role times every action, and every guard: pure functions over values."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.factories import (
    NOW,
    ROLES,
    make_decision,
    make_hold,
    make_line,
    make_order,
    make_policy,
    make_request,
)
from workflows import refusals
from workflows.commands import Decide, Look, Origin, PlaceHold, ReleaseHold
from workflows.decide import decide
from workflows.outcome import Snapshot
from workflows.policy.model import Reason, Rule
from workflows.policy.model import Signature as PolicySignature
from workflows.results import Done
from workflows.transitions import HOLD, REQUEST, Action
from workflows.values import Actor, HoldState, Kind, RequestState, Signature, Standing

POLICY = make_policy()
CLICK = Origin(says_done=False, says_refused=False)
CSR, ROSA, IVAN, WALT, LENA = "U0CARL", "U0ROSA", "U0IVAN", "U0WALT", "U0LENA"


def snapshot(user=ROSA, *, standing=Standing.ACTIVE, order=None, holds=(), requests=(), **rest):
    return Snapshot(
        now=NOW, actor=Actor(user, standing), order=order or make_order(), holds=holds, requests=requests, **rest
    )


def asked(kind=Kind.PLACE_HOLD, **changes):
    """A snapshot with a pending request of this kind and its hold."""
    state = HoldState.REQUESTED if kind is Kind.PLACE_HOLD else HoldState.RELEASE_REQUESTED
    return {"holds": (make_hold(state=state),), "requests": (make_request(kind=kind, **changes),)}


def decision(action, user=ROSA, note="because", version=1, policy=POLICY, **facts):
    return decide(snapshot(user, **facts), Decide(12, action, version, note), policy)


def refusal(outcome):
    assert isinstance(outcome.result, refusals.Refusal), outcome.result
    return type(outcome.result)


def kinds(outcome):
    return [notice.kind for notice in outcome.notices]


ACTORS = {Action.APPROVE: ROSA, Action.REJECT: ROSA, Action.WITHDRAW: CSR}


@pytest.mark.parametrize("kind", [Kind.PLACE_HOLD, Kind.RELEASE_HOLD])
@pytest.mark.parametrize("action", ACTORS)
@pytest.mark.parametrize("state", RequestState)
def test_each_action_moves_a_pending_request_and_no_other(state, action, kind):
    facts = asked(kind, state=state, decisions=())
    outcome = decision(action, ACTORS[action], **facts)
    if state is not RequestState.PENDING:
        assert refusal(outcome) is refusals.AlreadyDecided
        assert outcome.request_changes == ()
        assert outcome.hold_changes == ()
        return
    assert outcome.request_changes[0].state is REQUEST[state, action]
    before = facts["holds"][0].state
    assert (outcome.hold_changes[0].before, outcome.hold_changes[0].after) == (before, HOLD[kind, before, action])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTORS)
@pytest.mark.parametrize("kind", [Kind.PLACE_HOLD, Kind.RELEASE_HOLD])
def test_only_the_owners_sign_and_only_the_requester_withdraws(kind, action, role):
    user = ROLES[role][1][0]
    outcome = decision(action, user, **asked(kind))
    signs = role == "credit" and action is not Action.WITHDRAW
    withdraws = user == CSR and action is Action.WITHDRAW
    if signs or withdraws:
        assert isinstance(outcome.result, Done)
    else:
        expected = refusals.NotYoursToWithdraw if action is Action.WITHDRAW else refusals.NotYoursToSign
        assert refusal(outcome) is expected
        assert outcome.request_changes == ()


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.ACTIVE])
@pytest.mark.parametrize(
    "command",
    [
        PlaceHold("ORD-123", "credit"),
        ReleaseHold("ORD-123"),
        Decide(12, Action.APPROVE, 1),
        Decide(12, Action.REJECT, 1, "no"),
        Decide(12, Action.WITHDRAW),
        Look("queue"),
    ],
)
def test_only_active_members_act_and_the_refusal_stands_on_the_desks_chain(command, standing):
    outcome = decide(snapshot(standing=standing, **asked()), command, POLICY)
    assert refusal(outcome) is refusals.NotAMember
    assert [(entry.chain, entry.action) for entry in outcome.audit] == [("", "request.refused")]
    assert outcome.request_changes == ()
    assert outcome.new_request is None


def test_the_requester_does_not_approve_their_own_request_even_with_the_role():
    outcome = decision(Action.APPROVE, ROSA, **asked(requested_by=ROSA))
    assert refusal(outcome) is refusals.OwnRequest
    assert outcome.result.sign[0].members == (IVAN,)


def test_self_approval_can_be_allowed_for_a_placement_but_never_for_a_release():
    allowed = make_policy(desk={"self_approval": True})
    placement = decision(Action.APPROVE, ROSA, policy=allowed, **asked(requested_by=ROSA))
    release = decision(Action.APPROVE, ROSA, policy=allowed, **asked(Kind.RELEASE_HOLD, requested_by=ROSA))
    assert isinstance(placement.result, Done)
    assert refusal(release) is refusals.OwnRequest


def test_a_rejection_needs_a_note():
    assert refusal(decision(Action.REJECT, note="  ", **asked())) is refusals.NoteMissing


def test_a_card_of_another_version_is_not_signed():
    assert refusal(decision(Action.APPROVE, version=7, **asked())) is refusals.CardOutdated


@pytest.mark.parametrize("kind", [Kind.PLACE_HOLD, Kind.RELEASE_HOLD])
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((make_line(line=1, picked=2, allocated=2), make_line(line=2)), "line 1: 2 of 3 units picked"),
        ((make_line(line=1, ordered=5), make_line(line=2)), "line 1: quantity changed from 3 to 5"),
        ((make_line(line=1),), "line 2 is no longer on the order"),
        ((make_line(line=1), make_line(line=2), make_line(line=3)), "line 3 was added"),
        ((make_line(line=1, cancelled=3), make_line(line=2)), "line 1: 3 of 3 units cancelled"),
    ],
)
def test_a_signature_on_an_order_that_moved_voids_the_request_and_says_what_moved(kind, lines, said):
    outcome = decision(Action.APPROVE, order=make_order(lines=lines), **asked(kind))
    assert refusal(outcome) is refusals.OrderMoved
    assert said in outcome.result.moves
    assert outcome.request_changes[0].state is RequestState.VOID
    assert "outcome" in kinds(outcome)
    assert [entry.action for entry in outcome.audit] == ["request.void"]


@pytest.mark.parametrize("change", [{"total": 99_900}, {"currency": "EUR"}, {"customer": "Another one"}])
def test_another_value_or_customer_is_a_move_too(change):
    outcome = decision(Action.APPROVE, order=make_order(**change), **asked(Kind.RELEASE_HOLD))
    assert refusal(outcome) is refusals.OrderMoved


def test_an_order_that_moved_can_still_be_rejected_or_withdrawn():
    moved = make_order(lines=(make_line(line=1),))
    assert isinstance(decision(Action.REJECT, order=moved, **asked()).result, Done)
    assert isinstance(decision(Action.WITHDRAW, CSR, order=moved, **asked()).result, Done)


def test_two_signatures_come_from_two_people_and_each_shows():
    both = (Signature("credit", 2),)
    first = decision(Action.APPROVE, ROSA, **asked(sign=both))
    assert first.result.what == "signed"
    assert first.request_changes == ()
    again = decision(Action.APPROVE, ROSA, **asked(sign=both, decisions=(make_decision(),)))
    assert refusal(again) is refusals.AlreadySigned
    second = decision(Action.APPROVE, IVAN, **asked(sign=both, decisions=(make_decision(),)))
    assert second.result.what == "approved"


def test_one_person_with_two_roles_fills_one_entry_only():
    policy = make_policy(roles={"cs_lead": {"members": (ROSA, LENA)}})
    sign = (Signature("cs_lead"), Signature("credit"))
    first = decision(Action.APPROVE, ROSA, policy=policy, **asked(sign=sign))
    assert first.decision.role == "cs_lead"
    assert [group.role for group in first.result.sign] == ["credit"]


def test_the_requester_hears_what_others_do_and_not_what_they_do_themselves():
    assert "outcome" in kinds(decision(Action.APPROVE, **asked()))
    assert "outcome" in kinds(decision(Action.REJECT, **asked()))
    assert "outcome" not in kinds(decision(Action.WITHDRAW, CSR, **asked()))


def test_the_audit_of_a_placement_says_that_its_hold_is_in_force():
    placed = next(entry for entry in decision(Action.APPROVE, **asked()).audit if entry.action == "hold.placed")
    assert placed.facts["blockers"] == ["Credit not cleared (H-17)"]


def test_a_release_is_clear_only_when_nothing_else_blocks():
    alone = decision(Action.APPROVE, **asked(Kind.RELEASE_HOLD))
    (floor,) = [notice for notice in alone.notices if notice.kind == "floor"]
    assert floor.payload == {"blockers": [], "clear": True}
    other = make_hold(number=18, reason="stock", owner="warehouse", state=HoldState.ACTIVE, request=13)
    facts = asked(Kind.RELEASE_HOLD)
    beside = decision(Action.APPROVE, **{**facts, "holds": (*facts["holds"], other)})
    (floor,) = [notice for notice in beside.notices if notice.kind == "floor"]
    assert floor.payload == {"blockers": ["Stock problem (H-18)"], "clear": False}


@pytest.mark.parametrize(("blocks", "clear"), [(True, False), (False, True)])
def test_a_hold_that_is_only_asked_for_blocks_the_release_as_the_policy_says(blocks, clear):
    policy = make_policy(desk={"gate_blocks_requested": blocks})
    facts = asked(Kind.RELEASE_HOLD)
    other = make_hold(number=18, reason="stock", owner="warehouse", request=13)
    outcome = decision(Action.APPROVE, policy=policy, **{**facts, "holds": (*facts["holds"], other)})
    (floor,) = [notice for notice in outcome.notices if notice.kind == "floor"]
    assert floor.payload["clear"] is clear


@pytest.mark.parametrize("action", [Action.REJECT, Action.WITHDRAW])
def test_the_floor_hears_when_the_last_doubt_about_a_released_order_is_gone(action):
    released = make_hold(number=16, reason="stock", owner="warehouse", state=HoldState.RELEASED, request=11)
    facts = asked()
    outcome = decision(action, ACTORS[action], **{**facts, "holds": (*facts["holds"], released)})
    (floor,) = [notice for notice in outcome.notices if notice.kind == "floor"]
    assert floor.payload["clear"] is True
    assert "floor" not in kinds(decision(action, ACTORS[action], **facts))


def place(user=CSR, reason="credit", note="", policy=POLICY, **facts):
    return decide(snapshot(user, **facts), PlaceHold("ORD-123", reason, note=note), policy)


def test_an_owner_who_places_a_hold_of_their_own_reason_has_signed_it():
    outcome = place(ROSA)
    assert outcome.result.what == "placed"
    assert outcome.new_hold.state is HoldState.ACTIVE
    assert outcome.new_request.state is RequestState.APPROVED
    assert [entry.action for entry in outcome.audit] == ["request.created", "request.approved", "hold.placed"]
    asks = place(ROSA, policy=make_policy(desk={"owner_placement_signs": False}))
    assert asks.result.what == "requested"
    assert asks.result.sign[0].members == (IVAN,)


def test_an_owner_of_another_reason_has_not():
    assert place(WALT).result.what == "requested"


@pytest.mark.parametrize("state", [HoldState.REQUESTED, HoldState.ACTIVE, HoldState.RELEASE_REQUESTED])
def test_the_same_open_reason_points_to_the_first(state):
    outcome = place(holds=(make_hold(state=state),))
    assert refusal(outcome) is refusals.AlreadyHeld
    assert outcome.result.hold == 17


@pytest.mark.parametrize("state", [HoldState.RELEASED, HoldState.REJECTED, HoldState.WITHDRAWN])
def test_a_closed_hold_does_not_stand_in_the_way_of_a_new_one(state):
    assert isinstance(place(holds=(make_hold(state=state),)).result, Done)


def test_different_reasons_stack():
    assert isinstance(place(reason="stock", holds=(make_hold(state=HoldState.ACTIVE),)).result, Done)


@pytest.mark.parametrize(
    ("line", "stage"),
    [
        ({"allocated": 3, "picked": 3, "packed": 3, "shipped": 3}, "shipped"),
        ({"allocated": 3, "picked": 3, "packed": 3, "shipped": 3, "delivered": 3}, "delivered"),
        ({"cancelled": 3}, "cancelled"),
    ],
)
def test_an_order_that_is_gone_is_not_held(line, stage):
    outcome = place(order=make_order(lines=(make_line(**line),)))
    assert refusal(outcome) is refusals.NothingToHold
    assert outcome.result.stage == stage


def test_an_order_of_which_something_is_left_can_be_held():
    gone = {"allocated": 3, "picked": 3, "packed": 3, "shipped": 3}
    assert isinstance(place(order=make_order(lines=(make_line(**gone), make_line(line=2)))).result, Done)


def test_an_unknown_reason_lists_the_known_ones():
    outcome = place(reason="weather")
    assert refusal(outcome) is refusals.ReasonUnknown
    assert ("credit", "Credit not cleared") in outcome.result.reasons


def test_a_reason_that_needs_a_note_is_refused_without_one():
    strict = (Reason(kind="hold", code="credit", label="Credit", owner="credit", note="required"),)
    policy = make_policy(reasons=strict)
    assert refusal(place(policy=policy)) is refusals.NoteMissing
    assert isinstance(place(policy=policy, note="wire").result, Done)


@pytest.mark.parametrize(("days", "past"), [(-1, True), (0, False), (1, False)])
def test_a_date_until_which_to_hold_is_not_past_where_the_desk_is(days, past):
    until = NOW.astimezone(ZoneInfo(POLICY.desk.timezone)).date() + timedelta(days=days)
    outcome = decide(snapshot(CSR), PlaceHold("ORD-123", "credit", until), POLICY)
    assert isinstance(outcome.result, refusals.UntilIsPast) is past


def test_a_rule_says_who_may_ask():
    policy = make_policy(rules=(Rule(kind="place_hold", ask=("manager",)),))
    assert refusal(place(policy=policy)) is refusals.MayNotAsk
    assert isinstance(place("U0MONA", policy=policy).result, Done)


def test_a_rule_says_who_signs():
    sign = (PolicySignature(role="cs_lead"), PolicySignature(role="credit"))
    policy = make_policy(rules=(Rule(kind="place_hold", sign=sign),))
    outcome = place(policy=policy)
    assert [group.role for group in outcome.result.sign] == ["cs_lead", "credit"]
    assert [notice.lane for notice in outcome.notices] == ["slack:C0CSLEAD", "slack:C0CREDIT"]


def release(words="", user=CSR, holds=None, requests=(), policy=POLICY, **command):
    standing = holds if holds is not None else (make_hold(state=HoldState.ACTIVE),)
    return decide(
        snapshot(user, holds=standing, requests=requests), ReleaseHold("ORD-123", words=words, **command), policy
    )


STOCK = make_hold(number=18, reason="stock", owner="warehouse", state=HoldState.ACTIVE, request=13)
BOTH = (make_hold(state=HoldState.ACTIVE), STOCK)


@pytest.mark.parametrize(
    ("words", "hold", "reason", "note"),
    [
        ("", 17, "", ""),
        ("paid", 17, "paid", ""),
        ("paid wire came", 17, "paid", "wire came"),
        ("credit", 17, "", ""),
        ("H-17 paid wire", 17, "paid", "wire"),
        ("h-17", 17, "", ""),
        ("the customer called", 17, "", "the customer called"),
        ("credit the customer called", 17, "", "the customer called"),
    ],
)
def test_release_words_are_a_hold_then_a_release_reason_then_a_note(words, hold, reason, note):
    outcome = release(words)
    assert outcome.result.what == "release_requested"
    assert (outcome.new_request.hold, outcome.new_request.reason, outcome.new_request.note) == (hold, reason, note)


def test_several_open_holds_are_a_choice_and_never_a_sweep():
    assert refusal(release("", holds=BOTH)) is refusals.SeveralHolds
    assert refusal(release("paid", holds=BOTH)) is refusals.SeveralHolds
    assert release("stock", holds=BOTH).new_request.hold == 18


def test_a_hold_reason_that_is_not_open_is_not_read_as_a_note():
    assert refusal(release("fraud checked")) is refusals.HoldUnknown


def test_a_hold_that_is_not_open_is_named_with_those_that_are():
    outcome = release("H-99")
    assert refusal(outcome) is refusals.HoldUnknown
    assert outcome.result.holds == ((17, "Credit not cleared"),)


def test_an_order_without_a_hold_has_nothing_to_release():
    assert refusal(release(holds=())) is refusals.NoOpenHold


def test_a_hold_that_is_only_asked_for_is_withdrawn_or_rejected_and_not_released():
    assert refusal(release(holds=(make_hold(),))) is refusals.HoldNotYetActive


def test_a_second_ask_for_the_same_release_points_to_the_first():
    facts = asked(Kind.RELEASE_HOLD)
    assert refusal(release(holds=facts["holds"], requests=facts["requests"])) is refusals.AlreadyAsked


def test_a_release_is_never_signed_by_asking_for_it():
    assert release(user=ROSA).result.what == "release_requested"


def test_a_hold_whose_reason_left_the_policy_is_still_released_by_its_owner():
    policy = make_policy(reasons=(Reason(kind="hold", code="stock", label="Stock", owner="warehouse"),))
    assert [group.role for group in release(policy=policy).result.sign] == ["credit"]


def test_an_unknown_release_reason_from_a_form_is_refused():
    assert refusal(release(hold="17", reason="weather")) is refusals.HoldUnknown
    assert refusal(release(hold="H-17", reason="weather")) is refusals.ReasonUnknown


def test_a_refusal_is_audited_once_a_minute_for_one_person_and_reason():
    first = decision(Action.APPROVE, WALT, **asked())
    assert [entry.action for entry in first.audit] == ["request.refused"]
    again = decision(Action.APPROVE, WALT, recent_refusals=frozenset({"NotYoursToSign"}), **asked())
    assert again.audit == ()
    other = decision(Action.WITHDRAW, WALT, recent_refusals=frozenset({"NotYoursToSign"}), **asked())
    assert [entry.facts["refusal"] for entry in other.audit] == ["NotYoursToWithdraw"]


@pytest.mark.parametrize(
    ("origin", "done", "refused"),
    [
        (Origin(), False, False),
        (Origin(says_done=False), True, False),
        (CLICK, True, True),
    ],
)
def test_what_the_caller_cannot_say_becomes_a_notice(origin, done, refused):
    good = decide(snapshot(), PlaceHold("ORD-123", "credit", origin=origin), POLICY)
    bad = decide(snapshot(), PlaceHold("ORD-123", "weather", origin=origin), POLICY)
    assert ("reply" in kinds(good)) is done
    assert ("reply" in kinds(bad)) is refused


def test_replacing_a_line_is_seen_by_its_key_and_not_by_its_place():
    before = make_request()
    order = make_order(lines=(replace(make_line(line=2), line=1), replace(make_line(line=1), line=2)))
    outcome = decision(Action.APPROVE, order=order, holds=(make_hold(),), requests=(before,))
    assert isinstance(outcome.result, Done)
