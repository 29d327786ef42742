"""The import loop: claim a job, fetch its file, preview or import it, settle. Any number of these may run."""

import asyncio
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from bot.imports.ports import Books, CannotFetch, Clients, Fetched, Fetching, Interrupted, Jobs, Known, Unchanged
from bot.imports.telling import Draw, Meter, keep_telling
from bot.woken import Loop
from workflows.faults import crash_point
from workflows.imports.jobs import Job, LostLease, Settled
from workflows.imports.values import UnreadableFile

log = structlog.get_logger(__name__)
MOST_TRIES: Final = 5
FIRST_DELAY: Final = 5  # seconds, doubling
OTHER_FILE: Final = "The file is not the one of the preview any more. Begin again with /desk import."
GAVE_UP: Final = "It could not be read: Redtag stopped each time it tried. Tell an admin the reference {reference}."
BROKEN: Final = "Something went wrong on our side, so nothing was imported. Tell an admin the reference {reference}."


class Imports:
    """Does the jobs that are waiting, one after the other, until stopped."""

    def __init__(
        self,
        jobs: Jobs,
        fetching: Fetching,
        books: Books,
        clients: Clients,
        draw: Draw,
        *,
        lease: timedelta = timedelta(seconds=60),
    ) -> None:
        self._jobs = jobs
        self._fetching = fetching
        self._books = books
        self._clients = clients
        self._draw = draw
        self._lease = lease
        self._loop = Loop("imports", self.once)
        self._meter: Meter | None = None

    def wake(self) -> None:
        self._loop.wake()

    def stop(self) -> None:
        """What is being read is let go of, for another process or the next start."""
        if self._meter:
            self._meter.stopped = True
        self._loop.stop()

    async def run(self) -> None:
        await self._loop.run()

    async def once(self) -> bool:
        """Whether there was a job to do."""
        crash_point("before_import_claim")
        job = await self._jobs.claim(self._lease)
        if job is None:
            return False
        try:
            await self._do(job)
        except Interrupted:
            await self._jobs.later(job, timedelta(), "interrupted")
        except LostLease:
            log.info("import.taken_over", job=job.id, desk=job.desk_id)
        except CannotFetch as failed:
            if failed.again and job.attempts < MOST_TRIES:
                await self._jobs.later(job, _delay(job), str(failed))
            else:
                await self._fail(job, failed)
        except UnreadableFile as problem:
            await self._fail(job, problem)
        except Exception:  # one job that cannot be done must not end the loop
            reference = f"{job.id}-{uuid.uuid4().hex[:4].upper()}"
            log.exception("import.failed", job=job.id, desk=job.desk_id, reference=reference)
            await self._broken(job, reference)
        return True

    async def _do(self, job: Job) -> None:
        if job.attempts > MOST_TRIES:
            await self._fail(job, GAVE_UP.format(reference=job.id))
            return
        if job.source.missing:
            await self._jobs.settle(job, await self._books.decide_missing(job))
            return
        known = await self._books.known(job)
        with tempfile.TemporaryDirectory(prefix="redtag-import-") as folder:
            crash_point("before_fetch")
            found = await self._fetching.fetch(job, Path(folder), etag=known.etag if known else "")
            if isinstance(found, Unchanged) or (known and found.sha256 == known.sha256):
                await self._jobs.settle(job, _nothing_new(known))
                return
            crash_point("after_fetch")
            await self._read(job, found)

    async def _read(self, job: Job, file: Fetched) -> None:
        if job.state == "confirmed" and file.sha256 != job.file_sha256:
            await self._fail(job, OTHER_FILE)
            return
        async with self._holding(job, file) as meter:
            if job.state == "confirmed" or job.source.scheduled:
                await self._books.take_in(job, file, meter.more)
                crash_point("after_import")
                return
            settled = await self._books.preview(job, file, meter.more)
        crash_point("after_preview")
        await self._jobs.settle(job, replace(settled, file_sha256=file.sha256))

    @asynccontextmanager
    async def _holding(self, job: Job, file: Fetched) -> AsyncIterator[Meter]:
        """The lease is kept, and people are told how far it is."""
        self._meter = meter = Meter(file)
        meter.stopped = self._loop.stopping
        beside = [asyncio.create_task(self._keep(job, meter))]
        if job.state == "confirmed":
            rows = int(job.report.get("found", {}).get("rows", {}).get("read", 0))
            beside.append(asyncio.create_task(keep_telling(self._clients, job, meter, self._draw, rows=rows)))
        try:
            yield meter
        finally:
            self._meter = None
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _keep(self, job: Job, meter: Meter) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            try:
                if not await self._jobs.keep(job, self._lease):
                    meter.stopped = True
            except Exception as error:  # noqa: BLE001 - the next beat may find the database again
                log.info("import.not_kept", job=job.id, error=type(error).__name__)

    async def _fail(self, job: Job, why: object) -> None:
        await self._jobs.settle(job, Settled("failed", _kept(job), error=str(why)))

    async def _broken(self, job: Job, reference: str) -> None:
        if job.attempts < MOST_TRIES:
            await self._jobs.later(job, _delay(job), reference)
        else:
            await self._fail(job, BROKEN.format(reference=reference))


def _delay(job: Job) -> timedelta:
    return timedelta(seconds=FIRST_DELAY * 2 ** (job.attempts - 1))


def _kept(job: Job) -> dict[str, object]:
    return {key: value for key, value in job.report.items() if key != "found"}


def _nothing_new(known: Known | None) -> Settled:
    """What the last look found still counts."""
    report = {key: value for key, value in known.report.items() if key != "found"} if known else {}
    return Settled("done", {**report, "nothing_new": True}, file_sha256=known.sha256 if known else "")
