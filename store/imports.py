"""An order file into the database: staged by COPY, merged, all in one transaction, so that it is there whole or not.

Memory does not grow with the file. Commands on orders that the file does not change go on meanwhile; the others wait
from the moment the changed orders are locked to the commit.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, Final

import orjson
import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads

from store import import_sql as sql
from store import rows
from store.staging import Run, document, rebuilt, refused_rows
from workflows.imports.files import OrderFile
from workflows.imports.report import ImportReport, OrderCounts, RowCounts
from workflows.imports.values import RefusedRow
from workflows.movement import moves, seen
from workflows.outcome import DESK

Connection = psycopg.Connection[DictRow]
AT_ONCE: Final = 500


def import_orders(
    url: str,
    desk_id: str,
    file: OrderFile,
    *,
    by: str,
    dry_run: bool = False,
    refused: Callable[[RefusedRow], None] = lambda _row: None,
) -> ImportReport:
    """Read the file to its end and merge it into the desk's orders. `refused` hears of every bad cell, by row.

    Raises what reading raises (UnreadableFile) and psycopg's errors; nothing is stored then.
    """
    with psycopg.connect(url, row_factory=dict_row) as connection:
        set_json_dumps(orjson.dumps, connection)
        set_json_loads(orjson.loads, connection)
        return Importing(connection, desk_id, file, by).run(refused, dry_run=dry_run)


class Importing:
    """One import, from its first row to its commit."""

    def __init__(self, connection: Connection, desk_id: str, file: OrderFile, by: str) -> None:
        self._connection = connection
        self._file = file
        self._run = Run(uuid.uuid4().hex)
        self._values: dict[str, Any] = {
            "by": by,
            "desk": desk_id,
            "file": file.name,
            "numbered": file.layout.preset.numbered,
            "preset": file.preset,
            **self._run.groups(),
        }

    def run(self, refused: Callable[[RefusedRow], None], *, dry_run: bool) -> ImportReport:
        self._execute(sql.BEGIN)
        self._stage()
        self._execute(sql.ALONE)
        self._rebuild()
        self._tell(refused)
        report = self._count()
        if dry_run or not report.rows.accepted:
            self._connection.rollback()
            return report
        number = self._one(sql.NEXT)["number"]
        self._values |= {"number": number, "sha256": self._file.sha256}
        self._execute(sql.NEW_ORDERS)
        self._execute(sql.NEW_LINES)
        if report.orders.changed:
            self._merge_changed()
        self._record(report)
        self._connection.commit()
        return replace(report, number=number)

    def _stage(self) -> None:
        with self._connection.cursor() as cursor, cursor.copy(sql.STAGE) as copy:
            for part in self._file.parts():
                order = self._file.whole([part])
                copy.write_row(self._run.row(order, document(order, part.rows)))

    def _rebuild(self) -> None:
        """Put together the orders whose rows do not stand together in the file."""
        if not self._execute(sql.IN_SEVERAL_PARTS).fetchone():
            return
        with self._connection.cursor("parts") as parts, self._connection.cursor() as cursor:
            parts.execute(sql.PARTS, self._values)
            orders = rebuilt(parts, self._file)
            while batch := list(islice(orders, AT_ONCE)):
                found = [self._run.row(order, document(order, ()), again=True) for order in batch]
                cursor.executemany(sql.STAGE_ONE, found)
        for statement in (sql.NO_LOOPS, sql.DROP_PARTS, sql.LOOPS):
            self._execute(statement)

    def _tell(self, refused: Callable[[RefusedRow], None]) -> None:
        with self._connection.cursor("refused") as cursor:
            cursor.execute(sql.REFUSED, self._values)
            for row in cursor:
                for each in refused_rows(row["document"]):
                    refused(each)

    def _count(self) -> ImportReport:
        good, bad = self._one(sql.COUNTS), self._one(sql.REFUSED_COUNTS)
        missing = self._one(sql.MISSING)["missing"]
        return ImportReport(
            number=None,
            preset=self._file.preset,
            rows=RowCounts(good["rows"] + bad["rows"], good["rows"], bad["rows"]),
            orders=OrderCounts(good["new"], good["changed"], good["unchanged"], missing, bad["orders"]),
        )

    def _merge_changed(self) -> None:
        self._execute(sql.LOCK_CHANGED)
        before = {row["number"]: _seen(row) for row in self._execute(sql.WATCHED)}
        for statement in (sql.CHANGED_ORDERS, sql.TAKEN_OVER, sql.CHANGED_LINES, sql.GONE_LINES, sql.CHANGED_TOTALS):
            self._execute(statement)
        self._audit_watched(before)

    def _audit_watched(self, before: Mapping[str, Mapping[str, object]]) -> None:
        """Say on each changed order that has holds or requests open what moved under them."""
        numbers = list(before)
        for start in range(0, len(numbers), AT_ONCE):
            for row in self._execute(sql.ORDERS, {"numbers": numbers[start : start + AT_ONCE]}):
                order = rows.order(row["order"], row["lines"])
                moved = moves(before[order.number], order)
                self._audit(order.number, "order.imported", {"moves": list(moved), "version": order.version})

    def _record(self, report: ImportReport) -> None:
        """Last of all, because commands wait for these rows: the counter, then the desk's chain."""
        counts = report.counts()
        self._execute(sql.RECORD, {"counts": Jsonb(counts)})
        self._execute(sql.CLEAR)
        self._execute(sql.COUNT)
        self._audit(DESK, "orders.imported", {"file": self._file.name, "preset": self._file.preset, **counts})

    def _audit(self, chain: str, action: str, facts: Mapping[str, object]) -> None:
        source = {"import": self._values["number"], "sha256": self._values["sha256"]}
        self._execute(sql.AUDIT, {"action": action, "chain": chain, "facts": Jsonb({**source, **facts})})

    def _execute(self, statement: str, more: Mapping[str, Any] | None = None) -> psycopg.Cursor[DictRow]:
        return self._connection.execute(statement.encode(), {**self._values, **(more or {})})

    def _one(self, statement: str) -> DictRow:
        row = self._execute(statement).fetchone()
        if row is None:
            raise LookupError(statement)
        return row


def _seen(row: DictRow) -> Mapping[str, object]:
    return seen(rows.order(row["order"], row["lines"]))
