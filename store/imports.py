"""An order file into the database: staged by COPY, merged, all in one transaction, so that it is there whole or not.

Memory does not grow with the file. Commands on orders that the file does not change go on meanwhile; the others wait
from the moment the changed orders are locked to the commit. A dry run merges the orders that it shows, and takes all of
it back.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from psycopg.types.json import Jsonb

from store import import_missing as missing
from store import import_sql as sql
from store.import_drift import hear
from store.import_exceptions import contradictions
from store.import_session import ALONE, BEGIN, Connection, Session, connected
from store.import_watch import SAMPLED, WATCHED, Before, Watch
from store.staging import Run, When, document, rebuilt, refused_rows
from workflows.imports.differences import counted
from workflows.imports.files import OrderFile
from workflows.imports.news import news
from workflows.imports.report import ImportReport, Missing, MissingPolicy, OrderCounts, RowCounts
from workflows.imports.values import ImportedOrder, RefusedOrder, RefusedRow
from workflows.outcome import DESK

Staged = tuple[ImportedOrder | RefusedOrder, When]
AT_ONCE: Final = 5_000  # rows of orders that are staged again together


def import_orders(
    url: str,
    desk_id: str,
    file: OrderFile,
    *,
    by: str,
    dry_run: bool = False,
    refused: Callable[[RefusedRow], None] = lambda _row: None,
    staged: Callable[[int], None] = lambda _rows: None,
    before_commit: Callable[[Connection, ImportReport], None] = lambda _connection, _report: None,
    whole: bool = True,
    alone: Callable[[Session], None] = lambda _session: None,
) -> ImportReport:
    """Read the file to its end and merge it into the desk's orders. `refused` hears of every bad cell, by row.

    `staged` is told how many rows more were read. Not `whole`: the file says nothing of orders that are not in it.
    `alone` runs once no other import of the desk does; `before_commit` runs in the import's transaction, as the last
    thing; what they raise takes the import back. Raises what reading raises (UnreadableFile) and psycopg's errors;
    nothing is stored then.
    """
    with connected(url) as connection:
        importing = Importing(connection, desk_id, file, by, whole=whole, alone=alone)
        report = importing.run(refused, staged, dry_run=dry_run)
        if report.number is None:
            connection.rollback()
        else:
            before_commit(connection, report)
            importing.session.commit()
        return report


class Importing:
    """One import, from its first row to just before its commit."""

    def __init__(
        self,
        connection: Connection,
        desk_id: str,
        file: OrderFile,
        by: str,
        *,
        whole: bool = True,
        alone: Callable[[Session], None] = lambda _session: None,
    ) -> None:
        self._file = file
        self._whole, self._alone = whole, alone
        self._run = Run(uuid.uuid4().hex)
        values = {
            "by": by,
            "desk": desk_id,
            "file": file.name,
            "numbered": file.layout.preset.numbered,
            "preset": file.preset,
            **self._run.groups(),
        }
        self.session = Session(connection, values)

    def run(
        self, refused: Callable[[RefusedRow], None], staged: Callable[[int], None], *, dry_run: bool
    ) -> ImportReport:
        """`number` is None where the transaction is to be rolled back."""
        self.session.execute(BEGIN)
        self._stage(staged)
        self.session.execute(ALONE)
        self._alone(self.session)
        self._rebuild()
        self._tell(refused)
        report = self._count()
        if not report.rows.accepted:
            return report
        number = self.session.one(sql.NEXT)["number"]
        self.session.values |= {"import": number, "number": number, "sha256": self._file.sha256}
        report = self._merge(report, dry_run=dry_run)
        if dry_run:
            return report
        self._record(report)
        return replace(report, number=number)

    def _stage(self, staged: Callable[[int], None]) -> None:
        with self.session.connection.cursor() as cursor, cursor.copy(sql.STAGE) as copy:
            for part in self._file.parts():
                order = self._file.whole([part])
                copy.write_row(self._run.row(order, document(order, part.rows)))
                staged(part.count)

    def _rebuild(self) -> None:
        """Put together the orders whose rows do not stand together in the file."""
        session = self.session
        if not session.execute(sql.IN_SEVERAL_PARTS).fetchone():
            return
        with session.connection.cursor("parts") as parts, session.connection.cursor() as cursor:
            parts.execute(sql.PARTS, session.values)
            for batch in _batches(rebuilt(parts, self._file)):
                found = [self._run.row(order, document(order, ()), when) for order, when in batch]
                cursor.executemany(sql.STAGE_ONE, found)
        for statement in (sql.NO_LOOPS, sql.DROP_PARTS, sql.LOOPS):
            session.execute(statement)

    def _tell(self, refused: Callable[[RefusedRow], None]) -> None:
        with self.session.connection.cursor("refused") as cursor:
            cursor.execute(sql.REFUSED, self.session.values)
            for row in cursor:
                for each in refused_rows(row["order_number"], row["document"]):
                    refused(each)

    def _count(self) -> ImportReport:
        good, bad = self.session.one(sql.COUNTS), self.session.one(sql.REFUSED_COUNTS)
        absent = self.session.one(sql.MISSING)["missing"] if self._whole else 0
        return ImportReport(
            number=None,
            preset=self._file.preset,
            rows=RowCounts(good["rows"] + bad["rows"], good["rows"], bad["rows"]),
            orders=OrderCounts(good["new"], good["changed"], good["unchanged"], absent, bad["orders"]),
            words=tuple(row["word"] for row in self.session.execute(sql.UNKNOWN_WORDS)) if bad["orders"] else (),
            guess=self._file.guess,
        )

    def _merge(self, report: ImportReport, *, dry_run: bool) -> ImportReport:
        session, policy = self.session, self.session.policy()
        watch = Watch(session, policy)
        heard = hear(session, frozenset(self._file.layout.titles))
        if dry_run and report.orders.changed:
            report = replace(report, fields=counted(session.one(sql.FIELDS)))
        before = self._before(watch, dry_run=dry_run) if report.orders.changed else None
        if not dry_run and report.orders.new:
            session.execute(sql.NEW_ORDERS)
            session.execute(sql.NEW_LINES)
        if before:
            self._merge_changed(watch, before)
        found, count = contradictions(session) if before else ([], 0)
        absent = self._missing(watch, report, policy.desk.missing_orders if policy else "ask", dry_run=dry_run)
        report = replace(
            report,
            changes=tuple(watch.changes),
            touched=tuple(watch.touched),
            touched_count=watch.touched_count,
            missing=absent,
            exceptions=tuple(found),
            exception_count=count,
            drift=tuple(heard.drift),
            heard=dict(heard.counts),
        )
        if policy and not dry_run:
            session.tell(news(policy, session.values["number"], report))
        if not dry_run and (self._whole or (before and before.orders)):  # of one order only where somebody waits for it
            session.redraw_homes()
        return report

    def _before(self, watch: Watch, *, dry_run: bool) -> Before:
        """The orders as they are; a dry run goes on with those alone that it looks at."""
        session = self.session
        sample = [row["number"] for row in session.execute(SAMPLED).fetchall()]
        if dry_run:
            watched = [row["number"] for row in session.execute(WATCHED).fetchall()]
            session.execute(sql.PICK, {"shown": [*sample, *watched]})
            session.values["good"] = [session.values["picked"]]
        session.execute(sql.LOCK_CHANGED)
        return watch.before(sample, [row["number"] for row in session.execute(WATCHED).fetchall()])

    def _merge_changed(self, watch: Watch, before: Before) -> None:
        for statement in (sql.CHANGED_ORDERS, sql.TAKEN_OVER, sql.CHANGED_LINES, sql.GONE_LINES, sql.CHANGED_TOTALS):
            self.session.execute(statement)
        watch.after(before)

    def _missing(self, watch: Watch, report: ImportReport, rule: MissingPolicy, *, dry_run: bool) -> Missing:
        session = self.session
        if not dry_run:
            missing.seen_again(session)
        found = missing.absent(session, rule) if report.orders.missing else Missing(rule)
        if found.policy == "ask" and found.open:
            return replace(found, asked=missing.would_ask(session) if dry_run else missing.ask(session))
        if found.policy == "shipped" and found.open:
            if dry_run:
                session.execute(missing.ONLY_WATCHED)
            missing.ship(session, watch, {"import": session.values["number"]})
        return found

    def _record(self, report: ImportReport) -> None:
        """Last of all, because commands wait for these rows: the counter, then the desk's chain."""
        session, counts = self.session, report.counts()
        session.execute(sql.RECORD, {"counts": Jsonb({**counts, "words": report.words} if report.words else counts)})
        session.execute(sql.CLEAR)
        session.execute(sql.COUNT)
        session.audit(DESK, "orders.imported", {"file": self._file.name, "preset": self._file.preset, **counts})


def _batches(found: Iterable[Staged]) -> Iterator[list[Staged]]:
    """Few long orders at once, or many short ones."""
    batch, rows = list[Staged](), 0
    for each in found:
        batch.append(each)
        rows += each[0].count
        if rows >= AT_ONCE:
            yield batch
            batch, rows = [], 0
    yield batch
