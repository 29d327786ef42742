"""Specimens of cancels and changes: cards, floor posts, answers and forms."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from bot.slack import asked_words, cards, floor, words
from bot.slack.forms import cancel, change, message_view
from bot.slack.forms.change import Filled
from bot.slack.forms.lines import Chosen
from bot.slack.refund_news import refund_news
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from bot.slack.webhook_news import webhook_news
from workflows.asked import AddedLine, Asked, Cancellation, CancelledLine, Change, ChangedLine, ShipBy
from workflows.commands import AddLine, EditLine
from workflows.policy.model import Policy
from workflows.results import Done
from workflows.values import HoldState, Kind, Request, RequestState
from workflows.views import HookCall, OrderView, RequestView

GOODS: Final = {"key": "2", "line": 2, "sku": "ABC-2", "description": "Blue widget, 40 mm", "unit_price": 1750}
CANCELLED: Final = Cancellation(lines=(CancelledLine(units=2, returns=1, **GOODS),), currency="USD", tax=290)
CHANGED: Final = Change(
    lines=(ChangedLine(before=3, after=5, new_sku="ABC-9", **GOODS),),
    added=(AddedLine(sku="XYZ-1", description="Red widget", quantity=4, unit_price=999),),
    ship_by=ShipBy(before=values.TODAY, after=values.TODAY),
    currency="USD",
)
ASKED: Final[dict[Kind, Asked]] = {Kind.CANCEL: CANCELLED, Kind.CHANGE: CHANGED}
PICKED: Final = values.order([values.line(1), values.line(2, picked=2), values.line(3, picked=3, packed=3, shipped=3)])


def specimens(policy: Policy) -> Iterator[Specimen]:
    yield from _cards(policy)
    yield from _refunds(policy)
    yield from _floor(policy)
    yield from _answers(policy)
    yield from _forms(policy)


def request(policy: Policy, kind: Kind, state: RequestState, **changes: Any) -> Request:
    reasons = policy.reasons_of(kind.value)
    told: dict[str, Any] = {"asked": ASKED[kind], "hold": None, "reason": reasons[0].code if reasons else "mistake"}
    return values.request(policy, kind, state, **{**told, **changes})


def _view(policy: Policy, asked: Request, **changes: Any) -> RequestView:
    return values.view(policy, asked, **{"hold": None, "order": PICKED, **changes})


def _cards(policy: Policy) -> Iterator[Specimen]:
    for kind in ASKED:
        for state in RequestState:
            yield _card(f"{kind}.{state}", _view(policy, request(policy, kind, state)), policy)
    held = values.hold(policy, HoldState.ACTIVE)
    whole, done = CANCELLED.model_copy(update={"whole": True}), RequestState.APPROVED
    everything = request(policy, Kind.CANCEL, RequestState.PENDING, asked=whole)
    others = (
        request(policy, Kind.CANCEL, done, number=9),
        request(policy, Kind.CHANGE, RequestState.PENDING, number=8),
    )
    soon = replace(PICKED, ship_by=values.TODAY)
    yield _card("cancel.pending.whole", _view(policy, everything, order=soon, holds=(held,), others=others), policy)
    for stands in ("waiting", "accepted", "failed"):
        call = HookCall("refund", 12, stands, 3, "", CANCELLED.total, "USD", values.NOW, None)
        yield _card(
            f"cancel.approved.refund_{stands}", _view(policy, request(policy, Kind.CANCEL, done), calls=(call,)), policy
        )
    many = Cancellation(lines=tuple(_line(number) for number in range(1, 151)), currency="USD")
    long = values.order([values.line(number) for number in range(1, 201)])
    yield _card("cancel.pending.long", _view(policy, replace(everything, asked=many), order=long), policy)


def _refunds(policy: Policy) -> Iterator[Specimen]:
    view = _view(policy, request(policy, Kind.CANCEL, RequestState.APPROVED))
    for stands in ("accepted", "failed", "unknown", "sent"):
        call = HookCall("refund", 12, stands, 3, "HTTP 503", CANCELLED.total, "USD", values.NOW, None)
        yield Specimen(f"refund.{stands}", "message", refund_news(view, call))
    for stands in ("failed", "unknown"):
        call = HookCall("erp", 12, stands, 3, "HTTP 503", 0, "", values.NOW, None, "hold.released", 17)
        if said := webhook_news(view, call):
            yield Specimen(f"webhook.{stands}", "message", said)


def _line(number: int) -> CancelledLine:
    return CancelledLine(**{**GOODS, "key": str(number), "line": number}, units=1)


def _card(name: str, view: RequestView, policy: Policy) -> Specimen:
    return Specimen(f"card.{name}", "message", cards.approval_card(view, values.owner(policy), today=values.TODAY))


def _floor(policy: Policy) -> Iterator[Specimen]:
    blockers = [f"{values.hold_reason(policy).label} (H-17)"]
    for kind in ASKED:
        done = _view(policy, request(policy, kind, RequestState.APPROVED))
        nothing = _view(policy, request(policy, kind, RequestState.REJECTED))
        yield Specimen(f"floor.{kind}", "message", floor.floor_post(done, True))
        yield Specimen(f"floor.{kind}.still_on_hold", "message", floor.floor_post(done, False, blockers))
        yield Specimen(f"floor.{kind}.nothing", "message", floor.floor_post(nothing, True))
        gone = replace(done, order=values.order([values.line(1, picked=3, packed=3, shipped=3)]))
        yield Specimen(f"floor.{kind}.nothing_left", "message", floor.floor_post(gone, False))


def _answers(policy: Policy) -> Iterator[Specimen]:
    for done in results(policy):
        yield Specimen(f"done.{done.kind}.{done.what}", "message", words.answer(done))
        if done.what.startswith("preview"):
            yield Specimen(f"form.preview.{done.kind}", "modal", message_view("Preview", words.preview(done)))
    states = {state.value: state for state in RequestState}
    for what, kind in asked_words.OUTCOMES:
        asked = request(policy, Kind(kind), states.get(what, RequestState.PENDING))
        note = "line 2: 3 of 3 units shipped" if what == "void" else asked.decision_note
        message = words.outcome_dm(_view(policy, asked), what, values.SIGNER, note)
        yield Specimen(f"outcome.{kind}.{what}", "message", message)


def results(policy: Policy) -> Iterator[Done]:
    """One for each sentence there is."""
    for what, kind in asked_words.SENTENCES:
        reason = request(policy, Kind(kind), RequestState.PENDING).reason
        done = Done(what=what, kind=kind, request=12, hold=0, order=values.NUMBER, reason=reason, by=values.SIGNER)
        told = {"asked": ASKED[Kind(kind)], "blocked": ("line 3: 3 of 3 shipped, none can be cancelled",)}
        rule = f"{kind}: {policy.role_label(values.owner(policy))} signs"
        yield done.model_copy(update={**told, "rule": rule, "sign": values.signers(policy)})


def _forms(policy: Policy) -> Iterator[Specimen]:
    waiting = request(policy, Kind.CANCEL, RequestState.PENDING)
    orders = {
        "open": values.order_view(policy),
        "picked": values.order_view(policy, shown=PICKED, requests=[waiting]),
        "long": values.order_view(policy, shown=values.order([values.line(number) for number in range(1, 201)])),
        "shipped": values.order_view(policy, shown=values.order([values.line(1, shipped=3)])),
    }
    yield Specimen("form.cancel", "modal", cancel.build(policy))
    yield Specimen("form.change", "modal", change.build(policy))
    for name, found in orders.items():
        yield from _cancel_forms(policy, name, found)
        yield from _change_forms(policy, name, found)


def _cancel_forms(policy: Policy, name: str, found: OrderView) -> Iterator[Specimen]:
    reason = request(policy, Kind.CANCEL, RequestState.PENDING).reason
    chosen = Chosen((1, 2), {1: "2"}, 2)
    filled = cancel.build(policy, found=found, chosen=chosen, reason=reason, note=values.LONG, channel="C0ORDERS")
    yield Specimen(f"form.cancel.{name}", "modal", filled)
    yield Specimen(f"form.cancel.{name}.whole", "modal", cancel.build(policy, found=found, whole=True))
    yield Specimen(f"form.cancel.{name}.redrawn", "modal", cancel.redrawn(policy, filled, found))


def _change_forms(policy: Policy, name: str, found: OrderView) -> Iterator[Specimen]:
    reason = request(policy, Kind.CHANGE, RequestState.PENDING).reason
    edits = (EditLine(1, 5, "ABC-9"), EditLine(2, remove=True))
    entered = Filled(edits, AddLine("XYZ-1", 4, "9.99"), values.TODAY, reason, values.LONG)
    filled = change.build(policy, found=found, filled=entered, page=2, channel="C0ORDERS")
    yield Specimen(f"form.change.{name}", "modal", filled)
    yield Specimen(f"form.change.{name}.redrawn", "modal", change.redrawn(policy, filled, found))
