"""Imports wired together: the loop's way to the desk's orders, the way in from Slack, and what is said of them."""

import asyncio
import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import PurePath
from typing import Any, Final, Literal

import psycopg
from psycopg.rows import DictRow

from bot.delivery.ports import Call, Nothing, Post, Renderer, Update, Upload
from bot.imports.ports import CannotFetch, Fetched, Known
from bot.slack import import_words
from store.import_jobs import ImportJobs, settle_within
from store.imports import import_orders
from store.mappings import Mappings
from store.missing import decide_missing
from store.policies import policy_in_force
from store.pool import Pool
from workflows.formulas import harmless
from workflows.imports.files import OrderFile, open_orders
from workflows.imports.jobs import Decided, Job, Settled, Source
from workflows.imports.mapping import ColumnMapping
from workflows.imports.report import ImportReport
from workflows.imports.rules import rules_of
from workflows.imports.shapes import PRESETS
from workflows.imports.values import RefusedRow, UnknownHeader
from workflows.notices import Claimed
from workflows.policy.model import Policy

REDRAW: Final = "import.redraw"
REFUSED: Final = "import.refused"
KINDS: Final = frozenset({"import", REDRAW, REFUSED})
FIRST: Final = 5  # refused rows that a message shows
MOST_BYTES: Final = 8 * 1024 * 1024  # of the file of refused rows
MOST_SAMPLES: Final = 300  # rows by which the columns of an unknown file are asked about
BUSY: Final = "An order of this file is being worked on all the time. Nothing was imported."


class Refused:
    """The refused rows as a file of their own, which does not grow without end, and the first in words."""

    def __init__(self) -> None:
        self._text = io.StringIO()
        self._writer = csv.writer(self._text)
        self._writer.writerow(("row", "column", "value", "reason"))
        self.first: list[str] = []
        self._left = 0

    def add(self, row: RefusedRow) -> None:
        if len(self.first) < FIRST and not row.sound:
            value = f" “{row.value[:60]}”" if row.value else ""
            self.first.append(f"row {row.row}: {row.column or 'the row'}{value} {row.reason}")
        if self._text.tell() > MOST_BYTES:
            self._left += 1
            return
        self._writer.writerow((row.row, harmless(row.column), harmless(row.value), harmless(row.reason)))

    def content(self) -> bytes | None:
        if not self.first:
            return None
        if self._left:
            self._writer.writerow(("", "", "", f"{self._left} more rows are not listed"))
        return self._text.getvalue().encode("utf-8-sig", "replace")


class StoredBooks:
    """See `bot.imports.ports.Books`."""

    def __init__(self, pool: Pool, url: str, jobs: ImportJobs, committed: Callable[[], None]) -> None:
        self._pool = pool
        self._url = url
        self._jobs = jobs
        self._mappings = Mappings(pool)
        self._committed = committed

    async def known(self, job: Job) -> Known | None:
        last = await self._jobs.last_pull(job) if job.source.scheduled else None
        version, _ = await policy_in_force(self._pool, job.desk_id)
        same = last and last.current and last.report.get("policy") == version and last.file_sha256
        return Known(last.file_sha256, last.report) if last and same else None

    async def preview(self, job: Job, file: Fetched, progress: Callable[[int], None]) -> Settled:
        _, opened = await self._opening(job)
        refused = Refused()
        try:
            report = await asyncio.to_thread(
                self._run, job, file, partial(opened, progress=progress), refused, dry_run=True
            )
        except UnknownHeader as unknown:
            samples = [list(row) for row in unknown.samples[:MOST_SAMPLES]]
            return Settled("asking", {"header": list(unknown.header), "samples": samples}, error=str(unknown))
        found = _found(report, refused)
        if nothing_new(report):
            return Settled("done", {**found, "nothing_new": True})
        return Settled("previewed", found)

    async def decide_missing(self, job: Job) -> Settled:
        what = job.source.missing or "leave"
        decided = await asyncio.to_thread(decide_missing, self._url, job.desk_id, what, by=job.requested_by)
        return Settled("done", {"decided": len(decided)})

    async def take_in(self, job: Job, file: Fetched, progress: Callable[[int], None]) -> None:
        policy, opened = await self._opening(job)
        version, _ = await policy_in_force(self._pool, job.desk_id)
        failed_before = await self._jobs.failed_before(job) if job.source.scheduled else False
        refused = Refused()
        more = {"etag": file.etag, "policy": version}

        def settled(report: ImportReport) -> Settled:
            return Settled("done", {**_found(report, refused), **more}, "", file.sha256, refused.content())

        def at_the_end(connection: psycopg.Connection[DictRow], report: ImportReport) -> None:
            settle_within(connection, job, settled(report), policy, failed_before=failed_before)

        report = await asyncio.to_thread(
            self._run, job, file, partial(opened, progress=progress), refused, before_commit=at_the_end
        )
        if report.number is None:
            await self._jobs.settle(job, settled(report))
        self._committed()

    async def _opening(self, job: Job) -> tuple[Policy, Callable[..., OrderFile]]:
        _, policy = await policy_in_force(self._pool, job.desk_id)
        if policy is None:
            raise CannotFetch("There is no desk for this workspace any more.")
        saved = await self._mappings.all(job.desk_id)
        chosen = _chosen(job.mapping, saved)
        return policy, partial(open_orders, rules=rules_of(policy), mappings=saved, **chosen)

    def _run(
        self, job: Job, file: Fetched, opened: Callable[..., OrderFile], refused: Refused, **more: Any
    ) -> ImportReport:
        """In a thread of its own. The name of the file, not of the disk, goes into the books."""
        by = job.by if job.decided_by or not job.source.scheduled else f"sheet:{job.source.sheet}"
        with file.path.open("rb") as source:
            found = opened(source, job.source.name)
            try:
                return import_orders(self._url, job.desk_id, found, by=by, refused=refused.add, **more)
            except psycopg.errors.LockNotAvailable as busy:
                raise CannotFetch(BUSY, again=True) from busy
            except psycopg.OperationalError as away:
                raise CannotFetch("The database went away. Nothing was imported.", again=True) from away


def _chosen(name: str, saved: tuple[ColumnMapping, ...]) -> dict[str, Any]:
    """A mapping of the desk, else a preset; neither where none was chosen."""
    mapping = next((each for each in saved if each.name == name), None)
    if mapping or not name:
        return {"mapping": mapping}
    if name not in PRESETS:
        raise CannotFetch(f"There is no mapping “{name}” on this desk any more.")
    return {"preset": name}


class Settling(ImportJobs):
    """Whoever delivers hears at once that there is something to say."""

    def __init__(self, pool: Pool, committed: Callable[[], None]) -> None:
        super().__init__(pool)
        self._committed = committed

    async def settle(self, job: Job, settled: Settled) -> None:
        await super().settle(job, settled)
        self._committed()


class StoredImports:
    """See `bot.slack.desk.Imports`."""

    def __init__(self, jobs: ImportJobs, mappings: Mappings, wake: Callable[[], None]) -> None:
        self._jobs = jobs
        self._mappings = mappings
        self._wake = wake

    async def start(self, desk_id: str, source: Source, *, by: str, key: str, mapping: str = "") -> int | None:
        job = await self._jobs.start(desk_id, source, by=by, key=key, mapping=mapping)
        self._wake()
        return job

    async def find(self, desk_id: str, job: int) -> Job | None:
        return await self._jobs.find(desk_id, job)

    async def decide(self, desk_id: str, job: int, state: str, **more: Any) -> Decided:
        decided = await self._jobs.decide(desk_id, job, state, **more)
        self._wake()
        return decided

    async def decide_missing(self, desk_id: str, job: int, what: Literal["shipped", "leave"], **more: Any) -> Decided:
        decided = await self._jobs.decide_missing(desk_id, job, what, **more)
        self._wake()
        return decided

    async def answered(self, desk_id: str, job: int, answers: Mapping[str, str]) -> None:
        await self._jobs.answered(desk_id, job, answers)

    async def mappings(self, desk_id: str) -> tuple[str, ...]:
        return tuple(each.name for each in await self._mappings.all(desk_id))

    async def save_mapping(self, desk_id: str, mapping: ColumnMapping, by: str) -> None:
        await self._mappings.save(desk_id, mapping, by)


class WithImports:
    """See `bot.delivery.ports.Renderer`: what is said of imports, and everything else as `others` draw it."""

    def __init__(self, others: Renderer, jobs: ImportJobs) -> None:
        self._others = others
        self._jobs = jobs

    async def render(self, claimed: Claimed) -> Call:
        if claimed.kind not in KINDS:
            return await self._others.render(claimed)
        payload = claimed.payload
        job = await self._jobs.find(claimed.desk_id, int(payload["job"]))
        if job is None:
            return Nothing("the import is not there")
        if claimed.kind == REFUSED:
            content = await self._jobs.refused(claimed.desk_id, job.id)
            name = f"{PurePath(job.source.name).name.partition('.')[0] or 'orders'}-refused.csv"
            return Upload(str(payload["channel"]), name, content, import_words.refused_comment(job))
        said = import_words.import_message(job, str(payload["as"]))
        if claimed.kind == REDRAW:
            return (Update(str(payload["channel"]), str(payload["ts"]), said["text"], said["blocks"]),)
        return Post(claimed.lane.removeprefix("slack:"), said["text"], said["blocks"])


def nothing_new(report: ImportReport) -> bool:
    orders = report.orders
    told = orders.new or orders.changed or orders.refused or report.exceptions or report.missing.asked
    return not told and report.rows.accepted > 0


def _found(report: ImportReport, refused: Refused) -> dict[str, Any]:
    return {"found": asdict(report), "first_refused": refused.first, "import": report.number}


def drawn_progress(job: Job, percent: int, rate: int) -> dict[str, Any]:
    shown = import_words.saving(job) if percent >= 100 else import_words.progress(job, percent, rate)
    return dict(shown)
