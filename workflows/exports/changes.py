"""A committed change as rows of an export: one for each line, field or hold that it is about."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from workflows.asked import AddedLine, Cancellation, Change, ChangedLine, read_asked
from workflows.exports.cells import Cell, Money
from workflows.exports.fields import REASON_KINDS
from workflows.money import NO_CURRENCY
from workflows.policy.model import Export, Policy

Row = Mapping[str, Cell]
NO_CALL: Final = "none"  # the state of a refund that no system is called about
OURS: Final = frozenset({"amount", "reason", "total", "remaining", "added_lines"})  # beside what was asked for


@dataclass(frozen=True, slots=True)
class CommittedChange:
    """A status change with what is known of its order and request. `signers` are user ids, the first one first.

    `since`: when its hold became active. `state`, `attempts` and `accepted_at` are those of the refund's call.
    """

    kind: str
    facts: Mapping[str, Any]
    order_number: str
    customer: str
    request: int
    requested_by: str
    requested_at: datetime
    signers: tuple[str, ...]
    decided_at: datetime
    note: str
    since: datetime | None = None
    state: str = NO_CALL
    attempts: int = 0
    accepted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes the rows of one export. `names`: user id → name."""

    policy: Policy
    form: Export
    names: Mapping[str, str]

    def of(self, change: CommittedChange, batch: int | None) -> Iterator[Row]:
        common = self._common(change, batch)
        for own in OWN_ROWS[self.form.kind](change):
            yield {**common, **own}

    def _common(self, change: CommittedChange, batch: int | None) -> Row:
        code = str(change.facts.get("reason") or "")
        reason = self.policy.reason(REASON_KINDS[self.form.kind], code)
        return {
            "order_number": change.order_number,
            "customer": change.customer,
            "request": f"R-{change.request}",
            "requested_by": self._person(change.requested_by),
            "requested_at": change.requested_at,
            "approved_by": ", ".join(self._person(each) for each in change.signers),
            "decided_at": change.decided_at,
            "reason": code,
            "reason_label": reason.label if reason else code,
            "note": change.note,
            "batch": batch,
        }

    def _person(self, user_id: str) -> str:
        return user_id if self.form.people == "ids" else self.names.get(user_id) or user_id


def _hold(change: CommittedChange) -> Iterator[Row]:
    action = change.kind.removeprefix("hold.")
    yield {"hold": f"H-{change.facts['hold']}", "action": action, "since": change.since}


def _cancelled(change: CommittedChange) -> Iterator[Row]:
    asked = _asked(change)
    if not isinstance(asked, Cancellation):
        raise TypeError(change.kind)
    remaining = change.facts.get("remaining", {})
    for line in asked.lines:
        yield {
            "line": line.line,
            "sku": line.sku,
            "quantity_cancelled": line.units,
            "quantity_remaining": remaining.get(line.key),
            "refund_amount": Money(line.amount, asked.currency),
            "currency": _currency(asked.currency),
        }


def _changed(change: CommittedChange) -> Iterator[Row]:
    asked = _asked(change)
    if not isinstance(asked, Change):
        raise TypeError(change.kind)
    for line in asked.lines:
        yield from _edits(line)
    numbers = change.facts.get("added_lines") or [None] * len(asked.added)
    for number, added in zip(numbers, asked.added, strict=True):
        yield from _added(number, added, asked.currency)
    if asked.ship_by:
        yield _edit(None, "", "ship_by", asked.ship_by.before, asked.ship_by.after)


def _edits(line: ChangedLine) -> Iterator[Row]:
    if line.before != line.after:
        yield _edit(line.line, line.sku, "quantity", line.before, line.after)
    if line.sku != line.new_sku:
        yield _edit(line.line, line.sku, "sku", line.sku, line.new_sku)


def _added(number: int | None, line: AddedLine, currency: str) -> Iterator[Row]:
    """A new line had nothing before."""
    yield _edit(number, line.sku, "quantity", None, line.quantity)
    yield _edit(number, line.sku, "unit_price", None, Money(line.unit_price, currency))


def _edit(line: int | None, sku: str, field: str, before: Cell, after: Cell) -> Row:
    return {"line": line, "sku": sku, "field": field, "before": before, "after": after}


def _refund(change: CommittedChange) -> Iterator[Row]:
    currency = str(change.facts["currency"])
    yield {
        "amount": Money(int(change.facts["amount"]), currency),
        "currency": _currency(currency),
        "state": change.state,
        "attempts": change.attempts,
        "accepted_at": change.accepted_at,
    }


def _asked(change: CommittedChange) -> Cancellation | Change | None:
    return read_asked({name: value for name, value in change.facts.items() if name not in OURS})


def _currency(code: str) -> str:
    return "" if code == NO_CURRENCY else code


OWN_ROWS: Final[Mapping[str, Callable[[CommittedChange], Iterator[Row]]]] = {
    "holds": _hold,
    "cancellations": _cancelled,
    "changes": _changed,
    "refunds": _refund,
}
