"""Specimens of what is asked, signed and told about many orders at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from bot.slack import bulk_card, bulk_words
from bot.slack.bulk_floor import bulk_floor
from bot.slack.forms import bulk_reject, choose, several
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from workflows import refusals
from workflows.asked import Cancellation, CancelledLine
from workflows.bulk import Bulk, Chosen, RoundAction, Step
from workflows.movement import seen
from workflows.policy.model import Policy
from workflows.results import Done, Result
from workflows.values import HoldState, Kind, Request, RequestState, Signature
from workflows.views import BulkView, HookCall, RequestView, RoundView

KINDS: Final = (Kind.PLACE_HOLD, Kind.RELEASE_HOLD, Kind.CANCEL)
PENDING, APPROVED, REJECTED = RequestState.PENDING, RequestState.APPROVED, RequestState.REJECTED
ALL_OVER: Final = tuple(RequestState)
FIRST: Final = 12  # number of the first request
CUSTOMERS: Final = (
    "Nordwind & Söhne <Tools>",
    "Acme Foods",
    "Südstern Handels- und Verwaltungsgesellschaft mbH & Co. KG",
)


def specimens(policy: Policy) -> Iterator[Specimen]:
    yield from _forms(policy)
    yield from _cards(policy)
    yield from _rounds(policy)
    yield from _outcomes(policy)
    yield from _clock(policy)
    yield from _floor(policy)


def bulk(policy: Policy, kind: Kind, **changes: Any) -> Bulk:
    reason = {
        Kind.PLACE_HOLD: values.hold_reason(policy).code,
        Kind.RELEASE_HOLD: values.release_code(policy),
        Kind.CANCEL: next((each.code for each in policy.reasons_of("cancel")), "customer-request"),
    }[kind]
    plain: dict[str, Any] = {"reason": reason, "note": values.NOTE, "channel": "C0ORDERS"}
    held = values.hold_reason(policy).code if kind is Kind.RELEASE_HOLD else ""
    return Bulk(
        **{
            "number": 7,
            "kind": kind,
            "requested_by": values.ASKER,
            "requested_at": values.NOW,
            "hold": held,
            **plain,
            **changes,
        }
    )


def view(policy: Policy, kind: Kind, states: Sequence[RequestState], **changes: Any) -> BulkView:
    """A bulk with an order for each of the states."""
    of = bulk(policy, kind, **changes)
    return BulkView(of, tuple(_one(policy, of, at, state) for at, state in enumerate(states)), policy, values.NAMES)


def _one(policy: Policy, of: Bulk, at: int, state: RequestState) -> RequestView:
    order = values.order(
        [values.line(1), values.line(2)],
        number=f"ORD-{10_000 + at}",
        customer=CUSTOMERS[at % len(CUSTOMERS)],
        total=123_450 + 1_010 * at,
        currency="EUR" if at % 5 == 4 else "USD",
    )
    if of.kind is Kind.CANCEL and state is APPROVED:
        order = replace(order, lines=tuple(replace(line, cancelled=line.ordered) for line in order.lines))
    moved = "line 2: 3 of 3 units shipped; the total" if state is RequestState.VOID else ""
    request = values.request(
        policy,
        of.kind,
        state,
        number=FIRST + at,
        order_number=order.number,
        bulk=of.number,
        reason=of.reason,
        note=of.note,
        hold=None if of.kind is Kind.CANCEL else 100 + at,
        asked=_cancellation(order) if of.kind is Kind.CANCEL else None,
        seen=seen(order),
        **({"decision_note": moved} if moved else {}),
    )
    made = values.view(policy, request, order=order)
    hold = replace(made.hold, number=100 + at, order_number=order.number) if made.hold else None
    own = None if of.kind is Kind.CANCEL else hold
    return replace(made, hold=own, open_holds=tuple(each for each in (own,) if each and each.is_open))


def _cancellation(order: Any) -> Cancellation:
    lines = tuple(
        CancelledLine(
            key=line.key,
            line=line.line,
            sku=line.sku,
            description=line.description,
            units=3,
            unit_price=1750,
            returns=2 if order.number.endswith("1") and line.line == 1 else 0,
        )
        for line in order.lines
    )
    return Cancellation(lines=lines, currency=order.currency, whole=True)


def _forms(policy: Policy) -> Iterator[Specimen]:
    for kind in KINDS:
        yield Specimen(f"form.several.{kind}", "modal", several.build(policy, kind))
    filled = several.build(
        policy,
        Kind.PLACE_HOLD,
        pasted="\n".join(f"ORD-{number}" for number in range(10_000, 10_100)),
        reason=values.hold_reason(policy).code,
        note=values.LONG,
        until=values.TODAY,
        channel="C0ORDERS",
        trace="7F3K",
    )
    yield Specimen("form.several.filled", "modal", filled)
    held = several.build(policy, Kind.RELEASE_HOLD, pasted="ORD-1", hold=values.hold_reason(policy).code)
    yield Specimen("form.several.held_for", "modal", held)
    for kind, count in ((Kind.PLACE_HOLD, 1), (Kind.RELEASE_HOLD, 14), (Kind.CANCEL, 100)):
        seen_now = view(policy, kind, [PENDING] * count)
        form = choose.build(seen_now, seen_now.requests, channel="C0CREDIT", trace="7F3K")
        yield Specimen(f"form.choose.{kind}", "modal", form)
    chosen = tuple(Chosen(FIRST + at, 1) for at in range(100))
    yield Specimen("form.bulk_reject", "modal", bulk_reject.build(7, chosen, channel="C0CREDIT", trace="7F3K"))


def _cards(policy: Policy) -> Iterator[Specimen]:
    channel = policy.roles[values.owner(policy)].channel
    for kind in KINDS:
        for name, states in (
            ("1", [PENDING]),
            ("3", [PENDING] * 3),
            ("100", [PENDING] * 100),
            ("partly", [*ALL_OVER, PENDING, PENDING]),
            ("decided", [APPROVED] * 38 + [REJECTED] * 2),
        ):
            yield _card(f"{kind}.{name}", view(policy, kind, states), channel)
    for name, seen_now in _special(policy):
        yield _card(name, seen_now, channel)
    yield _card("nothing_here", view(policy, Kind.PLACE_HOLD, [PENDING]), "C0NOWHERE")


def _card(name: str, seen_now: BulkView, channel: str) -> Specimen:
    return Specimen(f"bulk.card.{name}", "message", bulk_card.bulk_card(seen_now, channel, today=values.TODAY))


def _special(policy: Policy) -> Iterator[tuple[str, BulkView]]:
    """Cards with everything on them that a plain one leaves out."""
    role, other = values.owner(policy), values.hold_reason(policy, 3).owner or values.owner(policy)
    plain = view(policy, Kind.PLACE_HOLD, [PENDING] * 4, until=values.TODAY)
    first, second, third, fourth = plain.requests
    signed = values.request(policy, Kind.PLACE_HOLD, APPROVED).decisions
    gone = replace(first.order, lines=(values.line(1, picked=2), values.line(2)), ship_by=values.TODAY)
    mixed = (
        replace(first, order=gone),
        _with(second, sign=(Signature(role), Signature(other)), decisions=signed),
        _with(third, sign=(Signature(other),)),
        _with(fourth, escalated_to=other, sign=(Signature(role), Signature(other))),
    )
    yield "mixed", replace(plain, requests=mixed)
    cancels = view(policy, Kind.CANCEL, [APPROVED, PENDING])
    failed = HookCall("refund", FIRST, "failed", 3, "no", 100, "USD", values.NOW, None)
    picked = replace(cancels.requests[1].order, lines=(values.line(1, picked=2), values.line(2)))
    yield (
        "cancel.trouble",
        replace(
            cancels,
            requests=(replace(cancels.requests[0], calls=(failed,)), replace(cancels.requests[1], order=picked)),
        ),
    )
    released = view(policy, Kind.RELEASE_HOLD, [APPROVED, APPROVED], hold="")
    held = values.hold(policy, HoldState.ACTIVE, number=18, reason=1)
    yield "release_hold.other_hold", _held_beside(released, held)
    placed = view(policy, Kind.PLACE_HOLD, [APPROVED])
    since = replace(placed.requests[0], hold=values.hold(policy, HoldState.RELEASED))
    yield "place_hold.released_since", replace(placed, requests=(since,))
    nobody = policy.model_copy(
        update={"roles": {**policy.roles, role: policy.roles[role].model_copy(update={"members": (), "notify": ()})}}
    )
    yield "nobody", view(nobody, Kind.PLACE_HOLD, [PENDING] * 2)


def _with(each: RequestView, **changes: Any) -> RequestView:
    request: Request = replace(each.request, **changes)
    return replace(each, request=request)


def _held_beside(seen_now: BulkView, other: Any) -> BulkView:
    return replace(seen_now, requests=tuple(replace(each, open_holds=(other,)) for each in seen_now.requests))


def _rounds(policy: Policy) -> Iterator[Specimen]:
    asked = view(policy, Kind.PLACE_HOLD, [PENDING] * 3)
    unknown: Result = refusals.OrderUnknown(typed="ORD-9")
    close: Result = refusals.OrderUnknown(typed="ORD-9", close=("ORD-99",))
    gone: list[Result] = [refusals.NothingToHold(order=f"ORD-{at}", stage="shipped") for at in range(100)]
    likely: list[Result] = [
        refusals.OrderUnknown(typed=f"ORD-{at}" + "9" * 40, close=(f"ORD-{at}" + "8" * 40,) * 3) for at in range(100)
    ]
    rounds: dict[str, list[Result]] = {
        "asked.too_long": likely,
        "asked": [_done(policy, at) for at in range(3)],
        "asked.partly": [_done(policy, 0), _done(policy, 1, what="placed"), *_refused()],
        "asked.one": [_done(policy, 0), close],
        "asked.nothing": [unknown],
        "asked.hundred": gone,
    }
    for name, results in rounds.items():
        yield Specimen(f"bulk.round.{name}", "message", _round(asked, RoundAction.ASK, results))
    outdated: list[Result] = [*(_done(policy, at) for at in range(2)), refusals.CardOutdated(request=14)]
    for action in (RoundAction.APPROVE, RoundAction.REJECT, RoundAction.WITHDRAW):
        yield Specimen(f"bulk.round.{action}", "message", _round(asked, action, outdated))
    yield Specimen("bulk.round.approve.all", "message", _round(asked, RoundAction.APPROVE, outdated[:2]))
    for kind in (Kind.RELEASE_HOLD, Kind.CANCEL):
        several_of = view(policy, kind, [PENDING] * 2)
        done = [_done(policy, at) for at in range(2)]
        yield Specimen(f"bulk.round.{kind}", "message", _round(several_of, RoundAction.ASK, done))


def _done(policy: Policy, at: int, what: str = "requested") -> Done:
    reason = values.hold_reason(policy).label
    return Done(what=what, kind=Kind.PLACE_HOLD, request=FIRST + at, hold=17, order=f"ORD-{10_000 + at}", reason=reason)


def _refused() -> list[Result]:
    unknown = [refusals.OrderUnknown(typed=f"ORD-{number}") for number in (1, 2)]
    note = [refusals.NoteMissing(why="Fraud review")] * 2
    return [*unknown, *note, refusals.OrderOutOfReach(order="ORD-5")]


def _round(of: BulkView, action: RoundAction, results: Sequence[Result]) -> dict[str, Any]:
    steps = tuple(
        Step(
            at, str(getattr(result, "order", "") or getattr(result, "typed", "") or f"ORD-{10_000 + at}"), result=result
        )
        for at, result in enumerate(results)
    )
    return bulk_words.round_message(of, RoundView(of.bulk, 1, action, values.ASKER, "", steps))


def _outcomes(policy: Policy) -> Iterator[Specimen]:
    for kind in KINDS:
        told = view(policy, kind, [APPROVED] * 3 + [REJECTED] * 2)
        items = [_item(each, "approved", "") for each in told.requests[:3]]
        items += [_item(each, "rejected", "The money has arrived.") for each in told.requests[3:]]
        yield Specimen(f"bulk.outcome.{kind}", "message", bulk_words.bulk_outcome(told, items))
    for what, note in (("void", "line 2: 3 of 3 units shipped"), ("expired", ""), ("escalated", ""), ("withdrawn", "")):
        told = view(policy, Kind.RELEASE_HOLD, [PENDING])
        items = [_item(each, what, note) for each in told.requests]
        yield Specimen(f"bulk.outcome.{what}", "message", bulk_words.bulk_outcome(told, items))
    to = values.owner(policy)
    escalated = view(policy, Kind.PLACE_HOLD, [PENDING])
    escalated = replace(escalated, requests=(_with(escalated.requests[0], escalated_to=to),))
    items = [_item(escalated.requests[0], "escalated", "")]
    yield Specimen("bulk.outcome.escalated_to", "message", bulk_words.bulk_outcome(escalated, items))
    yield Specimen("bulk.outcome.nothing", "message", bulk_words.bulk_outcome(escalated, []))
    held = values.hold(policy, HoldState.ACTIVE, number=18, reason=1)
    released = _held_beside(view(policy, Kind.RELEASE_HOLD, [APPROVED] * 2), held)
    items = [_item(each, "approved", "") for each in released.requests]
    yield Specimen("bulk.outcome.still_held", "message", bulk_words.bulk_outcome(released, items))


def _item(each: RequestView, what: str, note: str) -> dict[str, Any]:
    return {"request": each.request.number, "what": what, "by": values.SIGNER, "note": note}


def _clock(policy: Policy) -> Iterator[Specimen]:
    channel = policy.roles[values.owner(policy)].channel
    for count in (1, 100):
        waits = view(policy, Kind.CANCEL if count == 1 else Kind.RELEASE_HOLD, [PENDING] * count)
        reminder = bulk_words.bulk_reminder(waits, channel)
        stuck = bulk_words.bulk_stuck(waits, [{"request": each.request.number} for each in waits.requests], "manager")
        yield from (
            Specimen(f"bulk.{name}.{count}", "message", said)
            for name, said in (("reminder", reminder), ("stuck", stuck))
            if said
        )


def _floor(policy: Policy) -> Iterator[Specimen]:
    for name, seen_now, clear in floor_news(policy):
        yield Specimen(f"bulk.floor.{name}", "message", bulk_floor(seen_now, floor_items(seen_now, clear)))


def floor_news(policy: Policy) -> Iterator[tuple[str, BulkView, int]]:
    """Each with the number of its orders that are clear."""
    released = view(policy, Kind.RELEASE_HOLD, [APPROVED] * 3)
    yield "clear", released, 3
    yield "mixed", released, 2
    yield "held", released, 0
    yield "hundred", view(policy, Kind.RELEASE_HOLD, [APPROVED] * 100), 50
    yield "cancelled", view(policy, Kind.CANCEL, [APPROVED] * 12), 12
    yield "cancelled_one", view(policy, Kind.CANCEL, [APPROVED]), 1
    yield "came_to_nothing", view(policy, Kind.PLACE_HOLD, [REJECTED] * 2), 2


def floor_items(seen_now: BulkView, clear: int) -> list[dict[str, Any]]:
    label = "Fraud review (H-18)"
    return [
        {"request": each.request.number, "clear": at < clear, "blockers": [] if at < clear else [label] * (at % 2)}
        for at, each in enumerate(seen_now.requests)
    ]
