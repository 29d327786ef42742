"""Imports begun in Slack or by a schedule: durable before anybody is answered, and done by one worker at a time.

A worker holds a job by a lease and a token. Whoever lost its lease changes nothing: the import itself asks for the
token in its own transaction, so a job is done once, or not at all.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Literal

import orjson
import psycopg
from psycopg.rows import DictRow

from store.policies import desks, in_force
from store.pool import Connection, Pool, desk_transaction, or_unavailable
from workflows.imports.jobs import Decided, Job, LostLease, Settled, Source, news_of, redraw
from workflows.outcome import Notice
from workflows.policy.model import Policy

_COLUMNS: Final = """
    j.desk_id, j.id, j.state, j.source, j.requested_by, j.channel, j.ts, j.file_sha256, j.mapping, j.report, j.error,
    j.token, j.created_at, j.decided_by, j.attempts, coalesce(octet_length(j.refused), 0) as refused
"""
_START: Final = """
    with arrived as (
        insert into inbound (desk_id, key, at)
        select desk_id, %(key)s, clock_timestamp() from desks where desk_id = %(desk)s
        on conflict do nothing returning key
    )
    insert into import_jobs (desk_id, state, source, requested_by, mapping, created_at, free_at)
    select %(desk)s, 'waiting', %(source)s::jsonb, %(by)s, %(mapping)s, clock_timestamp(), clock_timestamp()
    from arrived returning id
"""
_PULL: Final = f"""
    with open as (
        select 1 from import_jobs j where j.desk_id = %(desk)s and j.source ->> 'sheet' = %(sheet)s
        and j.state in ('waiting', 'confirmed') and j.source ->> 'scheduled' = 'true'
    )
    insert into import_jobs as j (desk_id, state, source, requested_by, mapping, created_at, free_at)
    select %(desk)s, 'waiting', %(source)s::jsonb, 'sheet:' || %(sheet)s, %(mapping)s, clock_timestamp(),
           clock_timestamp()
    where not exists (select from open) returning {_COLUMNS}
"""
_FIND: Final = f"select {_COLUMNS} from import_jobs j where j.desk_id = %(desk)s and j.id = %(id)s"
_DECIDE: Final = f"""
    update import_jobs j
    set state = %(to)s, decided_by = %(by)s, channel = coalesce(nullif(%(channel)s, ''), j.channel),
        ts = coalesce(nullif(%(ts)s, ''), j.ts), mapping = coalesce(%(mapping)s, j.mapping), attempts = 0, error = '',
        free_at = clock_timestamp(), settled_at = case when %(to)s = 'declined' then clock_timestamp() end
    where j.desk_id = %(desk)s and j.id = %(id)s and j.state = %(from)s
    returning {_COLUMNS}
"""
_ANSWERED: Final = """
    update import_jobs set report = report || jsonb_build_object('answers', %(answers)s::jsonb)
    where desk_id = %(desk)s and id = %(id)s and state = 'asking'
"""
# Once for each import, whoever clicks.
_DECIDE_MISSING: Final = f"""
    update import_jobs j
    set report = j.report || jsonb_build_object('missing_decided', %(decided)s::jsonb)
    where j.desk_id = %(desk)s and j.id = %(id)s and j.state = 'done' and j.report -> 'missing_decided' is null
    returning {_COLUMNS}
"""
_CLAIM: Final = f"""
    with next as (
        select id from import_jobs
        where desk_id = %(desk)s and state in ('waiting', 'confirmed') and free_at <= clock_timestamp()
        order by free_at, id limit 1 for update skip locked
    )
    update import_jobs j
    set token = %(token)s, free_at = clock_timestamp() + %(lease)s, attempts = j.attempts + 1
    from next where j.desk_id = %(desk)s and j.id = next.id
    returning {_COLUMNS}
"""
_KEEP: Final = """
    update import_jobs set free_at = clock_timestamp() + %(lease)s
    where desk_id = %(desk)s and id = %(id)s and token = %(token)s and state in ('waiting', 'confirmed') returning id
"""
_LATER: Final = """
    update import_jobs set token = '', error = %(error)s, free_at = clock_timestamp() + %(delay)s
    where desk_id = %(desk)s and id = %(id)s and token = %(token)s returning id
"""
_SETTLE: Final = """
    update import_jobs
    set state = %(state)s, report = %(report)s::jsonb, error = %(error)s, token = '', attempts = 0,
        file_sha256 = coalesce(nullif(%(sha256)s, ''), file_sha256), refused = %(refused)s,
        settled_at = case when %(state)s in ('done', 'failed') then clock_timestamp() end
    where desk_id = %(desk)s and id = %(id)s and token = %(token)s and state in ('waiting', 'confirmed') returning id
"""
# A sheet is looked at every few minutes; of the looks that found nothing new, the last is enough.
_FORGET: Final = """
    delete from import_jobs
    where desk_id = %(desk)s and id < %(id)s and source ->> 'sheet' = %(sheet)s and source ->> 'scheduled' = 'true'
    and state = 'done' and report ->> 'nothing_new' = 'true'
"""
_LAST: Final = f"""
    select {_COLUMNS}, (select import from counters where desk_id = %(desk)s) as newest
    from import_jobs j
    where j.desk_id = %(desk)s and j.source ->> 'sheet' = %(sheet)s and j.state = any(%(states)s) and j.id < %(before)s
    order by j.id desc limit 1
"""
_NOTICE: Final = """
    insert into notices (desk_id, kind, lane, order_number, payload, created_at, due_at)
    values (%(desk)s, %(kind)s, %(lane)s, '', %(payload)s::jsonb, clock_timestamp(), clock_timestamp())
"""
_REFUSED: Final = "select refused from import_jobs where desk_id = %s and id = %s"
Statement = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class LastPull:
    """What the last good look at a sheet saw. `current`: nothing was imported since, so that it still counts."""

    file_sha256: str
    current: bool
    report: Mapping[str, Any]


class ImportJobs:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def start(self, desk_id: str, source: Source, *, by: str, key: str, mapping: str = "") -> int | None:
        """The job's number, durable; None where this very submission came before."""
        values = {"by": by, "desk": desk_id, "key": f"import:{key}", "mapping": mapping, "source": _json(source)}
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await (await connection.execute(_START, values)).fetchone()
        return int(row["id"]) if row else None

    async def find(self, desk_id: str, job: int) -> Job | None:
        async with desk_transaction(self._pool, desk_id) as connection:
            return await _one(connection, _FIND, {"desk": desk_id, "id": job})

    async def decide(
        self,
        desk_id: str,
        job: int,
        state: str,
        *,
        by: str,
        channel: str = "",
        ts: str = "",
        mapping: str | None = None,
    ) -> Decided:
        """Confirm or decline a preview, or say how the columns of an asking job are matched: once, whoever comes."""
        came_from, drawn = _STEPS[state]
        values = {"by": by, "desk": desk_id, "channel": channel, "from": came_from, "id": job, "mapping": mapping}
        async with desk_transaction(self._pool, desk_id) as connection:
            found = await _one(connection, _DECIDE, {**values, "to": state, "ts": ts})
            if found is None:
                return Decided(await _one(connection, _FIND, values), changed=False)
            if found.ts:
                await connection.execute(*_notice(desk_id, redraw(found, drawn)))
        return Decided(found, changed=True)

    async def decide_missing(
        self, desk_id: str, job: int, what: Literal["shipped", "leave"], *, by: str, key: str, channel: str, ts: str
    ) -> Decided:
        """What became of the orders that were not in the file of `job`; carried out by a worker."""
        decided = orjson.dumps({"by": by, "what": what}).decode()
        source = Source(name="missing orders", missing=what)
        begun = {"by": by, "desk": desk_id, "key": f"import:{key}", "mapping": "", "source": _json(source)}
        async with desk_transaction(self._pool, desk_id) as connection:
            found = await _one(connection, _DECIDE_MISSING, {"decided": decided, "desk": desk_id, "id": job})
            if found is None:
                return Decided(await _one(connection, _FIND, {"desk": desk_id, "id": job}), changed=False)
            await connection.execute(_START, begun)
            await connection.execute(*_notice(desk_id, redraw(replace(found, channel=channel, ts=ts), "done")))
        return Decided(found, changed=True)

    async def answered(self, desk_id: str, job: int, answers: Mapping[str, str]) -> None:
        """What is known of its columns by now; further questions may follow."""
        values = {"answers": orjson.dumps(answers).decode(), "desk": desk_id, "id": job}
        async with desk_transaction(self._pool, desk_id) as connection:
            await connection.execute(_ANSWERED, values)

    async def claim(self, lease: timedelta) -> Job | None:
        """A job to do, held until the lease ends."""
        with or_unavailable():
            for desk_id in await desks(self._pool):
                values = {"desk": desk_id, "lease": lease, "token": uuid.uuid4().hex}
                async with desk_transaction(self._pool, desk_id) as connection:
                    found = await _one(connection, _CLAIM, values)
                if found:
                    return found
        return None

    async def keep(self, job: Job, lease: timedelta) -> bool:
        """Hold it longer; False where it is not ours any more."""
        return await self._changed(job, _KEEP, {"lease": lease})

    async def later(self, job: Job, delay: timedelta, error: str) -> bool:
        """Let go of it, to be tried again."""
        return await self._changed(job, _LATER, {"delay": delay, "error": error[:500]})

    async def settle(self, job: Job, settled: Settled) -> None:
        """What a preview came to, or why nothing can be imported. Raises LostLease."""
        async with desk_transaction(self._pool, job.desk_id) as connection:
            _, policy = await in_force(connection, job.desk_id)
            before = await _one(connection, _LAST, _last(job, ["done", "failed"]))
            first, *others = settling(job, settled, policy, failed_before=_failed(before))
            if await (await connection.execute(*first)).fetchone() is None:
                raise LostLease
            for statement in others:
                await connection.execute(*statement)

    async def failed_before(self, job: Job) -> bool:
        async with desk_transaction(self._pool, job.desk_id) as connection:
            return _failed(await _one(connection, _LAST, _last(job, ["done", "failed"])))

    async def last_pull(self, job: Job) -> LastPull | None:
        async with desk_transaction(self._pool, job.desk_id) as connection:
            row = await (await connection.execute(_LAST, _last(job, ["done"]))).fetchone()
        if row is None:
            return None
        report = row["report"]
        current = row["newest"] is not None and row["newest"] == report.get("import")
        return LastPull(row["file_sha256"], current, report)

    async def refused(self, desk_id: str, job: int) -> bytes:
        """The rows that were not taken, as CSV."""
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await (await connection.execute(_REFUSED, [desk_id, job])).fetchone()
        return bytes(row["refused"] or b"") if row else b""

    async def _changed(self, job: Job, statement: str, more: Mapping[str, Any]) -> bool:
        values = {"desk": job.desk_id, "id": job.id, "token": job.token, **more}
        async with desk_transaction(self._pool, job.desk_id) as connection:
            return await (await connection.execute(statement, values)).fetchone() is not None


async def pull(connection: Connection, desk_id: str, source: Source, mapping: str) -> Job | None:
    """A scheduled look at a sheet, within the transaction that takes its slot; None while one is under way."""
    values = {"desk": desk_id, "mapping": mapping, "sheet": source.sheet, "source": _json(source)}
    return await _one(connection, _PULL, values)


def settle_within(
    connection: psycopg.Connection[DictRow], job: Job, settled: Settled, policy: Policy | None, *, failed_before: bool
) -> None:
    """The end of the job, in the transaction of its import. Raises LostLease, so that nothing is imported twice."""
    first, *others = settling(job, settled, policy, failed_before=failed_before)
    if connection.execute(*first).fetchone() is None:
        raise LostLease
    for statement in others:
        connection.execute(*statement)


def settling(job: Job, settled: Settled, policy: Policy | None, *, failed_before: bool) -> Sequence[Statement]:
    """The job's new state first, which says whether it is still ours; then who is told."""
    values = {
        "desk": job.desk_id,
        "error": settled.error,
        "id": job.id,
        "refused": settled.refused,
        "report": orjson.dumps(settled.report, default=str).decode(),
        "sha256": settled.file_sha256,
        "sheet": job.source.sheet,
        "state": settled.state,
        "token": job.token,
    }
    news = news_of(job, settled, policy, failed_before=failed_before) if policy else ()
    forget = [(_FORGET, values)] if job.source.scheduled and settled.state == "done" else []
    return [(_SETTLE, values), *forget, *(_notice(job.desk_id, notice) for notice in news)]


# What a decision makes of a job: the state it must be in, and what the message that was clicked then shows.
_STEPS: Final[Mapping[str, tuple[str, str]]] = {
    "confirmed": ("previewed", "confirmed"),
    "declined": ("previewed", "declined"),
    "waiting": ("asking", "matched"),
}


def _json(source: Source) -> str:
    return source.model_dump_json(exclude_none=True)


def _last(job: Job, states: list[str]) -> dict[str, Any]:
    return {"before": job.id, "desk": job.desk_id, "sheet": job.source.sheet or "", "states": states}


def _failed(before: Job | None) -> bool:
    return before is not None and before.state == "failed"


def _notice(desk_id: str, notice: Notice) -> Statement:
    payload = orjson.dumps(notice.payload).decode()
    return _NOTICE, {"desk": desk_id, "kind": notice.kind, "lane": notice.lane, "payload": payload}


async def _one(connection: Connection, statement: str, values: Mapping[str, Any]) -> Job | None:
    row = await (await connection.execute(statement, values)).fetchone()
    return _job(row) if row else None


def _job(row: Mapping[str, Any]) -> Job:
    kept = {name: row[name] for name in Job.__dataclass_fields__}
    return Job(**{**kept, "source": Source.model_validate(row["source"])})
