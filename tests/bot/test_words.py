"""Text on its way to Slack, and the sentences for every result."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import text, words
from bot.slack.ids import parse_request_value, request_value
from playground.slack.blockkit import check_message
from tests.bot.hostile import HOSTILE, assert_harmless, assert_message, hostile_text, marked, quick
from tests.factories import NOW, make_hold, make_policy, make_request, make_view
from workflows import refusals
from workflows.results import Done, Refusal, Signers
from workflows.values import HoldState, Kind, RequestState

CREDIT = Signers(role="credit", label="Credit", members=("U0ROSA", "U0IVAN"))
FRAUD = Signers(role="fraud", label="Fraud review", members=("U0FAYE",))
KNOWN = frozenset({"U0ROSA", "U0IVAN", "U0FAYE", "U0CARL"})


def done(**changes):
    plain = {"what": "requested", "kind": "place_hold", "request": 12, "hold": 17, "order": "ORD-123"}
    return Done(**{**plain, "reason": "Credit not cleared", "sign": (CREDIT,), "by": "U0CARL", **changes})


@pytest.mark.parametrize("typed", HOSTILE)
def test_text_of_others_does_nothing_in_mrkdwn(typed):
    assert_harmless(text.mrkdwn(typed), frozenset())
    assert_harmless(text.strong(typed), frozenset())
    assert_harmless(text.code(typed).strip("`"), frozenset())


@given(hostile_text, st.integers(min_value=2, max_value=80))
def test_no_text_becomes_active_or_longer_than_allowed(typed, limit):
    shown = text.mrkdwn(typed, limit)
    assert_harmless(shown, frozenset())
    assert len(shown) <= limit
    assert len(text.plain(typed, limit)) <= limit


@given(hostile_text)
def test_what_is_kept_of_a_form_can_be_stored_and_read_twice(typed):
    kept = text.storable(typed)
    kept.encode("utf-8")
    assert "\x00" not in kept
    assert text.storable(kept) == kept


@pytest.mark.parametrize("typed", ["*x*", "a *x* b", "`x`", "_x_", "~x~", "*_x_*", "(_x_)"])
def test_styling_marks_stay_visible_but_style_nothing(typed):
    shown = text.mrkdwn(typed)
    assert len(shown) == len(typed)
    assert not set(shown) & set("*`~_")


def test_article_numbers_can_be_copied():
    assert text.mrkdwn("ABC_9-X #1001 a~b") == "ABC_9-X #1001 a~b"


def test_names_of_groups_and_channels_are_broken_up():
    assert text.mrkdwn("@here #floor") == "@\u200bhere #\u200bfloor"


def test_a_line_that_begins_with_an_angle_is_no_quote():
    assert not text.mrkdwn("> hello").startswith(("&gt;", ">"))


def test_a_cut_never_halves_an_entity_or_a_mention():
    said = "ab &amp; <@U0ROSA> and <!date^1^{time}|now>"
    for limit in range(3, len(said)):
        shown = text.cut(said, limit)
        assert len(shown) <= limit
        assert shown.count("<") == shown.count(">")
        assert "&" not in shown.replace("&amp;", "")


def test_only_people_are_mentioned():
    assert text.member("U0ROSA") == "<@U0ROSA>"
    assert text.member("import") == "import"
    assert text.member("U0ROSA> <!channel") == "U0ROSA&gt; &lt;!channel"


def test_a_moment_is_shown_in_the_readers_time_and_else_in_utc():
    at = datetime(2026, 11, 23, 9, 30, tzinfo=timezone(timedelta(hours=-6)))
    stamp = int(at.timestamp())
    assert text.when(at) == f"<!date^{stamp}^{{date_short_pretty}} at {{time}}|Mon 23 Nov 2026 at 15:30 UTC>"
    assert text.when(at.astimezone(UTC).replace(tzinfo=None)) == text.when(at)


@pytest.mark.parametrize(
    ("waited", "shown"),
    [
        (timedelta(days=3, hours=5), "3 d"),
        (timedelta(hours=5), "5 h"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(seconds=-5), "just now"),
    ],
)
def test_ages_are_short(waited, shown):
    assert text.age(NOW - waited, NOW) == shown


@pytest.mark.parametrize("value", ["", "12", "12.", ".1", "0.1", "12.1 ", "12.1\n", "-1.1", "x.y", "1.1.1", "९.१"])
def test_only_the_value_of_a_button_is_read_as_one(value):
    with pytest.raises(ValueError):
        parse_request_value(value)


def test_a_buttons_value_is_read_back():
    assert parse_request_value(request_value(12, 3)) == (12, 3)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (
            done(what="placed", sign=()),
            (
                "R-12: *ORD-123* is on hold (H-17, Credit not cleared). "
                "You sign for this reason yourself, so nobody else has to."
            ),
        ),
        (
            done(),
            "R-12: you asked to hold *ORD-123* (Credit not cleared). <@U0ROSA> or <@U0IVAN> (Credit) can sign it.",
        ),
        (
            done(sign=(CREDIT, FRAUD)),
            (
                "R-12: you asked to hold *ORD-123* (Credit not cleared). "
                "It needs all of these: <@U0ROSA> or <@U0IVAN> (Credit); <@U0FAYE> (Fraud review)."
            ),
        ),
        (
            done(what="release_requested", kind="release_hold"),
            (
                "R-12: you asked to release H-17 on *ORD-123* (Credit not cleared). "
                "<@U0ROSA> or <@U0IVAN> (Credit) can sign it. The order stays on hold until then."
            ),
        ),
        (
            done(what="signed", by="U0ROSA"),
            "You signed R-12, the hold on *ORD-123* (Credit not cleared). Next: <@U0IVAN> (Credit) can sign it.",
        ),
        (
            done(what="approved", sign=()),
            "You approved R-12: *ORD-123* is on hold (H-17, Credit not cleared).",
        ),
        (
            done(what="approved", kind="release_hold", sign=()),
            (
                "You approved R-12: H-17 on *ORD-123* (Credit not cleared) is released. "
                "Nothing else holds the order; the floor is told."
            ),
        ),
        (
            done(what="approved", kind="release_hold", sign=(), blockers=("Fraud review (H-18)", "Pricing (H-19)")),
            (
                "You approved R-12: H-17 on *ORD-123* (Credit not cleared) is released. "
                "The order is still on hold: Fraud review (H-18) and Pricing (H-19)."
            ),
        ),
        (
            done(what="rejected", kind="release_hold", sign=()),
            "You rejected R-12: H-17 on *ORD-123* (Credit not cleared) stays in force.",
        ),
        (
            done(what="withdrawn", sign=()),
            "You withdrew R-12: *ORD-123* is not put on hold (Credit not cleared).",
        ),
    ],
)
def test_a_result_is_one_sentence_with_its_numbers(result, said):
    assert words.say(result) == said


def test_a_role_without_people_is_said_and_not_passed_over():
    said = words.say(done(sign=(Signers(role="credit", label="Credit", members=()),)))
    assert said.endswith("It needs Credit, and nobody in Credit can sign: please tell an admin of the desk.")


@pytest.mark.parametrize("what", ["requested", "release_requested"])
def test_the_requester_can_withdraw_from_the_private_answer(what):
    kind = "release_hold" if what == "release_requested" else "place_hold"
    answer = words.answer(done(what=what, kind=kind))
    (button,) = answer["blocks"][-1]["elements"]
    assert answer["response_type"] == "ephemeral"
    assert (button["action_id"], button["value"]) == ("request.withdraw", "12.1")


def test_one_who_may_not_sign_their_own_request_can_withdraw_it_there():
    (button,) = words.answer(refusals.OwnRequest(request=12, sign=(CREDIT,)))["blocks"][-1]["elements"]
    assert (button["action_id"], button["value"]) == ("request.withdraw", "12.1")


@pytest.mark.parametrize("what", ["placed", "signed", "approved", "rejected", "withdrawn"])
def test_what_is_settled_offers_no_button(what):
    assert [block["type"] for block in words.answer(done(what=what))["blocks"]] == ["section"]


def test_second_approver_is_told_who_was_first_and_when():
    said = words.say(refusals.AlreadyDecided(request=12, state="approved", by="U0ROSA", at=NOW))
    assert said == f"R-12 was approved by <@U0ROSA>, {text.when(NOW)}. Your click changed nothing."


def every_refusal(typed):
    """One of each kind, with this text wherever text can stand."""
    values = {
        "at": NOW,
        "by": "U0CARL",
        "close": (typed, "ORD-124"),
        "hold": 17,
        "holds": ((17, typed), (18, "Fraud review")),
        "moves": (typed,) * 9,
        "reasons": ((typed, typed),) * 100,
        "request": 12,
        "roles": (typed, "Credit"),
        "sign": (Signers(role="credit", label=typed, members=("U0ROSA",)), FRAUD),
        "today": NOW.date(),
        "until": NOW.date(),
        "deputy": "U0IVAN",
        "member": "U0ROSA",
        "own": False,
        "standing": "guest",
        "stage": "shipped",
        "state": "requested",
        "typed": typed,
        "what": "put orders on hold",
        # of cancels and changes
        "all": False,
        "asked": 99,
        "can": 7,
        "kind": "cancel",
        "least": 3,
        "line": 2,
        "lines": tuple(range(1, 121)),
        "most": 7,
        "rest": ((1, 2), (2, 7)),
        "same": True,
        "ship_by": NOW.date(),
    }
    several = {
        "AdminsOnly": {"can": ("U0FAYE",)},
        "DeputyUnfit": {"why": "away"},
        "PartlyGone": {"why": (typed,) * 30},
    }
    for name, kind in Refusal.KINDS.items():
        chosen = {**values, "state": "approved"} if name == "AlreadyDecided" else {**values, **several.get(name, {})}
        yield kind(**{field: chosen.get(field, typed) for field in kind.model_fields})


@pytest.mark.parametrize("typed", HOSTILE)
def test_every_refusal_is_a_message_that_slack_takes_and_nobody_is_pinged_by(typed):
    for refusal in every_refusal(typed):
        answer = words.answer(refusal)
        assert check_message(answer) == []
        if refusal.name != "FormNotOpened":  # its words to type are ours
            assert_message(answer, KNOWN)


@quick
@given(hostile_text)
def test_every_result_stays_harmless_whatever_it_names(typed):
    sign = (Signers(role="credit", label=typed, members=("U0ROSA",)),)
    for what, kind in words.SENTENCES:
        result = done(what=what, kind=kind, order=typed, reason=typed, sign=sign, blockers=(typed,) * 30)
        assert_message(words.answer(result), KNOWN)


def view_of(state, kind=Kind.PLACE_HOLD, **changes):
    return make_view(request=make_request(kind=kind, state=state), **changes)


@pytest.mark.parametrize(
    ("view", "what", "said"),
    [
        (
            view_of(RequestState.APPROVED),
            "approved",
            "<@U0ROSA> approved R-12: *ORD-123* is on hold (H-17, Credit not cleared).",
        ),
        (
            view_of(RequestState.APPROVED, Kind.RELEASE_HOLD),
            "approved",
            "<@U0ROSA> approved R-12: H-17 on *ORD-123* (Credit not cleared) is released. The floor is told.",
        ),
        (
            view_of(
                RequestState.APPROVED,
                Kind.RELEASE_HOLD,
                others=[make_hold(number=18, reason="fraud", state=HoldState.ACTIVE)],
            ),
            "approved",
            (
                "<@U0ROSA> approved R-12: H-17 on *ORD-123* (Credit not cleared) is released. "
                "The order is still held by Fraud review (H-18, in force)."
            ),
        ),
        (
            view_of(RequestState.REJECTED),
            "rejected",
            "<@U0ROSA> rejected R-12: *ORD-123* is not put on hold (Credit not cleared).",
        ),
    ],
)
def test_the_requester_is_told_what_others_did(view, what, said):
    assert words.outcome_dm(view, what, "U0ROSA", "")["text"] == said


def test_the_note_of_a_rejection_is_quoted_as_plain_text():
    blocks = words.outcome_dm(view_of(RequestState.REJECTED), "rejected", "U0ROSA", "*no* wire <!here>")["blocks"]
    assert blocks[1]["text"] == {"type": "plain_text", "text": "“*no* wire <!here>”", "emoji": True}


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (Kind.PLACE_HOLD, "`/hold ORD-123 credit waiting for wire`"),
        (Kind.RELEASE_HOLD, "`/release ORD-123 H-17 paid waiting for wire`"),
    ],
)
def test_a_void_request_says_what_moved_and_how_to_ask_again(kind, typed):
    moved = "line 2: 2 of 3 units shipped; the customer changed"
    dm = words.outcome_dm(view_of(RequestState.VOID, kind), "void", "U0ROSA", moved)
    said = [block["text"]["text"] for block in dm["blocks"]]
    assert said[1] == "• line 2: 2 of 3 units shipped\n• the customer changed"
    assert said[2].endswith(typed)


@quick
@given(hostile_text)
def test_a_direct_message_is_harmless_whatever_it_quotes(typed):
    policy = make_policy(reasons=[])
    for state in (RequestState.APPROVED, RequestState.REJECTED, RequestState.VOID, RequestState.EXPIRED):
        for kind in (Kind.PLACE_HOLD, Kind.RELEASE_HOLD):
            request = make_request(kind=kind, state=state, note=typed, order_number=typed, reason=typed)
            view = make_view(request=request, hold=make_hold(reason=typed), policy=policy)
            assert_message(words.outcome_dm(view, state.value, "U0ROSA", typed), KNOWN)


def test_nothing_said_here_gives_leave_to_ship():
    for what, kind in words.SENTENCES:
        for said in marked(words.answer(done(what=what, kind=kind))):
            assert "clear to ship" not in said.lower()
