"""How orders stand in `import_rows` between reading and merging: one document for each part of an order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Literal

import orjson
from psycopg.types.json import Jsonb

from workflows.imports.files import OrderFile
from workflows.imports.parts import MOST_LINES, with_company
from workflows.imports.shapes import FIELDS
from workflows.imports.values import ImportedLine, ImportedOrder, Part, RefusedOrder, RefusedRow, SourceRow

Document = dict[str, Any]
When = Literal["read", "rebuilt", "rest"]
Row = tuple[str, int, str, Jsonb]


@dataclass(frozen=True)
class Run:
    """The names under which one import stages: orders as they were read, and orders put together from parts."""

    name: str

    def row(self, order: ImportedOrder | RefusedOrder, found: Document, when: When = "read") -> Row:
        state = "refused" if isinstance(order, RefusedOrder) else "good"
        return f"{self.name}:{when}:{state}", order.first_row, order.number, Jsonb(found)

    def groups(self) -> dict[str, list[str] | str]:
        """The values of the statements in `store.import_sql`."""
        names = {(when, state): f"{self.name}:{when}:{state}" for when in WHEN for state in STATES}
        return {
            "absent": f"{self.name}:absent",
            "all": list(names.values()),
            "bad": [names[when, "refused"] for when in WHEN],
            "everything": [*names.values(), f"{self.name}:absent", f"{self.name}:picked", f"{self.name}:rest:refused"],
            "picked": f"{self.name}:picked",
            "good": [names[when, "good"] for when in WHEN],
            "read": [names["read", state] for state in STATES],
            "rebuilt": [names["rebuilt", state] for state in STATES],
            "rest": f"{self.name}:rest:refused",
        }


WHEN: Final[tuple[When, ...]] = ("read", "rebuilt")
WIDTH: Final = len(FIELDS)
STATES: Final = ("good", "refused")


def document(order: ImportedOrder | RefusedOrder, source: Sequence[SourceRow]) -> Document:
    """`source` stays beside the order, in case another part of it comes later in the file."""
    packed = "\n".join("\t".join((str(row.row), *row.cells, *_beside(row))) for row in source)
    if isinstance(order, RefusedOrder):
        return {"count": order.count, **_packed(order.problems), "source": ""}
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


def _packed(problems: Iterable[RefusedRow]) -> Document:
    """Of the many rows that are sound, each has its place and few have a reason of their own."""
    bad, sound = list[list[Any]](), dict[str, list[int]]()
    for each in problems:
        if each.sound:
            sound.setdefault(each.reason, []).append(each.row)
        else:
            bad.append([each.row, each.column, each.value, each.reason])
    return {"problems": bad, "sound": sound}


def refused_rows(number: str, found: Document) -> list[RefusedRow]:
    """By row; none of an order that is not refused."""
    bad = [RefusedRow(*problem) for problem in found.get("problems", ())]
    beside = found.get("sound", {}).items()
    sound = [RefusedRow(row, "", number, reason, sound=True) for reason, rows in beside for row in rows]
    return sorted(bad + sound, key=lambda each: each.row)


def rebuilt(rows: Iterable[dict[str, Any]], file: OrderFile) -> Iterator[tuple[ImportedOrder | RefusedOrder, When]]:
    """Orders made of the parts in `rows`, which come by order number and first row.

    The parts that come after an order is too long anyway are the "rest" of it: refused one by one, and never together
    in memory.
    """
    for _number, group in groupby(rows, itemgetter("order_number")):
        yield from _rebuilt(group, file)


def _rebuilt(group: Iterator[dict[str, Any]], file: OrderFile) -> Iterator[tuple[ImportedOrder | RefusedOrder, When]]:
    order = file.whole(_parts(group))
    yield order, "rebuilt"
    yield from ((_rest(_part(row), order), "rest") for row in group)


def _parts(group: Iterator[dict[str, Any]]) -> list[Part]:
    """Parts of one order, as long as it is not too long."""
    parts, kept = list[Part](), 0
    for row in group:
        parts.append(_part(row))
        kept += parts[-1].count
        if kept > MOST_LINES:
            break
    return parts


def _rest(part: Part, order: ImportedOrder | RefusedOrder) -> RefusedOrder:
    because = order.because if isinstance(order, RefusedOrder) else None
    return RefusedOrder(
        part.number, part.first_row, part.count, with_company(part.number, part.problems, part.rows, because)
    )


def _part(row: dict[str, Any]) -> Part:
    number, found = row["order_number"], row["document"]
    problems = refused_rows(number, found)
    return Part(number, row["first_row"], found["count"], tuple(_source(found["source"])), tuple(problems))


def _source(packed: str) -> Iterator[SourceRow]:
    for line in packed.split("\n") if packed else ():
        row, *cells = line.split("\t")
        others = tuple(orjson.loads(cells[WIDTH])) if len(cells) > WIDTH else ()
        yield SourceRow(int(row), tuple(cells[:WIDTH]), others)
