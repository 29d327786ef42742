"""The orders of a bulk, one line each, and what they come to in all."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from bot.slack import facts, text
from bot.slack.blocks import Block, chunks, section
from workflows.asked import Cancellation
from workflows.movement import moves
from workflows.signers import missing
from workflows.values import Hold, HoldState, Kind, RequestState, Stage
from workflows.views import RequestView
from workflows.words import listed

ALL: Final = 7900  # characters of all lines, so that a message with a hundred of them is not too long for Slack
LINE: Final = 280
NARROWEST: Final = 78
MARKS: Final = {
    RequestState.PENDING: "○",
    RequestState.APPROVED: "✓",
    RequestState.REJECTED: "✕",
}
NO_MARK: Final = "–"
# What has become of an order, for the lines and for the sum below them.
APPROVED: Final = {Kind.PLACE_HOLD: "on hold", Kind.RELEASE_HOLD: "released", Kind.CANCEL: "cancelled"}


def listing(views: Sequence[RequestView], waiting: Iterable[RequestView]) -> list[Block]:
    """`waiting`: those that somebody in this place can sign."""
    here = {view.request.number for view in waiting}
    width = width_for(len(views))
    lines = [_line(view, width, here=view.request.number in here) for view in views]
    return [section(part) for part in chunks(lines, ALL, "order", "orders")]


def _line(view: RequestView, width: int, *, here: bool) -> str:
    """The number and what became of it stand always; of the rest as much as there is room for."""
    mark = MARKS.get(view.request.state, NO_MARK)
    first = f"{mark} {text.strong(view.order.number, max(20, min(60, width // 3)))}"
    became = text.cut(_became(view, here=here), max(width - len(first) - 3, 8))
    value, *more = _facts(view)
    line = _with(first, became, width)
    return squeezed(line, view.order.customer, (value, *more), width)


def squeezed(first: str, customer: str, facts_of: Sequence[str], width: int) -> str:
    """The customer gets what room the first of the facts leaves; whatever else does not fit is left out."""
    line = _with(first, text.mrkdwn(customer, 60), width - len(facts_of[0]) - 3, squeeze=True)
    for each in facts_of:
        line = _with(line, each, width)
    return line


def width_for(count: int) -> int:
    """Characters for each of so many lines."""
    return max(NARROWEST, min(LINE, ALL // max(count, 1) - 1))


def _with(line: str, more: str, width: int, *, squeeze: bool = False) -> str:
    room = width - len(line) - 3
    if len(more) > room:
        more = text.cut(more, room) if squeeze and room >= 8 else ""
    return f"{line} · {more}" if more else line


def _facts(view: RequestView) -> list[str]:
    order = view.order
    further = [facts.stage(order).lower()] if order.stage is not Stage.OPEN or _begun(view) else []
    ship_by = [f"ship by {order.ship_by:%a} {order.ship_by.day} {order.ship_by:%b}"] if order.ship_by else []
    waits = view.request.is_pending
    return [text.money(order.total, order.currency), *(further if waits else []), *(ship_by if waits else [])]


def _begun(view: RequestView) -> bool:
    return any(line.picked for line in view.order.lines if line.remaining > 0)


def _became(view: RequestView, *, here: bool) -> str:
    request = view.request
    match request.state:
        case RequestState.PENDING:
            return _pending(view, here=here)
        case RequestState.APPROVED:
            return _approved(view)
        case RequestState.REJECTED:
            note = text.mrkdwn(request.decision_note, 120)
            return f"rejected by {_by(view)}{f': {note}' if note else ''}"
        case RequestState.VOID:
            return f"void, it moved: {text.mrkdwn(request.decision_note.split('; ')[0], 80)}"
        case _:
            return request.state.value


def _pending(view: RequestView, *, here: bool) -> str:
    request = view.request
    moved = "*moved since it was asked*" if request.seen and moves(request.seen, view.order) else ""
    signed = [each for each in request.decisions if each.decision == "approve"]
    needed = len(signed) + len(missing(request.sign, request.decisions))
    part = f"signed {len(signed)} of {needed}" if signed else ""
    roles = listed([text.mrkdwn(group.label, 60) for group in view.waiting_for], "and")
    return ", ".join(each for each in (moved, part, "" if here else f"waits for {roles}") if each)


def _approved(view: RequestView) -> str:
    name = f" ({view.hold.name})" if view.hold else ""
    if view.request.kind is Kind.PLACE_HOLD and view.hold and view.hold.state is HoldState.RELEASED:
        return f"released since{name}"
    if view.request.kind is Kind.CANCEL:
        failed = any(call.state in {"failed", "unknown"} for call in view.calls)
        return "cancelled, but its refund did not go through" if failed else "cancelled"
    still = ", still on hold" if view.request.kind is Kind.RELEASE_HOLD and _others(view) else ""
    return f"{APPROVED[view.request.kind]}{name}{still}"


def _others(view: RequestView) -> list[Hold]:
    own = view.hold.number if view.hold else None
    return [hold for hold in view.open_holds if hold.number != own]


def _by(view: RequestView) -> str:
    """By name: a mention in each line would ring somebody a hundred times."""
    return facts.named(view.names, view.deciders) or "the desk"


def summary(views: Sequence[RequestView]) -> str:
    """`38 on hold, 2 rejected`, with who decided."""
    found: Counter[tuple[str, str]] = Counter()
    for view in views:
        if not view.request.is_pending:
            found[_word(view), _signers(view)] += 1
    return listed([f"{count} {word}{who}" for (word, who), count in found.items()], "and")


def _word(view: RequestView) -> str:
    state = view.request.state
    return APPROVED[view.request.kind] if state is RequestState.APPROVED else state.value


def _signers(view: RequestView) -> str:
    if view.request.state not in {RequestState.APPROVED, RequestState.REJECTED}:
        return ""
    return f" by {_by(view)}"


def values(views: Iterable[RequestView]) -> str:
    """What the orders are worth, a sum for each currency."""
    return _sums((view.order.currency, view.order.total) for view in views)


def refunds(views: Iterable[RequestView]) -> str:
    """What cancels give back, "" where nothing is known of that."""
    asked = (view.request.asked for view in views)
    return _sums((each.currency, each.total) for each in asked if isinstance(each, Cancellation) and each.total)


def _sums(amounts: Iterable[tuple[str, int]]) -> str:
    found: Counter[str] = Counter()
    for currency, amount in amounts:
        found[currency] += amount
    return facts.several([text.money(amount, currency) for currency, amount in found.items()], most=8)
