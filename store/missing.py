"""Deciding about orders that stayed away from a file: what is left of them has shipped, or they are left alone."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from psycopg.rows import DictRow

from store import import_missing as missing
from store.import_session import ALONE, BEGIN, Session, connected
from store.import_watch import Watch

Decision = Literal["shipped", "leave"]

_LIST: Final = """
    select e.order_number, e.opened_at, (e.facts ->> 'import')::bigint as import, o.customer,
           (select coalesce(sum(l.ordered - l.cancelled - l.shipped), 0)::bigint from order_lines l
            where l.desk_id = e.desk_id and l.order_number = e.order_number
            and l.ordered - l.cancelled > l.shipped) as units
    from exceptions e join orders o on o.desk_id = e.desk_id and o.number = e.order_number
    where e.desk_id = %(desk)s and e.kind = 'missing_order' and e.closed_at is null
    order by e.order_number
"""
_CHOOSE: Final = """
    insert into import_rows (run, first_row, order_number, document)
    select %(absent)s, 0, e.order_number, '{}'::jsonb from exceptions e
    where e.desk_id = %(desk)s and e.kind = 'missing_order' and e.closed_at is null
    and (%(orders)s::text[] is null or e.order_number = any(%(orders)s))
    returning order_number
"""
_LEAVE: Final = """
    with closed as (
        update exceptions e
        set closed_at = statement_timestamp(), closed_by = %(by)s, closed_because = 'left as it is'
        from import_rows m
        where m.run = %(absent)s and e.desk_id = %(desk)s and e.order_number = m.order_number
        and e.kind = 'missing_order' and e.closed_at is null
        returning e.order_number
    )
    insert into audit (desk_id, chain, at, actor, action, facts)
    select %(desk)s, order_number, statement_timestamp(), %(by)s, 'order.missing', '{"done": "left"}'
    from closed order by order_number
"""
_CLEAR: Final = "delete from import_rows where run = %(absent)s"


@dataclass(frozen=True, slots=True)
class MissingOrder:
    """`units` are still to ship; `since_import` is the first file that did not have it."""

    order: str
    customer: str
    units: int
    since_import: int
    asked_at: datetime


def missing_orders(url: str, desk_id: str) -> tuple[MissingOrder, ...]:
    with connected(url) as connection:
        session = Session(connection, {"desk": desk_id})
        session.execute(BEGIN)
        return tuple(_missing(row) for row in session.execute(_LIST))


def decide_missing(
    url: str, desk_id: str, decision: Decision, *, by: str, orders: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Of these orders, or of all that are missing. Gives those that were decided; one that is not missing is not."""
    with connected(url) as connection:
        values = {"absent": f"{uuid.uuid4().hex}:absent", "by": by, "desk": desk_id}
        session = Session(connection, {**values, "orders": list(orders) if orders else None})
        session.execute(BEGIN)
        session.execute(ALONE)
        chosen = tuple(sorted(row["order_number"] for row in session.execute(_CHOOSE).fetchall()))
        if decision == "shipped":
            missing.ship(session, Watch(session, session.policy()), {})
        else:
            session.execute(_LEAVE)
        session.execute(_CLEAR)
        session.commit()
        return chosen


def _missing(row: DictRow) -> MissingOrder:
    return MissingOrder(row["order_number"], row["customer"], row["units"], row["import"], row["opened_at"])
