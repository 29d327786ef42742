"""Signing, rejecting and withdrawing cancels and changes: every state, role and kind."""

from dataclasses import replace

import pytest

from tests.factories import NOW, ROLES, make_decision, make_hold, make_request
from tests.workflows.test_cancellations import (
    CSR,
    CSR2,
    HOOK,
    LENA,
    ask,
    order_of,
    pending,
    policy_with,
    sign,
    snapshot,
)
from tests.workflows.test_changes import POLICY as CHANGES
from tests.workflows.test_changes import change
from workflows import refusals
from workflows.commands import Decide, EditLine
from workflows.decide import decide
from workflows.gate import gate
from workflows.policy.model import Rule
from workflows.policy.model import Signature as PolicySignature
from workflows.results import Done
from workflows.transitions import REQUEST, Action
from workflows.values import HoldState, Kind, RequestState

PEOPLE = {Action.APPROVE: LENA, Action.REJECT: LENA, Action.WITHDRAW: CSR}
KINDS = [Kind.CANCEL, Kind.CHANGE]
ORDER = order_of({"ordered": 10}, {"ordered": 2})


def asked(kind=Kind.CANCEL, policy=CHANGES, order=ORDER, **changes):
    cancel = kind is Kind.CANCEL
    outcome = ask((1, 5), policy=policy, order=order) if cancel else change(EditLine(1, 5), policy=policy, order=order)
    return pending(outcome, **changes)


def decided(request, action, user=None, *, policy=CHANGES, order=ORDER, note="because", **rest):
    return sign(request, user or PEOPLE[action], order=order, policy=policy, action=action, note=note, **rest)


def both(kind=Kind.CANCEL, *, hook=None):
    entries = (PolicySignature(role="cs_lead"), PolicySignature(role="credit"))
    desk = {"refund_hook": hook} if hook else {}
    return policy_with(reasons=CHANGES.reasons, rules=[Rule(kind=kind, sign=entries)], **desk)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("action", PEOPLE)
@pytest.mark.parametrize("state", RequestState)
def test_each_action_moves_a_pending_request_and_no_other(state, action, kind):
    outcome = decided(replace(asked(kind), state=state, decided_by=LENA, decided_at=NOW), action)
    if state is not RequestState.PENDING:
        assert isinstance(outcome.result, refusals.AlreadyDecided)
        assert (outcome.request_changes, outcome.line_changes, outcome.order_change) == ((), (), None)
        return
    assert [each.state for each in outcome.request_changes] == [REQUEST[state, action]]
    assert bool(outcome.line_changes) is (action is Action.APPROVE)
    assert bool(outcome.status_changes) is (action is Action.APPROVE)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", PEOPLE)
@pytest.mark.parametrize("kind", KINDS)
def test_only_the_owners_sign_and_only_the_requester_withdraws(kind, action, role):
    user = ROLES[role][1][0]
    outcome = decided(asked(kind), action, user)
    may = user == CSR if action is Action.WITHDRAW else role == "cs_lead"
    assert isinstance(outcome.result, Done) is may
    if not may:
        expected = refusals.NotYoursToWithdraw if action is Action.WITHDRAW else refusals.NotYoursToSign
        assert isinstance(outcome.result, expected)
        assert outcome.request_changes == ()


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_of_two_signatures_does_it_and_the_first_does_nothing(kind):
    policy = both(kind)
    request = asked(kind, policy)
    first = decided(request, Action.APPROVE, policy=policy)
    assert (first.result.what, first.line_changes, first.order_change) == ("signed", (), None)
    signed = replace(request, decisions=(make_decision(member=LENA, role="cs_lead"),))
    again = decided(signed, Action.APPROVE, policy=policy)
    assert isinstance(again.result, refusals.AlreadySigned)
    last = decided(signed, Action.APPROVE, "U0ROSA", policy=policy)
    assert (last.result.what, len(last.line_changes)) == ("approved", 1)


def test_the_call_waits_for_the_last_signature_and_names_everyone_who_signed():
    policy = both(hook=HOOK)
    request = asked(policy=policy)
    assert decided(request, Action.APPROVE, policy=policy).hook_calls == ()
    signed = replace(request, decisions=(make_decision(member=LENA, role="cs_lead"),))
    (call,) = decided(signed, Action.APPROVE, "U0ROSA", policy=policy).hook_calls
    body = call.body
    assert body.index('"slack_user_id":"U0LENA"') < body.index('"slack_user_id":"U0ROSA"')


@pytest.mark.parametrize("kind", KINDS)
def test_self_approval_can_be_allowed(kind):
    policy = policy_with(reasons=CHANGES.reasons, self_approval=True)
    own = asked(kind, policy, by=LENA)
    assert decided(own, Action.APPROVE, policy=policy).result.what == "approved"
    assert isinstance(decided(own, Action.APPROVE).result, refusals.OwnRequest)


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_of_another_version_is_not_signed(kind):
    found = snapshot(LENA, order=ORDER, requests=(asked(kind),))
    stale = decide(found, Decide(12, Action.APPROVE, version=7), CHANGES)
    assert isinstance(stale.result, refusals.CardOutdated)
    assert stale.request_changes == ()


@pytest.mark.parametrize("tax", [0, 9])
def test_tax_that_an_import_took_away_is_not_given_back(tax):
    order = order_of({"ordered": 10}, tax=20)
    request = asked(order=order)
    assert request.asked.tax == 10
    outcome = decided(request, Action.APPROVE, order=replace(order, tax=tax))
    assert isinstance(outcome.result, refusals.OrderMoved)
    assert outcome.request_changes[0].state is RequestState.VOID


def test_a_reason_from_the_menu_of_a_cancel_means_nothing_for_a_change():
    outcome = decided(asked(Kind.CHANGE), Action.APPROVE, reason="duplicate")
    assert outcome.request_changes[0].reason == "customer-change"
    assert "reason_before" not in outcome.audit[0].facts


def test_a_reason_given_by_its_label_is_kept_by_its_code():
    assert decided(asked(), Action.APPROVE, reason="Ordered twice").request_changes[0].reason == "duplicate"


def test_two_removals_side_by_side_that_leave_nothing_close_the_holds_as_a_cancel_does():
    order = order_of({"ordered": 10, "cancelled": 10}, {"ordered": 2}, {"ordered": 1, "cancelled": 1})
    request = pending(change(EditLine(2, remove=True), order=order_of({"ordered": 10}, {"ordered": 2}, {})))
    hold = make_hold(state=HoldState.ACTIVE, request=11)
    outcome = decided(request, Action.APPROVE, order=order, holds=(hold,))
    assert [each.after for each in outcome.hold_changes] == [HoldState.RELEASED]
    assert [n.request for n in outcome.notices if n.kind == "card.redraw"] == [12, 11]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("blocks", "state"), [(True, "change_pending"), (False, "clear")])
def test_the_gate_waits_for_a_pending_request_as_the_policy_says(kind, blocks, state):
    policy = policy_with(reasons=CHANGES.reasons, gate_blocks_pending=blocks)
    found = gate(ORDER, (), (asked(kind),), policy)
    assert (found.state, found.may_ship) == (state, not blocks)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("action", [Action.REJECT, Action.WITHDRAW])
def test_the_floor_hears_when_what_stopped_a_released_order_has_ended(action, kind):
    released = make_hold(state=HoldState.RELEASED, closed_at=NOW)
    outcome = decided(asked(kind), action, holds=(released,))
    assert [n.payload["clear"] for n in outcome.notices if n.kind.startswith("floor")] == [True, True]
    quiet = decided(asked(kind), action)
    assert [n.kind for n in quiet.notices if n.kind.startswith("floor")] == []


def test_an_approved_cancel_that_a_release_waited_for_is_mailed_to_the_floor_too():
    released = make_hold(state=HoldState.RELEASED, closed_at=NOW)
    outcome = decided(asked(), Action.APPROVE, holds=(released,))
    assert [n.kind for n in outcome.notices if n.kind.startswith("floor")] == ["floor", "floor.email"]


def test_a_cancel_that_leaves_only_shipped_units_clears_nothing_to_ship():
    order = order_of({"ordered": 7, "shipped": 2})
    released = make_hold(state=HoldState.RELEASED, closed_at=NOW)
    outcome = decided(asked(order=order), Action.APPROVE, order=order, holds=(released,))
    assert [(n.kind, n.payload["clear"]) for n in outcome.notices if n.kind.startswith("floor")] == [("floor", False)]


def test_followers_hear_each_end_and_nobody_of_their_own_doing():
    request = replace(asked(), followers=(CSR2, LENA))
    told = [n.lane for n in decided(request, Action.REJECT).notices if n.kind == "outcome"]
    assert told == [f"slack:{CSR}", f"slack:{CSR2}"]
    own = [n.lane for n in decided(request, Action.WITHDRAW).notices if n.kind == "outcome"]
    assert own == [f"slack:{CSR2}", f"slack:{LENA}"]


def test_other_pending_cancels_are_left_as_they_are():
    other = replace(pending(ask((2, 1), order=ORDER, policy=CHANGES)), number=13)
    outcome = decided(asked(), Action.APPROVE, others=(other, make_request(number=14)))
    assert [each.request for each in outcome.request_changes] == [12]
    assert [each.request for each in outcome.refreshed] == [14]
