"""The desk's orders, one after the other, however many there are."""

from collections.abc import Iterator
from typing import Any, Final, Self

import psycopg
from psycopg.rows import dict_row

from store import rows
from store.pool import READER
from workflows.exports.orders import OutgoingOrder

MOST_OTHERS: Final = 500  # columns of other files that are repeated
STRETCH: Final = 500

_OTHERS: Final = """
    select distinct title from (
        select jsonb_object_keys(extra) as title from orders where desk_id = %(desk)s and extra <> '{}'
        union all
        select jsonb_object_keys(extra) from order_lines where desk_id = %(desk)s and extra <> '{}'
    ) found order by title limit %(most)s
"""
_ORDERS: Final = """
    select to_jsonb(o) as "order", (
        select jsonb_agg(to_jsonb(l) order by l.line, l.key) from order_lines l
        where l.desk_id = o.desk_id and l.order_number = o.number) as lines
    from orders o
    where o.desk_id = %(desk)s and (not %(open)s or exists (
        select from order_lines l where l.desk_id = o.desk_id and l.order_number = o.number
        and l.ordered - l.cancelled > l.shipped))
    order by o.number
"""


class OutgoingOrders:
    """As of one instant. Use it as a context."""

    def __init__(self, url: str, desk_id: str) -> None:
        self._connection = psycopg.connect(url, row_factory=dict_row)
        self._desk_id = desk_id
        self._connection.execute("set transaction isolation level repeatable read, read only")
        self._connection.execute(READER, {"desk": desk_id})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def others(self) -> list[str]:
        """Titles of columns that mean nothing to us, of any order."""
        found = self._connection.execute(_OTHERS, {"desk": self._desk_id, "most": MOST_OTHERS})
        return [row["title"] for row in found]

    def orders(self, *, only_open: bool = False) -> Iterator[OutgoingOrder]:
        with self._connection.cursor("outgoing_orders") as cursor:
            cursor.itersize = STRETCH
            cursor.execute(_ORDERS, {"desk": self._desk_id, "open": only_open})
            for row in cursor:
                yield _outgoing(row)


def _outgoing(row: dict[str, Any]) -> OutgoingOrder:
    head, lines = row["order"], row["lines"] or []
    extras = tuple(line["extra"] for line in lines)
    return OutgoingOrder(rows.order(head, lines), head["customer_email"], head["extra"], extras)
