"""How orders stand in `import_rows` between reading and merging: one document for each part of an order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import orjson
from psycopg.types.json import Jsonb

from workflows.imports.files import OrderFile
from workflows.imports.parts import MOST_LINES
from workflows.imports.shapes import FIELDS
from workflows.imports.values import ImportedLine, ImportedOrder, Part, RefusedOrder, RefusedRow, SourceRow

Document = dict[str, Any]
Row = tuple[str, int, str, Jsonb]


@dataclass(frozen=True)
class Run:
    """The names under which one import stages: orders as they were read, and orders put together from parts."""

    name: str

    def row(self, order: ImportedOrder | RefusedOrder, found: Document, *, again: bool = False) -> Row:
        return self._name(order, again=again), order.first_row, order.number, Jsonb(found)

    def _name(self, order: ImportedOrder | RefusedOrder, *, again: bool) -> str:
        state = "refused" if isinstance(order, RefusedOrder) else "good"
        return f"{self.name}:{'rebuilt' if again else 'read'}:{state}"

    def groups(self) -> dict[str, list[str] | str]:
        """The values of the statements in `store.import_sql`."""
        names = {(when, state): f"{self.name}:{when}:{state}" for when in WHEN for state in STATES}
        return {
            "absent": f"{self.name}:absent",
            "all": list(names.values()),
            "bad": [names[when, "refused"] for when in WHEN],
            "everything": [*names.values(), f"{self.name}:absent", f"{self.name}:picked"],
            "picked": f"{self.name}:picked",
            "good": [names[when, "good"] for when in WHEN],
            "read": [names["read", state] for state in STATES],
            "rebuilt": [names["rebuilt", state] for state in STATES],
        }


WHEN: Final = ("read", "rebuilt")
WIDTH: Final = len(FIELDS)
STATES: Final = ("good", "refused")


def document(order: ImportedOrder | RefusedOrder, source: Sequence[SourceRow]) -> Document:
    """`source` stays beside the order, in case another part of it comes later in the file."""
    packed = "\n".join("\t".join((str(row.row), *row.cells, *_beside(row))) for row in source)
    if isinstance(order, RefusedOrder):
        problems = [[problem.row, problem.column, problem.value, problem.reason] for problem in order.problems]
        return {"count": order.count, "problems": problems, "source": ""}
    more = {"extra": order.extra} if order.extra else {}
    return {
        **more,
        "count": order.count,
        "currency": order.currency,
        "customer": order.customer,
        "customer_email": order.customer_email,
        "digest": order.digest,
        "lines": _lines(order),
        "ship_by": order.ship_by.isoformat() if order.ship_by else None,
        "source": packed,
        "total": order.total,
    }


def _lines(order: ImportedOrder) -> list[Document]:
    lines: list[Document] = [dict(zip(ImportedLine._fields, line, strict=True)) for line in order.lines]
    for line, cells in zip(lines, order.extras, strict=False):
        if cells:
            line["extra"] = cells
    return lines


def _beside(row: SourceRow) -> tuple[str, ...]:
    """The cells of other columns as one more cell, in which nothing breaks the line."""
    return (orjson.dumps(row.others).decode(),) if row.others else ()


def refused_rows(found: Document) -> Iterator[RefusedRow]:
    return (RefusedRow(*problem) for problem in found["problems"])


def rebuilt(rows: Iterable[dict[str, Any]], file: OrderFile) -> Iterator[ImportedOrder | RefusedOrder]:
    """Orders made of the parts in `rows`, which come by order number and first row."""
    for _number, group in groupby(rows, itemgetter("order_number")):
        yield file.whole(_parts(group))


def _parts(group: Iterable[dict[str, Any]]) -> list[Part]:
    """Parts of one order, without the rows of those that come after it is too long anyway."""
    parts: list[Part] = []
    kept = 0
    for row in group:
        count = row["document"]["count"]
        if kept > MOST_LINES:
            parts[-1] = replace(parts[-1], count=parts[-1].count + count)
        else:
            parts.append(_part(row["order_number"], row["first_row"], row["document"]))
            kept += count
    return parts


def _part(number: str, first_row: int, found: Document) -> Part:
    return Part(number, first_row, found["count"], tuple(_source(found["source"])), tuple(_problems(found)))


def _problems(found: Document) -> Iterator[RefusedRow]:
    return refused_rows(found) if "problems" in found else iter(())


def _source(packed: str) -> Iterator[SourceRow]:
    for line in packed.split("\n") if packed else ():
        row, *cells = line.split("\t")
        others = tuple(orjson.loads(cells[WIDTH])) if len(cells) > WIDTH else ()
        yield SourceRow(int(row), tuple(cells[:WIDTH]), others)
