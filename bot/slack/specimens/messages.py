"""Specimens of what stands in channels, in direct messages and on the Home tab."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bot.slack import cards, floor, order_view, words
from bot.slack.audit_words import audit_message, more_view
from bot.slack.export_words import ExportWords, export_news
from bot.slack.reminder import reminder
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from bot.slack.why import why_message
from workflows.policy.model import Policy
from workflows.values import HoldState, Kind, RequestState, Signature
from workflows.views import AuditPage, RequestView

CARD_KINDS: Final = (Kind.PLACE_HOLD, Kind.RELEASE_HOLD)
STATE_AFTER: Final = {
    "approved": RequestState.APPROVED,
    "rejected": RequestState.REJECTED,
    "void": RequestState.VOID,
    "expired": RequestState.EXPIRED,
}
"""What has happened → the state that the request is then in; whatever else happened leaves it pending."""


def specimens(policy: Policy) -> Iterator[Specimen]:
    yield from _cards(policy)
    yield from _floor(policy)
    yield from _outcomes(policy)
    yield from _reminders(policy)
    yield from _audits()
    yield from _orders(policy)
    yield from _why(policy)
    yield from _lists(policy)
    yield from _exports()


def _cards(policy: Policy) -> Iterator[Specimen]:
    role = values.owner(policy)
    for kind in CARD_KINDS:
        for state in RequestState:
            yield _card(f"{kind}.{state}", values.view(policy, values.request(policy, kind, state)), role)
    for name, view in _special(policy):
        yield _card(name, view, role)


def _reminders(policy: Policy) -> Iterator[Specimen]:
    for kind in CARD_KINDS:
        order = replace(values.order([values.line(1)]), ship_by=values.TODAY)
        view = values.view(policy, values.request(policy, kind, RequestState.PENDING), order=order)
        channel = policy.roles[view.waiting_for[0].role].channel
        said = reminder(view, channel)
        if said:
            yield Specimen(f"reminder.{kind}", "message", said)
    nobody = values.without_people(policy)
    waits = values.view(nobody, values.request(policy, Kind.PLACE_HOLD, RequestState.PENDING))
    said = reminder(waits, nobody.roles[waits.waiting_for[0].role].channel)
    if said:
        yield Specimen("reminder.nobody", "message", said)


def _card(name: str, view: RequestView, role: str) -> Specimen:
    return Specimen(f"card.{name}", "message", cards.approval_card(view, role, today=values.TODAY))


def _special(policy: Policy) -> Iterator[tuple[str, RequestView]]:
    """Cards with everything on them that a plain one leaves out."""
    role = values.owner(policy)
    asked = values.request(policy, Kind.PLACE_HOLD, RequestState.PENDING)
    placed = values.request(policy, Kind.PLACE_HOLD, RequestState.APPROVED)
    release = values.request(policy, Kind.RELEASE_HOLD, RequestState.PENDING)
    released = values.request(policy, Kind.RELEASE_HOLD, RequestState.APPROVED)
    other = values.hold(policy, HoldState.ACTIVE, number=18, reason=1)
    gone = values.order([values.line(1, picked=2), values.line(2, picked=3, packed=3, shipped=1)])
    soon = replace(gone, ship_by=values.TODAY)
    long = values.order([values.line(number) for number in range(1, 61)], customer="Nordwind " * 40)
    signed = replace(asked, sign=(Signature(role, 2),), decisions=placed.decisions)
    yield "place_hold.pending.warnings", values.view(policy, asked, order=soon, holds=[other])
    yield "place_hold.pending.long", values.view(policy, replace(asked, note=values.LONG), order=long)
    yield "place_hold.pending.signed_once", values.view(policy, signed)
    for state in (HoldState.RELEASE_REQUESTED, HoldState.RELEASED):
        yield f"place_hold.approved.{state}", values.view(policy, placed, hold=values.hold(policy, state))
    yield "release_hold.pending.other_hold", values.view(policy, release, holds=[other])
    yield "release_hold.approved.other_hold", values.view(policy, released, holds=[other])


def _floor(policy: Policy) -> Iterator[Specimen]:
    released = values.view(policy, values.request(policy, Kind.RELEASE_HOLD, RequestState.APPROVED))
    withdrawn = values.view(policy, values.request(policy, Kind.PLACE_HOLD, RequestState.WITHDRAWN))
    blockers = [f"{values.hold_reason(policy, 1).label} (H-18)"]
    yield Specimen("floor.clear", "message", floor.floor_post(released, True))
    yield Specimen("floor.still_on_hold", "message", floor.floor_post(released, False, blockers))
    yield Specimen("floor.hold_not_placed", "message", floor.floor_post(withdrawn, True))


def _outcomes(policy: Policy) -> Iterator[Specimen]:
    for what, kind in words.OUTCOMES:
        asked = values.request(policy, Kind(kind), STATE_AFTER.get(what, RequestState.PENDING))
        moved = "line 2: 3 of 3 units shipped" if what == "void" else asked.decision_note
        message = words.outcome_dm(values.view(policy, asked), what, values.SIGNER, moved)
        yield Specimen(f"outcome.{kind}.{what}", "message", message)


def _orders(policy: Policy) -> Iterator[Specimen]:
    active = values.hold(policy, HoldState.ACTIVE)
    many = [
        values.hold(policy, state, number=20 + at, reason=at)
        for at, state in enumerate([*HoldState, HoldState.RELEASED, HoldState.RELEASED])
    ]
    asked = [values.request(policy, kind, state) for kind in CARD_KINDS for state in RequestState]
    long = values.order([values.line(number) for number in range(1, 201)])
    cancelled = values.order([values.line(1, cancelled=3)])
    placed = values.order_view(policy, holds=[active], requests=asked[1:2])
    yield Specimen("order.clear", "message", order_view.order_message(values.order_view(policy)))
    yield Specimen("order.on_hold", "message", order_view.order_message(placed))
    full = values.order_view(policy, shown=long, holds=many, requests=asked)
    yield Specimen("order.full", "message", order_view.order_message(full))
    yield Specimen("order.cancelled", "message", order_view.order_message(values.order_view(policy, shown=cancelled)))
    removed = values.order([values.line(1), values.line(2, ordered=0)])
    yield Specimen("order.line_removed", "message", order_view.order_message(values.order_view(policy, shown=removed)))
    empty = values.order_view(policy, shown=values.order([]))
    yield Specimen("order.no_lines", "message", order_view.order_message(empty))


def _audits() -> Iterator[Specimen]:
    entries = tuple(replace(each, seq=5 - at) for at, each in enumerate(values.timeline()))
    page = AuditPage(values.NUMBER, entries, more=False, count=5, faults=())
    faults = tuple(f"Order {values.NUMBER}: entry {seq} is not what was written." for seq in range(1, 6))
    whole = {
        "whole": page,
        "long": replace(page, entries=entries * 5, more=True, count=2_310, faults=None),
        "broken": replace(page, faults=faults),
        "empty": replace(page, entries=(), count=0),
    }
    yield from (Specimen(f"audit.{name}", "message", audit_message(each)) for name, each in whole.items())
    for name, each in (("older", replace(page, more=True, count=30)), ("nothing", replace(page, entries=()))):
        yield Specimen(f"audit.{name}", "modal", more_view(each))


def _why(policy: Policy) -> Iterator[Specimen]:
    pending = RequestState.PENDING
    release = values.request(policy, Kind.RELEASE_HOLD, pending)
    asked = values.request(policy, Kind.PLACE_HOLD, pending, number=13, hold=18)
    holds = [
        values.hold(policy, HoldState.RELEASE_REQUESTED),
        values.hold(policy, HoldState.REQUESTED, number=18, reason=1, request=13, active_at=None, until=None),
        values.hold(policy, HoldState.ACTIVE, number=19, reason=2, request=14),
        values.hold(policy, HoldState.RELEASE_REQUESTED, number=20, reason=3, request=14),
    ]
    role = values.owner(policy)
    signed = values.request(policy, Kind.RELEASE_HOLD, RequestState.APPROVED).decisions
    half = replace(release, number=15, hold=20, sign=(Signature(role), Signature("nobody")), decisions=signed)
    view = values.order_view(policy, holds=holds, requests=[half, asked, release])
    never = dict.fromkeys(("remind_at", "escalate_at", "expire_at"))
    steps = [
        values.next_steps(12, reminded=2, escalated_to=role),
        values.next_steps(13, channels=()),
        values.next_steps(15, reminded=1, **never),
    ]
    yield Specimen("why.everything", "message", why_message(view, steps))
    yield Specimen("why.nothing", "message", why_message(values.order_view(policy), []))


def _exports() -> Iterator[Specimen]:
    asked = ExportWords("cancellations")
    yield Specimen("export.taken", "message", export_news(asked, 12, 3, more=True))
    yield Specimen("export.nothing", "message", export_news(asked, None, 0))
    yield Specimen("export.peek", "message", export_news(ExportWords("cancellations", peek=True), None, 1))
    yield Specimen("export.unknown", "message", export_news(ExportWords("cancellations", batch=99), None, 0))


def _lists(policy: Policy) -> Iterator[Specimen]:
    held = values.queue_item(policy, id="H-17", kind="hold", waiting_for=())
    items = [values.queue_item(policy), held]
    label = policy.role_label(values.owner(policy))
    yield Specimen("queue", "message", order_view.queue_message(items, None, now=values.NOW))
    yield Specimen("queue.full", "message", order_view.queue_message(items * 50, label, more=True, now=values.NOW))
    yield Specimen("queue.empty", "message", order_view.queue_message([], None))
    yield Specimen("queue.empty_role", "message", order_view.queue_message([], label))
    yield Specimen("help", "message", order_view.help_message(policy))
    yield Specimen("help.unknown", "message", order_view.help_message(policy, unknown="hodl"))
    yield Specimen("help.no_desk", "message", order_view.help_message(None))
