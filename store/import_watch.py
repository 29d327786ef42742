"""The orders of an import that people look at: a sample for its report, and those with holds and pending requests.

What moved under a hold or a request is said on the order's chain of the audit. The cards of a pending request are drawn
again, and whoever asked hears of it once an import.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from psycopg.rows import DictRow

from store import rows
from store.import_session import Session
from workflows import telling
from workflows.imports.differences import Picture, changed
from workflows.imports.news import moved
from workflows.imports.report import SAMPLE, ChangedOrder, Touched
from workflows.movement import moves, seen
from workflows.outcome import Notice
from workflows.policy.model import Policy
from workflows.systems import is_person
from workflows.values import Order, Request

AT_ONCE: Final = 500

PICTURE: Final = """
    select to_jsonb(o) as "order", o.number,
           (select jsonb_agg(to_jsonb(l) order by l.line, l.key) from order_lines l
            where l.desk_id = %(desk)s and l.order_number = o.number) as lines,
           (select jsonb_agg(to_jsonb(r) || '{"decisions": null, "followers": null}' order by r.number) from requests r
            where r.desk_id = %(desk)s and r.order_number = o.number and r.state = 'pending') as requests
    from orders o where o.desk_id = %(desk)s and o.number = any(%(numbers)s) order by o.number
"""
_WAITED_FOR: Final = """
    (exists (select from holds h where h.desk_id = %(desk)s and h.order_number = o.number
             and h.state in ('requested', 'active', 'release_requested'))
     or exists (select from requests r where r.desk_id = %(desk)s and r.order_number = o.number
                and r.state = 'pending'))
"""
_CHANGED: Final = """
    from orders o join import_rows s on s.order_number = o.number
    where o.desk_id = %(desk)s and s.run = any(%(good)s) and o.source_digest <> s.document ->> 'digest'
"""
_ABSENT: Final = """
    from orders o join import_rows s on s.order_number = o.number
    where o.desk_id = %(desk)s and s.run = %(absent)s
"""
SAMPLED: Final = f"select o.number {_CHANGED} order by o.number limit {SAMPLE}"
WATCHED: Final = f"select o.number {_CHANGED} and {_WAITED_FOR} order by o.number"
WATCHED_ABSENT: Final = f"select o.number {_ABSENT} and {_WAITED_FOR} order by o.number"


@dataclass
class Watch:
    """`run` looks at the orders, lets the merge happen, and looks again."""

    session: Session
    policy: Policy | None
    changes: list[ChangedOrder] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)
    touched_count: int = 0

    def before(self, sample: Iterable[str], watched: Iterable[str]) -> "Before":
        shown = list(sample)
        waited = list(watched)
        pictures = {row["number"]: _picture(row) for row in self._rows(shown)}
        return Before(pictures, {row["number"]: _order(row) for row in self._rows(waited)})

    def after(self, before: "Before", *, audited: bool = True) -> None:
        self.changes += [changed(before.pictures[row["number"]], _picture(row)) for row in self._rows(before.pictures)]
        for row in self._rows(before.orders):
            self._moved(before.orders[row["number"]], row, audited=audited)

    def _moved(self, old: Order, row: DictRow, *, audited: bool) -> None:
        new = _order(row)
        if audited:
            facts = {"moves": list(moves(seen(old), new)), "version": new.version}
            self.session.audit(new.number, "order.imported", facts)
        requests = [rows.request(each) for each in row["requests"] or ()]
        self.session.tell(notice for each in requests for notice in self._news(each, old, new))

    def _news(self, request: Request, old: Order, new: Order) -> Iterator[Notice]:
        if _looks(old) == _looks(new):
            return
        if self.policy:
            yield from telling.redraws(self.policy, request)
        earlier = moves(request.seen, old)
        found = tuple(move for move in moves(request.seen, new) if move not in earlier)
        if not found:
            return
        self.touched_count += 1
        if self.touched_count <= SAMPLE:
            self.touched.append(Touched(request.number, request.kind, new.number, request.requested_by, found))
        if is_person(request.requested_by):
            yield moved(request, found, self.session.values.get("import"), self.session.values["by"])

    def _rows(self, numbers: Iterable[str]) -> Iterator[DictRow]:
        ordered = sorted(numbers)
        for start in range(0, len(ordered), AT_ONCE):
            yield from self.session.execute(PICTURE, {"numbers": ordered[start : start + AT_ONCE]}).fetchall()


@dataclass(frozen=True)
class Before:
    """How orders stood before: some whole, for the report, the others as far as requests and holds rest on them."""

    pictures: Mapping[str, Picture]
    orders: Mapping[str, Order]


def _picture(row: DictRow) -> Picture:
    return Picture(row["order"], tuple(row["lines"] or ()))


def _order(row: DictRow) -> Order:
    return rows.order(row["order"], row["lines"])


def _looks(order: Order) -> dict[str, Any]:
    """What a card shows of it."""
    return {**seen(order), "ship_by": order.ship_by, "articles": [(line.sku, line.description) for line in order.lines]}
