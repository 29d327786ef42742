"""Asking for cancels: which units, what comes back, what is refused, and what a signature makes of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.factories import NOW, make_hold, make_line, make_order, make_policy, make_reasons, make_request
from workflows import line_refusals, refusals
from workflows.asked import Cancellation
from workflows.commands import CancelOrder, Decide, Join, Origin, Units
from workflows.decide import decide
from workflows.outcome import Snapshot
from workflows.policy.model import Reason, RefundHook, Rule
from workflows.policy.model import Signature as PolicySignature
from workflows.results import Done, Refusal
from workflows.transitions import Action
from workflows.values import Actor, HoldState, Kind, Request, RequestState, Stage, Standing

CLICK = Origin(says_done=False, says_refused=False)
CSR, CSR2, LENA = "U0CARL", "U0SAMI", "U0LENA"
REASONS = (
    *make_reasons(),
    Reason(kind="cancel", code="customer-request", label="Customer asked", owner="cs_lead"),
    Reason(kind="cancel", code="duplicate", label="Ordered twice", owner="cs_lead"),
    Reason(kind="cancel", code="fraud-found", label="Fraud found", owner="cs_lead", note="required"),
)


def policy_with(*, rules=(), reasons=REASONS, **desk):
    return make_policy(reasons=reasons, rules=tuple(rules), desk=desk)


POLICY = policy_with()
HOOK = RefundHook(url="https://erp.acme.example/refunds", secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
SHIPPED_AT = datetime(2026, 11, 18, 23, tzinfo=UTC)


def order_of(*lines, **changes):
    found = [make_line(line=place, **line) for place, line in enumerate(lines or [{"ordered": 10}], 1)]
    total = sum(line.remaining * line.unit_price for line in found)
    return make_order(lines=found, total=total, **changes)


def snapshot(user=CSR, *, order=None, holds=(), requests=(), **rest):
    return Snapshot(
        now=NOW,
        actor=Actor(user, Standing.ACTIVE),
        order=order or order_of(),
        holds=holds,
        requests=requests,
        names={"U0CARL": "Carla Nguyen", "U0LENA": "Lena Fischer"},
        desk_id="T0ACME",
        **rest,
    )


def ask(*lines, order=None, user=CSR, policy=POLICY, reason="customer-request", note="", preview=False, **facts):
    wanted = tuple(Units(*line) for line in lines)
    command = CancelOrder("ORD-123", wanted, reason, note, preview=preview)
    return decide(snapshot(user, order=order, **facts), command, policy)


def pending(outcome, *, number=12, by=CSR, **changes):
    """The request as it stands once the store has numbered it."""
    new = outcome.new_request
    return Request(
        number=number,
        kind=new.kind,
        state=RequestState.PENDING,
        version=1,
        order_number=outcome.order_number,
        hold=None,
        reason=new.reason,
        note=new.note,
        role=new.role,
        sign=new.sign,
        seen=new.seen,
        channel="",
        requested_by=by,
        requested_at=NOW,
        asked=new.asked,
        **changes,
    )


def sign(
    request, user=LENA, *, order=None, policy=POLICY, action=Action.APPROVE, note="", reason="", others=(), holds=()
):
    found = snapshot(user, order=order, requests=(request, *others), holds=holds)
    return decide(found, Decide(request.number, action, request.version, note, CLICK, reason), policy)


def approved(*lines, order=None, policy=POLICY, **rest):
    order = order or order_of()
    return sign(pending(ask(*lines, order=order, policy=policy)), order=order, policy=policy, **rest)


def refusal(outcome, kind):
    assert isinstance(outcome.result, kind), outcome.result
    assert outcome.new_request is None
    return outcome.result


def kinds(outcome):
    return [notice.kind for notice in outcome.notices]


# Which units


def test_the_whole_order_is_every_unit_that_is_left():
    asked = ask(order=order_of({"ordered": 10, "cancelled": 2}, {"ordered": 3})).result.asked
    assert [(line.line, line.units) for line in asked.lines] == [(1, 8), (2, 3)]
    assert asked.whole


@pytest.mark.parametrize(("shipped", "can"), [(0, 10), (1, 9), (3, 7), (9, 1)])
def test_all_units_of_a_line_are_those_that_can_still_be_cancelled(shipped, can):
    asked = ask((1,), order=order_of({"ordered": 10, "shipped": shipped})).result.asked
    assert [line.units for line in asked.lines] == [can]
    assert asked.whole is (can == 10)


@pytest.mark.parametrize("step", ["allocated", "picked", "packed", "shipped", "delivered"])
@pytest.mark.parametrize("blocked_from", ["allocated", "picked", "packed", "shipped", "delivered"])
def test_units_are_blocked_from_the_step_that_the_policy_names(step, blocked_from):
    steps = ["allocated", "picked", "packed", "shipped", "delivered"]
    reached = dict.fromkeys(steps[: steps.index(step) + 1], 10)
    order = order_of({"ordered": 10, **reached}, {"ordered": 1})
    outcome = ask((1, 10), order=order, policy=policy_with(cancel_blocked_from=blocked_from))
    if steps.index(step) >= steps.index(blocked_from):
        assert refusal(outcome, line_refusals.UnitsBlocked).can == 0
    else:
        assert isinstance(outcome.result, Done)


@pytest.mark.parametrize("units", [8, 10, 999])
def test_more_than_can_be_cancelled_is_refused_with_what_can(units):
    order = order_of({"ordered": 10, "shipped": 3, "shipped_at": SHIPPED_AT})
    refused = refusal(ask((1, units), order=order), line_refusals.UnitsBlocked)
    assert refused.why == "line 1: 3 of 10 shipped 2026-11-18, 7 can be cancelled"
    assert (refused.can, refused.field) == (7, "qty.1")


@pytest.mark.parametrize("units", [0, -1, -999])
def test_no_units_or_fewer_are_refused(units):
    assert refusal(ask((1, units)), line_refusals.QuantityInvalid).most == 10


def test_more_than_the_line_has_is_refused_also_where_nothing_is_blocked():
    assert refusal(ask((1, 11)), line_refusals.UnitsBlocked).can == 10


def test_a_whole_order_that_is_partly_gone_is_not_silently_less():
    order = order_of({"ordered": 2, "shipped": 2}, {"ordered": 5, "shipped": 1}, {"ordered": 4})
    refused = refusal(ask(order=order), line_refusals.PartlyGone)
    assert len(refused.why) == 2
    assert refused.rest == ((2, 4), (3, 4))


@pytest.mark.parametrize("line", [0, 2, -1, 999])
def test_a_line_that_is_not_there_is_named_with_those_that_are(line):
    assert refusal(ask((line, 1)), line_refusals.LineUnknown).lines == (1,)


def test_a_line_named_twice_is_refused():
    refusal(ask((1, 1), (1, 2)), line_refusals.LineTwice)


@pytest.mark.parametrize(
    ("quantities", "stage"), [({"shipped": 10}, Stage.SHIPPED), ({"cancelled": 10}, Stage.CANCELLED)]
)
def test_an_order_that_is_gone_has_nothing_left_to_cancel(quantities, stage):
    assert refusal(ask(order=order_of({"ordered": 10, **quantities})), line_refusals.NothingToCancel).stage == stage


def test_an_unknown_reason_lists_the_reasons_for_cancels():
    refused = refusal(ask(reason="credit"), refusals.ReasonUnknown)
    assert [code for code, _ in refused.reasons] == ["customer-request", "duplicate", "fraud-found"]


def test_a_reason_that_needs_a_note_gets_one():
    refusal(ask(reason="fraud-found"), refusals.NoteMissing)
    assert isinstance(ask(reason="fraud-found", note="two cards").result, Done)


# What comes back


def test_the_refund_is_units_times_price():
    asked = ask((1, 5)).result.asked
    assert (asked.amount, asked.tax, asked.shipping, asked.total) == (5 * 1750, 0, 0, 5 * 1750)


def test_tax_goes_back_in_proportion_and_shipping_stays():
    order = order_of({"ordered": 3, "unit_price": 1000}, tax=100, shipping=500)
    asked = ask((1, 1), order=order).result.asked
    assert (asked.tax, asked.shipping) == (33, 0)


def test_shares_add_up_to_what_there_was():
    order = order_of({"ordered": 3, "unit_price": 1000}, tax=100, shipping=500)
    policy = policy_with(refund_hook=HOOK.model_copy(update={"shipping": "proportional"}))
    back = []
    while order.stage is not Stage.CANCELLED:
        outcome = approved((1, 1), order=order, policy=policy)
        asked, change = outcome.result.asked, outcome.order_change
        back.append((asked.tax, asked.shipping))
        (line,) = order.lines
        order = replace(
            order,
            lines=(replace(line, cancelled=line.cancelled + 1),),
            total=change.total,
            tax=change.tax,
            shipping=change.shipping,
            version=order.version + 1,
        )
    assert tuple(map(sum, zip(*back, strict=True))) == (100, 500)
    assert (order.tax, order.shipping) == (0, 0)


def test_the_order_never_becomes_worth_less_than_nothing():
    outcome = approved((1, 10), order=replace(order_of(), total=100))
    assert outcome.order_change.total == 0


# Who is asked, and who asked before


def test_the_owner_of_the_reason_signs_and_nobody_is_asked_twice():
    outcome = ask((1, 5))
    assert [(entry.role, entry.approvals) for entry in outcome.new_request.sign] == [("cs_lead", 1)]
    assert outcome.new_request.targets == ("line:1",)
    assert kinds(outcome) == ["card"]
    assert outcome.audit[0].action == "request.created"


@pytest.mark.parametrize(("units", "roles"), [(5, ["cs_lead"]), (6, ["cs_lead", "credit"])])
def test_a_threshold_is_over_and_not_at(units, roles):
    sign = (PolicySignature(role="cs_lead"), PolicySignature(role="credit"))
    rule = Rule(kind="cancel", when={"refund_over": {"USD": "87.50"}}, sign=sign)
    outcome = ask((1, units), policy=policy_with(rules=[rule]))
    assert [entry.role for entry in outcome.new_request.sign] == roles


def test_whoever_may_not_ask_is_told_who_may():
    rule = Rule(kind="cancel", ask=("manager",))
    assert refusal(ask((1, 1), policy=policy_with(rules=[rule])), refusals.MayNotAsk).roles == ("Manager",)


def test_a_line_of_a_pending_request_is_not_asked_for_again():
    first = pending(ask((1, 5)))
    refused = refusal(ask((1, 2), user=CSR2, requests=(first,)), line_refusals.LinePending)
    assert (refused.request, refused.by, refused.same) == (12, CSR, False)
    assert refusal(ask((1, 5), user=CSR2, requests=(first,)), line_refusals.LinePending).same


def test_another_line_of_the_order_can_be_asked_for_meanwhile():
    order = order_of({"ordered": 10}, {"ordered": 3})
    first = pending(ask((1, 5), order=order))
    assert isinstance(ask((2, 1), order=order, requests=(first,)).result, Done)


def test_whoever_joins_hears_of_the_outcome_once():
    request = pending(ask((1, 5)))
    joined = decide(snapshot(CSR2, requests=(request,)), Join(12), POLICY)
    assert joined.follower.request == 12
    assert [entry.action for entry in joined.audit] == ["request.joined"]
    followed = replace(request, followers=(CSR2,))
    again = decide(snapshot(CSR2, requests=(followed,)), Join(12), POLICY)
    assert (again.result.what, again.follower, again.audit) == ("joined", None, ())
    told = [notice.lane for notice in sign(followed).notices if notice.kind == "outcome"]
    assert told == [f"slack:{CSR}", f"slack:{CSR2}"]


def test_the_one_who_asked_needs_not_join():
    own = decide(snapshot(CSR, requests=(pending(ask((1, 5))),)), Join(12), POLICY)
    assert own.follower is None


def test_a_decided_request_cannot_be_joined():
    request = replace(pending(ask((1, 5))), state=RequestState.REJECTED, decided_by=LENA, decided_at=NOW)
    refusal(decide(snapshot(CSR2, requests=(request,)), Join(12), POLICY), refusals.AlreadyDecided)


# The last signature


def test_the_last_signature_cancels_the_units_and_says_so_everywhere():
    outcome = approved((1, 5))
    (line,) = outcome.line_changes
    assert (line.cancelled, line.ordered) == (5, 10)
    assert outcome.order_change.total == 5 * 1750
    assert [change.kind for change in outcome.status_changes] == ["cancellation.approved", "refund.approved"]
    assert [entry.action for entry in outcome.audit] == ["request.approved", "lines.cancelled"]
    assert outcome.audit[1].facts["quantities"] == [{"line": 1, "ordered": [10, 10], "cancelled": [0, 5]}]
    assert kinds(outcome) == ["card.redraw", "outcome", "floor", "requester.email", "reply"]


def test_accounts_receivable_gets_an_email():
    policy = make_policy(reasons=REASONS, roles={"ar": {"email": ("ar@acme.example",)}})
    (mail,) = [notice for notice in approved((1, 5), policy=policy).notices if notice.kind == "request.email"]
    assert (mail.lane, mail.payload) == ("email:ar@acme.example", {"to": "ar@acme.example"})


def test_physical_counts_are_never_touched_and_picked_units_go_back():
    order = order_of({"ordered": 10, "allocated": 8, "picked": 8})
    outcome = approved((1, 5), order=order)
    assert outcome.result.asked.lines[0].returns == 3
    assert outcome.line_changes[0].ordered == 10


def test_nobody_approves_their_own_cancel():
    refusal(sign(pending(ask((1, 5)), by=LENA)), refusals.OwnRequest)


def test_an_approver_may_choose_another_reason_and_both_are_written_down():
    outcome = approved((1, 5), reason="duplicate")
    assert outcome.request_changes[0].reason == "duplicate"
    assert outcome.audit[0].facts["reason_before"] == "customer-request"
    assert outcome.result.reason == "Ordered twice"


def test_an_approver_cannot_invent_a_reason():
    refusal(approved((1, 5), reason="because"), refusals.ReasonUnknown)


def test_a_first_signers_reason_is_kept_for_the_second():
    sign_both = (PolicySignature(role="cs_lead"), PolicySignature(role="credit"))
    policy = policy_with(rules=[Rule(kind="cancel", sign=sign_both)])
    first = sign(pending(ask((1, 5), policy=policy)), policy=policy, reason="duplicate")
    assert (first.result.what, first.new_reason.reason) == ("signed", "duplicate")
    assert first.request_changes == ()


def test_a_rejection_needs_a_note_and_leaves_the_order_alone():
    request = pending(ask((1, 5)))
    refusal(sign(request, action=Action.REJECT), refusals.NoteMissing)
    outcome = sign(request, action=Action.REJECT, note="they changed their mind")
    assert outcome.request_changes[0].state is RequestState.REJECTED
    assert (outcome.line_changes, outcome.order_change, outcome.hook_calls) == ((), None, ())


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        ({"shipped": 3}, "line 1: 3 of 10 units shipped"),
        ({"picked": 1, "allocated": 1}, "line 1: 1 of 10 units picked"),
        ({"cancelled": 1}, "line 1: 1 of 10 units cancelled"),
        ({"ordered": 12}, "line 1: quantity changed from 10 to 12"),
        ({"unit_price": 1}, "line 1: article or price changed"),
        ({"sku": "OTHER"}, "line 1: article or price changed"),
    ],
)
def test_a_line_that_moved_on_makes_the_request_void(moved, words):
    request = pending(ask((1, 5)))
    outcome = sign(request, order=order_of({"ordered": 10, **moved}))
    assert refusal(outcome, refusals.OrderMoved).moves == (words,)
    assert outcome.request_changes[0].state is RequestState.VOID
    assert outcome.line_changes == ()


@pytest.mark.parametrize(
    "order",
    [
        order_of({"ordered": 10}, {"ordered": 3, "shipped": 3}),
        order_of({"ordered": 10}, {"ordered": 3, "cancelled": 3}),
        order_of({"ordered": 10}),
        order_of({"ordered": 10}, {"ordered": 3}, {"ordered": 1}),
        replace(order_of({"ordered": 10}, {"ordered": 3}), total=1, customer="Somebody Else"),
    ],
)
def test_what_happens_beside_the_line_does_not_matter(order):
    request = pending(ask((1, 5), order=order_of({"ordered": 10}, {"ordered": 3})))
    assert sign(request, order=order).result.what == "approved"


def test_a_whole_order_that_has_got_another_line_is_no_longer_the_one_asked_about():
    request = pending(ask())
    assert isinstance(sign(request, order=order_of({"ordered": 10}, {"ordered": 1})).result, refusals.OrderMoved)


# Holds beside it


def hold_in(state, number=17, request=11):
    return make_hold(number=number, state=state, request=request)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HoldState.REQUESTED, HoldState.WITHDRAWN),
        (HoldState.ACTIVE, HoldState.RELEASED),
        (HoldState.RELEASE_REQUESTED, HoldState.RELEASED),
    ],
)
def test_cancelling_all_that_is_left_closes_the_holds(before, after):
    outcome = approved(holds=(hold_in(before),))
    assert [(change.hold, change.before, change.after) for change in outcome.hold_changes] == [(17, before, after)]
    assert "hold.closed" in [entry.action for entry in outcome.audit]
    released = [change.kind for change in outcome.status_changes if change.kind == "hold.released"]
    assert bool(released) is (after is HoldState.RELEASED)


def test_requests_about_a_cancelled_order_are_void_and_their_people_hear():
    release = make_request(number=13, kind=Kind.RELEASE_HOLD, requested_by=CSR2)
    outcome = approved(holds=(hold_in(HoldState.RELEASE_REQUESTED),), others=(release,))
    assert [(change.request, change.state) for change in outcome.request_changes] == [
        (12, RequestState.APPROVED),
        (13, RequestState.VOID),
    ]
    assert ("outcome", f"slack:{CSR2}") in [(notice.kind, notice.lane) for notice in outcome.notices]


def test_a_partial_cancel_leaves_holds_and_shows_their_signers_the_new_order():
    release = make_request(number=13, kind=Kind.RELEASE_HOLD)
    outcome = approved((1, 5), holds=(hold_in(HoldState.RELEASE_REQUESTED),), others=(release,))
    assert outcome.hold_changes == ()
    (again,) = outcome.refreshed
    assert (again.request, again.version) == (13, release.version)
    assert again.seen["lines"]["1"][2] == 5


def test_a_held_order_is_not_called_clear_after_a_cancel():
    (post,) = [n for n in approved((1, 5), holds=(hold_in(HoldState.ACTIVE),)).notices if n.kind == "floor"]
    assert post.payload["clear"] is False
    assert post.payload["blockers"] == ["Credit not cleared (H-17)"]
    (post,) = [n for n in approved((1, 5)).notices if n.kind == "floor"]
    assert post.payload == {"blockers": [], "clear": True}
    (post,) = [n for n in approved().notices if n.kind == "floor"]
    assert post.payload["clear"] is False


# The refund hook


def test_an_approval_owes_the_refund_and_nothing_else_does():
    policy = policy_with(refund_hook=HOOK)
    request = pending(ask((1, 5), policy=policy))
    outcome = sign(request, policy=policy)
    (call,) = outcome.hook_calls
    assert (call.endpoint, call.request, call.amount) == ("refund", 12, 8750)
    assert "hook" in kinds(outcome)
    for action in (Action.REJECT, Action.WITHDRAW):
        user = CSR if action is Action.WITHDRAW else LENA
        ended = sign(request, user, policy=policy, action=action, note="no")
        assert ended.hook_calls == ()
        assert "hook" not in kinds(ended)
    moved = sign(request, policy=policy, order=order_of({"ordered": 10, "shipped": 10}))
    assert moved.hook_calls == ()


def test_a_desk_without_a_hook_owes_no_call():
    outcome = approved((1, 5))
    assert outcome.hook_calls == ()
    assert "hook" not in kinds(outcome)


# Previews


def test_a_preview_says_what_would_happen_and_stores_only_that_somebody_looked():
    order = order_of({"ordered": 10, "shipped": 3})
    outcome = ask((1,), order=order, preview=True)
    assert (outcome.result.what, outcome.result.asked.total) == ("preview.requested", 7 * 1750)
    assert outcome.result.blocked == ("line 1: 3 of 10 shipped, 7 can be cancelled",)
    assert "Customer service lead" in outcome.result.rule
    assert outcome.new_request is None
    assert [entry.action for entry in outcome.audit] == ["request.previewed"]


class Plain:
    def member(self, user):
        return user

    text = strong = member

    def when(self, at):
        return f"on {at:%d %B}"


def test_every_refusal_writes_a_sentence():
    outcomes = [
        ask((9, 1)),
        ask((1, 0)),
        ask((1, 11)),
        ask((1, 1), (1, 1)),
        ask(order=order_of({"ordered": 2, "shipped": 2}, {"ordered": 1})),
        ask(order=order_of({"ordered": 2, "shipped": 2})),
        ask((1, 5), requests=(pending(ask((1, 5))),)),
    ]
    for outcome in outcomes:
        assert isinstance(outcome.result, Refusal)
        sentence = outcome.result.sentence(Plain())
        assert sentence.endswith("."), sentence
        assert len(sentence) < 300
        assert Refusal.read(outcome.result.dump()) == outcome.result


def test_what_is_asked_is_read_back_as_it_was_stored():
    asked = ask((1, 5)).result.asked
    assert Cancellation.model_validate(asked.model_dump(mode="json")) == asked
