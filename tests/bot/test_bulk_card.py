"""The card of many orders, and what people are told of them, drawn from values."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.main.bulk_values import bulk_mail
from bot.slack import bulk_words
from bot.slack.bulk_card import bulk_card
from bot.slack.bulk_floor import bulk_floor
from bot.slack.ids import bulk_value, parse_bulk_value
from bot.slack.reminder import reminder
from bot.slack.specimens import bulk as samples
from playground.slack.blockkit import check_message
from tests.bot.hostile import HOSTILE, all_text, assert_message, hostile_text, quick, texts
from tests.factories import NAMES, NOW, make_decision, make_hold, make_order, make_policy, make_request, make_view
from workflows import refusals
from workflows.bulk import Bulk, RoundAction, Step
from workflows.results import Done
from workflows.values import HoldState, Kind, RequestState, Signature
from workflows.views import BulkView, RoundView

KNOWN = frozenset(NAMES)
POLICY = make_policy()
PENDING, APPROVED, REJECTED = RequestState.PENDING, RequestState.APPROVED, RequestState.REJECTED
KINDS = (Kind.PLACE_HOLD, Kind.RELEASE_HOLD)
WORDS = "Clear to ship"


def one(at, state=PENDING, kind=Kind.PLACE_HOLD, *, customer="Nordwind Tools", number="", sign=None, **changes):
    number = number or f"ORD-{100 + at}"
    order = make_order(number=number, customer=customer, total=100_00)
    extra = {"sign": sign} if sign else {}
    request = make_request(
        number=12 + at, kind=kind, state=state, order_number=number, bulk=7, hold=50 + at, **extra, **changes
    )
    view = make_view(request=request, order=order, policy=POLICY)
    return replace(view, hold=replace(view.hold, number=50 + at, order_number=number))


def bulk(*views, kind=Kind.PLACE_HOLD, note="", reason="credit", hold="", policy=POLICY):
    of = Bulk(7, kind, "U0CARL", NOW, reason=reason, hold=hold, note=note)
    return BulkView(of, tuple(views), policy, NAMES)


def card(*views, channel="C0CREDIT", **changes):
    return bulk_card(bulk(*views, **changes), channel)


def buttons(message):
    return [
        each
        for block in message["blocks"]
        if block["type"] == "actions"
        for each in block["elements"]
        if "value" in each
    ]


def values(message):
    return {parse_bulk_value(each["value"]) for each in buttons(message)}


def test_a_card_names_every_order_what_is_asked_and_who_signs():
    message = card(one(0), one(1), one(2), note="new credit limit")
    said = all_text(message)
    assert message["blocks"][0]["text"]["text"] == "Hold 3 orders?"
    assert "<@U0CARL> asks to put *3 orders* on hold for *Credit not cleared*." in said
    assert "<@U0ROSA>, please sign for Credit." in said
    assert "“new credit limit”" in said
    assert "USD 300.00" in said
    for number in ("ORD-100", "ORD-101", "ORD-102"):
        assert f"○ *{number}* · Nordwind Tools · USD 100.00 · ship by Tue 1 Dec" in said
    assert [each["text"]["text"] for each in buttons(message)] == ["Approve all 3", "Choose orders…", "Reject all…"]
    assert buttons(message)[0]["confirm"]["title"]["text"] == "Approve 3 orders?"
    assert "<@" not in message["text"]


def test_each_button_carries_exactly_the_orders_that_wait_in_the_versions_shown():
    message = card(one(0, APPROVED), one(1, version=4), one(2, REJECTED), one(3))
    assert values(message) == {(7, ((13, 4), (15, 1)))}
    assert buttons(message)[0]["text"]["text"] == "Approve the other 2"


def test_the_value_of_a_button_comes_back_and_is_short_enough_with_a_hundred_orders():
    requests = tuple((2_000_000_000 + at, 99_999) for at in range(100))
    value = bulk_value(9_999_999_999, requests)
    assert len(value) <= 2000
    assert parse_bulk_value(value) == (9_999_999_999, requests)


@pytest.mark.parametrize(
    "value", ["", "7", "7:", "7:12", "7:12.1,", "7:12.1;13.1", "07:12.1", "7:" + "1.1," * 100 + "1.1"]
)
def test_any_other_value_is_refused(value):
    with pytest.raises(ValueError, match="value"):
        parse_bulk_value(value)


def test_what_became_of_each_order_stands_in_its_line():
    views = [
        one(0, APPROVED),
        one(1, REJECTED, decision_note="no *wire* seen"),
        one(2, RequestState.WITHDRAWN),
        one(3, RequestState.VOID, decision_note="line 2: 2 of 3 units were picked; more"),
        one(4, sign=(Signature("credit"), Signature("fraud")), decisions=(make_decision(),)),
    ]
    said = all_text(card(*views))
    assert "✓ *ORD-100* · on hold (H-50)" in said
    assert "✕ *ORD-101* · rejected by Rosa Alvarez: no ∗wire∗ seen" in said
    assert "– *ORD-102* · withdrawn" in said
    assert "void, it moved: line 2: 2 of 3 units were picked" in said
    assert "○ *ORD-104* · signed 1 of 2, waits for Fraud" in said
    assert (
        "*So far:* 1 on hold by Rosa Alvarez, 1 rejected by Rosa Alvarez, 1 withdrawn and 1 void. 1 still waits."
        in said
    )
    assert buttons(card(*views)) == []
    assert [each["text"]["text"] for each in buttons(card(*views, channel="C0FRAUD"))] == ["Approve", "Reject…"]


def test_when_all_is_decided_no_button_is_left_and_the_sum_is_told():
    message = card(*(one(at, APPROVED) for at in range(38)), *(one(at, REJECTED) for at in range(38, 40)))
    assert message["blocks"][0]["text"]["text"] == "Hold of 40 orders"
    assert "*Decided:* 38 on hold by Rosa Alvarez and 2 rejected by Rosa Alvarez." in all_text(message)
    assert buttons(message) == []
    assert "please sign" not in all_text(message)


def test_a_channel_sees_only_its_own_orders_and_how_many_wait_elsewhere():
    elsewhere = [one(at, sign=(Signature("fraud"),)) for at in (2, 3)]
    message = card(one(0), one(1), *elsewhere)
    assert message["blocks"][0]["text"]["text"] == "Hold 2 orders?"
    assert "2 more orders of B-7 wait for Fraud." in all_text(message)
    assert "ORD-102" not in all_text(message)
    assert "nothing of it is signed in this channel" in card(one(0), channel="C0NOWHERE")["text"]


def test_blocks_get_new_ids_whenever_a_line_may_look_otherwise():
    ids = {
        card(*views)["blocks"][0]["block_id"]
        for views in ([one(0), one(1)], [one(0, APPROVED), one(1)], [one(0, version=2), one(1)])
    }
    assert len(ids) == 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hundred_orders_with_the_worst_names_are_whole_and_harmless(kind, hostile):
    number = (hostile[:50] or "x") + "{at}"
    views = [
        one(
            at, [PENDING, REJECTED][at % 2], kind, customer=hostile, number=number[:-4] + str(at), decision_note=hostile
        )
        for at in range(100)
    ]
    message = bulk_card(bulk(*views, kind=kind, note=hostile), "C0CREDIT")
    assert_message(message, KNOWN)
    assert sum(said.count("○ ") + said.count("✕ ") for said in texts(message["blocks"], "mrkdwn")) >= 100
    assert all(len(said) <= 3000 for said in texts(message["blocks"], "mrkdwn"))


@quick
@given(customer=hostile_text, note=hostile_text, count=st.integers(1, 100))
def test_whatever_is_typed_the_card_can_be_sent(customer, note, count):
    views = [one(at, REJECTED if at % 3 else PENDING, customer=customer, decision_note=note) for at in range(count)]
    assert_message(card(*views, note=note), KNOWN)


def round_of(*results, action=RoundAction.ASK, view=None):
    steps = tuple(Step(at, order, result=result) for at, (order, result) in enumerate(results))
    view = view or bulk()
    return bulk_words.round_message(view, RoundView(view.bulk, 1, action, "U0CARL", "", steps))


def done(at, what="requested"):
    return f"ORD-{100 + at}", Done(
        what=what, kind=Kind.PLACE_HOLD, request=12 + at, hold=0, order=f"ORD-{100 + at}", reason="Credit not cleared"
    )


def test_whoever_asked_hears_of_every_order_that_was_not_asked_for_and_why():
    failed = [
        ("ORD-9", refusals.OrderUnknown(typed="ORD-9")),
        ("ORD-8", refusals.OrderUnknown(typed="ORD-8")),
        ("ORD-7", refusals.NothingToHold(order="ORD-7", stage="shipped")),
        ("ORD-6", refusals.NoteMissing(why="Fraud review")),
        ("ORD-5", refusals.NoteMissing(why="Fraud review")),
    ]
    message = round_of(done(0), done(1, "placed"), *failed, view=bulk(one(0), one(1, APPROVED)))
    said = all_text(message)
    assert "B-7: you asked for holds on *2 of 7 orders* (Credit not cleared)." in said
    assert "To be signed by Credit (1)." in said
    assert "On hold at once, as you sign for this reason yourself: *ORD-101*." in said
    assert "• *ORD-9* and *ORD-8*: there are no such orders on this desk." in said
    assert "• *ORD-7* is already shipped, so there is nothing left to hold." in said
    assert "• *ORD-6* and *ORD-5*: Fraud review needs a note" in said
    assert [each["text"]["text"] for each in buttons(message)] == ["Withdraw all"]
    assert values(message) == {(7, ((12, 1),))}


def test_nothing_to_withdraw_and_nothing_asked_for_is_said():
    message = round_of(("ORD-9", refusals.OrderUnknown(typed="ORD-9")))
    assert "B-7: nothing was asked for (Credit not cleared)." in message["text"]
    assert buttons(message) == []
    at_once = round_of(done(1, "placed"), view=bulk(one(1, APPROVED)))
    assert (buttons(at_once), "*1 order* (Credit not cleared). On hold at once" in at_once["text"]) == ([], True)


def test_a_signer_hears_only_of_what_did_not_go_well():
    late = ("ORD-101", refusals.AlreadyDecided(request=13, state="approved", by="U0IVAN", at=NOW))
    said = all_text(round_of(done(0, "approved"), late, action=RoundAction.APPROVE))
    assert "B-7: you approved 1 of 2 orders. Of the others:" in said
    assert "• *ORD-101*: " in said
    assert "ORD-100" not in said


def test_a_hundred_refusals_fit_into_one_message_and_the_rest_is_counted():
    close = [tuple(f"ORD-{at}{other}" + "<" * 50 for other in range(3)) for at in range(100)]
    failed = [(f"ORD-{at}", refusals.OrderUnknown(typed=f"ORD-{at}" + "x" * 60, close=close[at])) for at in range(100)]
    message = round_of(*failed)
    assert_message(message, KNOWN)
    assert "And 8" in all_text(message)
    assert " more orders." in all_text(message)


def told(at, what, note=""):
    return {"request": 12 + at, "what": what, "by": "U0ROSA", "note": note}


def test_the_requester_hears_once_what_became_of_all_of_them():
    view = bulk(one(0, APPROVED), one(1, APPROVED), one(2, REJECTED), one(3))
    message = bulk_words.bulk_outcome(
        view, [told(0, "approved"), told(1, "approved"), told(2, "rejected", "no *wire*"), told(99, "approved")]
    )
    said = all_text(message)
    assert "✓ <@U0ROSA> approved *2 of 4 holds* (B-7).\n• *ORD-100* and *ORD-101*" in said
    assert "✕ <@U0ROSA> rejected *1 of 4 holds* (B-7).\n• *ORD-102*: no ∗wire∗" in said


@pytest.mark.parametrize("hostile", HOSTILE)
def test_notes_do_no_harm_in_what_is_told(hostile):
    view = bulk(*(one(at, REJECTED, number=f"{hostile[:40]}{at}") for at in range(100)))
    message = bulk_words.bulk_outcome(view, [told(at, "rejected", f"{hostile}{at}") for at in range(100)])
    assert_message(message, KNOWN)


def test_a_reminder_rings_those_who_have_still_to_sign_and_nobody_when_they_have():
    said = bulk_words.bulk_reminder(bulk(one(0), one(1, APPROVED), one(2)), "C0CREDIT")
    assert "<@U0ROSA>: *2 orders* of B-7, the holds (Credit not cleared), have waited for Credit since" in all_text(
        said
    )
    assert bulk_words.bulk_reminder(bulk(one(0, APPROVED)), "C0CREDIT") is None
    assert bulk_words.bulk_reminder(bulk(one(0)), "C0FRAUD") is None


def test_a_reminder_tells_nobody_to_approve_where_nobody_can():
    nobody = make_policy(roles={"credit": {"members": (), "notify": ()}})
    alone = [replace(one(at), policy=nobody) for at in range(2)]
    whole = bulk_words.bulk_reminder(bulk(*alone, policy=nobody), "C0CREDIT")
    for said in (reminder(alone[0], "C0CREDIT"), whole):
        assert "Nobody in Credit can sign at the moment: tell an admin" in all_text(said)
        assert "Approve or reject" not in all_text(said)
    for said in (reminder(one(0), "C0CREDIT"), bulk_words.bulk_reminder(bulk(one(0), one(1)), "C0CREDIT")):
        assert all_text(said).endswith("Approve or reject on the card above.")


def test_managers_hear_that_nobody_can_sign_only_while_something_waits():
    items = [{"request": 12}, {"request": 13}]
    said = bulk_words.bulk_stuck(bulk(one(0), one(1)), items, "manager")
    assert "*2 orders* of B-7 have waited for Credit since" in all_text(said)
    assert "<@" not in said["text"]
    assert bulk_words.bulk_stuck(bulk(one(0, APPROVED), one(1, APPROVED)), items, "manager") is None


def floor(*clear, customer="Nordwind Tools"):
    views = [one(at, APPROVED, Kind.RELEASE_HOLD, customer=customer) for at in range(len(clear))]
    items = [
        {"request": 12 + at, "clear": each, "blockers": [] if each else ["Fraud review (H-18)"]}
        for at, each in enumerate(clear)
    ]
    view = bulk(*views, kind=Kind.RELEASE_HOLD, reason="paid", hold="credit")
    mail = bulk_mail(view, items)
    assert check_message(bulk_floor(view, items)) == []
    return bulk_floor(view, items), f"{mail.subject}\n{mail.text}", mail.html


@pytest.mark.parametrize(
    ("clear", "says_clear", "says_held"),
    [([True] * 3, True, False), ([False] * 3, False, True), ([True, False], True, True)],
)
def test_the_floor_reads_clear_to_ship_only_above_orders_that_are(clear, says_clear, says_held):
    post, text, html = floor(*clear, customer="Clear to ship, Inc.")
    for said in (all_text(post), text, html):
        assert ((WORDS in said), ("Still on hold" in said)) == (says_clear, says_held)
        assert WORDS not in (said.rpartition("Still on hold")[2] if says_held else "")
    for at, each in enumerate(clear):
        before = all_text(post).partition(f"• *ORD-{100 + at}*")[0]
        assert before.rpartition("*Still on hold*")[1] == ("" if each else "*Still on hold*")


def test_a_mail_about_cancels_lists_the_orders_and_what_goes_back_on_the_shelf():
    view = samples.view(POLICY, Kind.CANCEL, [APPROVED] * 2)
    mail = bulk_mail(view, [{"request": each.request.number} for each in view.requests])
    assert mail.subject == "B-7: Cancel of 2 orders"
    assert "ORD-10000, Nordwind & Söhne <Tools>, 6 units cancelled, refund USD 105.00" in mail.text
    assert "STOP: ORD-10001: put back 2 picked units of line 1 (ABC-1)." in mail.text
    assert "Refund: USD 210.00" in mail.text
    assert "Nordwind &amp; Söhne &lt;Tools&gt;" in mail.html
    assert WORDS not in mail.text


def test_what_came_to_nothing_is_in_no_refund():
    view = samples.view(POLICY, Kind.CANCEL, [APPROVED, REJECTED, PENDING, RequestState.VOID])
    (channel,) = {POLICY.roles[entry.role].channel for each in view.requests for entry in each.request.sign}
    assert "*Refund*\nUSD 210.00" in all_text(bulk_card(view, channel))


def test_an_order_that_another_hold_stops_is_said_to_be_still_held():
    other = make_hold(number=18, reason="fraud", state=HoldState.ACTIVE)
    view = one(0, APPROVED, Kind.RELEASE_HOLD)
    view = replace(view, open_holds=(other,))
    told_ = bulk_words.bulk_outcome(bulk(view, kind=Kind.RELEASE_HOLD, reason="paid"), [told(0, "approved")])
    assert "Still held by something else: *ORD-100*." in all_text(told_)
    assert "released (H-50), still on hold" in all_text(card(view, kind=Kind.RELEASE_HOLD, reason="paid"))


def test_what_is_to_be_said_of_many_orders_is_said_once_and_names_them_all():
    gone = [(f"ORD-{at}", refusals.NothingToHold(order=f"ORD-{at}", stage="shipped")) for at in range(70)]
    said = all_text(round_of(done(200), *gone, view=bulk(one(200))))
    assert said.count("each is already shipped, so there is nothing left to hold.") == 3
    assert all(f"*ORD-{at}*" in said for at in range(70))


def test_every_order_that_was_rejected_is_named_however_many_they_are():
    view = bulk(*(one(at, REJECTED) for at in range(100)))
    said = all_text(bulk_words.bulk_outcome(view, [told(at, "rejected", "no wire") for at in range(100)]))
    assert all(f"*ORD-{100 + at}*" in said for at in range(100))


def test_a_role_that_the_policy_has_no_more_is_not_asked_and_breaks_nothing():
    two = (Signature("credit"), Signature("gone"))
    said = all_text(card(one(0, sign=two), one(1, sign=(Signature("gone"),))))
    assert "Hold 1 order?" in said
    assert "1 more order of B-7 waits for Gone." in said
    assert "What needs another signature waits for that." in said
    assert bulk_words.bulk_reminder(bulk(one(1, sign=(Signature("gone"),))), "C0CREDIT") is None


def test_whoever_can_sign_some_of_the_orders_is_named():
    half = (Signature("credit", 2),)
    views = [
        one(0, sign=half, decisions=(make_decision(member="U0IVAN"),)),
        one(1, sign=half, decisions=(make_decision(),)),
    ]
    assert "○ Credit: Rosa Alvarez or Ivan Petrov" in all_text(card(*views))
