"""What the clock decides about a request and a hold, and who may sign and extend because of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.factories import NOW, make_decision, make_hold, make_order, make_policy, make_request
from workflows import refusals
from workflows.asked import Cancellation, CancelledLine
from workflows.commands import AskForReview, Chase, Decide, ExtendHold
from workflows.decide import decide
from workflows.outcome import Chased, HoldDate, Snapshot
from workflows.signers import missing, waiting_roles
from workflows.transitions import Action
from workflows.values import Actor, HoldState, Kind, RequestState, Signature, Standing

CLOCK = Actor("redtag", Standing.ACTIVE)
SOON, PAST = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)
POLICY = make_policy()
CANCEL = Cancellation(
    lines=(CancelledLine(key="1", line=1, sku="A", description="", units=1, unit_price=1),), currency="USD"
)
STATE_OF_HOLD = {Kind.PLACE_HOLD: HoldState.REQUESTED, Kind.RELEASE_HOLD: HoldState.RELEASE_REQUESTED}


def chase(request, actor=CLOCK, command=None, hold=None, policy=POLICY, now=NOW):
    held = STATE_OF_HOLD.get(request.kind)
    holds = (hold or make_hold(state=held),) if held else ()
    snapshot = Snapshot(now, actor, make_order(), holds, (request,))
    return decide(snapshot, command or Chase(request.number), policy)


def request_of(kind=Kind.RELEASE_HOLD, **changes):
    asked = {"hold": None, "asked": CANCEL, "reason": "customer-request"} if kind is Kind.CANCEL else {}
    times = {"remind_every": 7200, "remind_at": SOON, "escalate_at": SOON, "expire_at": SOON, "escalate_to": "manager"}
    return make_request(kind=kind, **{**asked, **times, **changes})


def told(outcome):
    return [(notice.kind, notice.lane) for notice in outcome.notices]


def test_nothing_happens_before_its_time_and_nothing_is_written():
    outcome = chase(request_of())
    assert outcome.result.what == "nothing"
    assert (outcome.audit, outcome.notices, outcome.request_changes, outcome.chased) == ((), (), (), None)


@pytest.mark.parametrize("state", [state for state in RequestState if state is not RequestState.PENDING])
def test_what_is_decided_is_left_alone(state):
    due = {"remind_at": PAST, "escalate_at": PAST, "expire_at": PAST}
    outcome = chase(request_of(state=state, **due))
    assert (outcome.result.what, outcome.audit, outcome.notices) == ("nothing", (), ())


@pytest.mark.parametrize(
    ("due", "what"),
    [
        ({"remind_at": PAST}, "request.reminded"),
        ({"remind_at": PAST, "escalate_at": PAST}, "request.escalated"),
        ({"remind_at": PAST, "escalate_at": PAST, "expire_at": PAST}, "request.expired"),
        ({"expire_at": NOW}, "request.expired"),
    ],
)
def test_of_all_that_is_due_the_last_alone_happens(due, what):
    (entry,) = chase(request_of(**due)).audit
    assert (entry.actor, entry.action, entry.request) == ("redtag", what, 12)


@pytest.mark.parametrize("kind", [Kind.RELEASE_HOLD, Kind.CANCEL])
def test_an_expired_request_ends_and_its_order_stays_as_it_is(kind):
    outcome = chase(request_of(kind, expire_at=PAST))
    (change,) = outcome.request_changes
    assert (change.state, change.version) == (RequestState.EXPIRED, 1)
    assert [(each.before, each.after) for each in outcome.hold_changes] == (
        [(HoldState.RELEASE_REQUESTED, HoldState.ACTIVE)] if kind is Kind.RELEASE_HOLD else []
    )
    assert (outcome.order_change, outcome.line_changes, outcome.status_changes) == (None, (), ())
    assert ("outcome", "slack:U0CARL") in told(outcome)
    assert ("card.redraw", "slack:C0CREDIT") in told(outcome)


def test_a_reminder_goes_where_a_signature_is_missing_and_moves_the_next_one_on():
    sign = (Signature("credit"), Signature("fraud"))
    outcome = chase(request_of(sign=sign, decisions=(make_decision(),), remind_at=PAST, reminded=1))
    assert outcome.chased == Chased(12, NOW + timedelta(hours=8))
    assert [lane for kind, lane in told(outcome) if kind == "reminder"] == ["slack:C0FRAUD"]
    assert outcome.audit[0].facts == {"reminder": 2}


def test_an_escalation_brings_a_card_and_tells_who_asked():
    outcome = chase(request_of(Kind.PLACE_HOLD, escalate_at=PAST, expire_at=None))
    assert outcome.chased == Chased(12, NOW + timedelta(hours=2), escalated=True, to="manager")
    assert told(outcome) == [("card", "slack:C0MGRS"), ("card.redraw", "slack:C0CREDIT"), ("outcome", "slack:U0CARL")]


def test_a_role_in_the_same_channel_gets_no_second_card():
    policy = make_policy(roles={"manager": {"channel": "C0CREDIT"}})
    outcome = chase(request_of(escalate_at=PAST), policy=policy)
    assert "card" not in [kind for kind, _ in told(outcome)]
    assert outcome.chased.to == "manager"


@pytest.mark.parametrize(
    ("changes", "policy"),
    [
        ({"requested_by": "U0MONA"}, POLICY),  # its only member has asked
        ({}, make_policy(roles={"manager": {"members": []}})),
        ({"escalate_to": "gone"}, POLICY),  # has left the policy
        ({"escalate_to": "credit"}, POLICY),  # is asked already
    ],
)
def test_where_nobody_could_sign_the_managers_are_told_what_to_do_next(changes, policy):
    outcome = chase(request_of(escalate_at=PAST, **changes), policy=policy)
    assert (outcome.chased.escalated, outcome.chased.to) == (True, "")
    assert ("escalation.stuck", "slack:C0MGRS") in told(outcome)
    assert ("card", "slack:C0MGRS") not in told(outcome)
    assert outcome.audit[0].facts["nobody"] is True


def test_without_a_managers_channel_those_who_sign_are_told():
    policy = make_policy(desk={"managers_channel": ""}, roles={"manager": {"members": []}})
    assert ("escalation.stuck", "slack:C0CREDIT") in told(chase(request_of(escalate_at=PAST), policy=policy))


def sign(request, user, **changes):
    command = Decide(request.number, Action.APPROVE, **changes)
    return chase(request, Actor(user, Standing.ACTIVE), command)


def test_the_role_that_it_escalated_to_signs_in_place_of_the_one_that_is_missing():
    before = sign(request_of(), "U0MONA")
    assert isinstance(before.result, refusals.NotYoursToSign)
    after = request_of(escalated_to="manager")
    assert waiting_roles(after) == ("credit", "manager")
    outcome = sign(after, "U0MONA")
    assert (outcome.result.what, outcome.decision.role) == ("approved", "manager")
    assert ("card.redraw", "slack:C0MGRS") in told(outcome)
    assert sign(after, "U0ROSA").decision.role == "credit"


def test_who_asked_does_not_sign_for_an_escalation_and_nobody_signs_twice():
    assert isinstance(
        sign(request_of(escalated_to="manager", requested_by="U0MONA"), "U0MONA").result, refusals.OwnRequest
    )
    two = (Signature("credit"), Signature("fraud"))
    signed = (make_decision(member="U0MONA", role="manager"),)
    half = request_of(sign=two, decisions=signed, escalated_to="manager")
    assert missing(half.sign, half.decisions) == ("fraud",)
    assert isinstance(sign(half, "U0MONA").result, refusals.AlreadySigned)
    assert isinstance(sign(half, "U0ROSA").result, refusals.NotYoursToSign)
    assert sign(half, "U0FAYE").result.what == "approved"


def test_a_manager_who_signs_as_manager_leaves_the_other_signature_to_another():
    both = request_of(sign=(Signature("credit"), Signature("manager")), escalated_to="manager")
    outcome = sign(both, "U0MONA")
    assert (outcome.result.what, [group.role for group in outcome.result.sign]) == ("signed", ["credit"])


TODAY = date(2026, 11, 23)
HELD = make_hold(state=HoldState.ACTIVE, until=TODAY)


def review(hold, now=NOW):
    return decide(Snapshot(now, CLOCK, make_order(), (hold,)), AskForReview("ORD-123", hold.number), POLICY)


def test_the_owner_of_a_hold_is_asked_on_its_day_once():
    outcome = review(HELD)
    assert outcome.hold_date == HoldDate(17, TODAY, TODAY)
    assert told(outcome) == [("hold.review", "slack:C0CREDIT")]
    assert outcome.hold_changes == ()
    assert [(entry.actor, entry.action) for entry in outcome.audit] == [("redtag", "hold.review_asked")]
    assert review(replace(HELD, asked_until=TODAY)).notices == ()


@pytest.mark.parametrize("changes", [{"until": None}, {"until": date(2026, 11, 24)}, {"state": HoldState.REQUESTED}])
def test_nobody_is_asked_about_other_holds(changes):
    outcome = review(replace(HELD, **changes))
    assert (outcome.notices, outcome.audit, outcome.hold_date) == ((), (), None)


def test_nobody_is_asked_about_a_hold_before_the_time_of_the_digest_or_while_its_release_is_asked_for():
    assert review(HELD, NOW - timedelta(hours=2)).notices == ()
    assert review(replace(HELD, state=HoldState.RELEASE_REQUESTED)).notices == ()


def test_the_owner_in_a_role_that_is_gone_is_the_managers():
    assert told(review(replace(HELD, owner="gone"))) == [("hold.review", "slack:C0MGRS")]


def extend(until, user="U0ROSA", hold=HELD):
    snapshot = Snapshot(NOW, Actor(user, Standing.ACTIVE), make_order(), (hold,))
    return decide(snapshot, ExtendHold("ORD-123", 17, until, "bank"), POLICY)


def test_an_owner_gives_a_later_date_or_none():
    outcome = extend(date(2026, 12, 1))
    assert outcome.hold_date == HoldDate(17, date(2026, 12, 1), None)
    assert outcome.audit[0].facts == {"hold": 17, "before": "2026-11-23", "until": "2026-12-01", "note": "bank"}
    assert outcome.hold_changes == ()
    assert extend(None).hold_date.until is None


@pytest.mark.parametrize(
    ("until", "user", "hold", "refused"),
    [
        (date(2026, 12, 1), "U0CARL", HELD, refusals.NotYoursToExtend),
        (TODAY, "U0ROSA", HELD, refusals.NotLater),
        (date(2026, 12, 1), "U0ROSA", replace(HELD, state=HoldState.RELEASED), refusals.NoOpenHold),
    ],
)
def test_everybody_else_and_every_other_date_is_refused(until, user, hold, refused):
    assert isinstance(extend(until, user, hold).result, refused)
