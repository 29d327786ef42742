"""What a staged file says of our committed changes, written beside each of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Final

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from store.import_session import Session
from workflows.imports.drift import CANCELLED, CHANGED, Books, Committed, OurLine, TheirLine, heard, what
from workflows.imports.report import LISTED, Drift, Heard

KINDS: Final = [CANCELLED, CHANGED]
AT_ONCE: Final = 500

# From the changes, which are few, to the staged orders by their index.
_UNHEARD: Final = """
    select c.id, c.kind, c.order_number, c.request, c.facts, c.batch,
           s.document -> 'lines' as theirs, s.document ->> 'ship_by' as ship_by,
           (select jsonb_agg(jsonb_build_object('key', l.key, 'line', l.line, 'sku', l.sku, 'ordered', l.ordered,
                                                'cancelled', l.cancelled, 'ours', l.ours))
            from order_lines l where l.desk_id = %(desk)s and l.order_number = c.order_number) as ours
    from status_changes c join import_rows s on s.run = any(%(good)s) and s.order_number = c.order_number
    where c.desk_id = %(desk)s and c.heard <> 'taken_over' and c.kind = any(%(kinds)s)
    order by c.order_number, c.id
"""
_HEARD: Final = """
    update status_changes c set heard = x.heard, heard_import = %(number)s
    from jsonb_to_recordset(%(heard)s) as x (id bigint, heard text)
    where c.desk_id = %(desk)s and c.id = x.id
"""


@dataclass
class Hearing:
    """What was heard so far; only the first LISTED are kept one by one."""

    drift: list[Drift] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, row: DictRow, answer: Heard, change: Committed) -> None:
        self.counts[answer] += 1
        if len(self.drift) < LISTED:
            self.drift.append(Drift(row["order_number"], row["request"], what(change), answer, row["batch"]))


def hear(session: Session, columns: frozenset[str]) -> Hearing:
    """Before the file is merged, because then nobody can tell any more what stood there."""
    found = Hearing()
    with session.connection.cursor("unheard") as cursor:
        cursor.execute(_UNHEARD, {**session.values, "kinds": KINDS})
        answers = _answers(cursor, columns, found)
        while batch := list(islice(answers, AT_ONCE)):
            session.execute(_HEARD, {"heard": Jsonb(batch)})
    return found


def _answers(rows: Iterable[DictRow], columns: frozenset[str], found: Hearing) -> Iterator[dict[str, Any]]:
    for _number, group in groupby(rows, itemgetter("order_number")):
        of_order = list(group)
        changes = [Committed(row["id"], row["kind"], row["request"], row["facts"]) for row in of_order]
        answers = heard(changes, _books(of_order[0], columns))
        for row, change in zip(of_order, changes, strict=True):
            found.add(row, answers[change.id], change)
            yield {"heard": answers[change.id], "id": change.id}


def _books(row: DictRow, columns: frozenset[str]) -> Books:
    theirs: Sequence[dict[str, Any]] = row["theirs"] or ()
    return Books(
        ours={line["key"]: OurLine(**line) for line in row["ours"] or ()},
        theirs={
            line["key"]: TheirLine(line["key"], line["sku"], line["ordered"], line["cancelled"]) for line in theirs
        },
        ship_by=date.fromisoformat(row["ship_by"]) if row["ship_by"] else None,
        columns=columns,
    )
