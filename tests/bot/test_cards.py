"""Cards, floor posts, orders, queues and help, drawn from values."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import cards, order_view
from bot.slack.floor import CLEAR
from tests.bot.hostile import HOSTILE, all_text, assert_message, hostile_text, marked, quick, texts
from tests.factories import (
    NAMES,
    NOW,
    make_decision,
    make_entry,
    make_hold,
    make_line,
    make_order,
    make_order_view,
    make_policy,
    make_queue_item,
    make_request,
    make_view,
)
from workflows.gate import Gate
from workflows.results import Signers
from workflows.values import HoldState, Kind, RequestState, Signature, Stage

KNOWN = frozenset(NAMES)
KINDS = (Kind.PLACE_HOLD, Kind.RELEASE_HOLD)
DECIDED = [state for state in RequestState if state is not RequestState.PENDING]


def card(role="credit", *, today=None, **changes):
    return cards.approval_card(make_view(**changes), role, today=today)


def decided(state, kind=Kind.PLACE_HOLD, hold=None, **changes):
    return card(request=make_request(kind=kind, state=state, **changes), hold=hold)


def buttons(message):
    found = [each for block in message["blocks"] for each in block.get("elements", []) if each["type"] == "button"]
    return found + [block["accessory"] for block in message["blocks"] if "accessory" in block]


def headline(message):
    return message["blocks"][0]["text"]["text"]


def test_a_pending_card_says_everything_an_approver_needs():
    order = make_order(
        customer="Nordwind & Söhne",
        lines=[make_line(line=1, picked=2), *(make_line(line=number) for number in range(2, 9))],
        ship_by=date(2026, 11, 23),
    )
    message = card(order=order, others=[make_hold(number=18, reason="fraud", state=HoldState.ACTIVE)])
    said = all_text(message)
    assert headline(message) == "Hold ORD-123?"
    for fact in (
        "<@U0CARL> asks to put *ORD-123* on hold for *Credit not cleared*.",
        "<@U0ROSA>, please sign for Credit.",
        "“waiting for wire”",
        "*Customer*\nNordwind &amp; Söhne",
        "*Value*\nUSD 105.00",
        "*Stage*\nOpen (2 of 24 units picked)",
        "*Ship by*\nMon 23 Nov 2026",
        "• 3 × ABC-1 Blue widget, 2 of 3 picked",
        "+ 2 more",
        "*Other open holds:* Fraud review (H-18, in force).",
        ":warning: 2 units are already picked: tell the floor by hand.",
        ":warning: It is due to ship today.",
        "*Approve* stops the order until H-17 is released.",
        "○ Credit: Rosa Alvarez or Ivan Petrov",
        "R-12 · asked <!date^",
        "Replies here do not sign.",
    ):
        assert fact in said
    assert "ABC-7" not in said


def test_the_fallback_says_the_same_in_a_line_and_pings_nobody():
    said = card()["text"]
    assert said == (
        "R-12 Hold ORD-123? (Credit not cleared) · Nordwind Tools, USD 105.00, open. Replies here do not sign."
    )
    assert "Replies" not in decided(RequestState.APPROVED)["text"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_button_of_a_pending_card_carries_the_same_value(kind):
    request = make_request(number=12, kind=kind, version=3)
    found = [(each["action_id"], each["value"], each.get("style")) for each in buttons(card(request=request))]
    assert found == [
        ("request.approve", "12.3", "primary"),
        ("request.reject", "12.3", "danger"),
        ("request.details", "12.3", None),
    ]


def test_only_those_to_be_notified_are_mentioned_and_only_while_pending():
    assert "<@U0IVAN>" not in all_text(card())
    assert "please sign" in all_text(card())
    for state in DECIDED:
        assert "please sign" not in all_text(decided(state))


def test_the_one_who_asks_is_not_asked_to_sign():
    request = make_request(requested_by="U0ROSA")
    said = all_text(card(request=request))
    assert "<@U0ROSA>, please" not in said
    assert "○ Credit: Ivan Petrov" in said


def test_a_card_for_two_roles_shows_who_has_signed_and_who_is_missing():
    request = make_request(sign=(Signature("credit", 2), Signature("manager")), decisions=(make_decision(),))
    view = make_view(request=request)
    for role, mentioned in (("manager", "<@U0MONA>, please sign for Manager."), ("credit", "Credit signs.")):
        said = all_text(cards.approval_card(view, role))
        assert mentioned in said
        assert "✓ Credit: <@U0ROSA>, <!date^" in said
        assert "○ Credit: Ivan Petrov" in said
        assert "○ Manager: Mona Haddad" in said


def test_a_role_that_has_signed_is_not_asked_again():
    request = make_request(sign=(Signature("credit"), Signature("manager")), decisions=(make_decision(),))
    assert "please sign" not in all_text(cards.approval_card(make_view(request=request), "credit"))


def test_nobody_is_asked_to_sign_twice():
    request = make_request(sign=(Signature("credit", 2),), decisions=(make_decision(),))
    said = all_text(card(request=request))
    assert "<@U0ROSA>, please" not in said
    assert "Credit signs." in said


def test_a_role_without_people_says_so():
    policy = make_policy(roles={"credit": {"members": (), "notify": ()}})
    assert "○ Credit: nobody there can sign at the moment" in all_text(card(policy=policy))


def test_people_without_a_known_name_are_counted_and_not_rung():
    said = all_text(cards.approval_card(make_view(names={}), "credit"))
    assert "○ Credit: 2 people" in said


@pytest.mark.parametrize(
    ("line", "warning"),
    [
        ({"picked": 3}, "3 units are already picked: tell the floor by hand."),
        ({"picked": 1}, "1 unit is already picked: tell the floor by hand."),
        ({"picked": 3, "packed": 3}, "3 units are already packed: tell the floor by hand."),
        ({"picked": 3, "packed": 1}, "3 units are already picked, 1 of them packed: tell the floor by hand."),
        (
            {"picked": 2, "packed": 2, "shipped": 1},
            (
                "1 unit has already shipped: the hold stops only the rest.\n"
                ":warning: 1 unit is already packed: tell the floor by hand."
            ),
        ),
    ],
)
def test_boxes_in_hand_are_warned_about(line, warning):
    order = make_order(lines=[make_line(**line)])
    assert f":warning: {warning}" in all_text(card(order=order))
    release = make_request(kind=Kind.RELEASE_HOLD)
    assert ":warning:" not in all_text(card(order=order, request=release))


@pytest.mark.parametrize(
    ("ship_by", "warning"),
    [
        (date(2026, 11, 23), "It is due to ship today."),
        (date(2026, 11, 20), "It was due to ship on Fri 20 Nov 2026."),
        (date(2026, 11, 24), None),
        (None, None),
    ],
)
def test_a_ship_date_that_has_come_is_warned_about(ship_by, warning):
    said = all_text(card(order=make_order(ship_by=ship_by), today=date(2026, 11, 23)))
    assert (f":warning: {warning}" in said) if warning else (":warning:" not in said)


def test_without_a_day_given_the_desks_own_day_counts():
    late = make_request(requested_at=NOW.replace(hour=2))  # still the day before in Chicago
    assert "due to ship" not in all_text(card(request=late, order=make_order(ship_by=date(2026, 11, 23))))
    assert "due to ship today" in all_text(card(request=late, order=make_order(ship_by=date(2026, 11, 22))))


def test_an_order_without_lines_has_its_card_too():
    assert "No lines on this order." in all_text(card(order=make_order(lines=[])))


def test_a_release_card_says_why_and_what_stays():
    request = make_request(kind=Kind.RELEASE_HOLD)
    alone = all_text(card(request=request))
    other = all_text(card(request=request, others=[make_hold(number=18, reason="fraud")]))
    assert headline(card(request=request)) == "Release ORD-123?"
    assert "*Release reason*\nPayment received" in alone
    assert "*Approve* ends H-17 and tells the floor; no other hold is open." in alone
    assert "*Approve* ends H-17 and tells the floor; the other holds still stop the order." in other


@pytest.mark.parametrize("state", DECIDED)
@pytest.mark.parametrize("kind", KINDS)
def test_a_decided_card_has_no_button_that_signs(kind, state):
    assert {each["action_id"] for each in buttons(decided(state, kind))} <= {"hold.release"}


@pytest.mark.parametrize(
    ("kind", "state", "title", "ending"),
    [
        (Kind.PLACE_HOLD, RequestState.APPROVED, "ORD-123 is on hold", "✓ *Approved* by <@U0ROSA> (Credit), <!date^"),
        (Kind.PLACE_HOLD, RequestState.REJECTED, "Hold on ORD-123 was rejected", "✕ *Rejected* by <@U0ROSA>, <!date^"),
        (Kind.PLACE_HOLD, RequestState.WITHDRAWN, "Hold on ORD-123 was withdrawn", "*Withdrawn* by <@U0ROSA>, <!date^"),
        (Kind.PLACE_HOLD, RequestState.VOID, "Hold on ORD-123 is void", "the order moved on since it was asked"),
        (Kind.RELEASE_HOLD, RequestState.APPROVED, "ORD-123: hold released", "H-17 is released. The floor"),
        (Kind.RELEASE_HOLD, RequestState.REJECTED, "Release of ORD-123 was rejected", "H-17 stays in force."),
        (Kind.RELEASE_HOLD, RequestState.EXPIRED, "Release of ORD-123 has expired", "nobody signed in time."),
    ],
)
def test_a_decided_card_says_who_when_and_what_came_of_it(kind, state, title, ending):
    message = decided(state, kind)
    assert headline(message) == title
    assert ending in all_text(message)
    assert "<@U0CARL> asked to" in all_text(message)


def test_the_note_of_a_decision_stands_on_the_card():
    assert "“no wire seen”" in all_text(decided(RequestState.REJECTED, decision_note="no wire seen"))


def test_a_void_card_lists_what_moved():
    said = all_text(decided(RequestState.VOID, decision_note="line 2: 2 of 3 units shipped; the customer changed"))
    assert "• line 2: 2 of 3 units shipped\n• the customer changed" in said


def test_an_owners_own_placement_says_that_it_was_enough():
    said = all_text(decided(RequestState.APPROVED, requested_by="U0ROSA"))
    assert "They sign for this reason themselves." in said


def test_everyone_who_signed_is_named():
    request = make_request(
        state=RequestState.APPROVED,
        decisions=(make_decision(), make_decision(member="U0MONA", role="manager")),
    )
    assert "by <@U0ROSA> (Credit) and <@U0MONA> (Manager)" in all_text(card(request=request))


@pytest.mark.parametrize(
    ("hold", "offered", "said"),
    [
        (HoldState.ACTIVE, ["hold.release"], "H-17 is in force: the order does not ship until it is released."),
        (HoldState.RELEASE_REQUESTED, [], "Its release is asked for: see the newer card in this thread."),
        (HoldState.RELEASED, [], "H-17 was released <!date^"),
    ],
)
def test_an_approved_placement_follows_its_hold(hold, offered, said):
    message = decided(RequestState.APPROVED, hold=make_hold(state=hold))
    assert [each["action_id"] for each in buttons(message)] == offered
    assert [each["value"] for each in buttons(message)] == ["12.2"] * len(offered)
    assert said in all_text(message)


def test_block_ids_are_new_with_every_draw():
    requests = [
        make_request(),
        make_request(version=2),
        make_request(decisions=(make_decision(),), sign=(Signature("credit", 2),)),
        *(make_request(state=state) for state in DECIDED),
    ]
    draws = [card(request=request) for request in requests]
    draws.append(decided(RequestState.APPROVED, hold=make_hold(state=HoldState.RELEASE_REQUESTED)))
    ids = [block["block_id"] for draw in draws for block in draw["blocks"]]
    assert len(ids) == len(set(ids))


def test_the_floor_is_told_that_the_order_may_ship():
    view = make_view(request=make_request(number=18, kind=Kind.RELEASE_HOLD, state=RequestState.APPROVED))
    post = cards.floor_post(view, True, [])
    assert post["text"] == "ORD-123: Clear to ship"
    assert marked(post)[1:] == [
        "*Clear to ship* · *ORD-123*\nNordwind Tools · 6 units · ship by Tue 1 Dec 2026",
        "H-17 (Credit not cleared) was released: R-18, asked by Carla Nguyen, signed by Rosa Alvarez.",
    ]


def test_the_floor_is_told_what_still_holds_the_order():
    view = make_view(request=make_request(number=18, kind=Kind.RELEASE_HOLD, state=RequestState.APPROVED))
    post = cards.floor_post(view, False, ["Fraud review (H-18)", "Price to be checked (H-19)"])
    assert post["text"] == "ORD-123: Still on hold by Fraud review (H-18) and Price to be checked (H-19)"
    assert "*Still on hold* · *ORD-123*\nBy Fraud review (H-18)" in all_text(post)
    assert CLEAR.lower() not in all_text(post).lower()


def test_the_floor_reads_everyone_who_signed():
    decisions = (make_decision(), make_decision(member="U0MONA", role="manager"))
    request = make_request(
        number=18, kind=Kind.RELEASE_HOLD, state=RequestState.APPROVED, decided_by="U0MONA", decisions=decisions
    )
    assert "signed by Rosa Alvarez and Mona Haddad." in all_text(cards.floor_post(make_view(request=request), True, []))


def test_a_placement_that_came_to_nothing_lets_the_order_go():
    post = cards.floor_post(make_view(request=make_request(state=RequestState.REJECTED)), True, [])
    assert "was asked for and came to nothing: R-12, rejected by Rosa Alvarez." in all_text(post)


def every_message(view, policy, typed):
    """Everything that is drawn of a request, in every state, but the post that lets an order ship."""
    for kind in KINDS:
        for state in RequestState:
            request = replace(view.request, kind=kind, state=state)
            for hold in (HoldState.ACTIVE, HoldState.RELEASE_REQUESTED, HoldState.RELEASED):
                drawn = replace(view, request=request, hold=replace(view.hold, state=hold), policy=policy)
                yield cards.approval_card(drawn, "credit")
                yield cards.approval_card(drawn, "nobody")
                yield cards.floor_post(drawn, False, [typed] * 30)


def full_view(typed, lines, holds):
    """A request in which this text stands wherever text of others can stand."""
    order = make_order(
        number=typed,
        customer=typed,
        total=10**15,
        lines=[make_line(line=number, sku=typed, description=typed, picked=1) for number in range(1, lines + 1)],
    )
    request = make_request(
        order_number=typed,
        reason=typed,
        note=typed,
        decision_note=typed,
        sign=tuple(Signature(role, 20) for role in make_policy().roles),
        decisions=tuple(
            make_decision(role=role, member=member) for role, member in zip(make_policy().roles, NAMES, strict=False)
        ),
    )
    others = [make_hold(number=number, reason=typed, state=HoldState.ACTIVE) for number in range(100, 100 + holds)]
    names = dict.fromkeys(NAMES, typed * 3)
    return make_view(request=request, order=order, hold=make_hold(reason=typed, note=typed), others=others, names=names)


def labelled(typed):
    """Roles named by this text as far as a policy takes it, each with 200 people."""
    label = "".join(each for each in typed if each.isprintable())[:75]
    people = tuple(f"U0X{number:04}" for number in range(200))
    return make_policy(
        roles={role: {"label": label, "members": people, "notify": people} for role in make_policy().roles}
    )


CROWD = KNOWN | {f"U0X{number:04}" for number in range(200)}


@pytest.mark.parametrize(("lines", "holds"), [(0, 0), (120, 100)])
@pytest.mark.parametrize("typed", HOSTILE)
def test_cards_and_posts_are_taken_by_slack_and_harmless(typed, lines, holds):
    view = full_view(typed, lines, holds)
    for message in every_message(view, labelled(typed), typed):
        assert_message(message, CROWD)


@quick
@given(hostile_text, st.integers(0, 8))
def test_no_text_of_others_becomes_active_on_a_card(typed, lines):
    view = full_view(typed, lines, lines)
    for state in RequestState:
        assert_message(cards.approval_card(replace(view, request=replace(view.request, state=state)), "credit"), KNOWN)
    assert_message(cards.floor_post(view, True), KNOWN)
    assert_message(cards.floor_post(view, False, [typed] * lines), KNOWN)


def test_no_card_gives_leave_to_ship_whatever_its_names_are():
    view = full_view("ORD-123", 2, 1)
    for message in every_message(view, make_policy(), "Fraud review"):
        assert CLEAR.lower() not in all_text(message).lower()
    named = full_view("Clear  to SHIP", 1, 0)
    assert CLEAR.lower() not in all_text(cards.floor_post(named, False, ["clear to ship"])).lower()


def test_an_order_shows_why_it_may_not_ship_and_who_can_change_that():
    view = make_order_view(
        holds=[make_hold(state=HoldState.ACTIVE), make_hold(number=18, reason="fraud", request=13)],
        requests=[
            make_request(number=13, hold=18, sign=(Signature("fraud"),)),
            make_request(state=RequestState.APPROVED),
        ],
        timeline=[
            make_entry(),
            make_entry(action="request.refused", actor="U0WALT", facts={"refusal": "NotYoursToSign"}),
            make_entry(action="order.imported", actor="import", request=None),
            make_entry(action="moon.risen", request=None),
        ],
    )
    said = all_text(order_view.order_message(view))
    for fact in (
        "*May it ship: no*, because of",
        "• Credit not cleared (H-17, since <!date^",
        "<@U0ROSA> or <@U0IVAN> (Credit) can release it",
        "• Fraud review (H-18, asked for, since <!date^",
        "<@U0FAYE> (Fraud) can decide it",
        "1. 3 × ABC-1 Blue widget, open",
        "*Fraud review (H-18, asked for)*",
        "R-13 hold, asked by <@U0CARL>: pending",
        "<@U0CARL> asked (R-12)",
        "<@U0WALT> was refused (R-12): not yours to sign",
        "import imported the order",
        "moon risen",
    ):
        assert fact in said


def test_an_order_without_holds_may_ship():
    view = make_order_view()
    assert "*May it ship: yes*" in all_text(order_view.order_message(view))
    cancelled = replace(view, gate=Gate("ORD-123", may_ship=False, state="cancelled"))
    assert "*May it ship: no*, because it is cancelled." in all_text(order_view.order_message(cancelled))


def test_a_hold_in_force_can_be_asked_to_end_from_the_order_but_not_from_its_details():
    view = make_order_view(
        holds=[make_hold(state=HoldState.ACTIVE), make_hold(number=18, state=HoldState.ACTIVE, request=None)],
        requests=[make_request(state=RequestState.APPROVED)],
    )
    found = [(each["action_id"], each["value"]) for each in buttons(order_view.order_message(view))]
    assert found == [("hold.release", "H-18"), ("hold.release", "12.2")]  # an imported hold has no request
    assert buttons(order_view.details(view)) == []


def long_order(typed):
    return make_order_view(
        order=make_order(
            number=typed,
            customer=typed,
            lines=[make_line(line=number, sku=typed, description=typed) for number in range(120)],
        ),
        holds=[
            make_hold(number=number, reason=typed, note=typed, state=state)
            for number, state in enumerate([*HoldState] * 17)
        ],
        requests=[make_request(number=number, state=state) for number, state in enumerate([*RequestState] * 17)],
        timeline=[make_entry(action=typed, actor=typed, facts={"refusal": typed}) for _ in range(100)],
        policy=labelled(typed),
    )


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_long_order_fits_one_message(typed):
    view = long_order(typed)
    assert_message(order_view.order_message(view), CROWD)
    assert_message(order_view.details(view), CROWD)


def test_what_is_left_out_of_an_order_is_counted():
    said = all_text(order_view.order_message(long_order("x" * 60)))
    assert " more lines" in said
    assert "+ 96 more holds" in said
    assert "+ 97 more" in said
    assert "Older: `/desk audit " in said


def test_a_line_that_was_cancelled_says_so():
    lines = [
        make_line(line=1, cancelled=3),
        make_line(line=2, cancelled=1, picked=2, packed=2, shipped=2),
        make_line(line=3, ordered=2, picked=2, packed=1),
    ]
    order = make_order(lines=lines)
    said = all_text(order_view.order_message(make_order_view(order=order)))
    assert order.stage is Stage.PICKED
    assert "1. 3 × ABC-1 Blue widget, cancelled" in said
    assert "2. 2 × ABC-2 Blue widget, shipped, 1 cancelled" in said
    assert "3. 2 × ABC-3 Blue widget, 1 of 2 packed" in said


def test_the_queue_shows_the_oldest_first_with_its_age():
    signs = (Signers(role="credit", label="Credit", members=("U0ROSA",)),)
    items = [
        make_queue_item(since=NOW - timedelta(days=3)),
        make_queue_item(id="R-12", kind="release_hold", since=NOW - timedelta(hours=5), waiting_for=signs),
    ]
    said = all_text(order_view.queue_message(items, "Credit", 0, NOW))
    assert "Queue of Credit, oldest first: 2" in said
    assert said.index(
        "*3 d* · *ORD-123* · Credit not cleared · Nordwind Tools, USD 105.00 · H-17 in force"
    ) < said.index(
        "*5 h* · *ORD-123* · Credit not cleared · Nordwind Tools, USD 105.00 · "
        "R-12 release by <@U0CARL>, waits for Credit"
    )


def test_an_empty_queue_says_what_to_try():
    said = all_text(order_view.queue_message([], "Credit", 0, NOW))
    assert "Nothing waits in the queue of Credit." in said
    assert "`/desk queue` alone shows every role." in said


def test_a_queue_that_goes_on_says_so():
    assert "More is waiting" in all_text(order_view.queue_message([make_queue_item()], None, 7, NOW))
    assert "More is waiting" not in all_text(order_view.queue_message([make_queue_item()], None, 0, NOW))


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_long_queue_fits_one_message(typed):
    signs = tuple(Signers(role="r", label=typed, members=()) for _ in range(9))
    items = [
        make_queue_item(
            id=f"R-{n}", kind="place_hold", order_number=typed, customer=typed, reason_label=typed, waiting_for=signs
        )
        for n in range(200)
    ]
    message = order_view.queue_message(items, typed, 1, NOW)
    assert_message(message, KNOWN)
    assert_message(order_view.queue_message([], typed, 0, NOW), KNOWN)


def test_help_names_the_desks_own_reasons_and_who_signs():
    said = all_text(order_view.help_message(make_policy()))
    assert "`/hold ORD-123 credit waiting for wire`" in said
    assert "`credit` Credit not cleared: Credit" in said


def test_help_answers_a_word_that_is_no_command():
    message = order_view.help_message(None, unknown="<!here> *x*")
    assert "is no command of mine" in message["text"]
    assert "This workspace has no desk yet." in all_text(message)
    assert_message(message, frozenset())


@pytest.mark.parametrize("typed", HOSTILE)
def test_help_fits_one_message(typed):
    assert_message(order_view.help_message(labelled(typed), unknown=typed), frozenset())


def test_every_mrkdwn_text_is_verbatim_so_that_slack_adds_no_links():
    for message in (card(), order_view.order_message(make_order_view()), order_view.help_message(make_policy())):
        found = [each for block in message["blocks"] for each in _marked_objects(block)]
        assert found
        assert all(each["verbatim"] is True for each in found)


def _marked_objects(value):
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value
        for each in value.values():
            yield from _marked_objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _marked_objects(each)


def test_the_same_values_draw_the_same_card():
    assert card() == card()
    assert list(texts(card()["blocks"], "plain_text")) == list(texts(card()["blocks"], "plain_text"))
