"""Cards, floor posts, answers and e-mails of cancels and changes, drawn from values."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from bot.delivery.mails import Signed, signed_mail
from bot.main.rendering import signed_values
from bot.slack import cards, order_view, words
from bot.slack.floor import CLEAR, HELD, floor_post
from tests.bot.hostile import HOSTILE, all_text, assert_message, hostile_text, quick
from tests.factories import NAMES, NOW, make_hold, make_line, make_order, make_order_view, make_policy, make_request
from workflows.asked import AddedLine, Cancellation, CancelledLine, Change, ChangedLine, ShipBy
from workflows.policy.model import Reason
from workflows.results import Done, Signers
from workflows.values import HoldState, Kind, RequestState, Signature
from workflows.views import HookCall, RequestView

KNOWN = frozenset(NAMES)
REASONS = (
    Reason(kind="hold", code="credit", label="Credit not cleared", owner="credit"),
    Reason(kind="cancel", code="customer", label="Customer changed their mind"),
    Reason(kind="cancel", code="fraud", label="Fraud"),
    Reason(kind="change", code="customer", label="Customer asked for it"),
)
CALL = HookCall("refund", 12, "failed", 3, "500", 5550, "USD", NOW, None)


def cancelled(*, line=2, units=3, sku="ABC-2", **more):
    return CancelledLine(
        key=str(line), line=line, sku=sku, description="Blue widget", units=units, unit_price=1750, **more
    )


def cancellation(*lines, **more):
    return Cancellation(lines=lines or (cancelled(),), currency="USD", **more)


def changed(**more):
    plain = {"key": "2", "line": 2, "sku": "ABC-2", "description": "", "before": 3, "after": 5, "new_sku": "ABC-2"}
    return ChangedLine(**{**plain, "unit_price": 1750, **more})


def view(asked, *, state=RequestState.PENDING, order=None, others=(), calls=(), holds=(), **request):
    kind = Kind.CANCEL if isinstance(asked, Cancellation) else Kind.CHANGE
    plain = {"hold": None, "reason": "customer", "role": "cs_lead", "sign": (Signature("cs_lead"),), "asked": asked}
    made = make_request(kind=kind, state=state, **{**plain, **request})
    return RequestView(
        request=made,
        order=order or make_order(),
        hold=None,
        open_holds=tuple(holds),
        policy=make_policy(reasons=REASONS),
        names=NAMES,
        calls=tuple(calls),
        others=tuple(others),
    )


def card(asked, *, today=None, **more):
    return cards.approval_card(view(asked, **more), "cs_lead", today=today)


def test_a_card_for_units_says_what_goes_what_stays_and_what_it_costs():
    said = all_text(card(cancellation(cancelled(returns=1), tax=300), order=make_order(lines=[make_line(line=2)])))
    for part in (
        "Cancel part of ORD-123?",
        "<@U0CARL> asks to cancel 3 units of line 2 of *ORD-123* for *Customer changed their mind*.",
        "*Refund*\nUSD 55.50 (goods USD 52.50, tax USD 3.00)",
        "*Value*\nUSD 105.00 → USD 49.50",
        "Line 2, ABC-2 Blue widget: 3 → 0 (3 × USD 17.50 = USD 52.50)",
        ":warning: The floor is told to put back 1 picked unit of line 2 (ABC-2).",
        "*Approve* cancels these units and refunds USD 55.50.",
    ):
        assert part in said


def test_a_card_for_the_whole_order_says_that_its_holds_end():
    said = all_text(card(cancellation(whole=True), holds=[make_hold(state=HoldState.ACTIVE)]))
    assert "Cancel ORD-123?" in said
    assert "the whole order *ORD-123*" in said
    assert "ends the order's holds" in said
    assert "*Other open holds:*" in said


def test_earlier_cancels_and_other_waiting_requests_stand_on_the_card():
    before = make_request(number=3, kind=Kind.CANCEL, state=RequestState.APPROVED, hold=None, asked=cancellation())
    waiting = make_request(number=9, kind=Kind.CHANGE, hold=None, asked=Change(lines=(changed(),), currency="USD"))
    said = all_text(card(cancellation(), others=[waiting, before]))
    assert "*Cancelled earlier:* R-3, 3 units, USD 52.50." in said
    assert "R-9 waits on this order as well" in said


def test_a_card_that_is_due_to_ship_asks_for_haste():
    assert "ships by" in all_text(card(cancellation(), today=date(2026, 12, 1)))
    assert "please sign today" not in all_text(card(cancellation(), today=date(2026, 11, 30)))


@pytest.mark.parametrize("state", [each for each in RequestState if each is not RequestState.PENDING])
def test_a_decided_card_never_says_that_something_was_done_which_was_not(state):
    said = all_text(card(cancellation(), state=state))
    assert ("Nothing was cancelled." in said) is (state is not RequestState.APPROVED)
    assert ("3 units cancelled" in said) is (state is RequestState.APPROVED)


@pytest.mark.parametrize(
    ("state", "part", "button"),
    [("accepted", "was accepted", False), ("failed", "failed", True), ("unknown", "may or may not", True)],
)
def test_the_refund_stands_on_the_card_and_one_that_failed_can_be_sent_again(state, part, button):
    message = card(cancellation(), state=RequestState.APPROVED, calls=[replace(CALL, state=state)])
    assert part in all_text(message)
    assert ("refund.retry" in str(message)) is button


def test_a_change_shows_before_and_after():
    asked = Change(
        lines=(changed(), changed(key="1", line=1, after=3, new_sku="XYZ-1")),
        added=(AddedLine(sku="NEW-1", quantity=2, unit_price=1000),),
        ship_by=ShipBy(before=None, after=date(2026, 12, 5)),
        currency="USD",
    )
    said = all_text(card(asked))
    for part in (
        "Change ORD-123?",
        "lines 2 and 1, 1 new line and the ship-by date",
        "Line 2, ABC-2: 3 → 5 (+USD 35.00)",
        "SKU ABC-2 → XYZ-1",
        "New line: 2 × NEW-1 at USD 10.00 (+USD 20.00)",
        "Ship by: no date → Sat 5 Dec 2026",
        "*Change of value*\n+USD 55.00",
        "*Value*\nUSD 105.00 → USD 160.00",
    ):
        assert part in said


def test_orders_without_prices_are_cancelled_without_sums():
    line = cancelled().model_copy(update={"unit_price": 0})
    said = all_text(card(Cancellation(lines=(line,), currency="XXX"), order=make_order(currency="XXX", total=0)))
    assert "3 → 0 (3 units)" in said
    assert "not known: the order has no prices" in said


@pytest.mark.parametrize(("clear", "blockers"), [(True, ()), (False, ("Credit not cleared (H-17)",))])
def test_the_floor_reads_the_three_words_only_when_nothing_is_open(clear, blockers):
    post = floor_post(view(cancellation(cancelled(returns=2)), state=RequestState.APPROVED), clear, blockers)
    said = all_text(post)
    assert (CLEAR in said) is clear
    assert (HELD in said) is not clear
    assert "STOP:* put back 2 picked units of line 2" in said
    assert "USD" not in said
    assert_message(post, KNOWN)


@pytest.mark.parametrize("clear", [True, False])
def test_where_only_shipped_units_are_left_nothing_is_clear_to_ship_and_nothing_held(clear):
    order = make_order(lines=[make_line(line=2, ordered=5, cancelled=3, shipped=2)])
    said = all_text(floor_post(view(cancellation(), state=RequestState.APPROVED, order=order), clear))
    assert "Nothing is left to ship." in said
    assert CLEAR not in said
    assert HELD not in said


def test_a_cancelled_order_is_never_clear_to_ship_and_never_held():
    order = make_order(lines=[make_line(line=2, cancelled=3)])
    said = all_text(floor_post(view(cancellation(whole=True), state=RequestState.APPROVED, order=order), clear=False))
    assert "nothing of *ORD-123* ships any more" in said
    assert CLEAR not in said
    assert HELD not in said


def test_a_cancel_that_came_to_nothing_lets_the_floor_go_on():
    said = all_text(floor_post(view(cancellation(), state=RequestState.REJECTED), clear=True))
    assert CLEAR in said
    assert "came to nothing" in said


@quick
@given(hostile_text)
def test_whatever_stands_in_them_cards_and_posts_are_taken_by_slack(typed):
    lines = tuple(cancelled(line=number, sku=typed, returns=1) for number in range(1, 121))
    change = Change(
        lines=tuple(changed(key=str(n), line=n, sku=typed or "x", new_sku="Y") for n in range(1, 121)), currency="USD"
    )
    order = make_order(customer=typed, lines=[make_line(line=n, sku=typed) for n in range(1, 121)])
    other = make_request(number=3, kind=Kind.CANCEL, state=RequestState.APPROVED, asked=cancellation(*lines))
    for asked in (cancellation(*lines), change):
        for state in RequestState:
            shown = view(asked, state=state, order=order, note=typed, decision_note=typed, others=[other], calls=[CALL])
            assert_message(cards.approval_card(shown, "cs_lead"), KNOWN)
            for clear in (True, False):
                assert_message(floor_post(shown, clear, () if clear else (typed,)), KNOWN)
            for what in ("approved", "rejected", "void", "expired", "escalated"):
                assert_message(words.outcome_dm(shown, what, "U0LENA", typed), KNOWN)
        sign = (Signers(role="cs_lead", label=typed, members=("U0LENA",)),)
        for what in ("requested", "preview.requested", "signed", "approved", "rejected", "withdrawn", "joined"):
            done = Done(
                what=what,
                kind=asked.kind,
                request=12,
                hold=0,
                order=typed,
                reason=typed,
                sign=sign,
                asked=asked,
                blocked=(typed,) * 9,
                rule=typed,
            )
            assert_message(words.answer(done), KNOWN)
        requests = [make_request(number=n, kind=Kind(asked.kind), asked=asked, hold=None) for n in range(1, 9)]
        assert_message(order_view.order_message(make_order_view(order=order, requests=requests)), KNOWN)


@pytest.mark.parametrize("typed", HOSTILE)
def test_mails_are_plain_where_they_are_text_and_escaped_where_they_are_html(typed):
    values = signed_values(
        view(cancellation(cancelled(sku=typed, returns=1)), state=RequestState.APPROVED), cancellation()
    )
    mail = signed_mail(replace(values, customer=typed, note=typed, reason=typed, lines=(typed,) * 3, stops=(typed,)))
    assert "\n" not in mail.subject
    assert "<!channel>" not in mail.html
    assert "<https://evil" not in mail.html
    assert "clear to ship" not in mail.text.lower()


def test_a_mail_says_what_was_signed_and_by_whom():
    shown = view(cancellation(cancelled(returns=2), tax=300), state=RequestState.APPROVED)
    values = signed_values(shown, shown.request.asked)
    assert isinstance(values, Signed)
    mail = signed_mail(values)
    assert mail.subject == "ORD-123: partly cancelled (refund USD 55.50)"
    for part in (
        "3 × USD 17.50 = USD 52.50",
        "STOP: put back 2 picked units",
        "Rosa Alvarez",
        "Carla Nguyen (R-12)",
        "USD 55.50",
    ):
        assert part in mail.text
        assert part in mail.html
