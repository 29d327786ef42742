"""The last signature of a cancel or change: what becomes of the order, its holds and its other requests."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from workflows import telling
from workflows.aftermath import blockers_after, done_with, floor_when_last_doubt_is_gone, reply, told
from workflows.asked import Cancellation, Change
from workflows.commands import Decide
from workflows.endpoints import CANCELLED
from workflows.movement import seen
from workflows.outcome import (
    Entry,
    HoldChange,
    LineChange,
    NewDecision,
    NewLine,
    Notice,
    OrderChange,
    Outcome,
    Refreshed,
    RequestChange,
    Snapshot,
    StatusChange,
)
from workflows.policy.model import Policy
from workflows.signers import signed_as
from workflows.transitions import CLOSED_BY_CANCEL
from workflows.values import Decision, HoldState, Kind, Line, Order, Request, RequestState, Stage

WHOLE = "the order was cancelled"


@dataclass(frozen=True, slots=True)
class Approval:
    """A request whose signatures are complete. `reason` is the code that counts in the end."""

    snapshot: Snapshot
    command: Decide
    policy: Policy
    request: Request
    order: Order
    signed: Decision
    reason: str

    @property
    def actor(self) -> str:
        return self.snapshot.actor.user_id

    def outcome(self) -> Outcome:
        asked = self.request.asked
        if isinstance(asked, Change):
            return self._outcome(asked, _changed(self.order, asked), _new_lines(self.order, self.request, asked))
        if isinstance(asked, Cancellation):
            return self._outcome(asked, _cancelled(self.order, asked), ())
        raise TypeError(self.request.kind)

    def _outcome(self, asked: Cancellation | Change, after: Order, made: tuple[NewLine, ...]) -> Outcome:
        whole = _with(after, made)
        gone, left = whole.stage is Stage.CANCELLED, whole.left_to_ship > 0
        closed = self._closed() if gone else ()
        ended = self._ended() if gone else ()
        over = [self.request.number, *(change.request for change in ended)]
        remaining = blockers_after(self.snapshot, self.policy, over, closed)
        request, number = self.request, self.order.number
        done = done_with("approved", self.snapshot, self.policy, request, None, blockers=remaining, reason=self.reason)
        return Outcome(
            result=done,
            order_number=number,
            decision=NewDecision(
                request.number, self.signed.role, "approve", self.command.note, self.signed.on_behalf_of
            ),
            request_changes=(self._approved(), *ended),
            hold_changes=closed,
            refreshed=() if gone else self._refreshed(whole),
            order_change=OrderChange(self.order.version, after.total, after.tax, after.shipping, after.ship_by),
            line_changes=_line_changes(self.order, after),
            new_lines=made,
            status_changes=(self._status_change(asked, whole), *self._refunded(asked), *self._released(closed)),
            audit=tuple(self._entries(asked, after, closed, ended)),
            notices=(
                *self._notices(ended, remaining, clear=left and not remaining),
                *self._placements(closed),
                *(self._floor_mails(remaining) if left else ()),
                *telling.only(reply(self.snapshot, self.command, done)),
            ),
        )

    def _approved(self) -> RequestChange:
        request = self.request
        return RequestChange(request.number, request.version, RequestState.APPROVED, self.command.note, self.reason)

    def _closed(self) -> tuple[HoldChange, ...]:
        holds = self.snapshot.open_holds
        return tuple(HoldChange(hold.number, hold.state, CLOSED_BY_CANCEL[hold.state]) for hold in holds)

    def _placements(self, closed: Iterable[HoldChange]) -> Iterable[Notice]:
        """A placement's card shows how its hold stands; those of pending requests are drawn again anyway."""
        drawn, over = {each.number for each in self._others()}, {change.hold for change in closed}
        for hold in self.snapshot.open_holds:
            if hold.number in over and hold.request not in drawn:
                yield from telling.redraw_of_placement(self.policy, self.order.number, hold.request, hold.owner)

    def _floor_mails(self, remaining: tuple[str, ...]) -> Iterable[Notice]:
        """A release was mailed as "still on hold" because of this request, which has a post of its own."""
        told_again = floor_when_last_doubt_is_gone(self.snapshot, self.policy, self.request, remaining)
        return (notice for notice in told_again if notice.kind == "floor.email")

    def _others(self) -> tuple[Request, ...]:
        return tuple(each for each in self.snapshot.requests if each.is_pending and each.number != self.request.number)

    def _ended(self) -> tuple[RequestChange, ...]:
        return tuple(RequestChange(each.number, each.version, RequestState.VOID, WHOLE) for each in self._others())

    def _refreshed(self, after: Order) -> tuple[Refreshed, ...]:
        """Whoever signs for a hold signs for the order as we made it, and looks at it first."""
        picture = seen(after)
        holds = (each for each in self._others() if each.kind in {Kind.PLACE_HOLD, Kind.RELEASE_HOLD})
        return tuple(Refreshed(each.number, each.version, picture) for each in holds)

    def _status_change(self, asked: Cancellation | Change, after: Order) -> StatusChange:
        """What the system of record is told: what was asked for, and the lines as they stand after it."""
        facts = {**asked.model_dump(mode="json"), "amount": asked.amount, "reason": self.reason}
        if isinstance(asked, Cancellation):
            facts["total"] = asked.total
            facts["remaining"] = {line.key: line.remaining for line in after.lines if line.key in asked.keys}
            return StatusChange(CANCELLED, self.request.number, facts)
        facts["added_lines"] = [line.line for line in after.lines[len(after.lines) - len(asked.added) :]]
        return StatusChange("change.approved", self.request.number, facts)

    def _refunded(self, asked: Cancellation | Change) -> tuple[StatusChange, ...]:
        """Money that goes back, whether a system is called about it or people do it."""
        if not isinstance(asked, Cancellation) or not asked.total:
            return ()
        facts = {"amount": asked.total, "currency": asked.currency, "reason": self.reason}
        return (StatusChange("refund.approved", self.request.number, facts),)

    def _released(self, closed: Iterable[HoldChange]) -> tuple[StatusChange, ...]:
        reasons = {hold.number: hold.reason for hold in self.snapshot.open_holds}
        return tuple(
            StatusChange("hold.released", self.request.number, {"hold": each.hold, "reason": reasons[each.hold]})
            for each in closed
            if each.after is HoldState.RELEASED
        )

    def _entries(
        self, asked: Cancellation | Change, after: Order, closed: Iterable[HoldChange], ended: Iterable[RequestChange]
    ) -> Iterable[Entry]:
        request, chain = self.request, self.order.number
        facts = signed_as(self.signed)
        if self.reason != request.reason:
            facts |= {"reason": self.reason, "reason_before": request.reason}
        yield Entry(chain, self.actor, "request.approved", facts, request.number)
        what = "lines.cancelled" if isinstance(asked, Cancellation) else "order.changed"
        yield Entry(chain, self.actor, what, _facts(asked, self.order, after, self.reason), request.number)
        for change in closed:
            why = {"hold": change.hold, "because": request.name}
            yield Entry(chain, self.actor, "hold.closed", why, request.number)
        for end in ended:
            yield Entry(chain, self.actor, "request.void", {"moves": [WHOLE]}, end.request)

    def _notices(
        self,
        ended: Iterable[RequestChange],
        remaining: tuple[str, ...],
        *,
        clear: bool,
    ) -> Iterable[Notice]:
        request, policy = self.request, self.policy
        yield from telling.redraws(policy, request)
        for other in self._others():
            yield from telling.redraws(policy, other)
        yield from told(self.snapshot, request, "approved", self.command.note)
        void = {end.request for end in ended}
        for other in self._others():
            if other.number in void:
                yield from told(self.snapshot, other, "void", WHOLE)
        yield telling.floor_news(policy, request, clear=clear, blockers=remaining)
        yield from telling.confirmations(policy, request)


def _cancelled(order: Order, asked: Cancellation) -> Order:
    units = {line.key: line.units for line in asked.lines}
    lines = tuple(replace(line, cancelled=line.cancelled + units.get(line.key, 0)) for line in order.lines)
    return replace(
        order,
        lines=lines,
        total=max(0, order.total - asked.total),
        tax=order.tax - asked.tax,
        shipping=order.shipping - asked.shipping,
    )


def _changed(order: Order, asked: Change) -> Order:
    changes = {line.key: line for line in asked.lines}
    lines = tuple(
        replace(line, ordered=line.cancelled + changes[line.key].after, sku=changes[line.key].new_sku)
        if line.key in changes
        else line
        for line in order.lines
    )
    ship_by = asked.ship_by.after if asked.ship_by else order.ship_by
    return replace(order, lines=lines, total=max(0, order.total + asked.amount), ship_by=ship_by)


def _new_lines(order: Order, request: Request, asked: Change) -> tuple[NewLine, ...]:
    last = max((line.line for line in order.lines), default=0)
    return tuple(
        NewLine(f"{request.name}/{place}", last + place, line.sku, line.description, line.quantity, line.unit_price)
        for place, line in enumerate(asked.added, 1)
    )


def _with(order: Order, made: Iterable[NewLine]) -> Order:
    return replace(order, lines=(*order.lines, *(_line(each) for each in made)))


def _line(new: NewLine) -> Line:
    return Line(
        key=new.key,
        line=new.line,
        sku=new.sku,
        description=new.description,
        ordered=new.ordered,
        cancelled=0,
        allocated=0,
        picked=0,
        packed=0,
        shipped=0,
        delivered=0,
        unit_price=new.unit_price,
    )


def _line_changes(before: Order, after: Order) -> tuple[LineChange, ...]:
    pairs = zip(before.lines, after.lines, strict=True)
    return tuple(LineChange(new.key, new.ordered, new.cancelled, new.sku) for old, new in pairs if old != new)


def _facts(asked: Cancellation | Change, before: Order, after: Order, reason: str) -> dict[str, Any]:
    """What was so and what is so, for the audit."""
    facts = {"reason": reason, "total": [before.total, after.total], **asked.model_dump(mode="json")}
    quantities = [
        {"line": old.line, "ordered": [old.ordered, new.ordered], "cancelled": [old.cancelled, new.cancelled]}
        for old, new in zip(before.lines, after.lines, strict=True)
        if old != new
    ]
    return {**facts, "quantities": quantities}
