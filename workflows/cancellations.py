"""Asking for a cancel: of a whole order, of lines, or of some units of a line."""

from dataclasses import dataclass

from workflows import line_refusals, refusals
from workflows.asked import Cancellation, CancelledLine
from workflows.asking import Asking, taken
from workflows.commands import CancelOrder, Units
from workflows.outcome import Outcome, Snapshot
from workflows.policy.model import Policy
from workflows.reasons import note_missing, reason_unknown
from workflows.refunds import refund_of
from workflows.results import Refusal
from workflows.units import blocked, cancellable, not_cancellable, returns
from workflows.values import GONE, Kind, Line, Order


def decide_cancel(snapshot: Snapshot, command: CancelOrder, policy: Policy) -> Outcome | Refusal:
    order = snapshot.order
    if order is None:
        return refusals.OrderUnknown(typed=command.order)
    if order.stage in GONE:
        return line_refusals.NothingToCancel(order=order.number, stage=order.stage)
    reason = policy.reason("cancel", command.reason)
    if reason is None:
        return reason_unknown(policy, "cancel", command.reason)
    chosen = _chosen(order, command.lines, policy)
    if isinstance(chosen, line_refusals.PartlyGone):
        return chosen.model_copy(update={"reason": reason.code, "note": command.note})
    if isinstance(chosen, Refusal):
        return chosen
    asked = _cancellation(snapshot, order, chosen, policy)
    stays = tuple(
        not_cancellable(each.of, policy) for each in chosen if blocked(each.of, policy.desk.cancel_blocked_from)
    )
    asking = Asking(snapshot, policy, order, Kind.CANCEL, reason, command.note, asked, command.origin, stays)
    return taken(asking) or note_missing(reason, command.note) or asking.outcome()


@dataclass(frozen=True, slots=True)
class _Chosen:
    of: Line
    units: int


def _cancellation(snapshot: Snapshot, order: Order, chosen: tuple[_Chosen, ...], policy: Policy) -> Cancellation:
    lines = tuple(_cancelled(each) for each in chosen)
    amount, units = sum(line.amount for line in lines), sum(line.units for line in lines)
    whole = units == sum(line.remaining for line in order.lines)
    waiting = (each.asked for each in snapshot.requests if each.is_pending)
    pending = (asked for asked in waiting if isinstance(asked, Cancellation))
    tax, shipping = refund_of(order, policy.desk, amount, units, pending)
    return Cancellation(lines=lines, currency=order.currency, tax=tax, shipping=shipping, whole=whole)


def _cancelled(chosen: _Chosen) -> CancelledLine:
    line = chosen.of
    return CancelledLine(
        key=line.key,
        line=line.line,
        sku=line.sku,
        description=line.description,
        units=chosen.units,
        unit_price=line.unit_price,
        returns=returns(line, chosen.units),
    )


def _chosen(order: Order, wanted: tuple[Units, ...], policy: Policy) -> tuple[_Chosen, ...] | Refusal:
    if not wanted:
        return _whole(order, policy)
    found: list[_Chosen] = []
    for each in wanted:
        line = line_of(order, each.line)
        if isinstance(line, Refusal):
            return line
        if any(other.of is line for other in found):
            return line_refusals.LineTwice(line=each.line)
        refused = _impossible(order, line, each.units, policy)
        if refused:
            return refused
        found.append(_Chosen(line, cancellable(line, policy) if each.units is None else each.units))
    return tuple(found)


def line_of(order: Order, number: int) -> Line | Refusal:
    found = next((line for line in order.lines if line.line == number), None)
    if found is None:
        lines = tuple(line.line for line in order.lines)
        return line_refusals.LineUnknown(order=order.number, line=number, lines=lines)
    return found


def _impossible(order: Order, line: Line, units: int | None, policy: Policy) -> Refusal | None:
    can = cancellable(line, policy)
    if units is not None and units < 1 <= can:
        return line_refusals.QuantityInvalid(line=line.line, asked=units, most=can)
    if can and (units is None or units <= can):
        return None
    why = not_cancellable(line, policy)
    if can and not blocked(line, policy.desk.cancel_blocked_from):
        why = f"line {line.line}: {can} of {line.ordered} can be cancelled"
    return line_refusals.UnitsBlocked(
        order=order.number, line=line.line, asked=can if units is None else units, can=can, why=why
    )


def _whole(order: Order, policy: Policy) -> tuple[_Chosen, ...] | Refusal:
    """Every unit that is left, or none: whoever says "all" is not given less without being told."""
    live = [line for line in order.lines if line.remaining > 0]
    stuck = [line for line in live if blocked(line, policy.desk.cancel_blocked_from)]
    if not stuck:
        return tuple(_Chosen(line, line.remaining) for line in live)
    return line_refusals.PartlyGone(
        order=order.number,
        why=tuple(not_cancellable(line, policy) for line in stuck),
        rest=tuple((line.line, cancellable(line, policy)) for line in live if cancellable(line, policy)),
    )
