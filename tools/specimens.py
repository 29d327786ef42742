"""Each thing that the bot says, once, with sample values: what docs/sentences.md is made of.

A new refusal, answer, card, form or constant belongs here; `tests/bot/test_sentences.py` names what is missing.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib import resources
from types import SimpleNamespace
from typing import Any, Final

from bot.delivery.mails import floor_release_mail
from bot.main.rendering import mail_values
from bot.slack import (
    app,
    cards,
    export_words,
    floor,
    order_view,
    timeline,
    typed,
    typed_cancel,
    typed_change,
    typed_parts,
    words,
)
from bot.slack.forms import extend, hold, message_view, reject, release
from bot.slack.listeners import auditing, commands
from tests.factories import (
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
from tools.saying import Saying, problem
from tools.specimens_asked import (
    asked_cards,
    asked_floor,
    asked_forms,
    asked_mistakes,
    asked_orders,
    asked_refusals,
    refunds,
)
from tools.specimens_bulk import bulk_mistakes, many_at_once
from tools.specimens_channels import stranded
from tools.specimens_digest import digests
from tools.specimens_files import files
from tools.specimens_finding import mistaken_searches
from tools.specimens_imports import imports
from tools.specimens_people import about_roles, deputies
from tools.specimens_setup import setup_mistakes, setup_views
from workflows import order_numbers, refusals
from workflows.policy.load import parse_policy
from workflows.policy.model import OrderNumberFormat
from workflows.results import Done, Signers
from workflows.values import HoldState, Kind, RequestState, Signature

DEMO: Final = parse_policy((resources.files("playground") / "demo_policy.toml").read_text(encoding="utf-8"))
CREDIT: Final = Signers(role="credit", label="Credit", members=("U0ROSA", "U0IVAN"))
LEAD: Final = Signers(role="cs_lead", label="Customer service lead", members=("U0LENA",))
NOBODY: Final = Signers(role="fraud", label="Fraud review", members=())


def _malformed(number: str) -> str:
    try:
        return order_numbers.normalise(number, OrderNumberFormat(pattern=r"ORD-\d+"))
    except order_numbers.BadOrderNumber as problem:
        return str(problem)


def malformed() -> Iterator[Saying]:
    for name, number in [("none", ""), ("unreadable", "A\u0000B"), ("too long", "9" * 70), ("other form", "INV-7")]:
        yield Saying(f"An order number: {name}", _malformed(number))
    yield Saying("a date", str(typed.NotADate("next week")))
    yield Saying("no date", str(typed.NotADate("")))
    for parse, text in UNCLEAR:
        try:
            parse(text)
        except typed_parts.NotUnderstood as problem:
            yield Saying(f"{parse.__name__.removesuffix('_words')} {text}"[:60], str(problem))


UNCLEAR: Final = (
    (typed_cancel.cancel_words, "ORD-123 lines"),
    (typed_cancel.cancel_words, "ORD-123 line 2 qty many"),
    (typed_cancel.cancel_words, "ORD-123 lines 9-1"),
    (typed_cancel.cancel_words, f"ORD-123 lines {','.join(map(str, range(1, 10_000)))}"),
    (typed_change.change_words, "ORD-123 something else"),
    (typed_change.change_words, "ORD-123 line 2 blue"),
    (typed_change.change_words, "ORD-123 add ABC-9"),
)


def answers() -> Iterator[Saying]:
    """Answers that depend on who is there to sign."""
    plain = {"request": 12, "hold": 17, "order": "ORD-123", "reason": "Credit not cleared"}
    for title, sign in (("two signatures", (CREDIT, LEAD)), ("nobody", ()), ("a role without people", (NOBODY,))):
        done = Done(what="requested", kind=Kind.PLACE_HOLD, sign=sign, **plain)
        yield Saying(f"place_hold.requested, {title}", words.answer(done))
    clear = Done(what="approved", kind=Kind.RELEASE_HOLD, **plain)
    yield Saying("release_hold.approved, nothing else holds it", words.answer(clear))


def refused() -> Iterator[Saying]:
    sentences = (
        ("not yours to sign, and nobody is there", refusals.NotYoursToSign(request=12, sign=(NOBODY,))),
        ("no view of an audit", refusals.FormNotOpened(typed="click More again")),
        ("no form for a click", refusals.FormNotOpened(typed="click Reject on R-12 again")),
        ("no form for a hold's date", refusals.FormNotOpened(typed="click Extend for H-17 again")),
        ("no form for a release", refusals.FormNotOpened(typed="/release ORDER HOLD a note")),
        ("no form for a hold", refusals.FormNotOpened(typed="/hold ORDER REASON a note")),
    )
    yield from (Saying(name, words.say(refusal)) for name, refusal in sentences)
    yield from asked_refusals()
    yield from malformed()


def approval_cards() -> Iterator[Saying]:
    yield from _more_cards(make_hold(number=18, reason="fraud", state=HoldState.ACTIVE))
    yield from asked_cards(DEMO)


def _more_cards(other: Any) -> Iterator[Saying]:
    moving = make_order(
        lines=[make_line(line=1, picked=2, packed=1), make_line(line=2, shipped=1, packed=1, picked=1)],
        ship_by=date(2026, 11, 23),
    )
    view = make_view(order=moving, others=[other])
    yield Saying("place hold: pending, with warnings", cards.approval_card(view, "credit", today=date(2026, 11, 23)))
    two = (Signature("credit"), Signature("cs_lead"))
    signed = make_request(kind=Kind.RELEASE_HOLD, sign=two, decisions=(make_decision(),))
    yield Saying("release hold: one of two has signed", cards.approval_card(make_view(request=signed), "cs_lead"))
    late = make_view(order=make_order(lines=[], ship_by=date(2026, 11, 20)))
    yield Saying("place hold: due, without lines", cards.approval_card(late, "fraud", today=date(2026, 11, 23)))
    own = make_request(state=RequestState.APPROVED, decided_by="U0CARL", requested_by="U0CARL", decisions=())
    yield Saying("place hold: signed by asking", cards.approval_card(make_view(request=own), "credit"))
    approved = make_request(state=RequestState.APPROVED)
    for state in (HoldState.RELEASE_REQUESTED, HoldState.RELEASED):
        view = make_view(request=approved, hold=make_hold(state=state))
        yield Saying(f"place hold: approved, hold {state}", cards.approval_card(view, "credit"))
    gone = make_request(kind=Kind.RELEASE_HOLD, state=RequestState.APPROVED)
    yield Saying(
        "release hold: another is left", cards.approval_card(make_view(request=gone, others=[other]), "credit")
    )
    nobody = make_policy(roles={"credit": {"members": ["U0CARL"], "notify": []}})
    yield Saying("place hold: nobody can sign", cards.approval_card(make_view(policy=nobody), "credit"))


def floor_words() -> Iterator[Saying]:
    for title, state, kind, clear in FLOOR:
        view = make_view(request=make_request(kind=kind, state=state))
        blockers = [] if clear else ["Fraud review (H-18)"]
        yield Saying(f"Post: {title}", floor.floor_post(view, clear, blockers))
        mail = floor_release_mail(mail_values(view, clear=clear, blockers=blockers))
        yield Saying(f"E-mail: {title}", {"subject": mail.subject, "text": mail.text})
    view = replace(make_view(request=make_request(kind=Kind.RELEASE_HOLD, state=RequestState.APPROVED)), hold=None)
    yield Saying("Post: what holds it is not known any more", floor.floor_post(view, False))
    mail = floor_release_mail(mail_values(view, clear=False, blockers=[]))
    yield Saying("E-mail: what holds it is not known any more", {"subject": mail.subject, "text": mail.text})
    yield from asked_floor(DEMO)


FLOOR: Final = (
    ("nothing is left", RequestState.APPROVED, Kind.RELEASE_HOLD, True),
    ("another hold is left", RequestState.APPROVED, Kind.RELEASE_HOLD, False),
    ("what was only asked for came to nothing", RequestState.WITHDRAWN, Kind.PLACE_HOLD, True),
    ("what was only asked for was void", RequestState.VOID, Kind.PLACE_HOLD, True),
)


def exported() -> Iterator[Saying]:
    yield Saying("what was typed cannot be read", export_words.USAGE)
    yield Saying("the file is on its way", export_words.COMING)
    yield Saying("it is left to others", words.say(refusals.NotYourRole(what="take an export", sign=(CREDIT,))))


def forms() -> Iterator[Saying]:
    policy = make_policy()
    empty = make_policy(reasons=[each for each in policy.reasons if each.kind != "hold"])
    yield Saying("a hold, and the desk has no reasons", hold.build(empty))
    yield Saying("a form that came back too late", message_view("Not saved", app.BUSY.format(trace="7F3K2A")))
    yield from asked_forms(DEMO)
    yield from setup_views(DEMO)


def field_errors() -> Iterator[Saying]:
    chosen = {"order": {"order": {"selected_option": {"value": "ORD-123"}}}}
    reason = {"reason": {"reason": {"selected_option": {"value": "credit"}}}}
    until = {"until": {"until": {"selected_date": "soon"}}}
    note = {"note": {"note": {"value": "No."}}}
    yield Saying("Hold, no order", problem(hold.parse, {}))
    yield Saying("Hold, no reason", problem(hold.parse, chosen))
    yield Saying("Hold, no date", problem(hold.parse, {**chosen, **reason, **until}))
    yield Saying("Release, no order", problem(release.parse, {}))
    yield Saying("Reject, no note", problem(reject.parse, {}))
    yield Saying("Reject, a form that was tampered with", problem(reject.parse, note))
    yield Saying("Extend, a form that was tampered with", problem(extend.parse, {}))
    yield from asked_mistakes()
    yield from bulk_mistakes()
    yield from setup_mistakes(DEMO)


def looking() -> Iterator[Saying]:
    plenty = make_order_view(timeline=[*_timeline(), *(make_entry() for _ in range(12))])
    yield Saying("order, what happened", order_view.order_message(plenty))
    for begin in range(8, len(_timeline()), 8):
        earlier = make_order_view(timeline=_timeline()[begin:])
        yield Saying(f"order, what happened before ({begin})", order_view.order_message(earlier))
    nobody = make_policy(roles={"credit": {"members": []}})
    held = make_order_view(holds=[make_hold(state=HoldState.ACTIVE)], policy=nobody)
    yield Saying("order, nobody can release it", order_view.order_message(held))
    stuck = make_queue_item(id="R-14", kind="release_hold", customer="")
    yield Saying("queue, nobody can sign", order_view.queue_message([stuck], None, now=NOW))
    yield from asked_orders(DEMO)
    yield from mistaken_searches()
    yield Saying("why, no order named", _typed(commands.why, ""))
    yield Saying("audit, no order named", _typed(auditing.audit, ""))
    yield Saying("queue, no such role", _typed(commands.queue, "ceo"))


def _typed(listener: Any, text: str) -> Any:
    """What a command answers to somebody who may look."""

    async def policy(_desk: str) -> Any:
        return make_policy()

    async def refused(*_asked: Any) -> None:
        return None

    desk = SimpleNamespace(refused=refused, reading=SimpleNamespace(policy=policy))
    return asyncio.run(listener(SimpleNamespace(desk_id="T0ACME"), desk, text))


def _timeline() -> list[Any]:
    told = [make_entry(action="notice.sent", facts={"kind": kind}) for kind in timeline.TOLD]
    card = {"kind": "card", "lane": "slack:C0CREDIT"}
    delivered = [make_entry(actor="redtag", action=action, facts=card) for action in timeline.NOTICES]
    return [*told, *delivered, *(make_entry(action=action) for action in timeline.HAPPENED)]


def edge() -> Iterator[Saying]:
    """What is said when something is broken, late or wrong before any rule is asked."""
    yield Saying("Not in time", app.BUSY.format(trace="7F3K2A"))
    yield Saying("Broken", app.BROKEN.format(trace="7F3K2A"))


GROUPS: Final = (
    ("Answers to the one who acted", "Private, where it was typed or clicked.", "done.", answers),
    ("Refusals", "Private too; in a form, under the field that they are about.", "refused.", refused),
    ("To the one who asked", "A direct message about what others did.", "outcome.", None),
    ("Cards", "In the channel of each role that signs; redrawn whenever something changes.", "card.", approval_cards),
    (
        "Many orders at once",
        "In the channels of the roles that sign, to the one who asked, on the floor and by e-mail.",
        "bulk.",
        many_at_once,
    ),
    ("Roles", "Private; to the managers where a role has lost its last member.", "roles.", about_roles),
    ("Deputies", "A direct message to the deputy, and to the member where an admin spoke for them.", "away.", deputies),
    (
        "Channels that take no messages",
        "To the managers or to each admin; by e-mail to those who are to sign.",
        "channel.",
        stranded,
    ),
    ("Reminders", "In the thread of a card that has waited.", "reminder.", None),
    (
        "What the clock asks",
        "The managers, of whom to escalate to; the owner of a hold, about its date.",
        ("escalation.", "review."),
        None,
    ),
    (
        "The digest and its buttons",
        "The managers, each workday and at `/desk digest`; the owner of a hold, where somebody asks after it.",
        ("digest.", "care."),
        digests,
    ),
    ("The floor", "In the floor's channel and by e-mail.", "floor.", floor_words),
    (
        "Refunds and webhooks",
        "On the card's thread, in the managers' channel, to the one who may send it again.",
        ("refund.", "webhook."),
        refunds,
    ),
    ("Exports", "In a direct message, with the file.", "export.", exported),
    (
        "What a file contradicts",
        "To managers, to the one who asked, on the card, and on the order.",
        "contradiction.",
        None,
    ),
    ("Imports from Slack and from sheets", "To the one who asked; to the managers, of a schedule.", "import.", imports),
    ("Forms", "", "form.", forms),
    ("Under a field of a form", "Before the desk is asked.", "-", field_errors),
    ("Orders and queues", "Private.", ("order.", "queue", "private", "why.", "audit."), looking),
    ("Help", "Private.", "help", None),
    ("The Home tab", "", "home.", None),
    ("Order files", "On the command line, and in the list of refused rows.", "-", files),
    ("Trouble", "", "-", edge),
)
