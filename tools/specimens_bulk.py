"""What is said of many orders at once beside its specimens: in e-mails, under fields, and to what was typed."""

from collections.abc import Iterator
from datetime import date

from bot.main.bulk_values import bulk_mail
from bot.slack import words
from bot.slack.forms import FormProblem, bulk_reject, choose, several
from bot.slack.forms.parts import Where, carried
from bot.slack.listeners.several import ONE_AT_A_TIME
from bot.slack.specimens import bulk
from bot.slack.specimens.values import sample_policy
from bot.slack.typed_parts import NotUnderstood
from bot.slack.typed_several import several_words
from tools.saying import Saying
from workflows import refusals
from workflows.values import Kind, RequestState


def many_at_once() -> Iterator[Saying]:
    policy = sample_policy()
    for name, seen_now, clear in bulk.floor_news(policy):
        if len(seen_now.requests) < 20:
            mail = bulk_mail(seen_now, bulk.floor_items(seen_now, clear))
            yield Saying(f"E-mail to the floor: {name}", {"subject": mail.subject, "text": mail.text})
    cancelled = bulk.view(policy, Kind.CANCEL, [RequestState.APPROVED] * 2)
    mail = bulk_mail(cancelled, [{"request": each.request.number} for each in cancelled.requests])
    yield Saying("E-mail to accounts receivable and to the one who asked", {"subject": mail.subject, "text": mail.text})
    yield Saying("typed, with a preview", ONE_AT_A_TIME)
    for typed in (
        "/hold ORD-1, ORD-2 again",
        "click Choose orders of B-7 again",
        "click Reject all of B-7 again",
    ):
        yield Saying("no form", words.say(refusals.FormNotOpened(typed=typed)))
    too_many = tuple(f"ORD-{at:036}" for at in range(80))
    for name, orders, rest in (("with lines", ("ORD-1", "ORD-2"), "lines 1,3"), ("more than fits", too_many, "")):
        try:
            several_words(Kind.CANCEL, orders, rest, policy)
        except NotUnderstood as problem:
            yield Saying(f"typed, {name}", str(problem))


def bulk_mistakes() -> Iterator[Saying]:
    for name, kind, entered in MISTAKES:
        values = {block: {block: value} for block, value in entered.items()}
        place = carried(Where(), kind=kind)
        view = {"state": {"values": values}, "private_metadata": place}
        try:
            several.parse(view, policy=sample_policy(), today=date(2026, 11, 23))
        except FormProblem as problem:
            yield Saying(f"Several orders, {name}", str(problem))
    seen_now = bulk.view(sample_policy(), Kind.PLACE_HOLD, [RequestState.PENDING] * 2)
    form = choose.build(seen_now, seen_now.requests)
    block = form["blocks"][1]["block_id"]
    reject = {"rest": {"rest": {"selected_option": {"value": "reject"}}}}
    note = {"note": {"note": {"value": "No."}}}
    for name, parse, values in (
        ("Choose orders, nothing is ticked", choose.parse, {**form, "state": {"values": {}}}),
        ("Choose orders, no note", choose.parse, {**form, "state": {"values": {block: {}, **reject}}}),
        ("Choose orders, a form that was tampered with", choose.parse, {}),
        ("Reject all, no note", bulk_reject.parse, {}),
        ("Reject all, a form that was tampered with", bulk_reject.parse, {"state": {"values": note}}),
    ):
        try:
            parse(values)
        except FormProblem as problem:
            yield Saying(name, str(problem))


_ONE = {"value": "ORD-1"}
MISTAKES = (
    ("tampered with", "change", {}),
    ("none", Kind.PLACE_HOLD, {}),
    ("too many", Kind.PLACE_HOLD, {"orders": {"value": " ".join(map(str, range(120)))}}),
    ("no reason for a hold", Kind.PLACE_HOLD, {"orders": _ONE}),
    ("no reason for a cancel", Kind.CANCEL, {"orders": _ONE}),
    ("no such reason", Kind.CANCEL, {"orders": _ONE, "reason": {"selected_option": {"value": "gone"}}}),
    ("a date that is past", Kind.PLACE_HOLD, {"orders": _ONE, "until": {"selected_date": "2026-11-01"}}),
)
