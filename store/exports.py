"""Batches of committed changes for the system of record: each change in exactly one, each batch as it was given.

Changes are not told apart by ids or times, which a change that commits late would slip past: whatever has no batch yet
is in the next one. Exports of a desk go one after the other, by a lock that no command needs; the row of counters,
which commands do need, is taken last.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from store.home import redraw_admins
from store.policies import in_force
from store.pool import READER, Connection, Pool
from workflows.exports.changes import CommittedChange, Rows
from workflows.exports.fields import STATUS_KINDS
from workflows.exports.files import ExportFile, form_of
from workflows.faults import crash_point
from workflows.policy.model import ExportKind, Policy

MOST_CHANGES: Final = 50_000
MOST_BYTES: Final = 64 * 1024 * 1024
STRETCH: Final = 500  # changes that are drawn at a time, between which others get their turn

# A large batch takes longer than a click may.
_PATIENT: Final = """
    select set_config('statement_timeout', '0', true), set_config('lock_timeout', '60s', true),
           set_config('idle_in_transaction_session_timeout', '60s', true)
"""
_ONE_BY_ONE: Final = "select pg_advisory_xact_lock(hashtextextended('export:' || %(desk)s, 0))"
_NEXT: Final = "select export + 1 as number, clock_timestamp() as now from counters where desk_id = %(desk)s"
_WAITING: Final = """
    select s.id, s.kind, s.facts, s.order_number, o.customer, s.request, r.requested_by, r.requested_at, r.note,
           coalesce(r.decided_at, s.at) as decided_at, r.decided_by, c.state, c.attempts, c.accepted_at,
           (select jsonb_agg(d.member order by d.at, d.member) from decisions d
            where d.desk_id = %(desk)s and d.request = s.request and d.decision = 'approve') as signers
    from status_changes s
    join requests r on r.desk_id = s.desk_id and r.number = s.request
    join orders o on o.desk_id = s.desk_id and o.number = s.order_number
    left join hook_calls c on c.desk_id = s.desk_id and c.request = s.request and c.endpoint = 'refund'
    where s.desk_id = %(desk)s and s.kind = any(%(kinds)s) and s.batch is null
    order by s.id limit %(most)s
"""
_NAMES: Final = "select user_id, name from members where desk_id = %(desk)s and name <> ''"
_SINCE: Final = "select number, active_at from holds where desk_id = %(desk)s and number = any(%(holds)s)"
_KEEP: Final = """
    insert into export_batches (desk_id, number, kind, taken_at, taken_by, changes, content)
    values (%(desk)s, %(number)s, %(kind)s, %(now)s, %(by)s, %(changes)s, %(content)s)
"""
_MARK: Final = """
    update status_changes s set batch = %(number)s from unnest(%(ids)s::bigint[]) as taken (id)
    where s.desk_id = %(desk)s and s.id = taken.id and s.batch is null
"""
_AUDIT: Final = """
    insert into audit (desk_id, chain, at, actor, action, facts)
    values (%(desk)s, '', clock_timestamp(), %(by)s, 'export.taken', %(facts)s::jsonb)
"""
_COUNT: Final = """
    update counters set export = %(number)s where desk_id = %(desk)s and export = %(number)s - 1
"""
_AGAIN: Final = """
    select number, kind, changes, content, taken_at from export_batches
    where desk_id = %(desk)s and number = %(number)s and (%(kind)s::text is null or kind = %(kind)s)
"""
_BATCHES: Final = """
    select number, kind, changes, taken_at, taken_by from export_batches
    where desk_id = %(desk)s and (%(kind)s::text is null or kind = %(kind)s)
    and (%(before)s::bigint is null or number < %(before)s)
    order by number desc limit %(most)s
"""


class NoDesk(LookupError):
    """There is no desk, or none with a policy."""


@dataclass(frozen=True, slots=True)
class Batch:
    """`number` None: nothing was taken, as with a look ahead. `more`: further changes wait for the next batch."""

    number: int | None
    kind: str
    changes: int
    content: bytes
    taken_at: datetime | None
    more: bool = False


@dataclass(frozen=True, slots=True)
class TakenBatch:
    """A batch without its content. `taken_by`: a Slack user id, `cli:…` or `key:…`."""

    number: int
    kind: str
    changes: int
    taken_at: datetime
    taken_by: str


async def _nothing_else(_connection: Connection, _batch: Batch) -> None:
    pass


class Exports:
    def __init__(self, pool: Pool, *, most: int = MOST_CHANGES) -> None:
        self._pool = pool
        self._most = most

    async def take(
        self,
        desk_id: str,
        kind: ExportKind,
        by: str,
        *,
        notice: int | None = None,
        also: Callable[[Connection, Batch], Awaitable[None]] = _nothing_else,
    ) -> Batch:
        """The next batch, stored before it is given. Where nothing waits: no number, and the header alone.

        `notice`: the notice that brings it to somebody; asked for again on its behalf, it is the same batch.
        `also` is done in the same transaction, also where nothing waits. Raises NoDesk.
        """
        async with self._reading(desk_id) as connection:
            await connection.execute(_ONE_BY_ONE, {"desk": desk_id})
            earlier = await _of_notice(connection, desk_id, notice) if notice else None
            if earlier is not None:
                return earlier
            draft = await self._drawn(connection, desk_id, kind, numbered=True)
            batch = draft.batch()
            await also(connection, batch)
            if not draft.ids:
                return batch
            await redraw_admins(connection, desk_id)
            await _keep(connection, draft, by, notice)
            crash_point("before_export_commit")
        crash_point("after_export_commit")
        return batch

    async def peek(self, desk_id: str, kind: ExportKind) -> Batch:
        """What the next batch would be, without a number. Raises NoDesk."""
        async with self._reading(desk_id) as connection:
            draft = await self._drawn(connection, desk_id, kind, numbered=False)
        return Batch(None, kind, len(draft.ids), bytes(draft.content), None, draft.more)

    async def again(self, desk_id: str, number: int, kind: str | None = None) -> Batch | None:
        """A batch that was taken, byte for byte; None where there is none with this number (and kind)."""
        async with self._reading(desk_id) as connection:
            return await _again(connection, desk_id, number, kind)

    async def batches(
        self, desk_id: str, kind: str | None = None, *, before: int | None = None, most: int = 50
    ) -> tuple[TakenBatch, ...]:
        """The newest first; `before`: only those with a smaller number."""
        parameters = {"before": before, "desk": desk_id, "kind": kind, "most": most}
        async with self._reading(desk_id) as connection:
            rows = await (await connection.execute(_BATCHES, parameters)).fetchall()
        return tuple(TakenBatch(**row) for row in rows)

    @asynccontextmanager
    async def _reading(self, desk_id: str) -> AsyncIterator[Connection]:
        """Nobody who applies a policy waits for it, nor who waits for them."""
        async with self._pool.connection() as connection:
            await connection.execute(READER, {"desk": desk_id})
            await connection.execute(_PATIENT)
            yield connection

    async def _drawn(self, connection: Connection, desk_id: str, kind: ExportKind, *, numbered: bool) -> "_Draft":
        row = await (await connection.execute(_NEXT, {"desk": desk_id})).fetchone()
        _, policy = await in_force(connection, desk_id)
        if row is None or policy is None:
            raise NoDesk(desk_id)
        names = {each["user_id"]: each["name"] async for each in await connection.execute(_NAMES, {"desk": desk_id})}
        number = row["number"] if numbered else None
        draft = _Draft.of(desk_id, kind, policy, names, number=number, now=row["now"])
        parameters = {"desk": desk_id, "kinds": list(STATUS_KINDS[kind]), "most": self._most + 1}
        async with connection.cursor("waiting_changes") as cursor:
            await cursor.execute(_WAITING, parameters)
            while not draft.more and (rows := await cursor.fetchmany(STRETCH)):
                draft.add(rows, await _since(connection, desk_id, rows), self._most)
        return draft


@dataclass(slots=True)
class _Draft:
    """A batch under way. `ids` are the changes in it."""

    desk_id: str
    kind: ExportKind
    number: int | None
    now: datetime
    makes: Rows
    file: ExportFile
    content: bytearray
    ids: list[int] = field(default_factory=list)
    more: bool = False

    @classmethod
    def of(
        cls,
        desk_id: str,
        kind: ExportKind,
        policy: Policy,
        names: Mapping[str, str],
        *,
        number: int | None,
        now: datetime,
    ) -> "_Draft":
        form = form_of(policy, kind)
        file = ExportFile(form, policy.desk.timezone)
        return cls(desk_id, kind, number, now, Rows(policy, form, names), file, bytearray(file.header()))

    def batch(self) -> Batch:
        content = bytes(self.content)
        if not self.ids:
            return Batch(None, self.kind, 0, content, None)
        return Batch(self.number, self.kind, len(self.ids), content, self.now, self.more)

    def add(self, rows: Sequence[Mapping[str, Any]], since: Mapping[int, datetime], most: int) -> None:
        if len(self.content) > MOST_BYTES:
            self.more = True
            return
        taken = rows[: most - len(self.ids)]
        self.more = len(taken) < len(rows)
        changes = (_change(row, since) for row in taken)
        self.content += self.file.rows(line for change in changes for line in self.makes.of(change, self.number))
        self.ids += [row["id"] for row in taken]


def _change(row: Mapping[str, Any], since: Mapping[int, datetime]) -> CommittedChange:
    """A hold that ended with its order's cancel, or was placed by its owner, has the signers of its request."""
    facts = row["facts"]
    call = {name: row[name] for name in ("state", "attempts", "accepted_at")} if row["state"] else {}
    return CommittedChange(
        kind=row["kind"],
        facts=facts,
        order_number=row["order_number"],
        customer=row["customer"],
        request=row["request"],
        requested_by=row["requested_by"],
        requested_at=row["requested_at"],
        signers=tuple(row["signers"] or filter(None, [row["decided_by"]])),
        decided_at=row["decided_at"],
        note=row["note"],
        since=since.get(facts.get("hold", 0)),
        **call,
    )


async def _since(connection: Connection, desk_id: str, rows: Sequence[Mapping[str, Any]]) -> dict[int, datetime]:
    """When the holds of these changes became active."""
    holds = [row["facts"]["hold"] for row in rows if "hold" in row["facts"]]
    if not holds:
        return {}
    cursor = await connection.execute(_SINCE, {"desk": desk_id, "holds": holds})
    return {row["number"]: row["active_at"] async for row in cursor}


async def _keep(connection: Connection, draft: _Draft, by: str, notice: int | None) -> None:
    content = bytes(draft.content)
    changes = len(draft.ids)
    facts = {
        "batch": draft.number,
        "changes": changes,
        "kind": draft.kind,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    parameters = {
        "by": by,
        "changes": changes,
        "content": content,
        "desk": draft.desk_id,
        "facts": orjson.dumps(facts).decode(),
        "ids": draft.ids,
        "kind": draft.kind,
        "notice": notice,
        "now": draft.now,
        "number": draft.number,
    }
    await connection.execute(_KEEP, parameters)
    marked = await connection.execute(_MARK, parameters)
    if notice:
        await connection.execute(_NOTE, parameters)
    await connection.execute(_AUDIT, parameters)
    counted = await connection.execute(_COUNT, parameters)
    if (marked.rowcount, counted.rowcount) != (changes, 1):
        raise RuntimeError(f"batch {draft.number}: {marked.rowcount} of {changes} changes could be taken")


_NOTE: Final = """
    update notices set payload = payload || jsonb_build_object('batch', %(number)s::bigint)
    where desk_id = %(desk)s and id = %(notice)s
"""


async def _of_notice(connection: Connection, desk_id: str, notice: int) -> Batch | None:
    """The batch that was taken for this notice before."""
    query = "select payload -> 'batch' as batch from notices where desk_id = %s and id = %s"
    row = await (await connection.execute(query, [desk_id, notice])).fetchone()
    return await _again(connection, desk_id, row["batch"], None) if row and row["batch"] else None


async def _again(connection: Connection, desk_id: str, number: int, kind: str | None) -> Batch | None:
    parameters = {"desk": desk_id, "kind": kind, "number": number}
    row = await (await connection.execute(_AGAIN, parameters)).fetchone()
    return Batch(**row) if row else None
