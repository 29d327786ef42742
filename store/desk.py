"""One command's transaction: the store's side of `workflows.ports`."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from store import rows
from store.hot_path import CHANGED, LOCK, ONE_BY_ONE, SNAPSHOT, save
from store.membership import keep_member
from store.numbers import similar_numbers
from store.people_of_desk import people_of
from store.pool import TENANT, Connection, Pool, or_unavailable
from workflows.faults import crash_point
from workflows.outcome import Outcome, Snapshot
from workflows.policy.load import policy_from_json
from workflows.policy.model import Policy
from workflows.policy.people import People
from workflows.ports import Loaded, Member, Numbers, Wanted
from workflows.results import read_result


class LostRaceError(Exception):
    """A guarded update found nothing to update although the order was locked; nothing is saved."""


Clock = Callable[[], datetime]
REFUSED: Final = "request.refused"
NO_DESK: Final = Loaded(datetime.min.replace(tzinfo=UTC), 0, None, None, (), (), frozenset(), None, {}, frozenset())


class PostgresDesk:
    """A unit of work over one connection. See `workflows.ports.UnitOfWork`."""

    def __init__(self, connection: Connection, desk_id: str, clock: Clock | None = None) -> None:
        self._connection = connection
        self._desk_id = desk_id
        self._clock = clock

    async def load(self, wanted: Wanted) -> Loaded:
        parameters = {
            "desk": self._desk_id,
            "key": wanted.key,
            "numbers": list(wanted.numbers),
            "other": wanted.other,
            "request": wanted.request,
            "user": wanted.user_id,
        }
        async with self._connection.pipeline():
            await self._connection.execute(TENANT, parameters)
            await self._connection.execute(LOCK, parameters)
            cursor = await self._connection.execute(SNAPSHOT, parameters)
        row = await cursor.fetchone()  # inside, it would be a round trip of its own
        crash_point("after_load")
        if row and self._clock:
            row["now"] = self._clock()
        return _loaded(row) if row else NO_DESK

    async def similar(self, numbers: Sequence[str]) -> tuple[str, ...]:
        return await similar_numbers(self._connection, self._desk_id, numbers)

    async def policy(self, version: int) -> Policy:
        query = "select document from policies where desk_id = %s and version = %s"
        row = await (await self._connection.execute(query, [self._desk_id, version])).fetchone()
        if row is None:
            raise LookupError(f"desk {self._desk_id} has no policy version {version}")
        return policy_from_json(row["document"])

    async def people(self) -> People:
        return await people_of(self._connection, self._desk_id)

    async def save(self, outcome: Outcome, snapshot: Snapshot, *, key: str, trace: str) -> Numbers:
        parts = _parts(outcome)
        parameters = {
            "actor": snapshot.actor.user_id,
            "desk": self._desk_id,
            "gather_for": outcome.gather_for,
            "key": key,
            "now": snapshot.now,
            "order": outcome.order_number,
            "result": orjson.dumps(outcome.result.dump()).decode(),
            "trace": trace,
            **{name: orjson.dumps(rows, default=_plain).decode() for name, rows in parts.items()},
        }
        async with self._connection.pipeline():
            if "refusals" in parts:
                await self._connection.execute(ONE_BY_ONE, parameters)
            cursor = await self._connection.execute(save(frozenset(parts)), parameters)
            if not _guarded(parts):
                await self._commit()
        row = await cursor.fetchone()
        if row is None or {name: row[name] for name in CHANGED} != _expected(parts):
            raise LostRaceError(outcome.result.dump())
        if _guarded(parts):
            await self._commit()
        crash_point("after_commit")
        return Numbers(row["request"], row["hold"])

    async def _commit(self) -> None:
        crash_point("before_commit")
        await self._connection.commit()


def _guarded(parts: Mapping[str, Sequence[Any]]) -> bool:
    return any(name in parts for name in CHANGED)


def _expected(parts: Mapping[str, Sequence[Any]]) -> dict[str, int]:
    return {name: len(parts.get(name, ())) for name in CHANGED}


def _parts(outcome: Outcome) -> dict[str, Sequence[Any]]:
    """The rows of each part that is not empty; see `store.hot_path.save`."""
    request = outcome.new_request
    parts = {
        "absences": _rows(outcome.new_absence),
        "audit": [entry for entry in outcome.audit if entry.action != REFUSED],
        "chased": _rows(outcome.chased),
        "decisions": _rows(outcome.decision),
        "followers": _rows(outcome.follower),
        "hold_cares": _rows(outcome.hold_care),
        "hold_changes": outcome.hold_changes,
        "hold_dates": _rows(outcome.hold_date),
        "holds": _rows(outcome.new_hold),
        "homes": outcome.homes,
        "hook_calls": outcome.hook_calls,
        "line_changes": outcome.line_changes,
        "new_lines": outcome.new_lines,
        "gathered": [notice for notice in outcome.notices if notice.bulk],
        "notices": [notice for notice in outcome.notices if not notice.bulk],
        "order_changes": _rows(outcome.order_change),
        "reasons": _rows(outcome.new_reason),
        "refreshed": outcome.refreshed,
        "refusals": [entry for entry in outcome.audit if entry.action == REFUSED],
        "request_changes": outcome.request_changes,
        "retries": _rows(outcome.retry_call),
        "requests": _rows(request),
        "status_changes": outcome.status_changes,
        "targets": request.targets if request else (),
    }
    return {name: rows for name, rows in parts.items() if rows}


def _plain(value: Any) -> Any:
    """What a request asks for, which is the one part that is not a dataclass."""
    return value.model_dump(mode="json")


def _rows(value: Any) -> list[Any]:
    return [] if value is None else [value]


def _loaded(row: dict[str, Any]) -> Loaded:
    return Loaded(
        now=row["now"],
        policy_version=row["policy_version"],
        member=rows.member(row["member"]) if row["member"] else None,
        order=rows.order(row["order"], row["lines"]) if row["order"] else None,
        holds=tuple(rows.hold(each) for each in row["holds"] or ()),
        requests=tuple(rows.request(each) for each in row["requests"] or ()),
        recent_refusals=frozenset(row["refusals"] or ()),
        names=row["names"] or {},
        open_calls=frozenset(row["calls"] or ()),
        people_version=row["people_version"],
        other=rows.member(row["other"]) if row["other"] else None,
        earlier=read_result(row["earlier"]) if row["earlier"] else None,
    )


class PostgresStore:
    """Transactions on any desk. See `workflows.ports.Store`."""

    def __init__(self, pool: Pool, committed: Callable[[], None] = lambda: None, *, clock: Clock | None = None) -> None:
        """`committed` is called after every command; it wakes delivery and must not fail.

        Time is the database's, so that no machine's clock decides anything; `clock` takes its place in tests.
        """
        self._pool = pool
        self._committed = committed
        self._clock = clock

    @asynccontextmanager
    async def begin(self, desk_id: str) -> AsyncIterator[PostgresDesk]:
        """Committed by `save`; undone by an exception.

        Raises `Unavailable` where the database is away, full, or another writer holds the order for too long.
        """
        crash_point("before_begin")
        with or_unavailable():
            async with self._pool.connection() as connection:
                yield PostgresDesk(connection, desk_id, self._clock)
        self._committed()

    async def keep_member(self, desk_id: str, member: Member) -> None:
        await keep_member(self._pool, desk_id, member)
