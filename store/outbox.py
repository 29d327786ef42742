"""The outbox: notices are claimed with a lease on their lane, sent outside any transaction, and settled.

A lane is one destination. At most one of its notices is under way, so a lane keeps its order; notices of an order wait
for earlier ones of the same order and lane, and others pass them by.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
import psycopg
import structlog

from store.home import redraw_admins
from store.outbox_sql import BACKLOG, CLAIM, DEAD, RETRY_DEAD, SETTLE, SETTLE_CALL
from store.pool import Pool, desk_transaction, worker_transaction
from workflows.endpoints import REFUND
from workflows.hook_calls import key_of
from workflows.notices import PACES, Claimed, Dead, Retry, Sent, Settlement, Skipped, pace

__all__ = [
    "CHANNEL",
    "Backlog",
    "Claimed",
    "DeadNotice",
    "Outbox",
    "backlog",
    "claim",
    "dead",
    "hint",
    "retry_dead",
    "settle",
]

CHANNEL: Final = "redtag_notices"
ACTOR: Final = "redtag"
# What the audit says of a send; the private answers and the redrawn cards would only fill it.
AUDITED: Final = frozenset(
    {
        "card",
        "card.email",
        "digest",
        "digest.email",
        "floor",
        "floor.email",
        "hook",
        "outcome",
        "request.email",
        "requester.email",
    }
)
HOOK: Final = "hook"
HOME: Final = "home"
TOLD_AT: Final = frozenset({1, 8})  # tries after which people hear of a call that fails: at once, and after ten minutes
CARDS: Final = frozenset({"card", "card.redraw"})
LONGEST_ERROR: Final = 500
FIRST_DELAY: Final = 0.5  # seconds, before listening again; doubles
LONGEST_DELAY: Final = 30.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Backlog:
    desk_id: str
    ready: int
    dead: int
    oldest: timedelta | None  # age of the oldest ready notice


@dataclass(frozen=True, slots=True)
class DeadNotice:
    id: int
    kind: str
    lane: str
    order_number: str
    request: int | None
    error: str
    attempts: int
    created_at: datetime
    settled_at: datetime


async def claim(pool: Pool, *, limit: int, lease: timedelta) -> list[Claimed]:
    """Take up to `limit` lanes that have something due, each for `lease`, with the notice to send first."""
    if limit < 1:
        return []
    async with worker_transaction(pool) as connection:
        cursor = await connection.execute(CLAIM, {"lease": lease, "limit": limit})
        return [Claimed(**row) for row in await cursor.fetchall()]


async def settle(
    pool: Pool, claimed: Claimed, settlement: Settlement, *, paces: Mapping[str, timedelta] = PACES
) -> bool:
    """Write down how a send ended and free its lane. False, and nothing written, where the lane is no longer ours."""
    parameters = _common(claimed) | _ending(claimed, settlement) | _resting(claimed, settlement, paces)
    statement = SETTLE
    if claimed.kind == HOOK:
        statement, parameters = SETTLE_CALL, parameters | _call(claimed, settlement)
    async with desk_transaction(pool, claimed.desk_id) as connection:
        row = await (await connection.execute(statement, parameters)).fetchone()
        settled = bool(row and row["settled"])
        if settled and isinstance(settlement, Dead) and claimed.kind != HOME:  # else a tab that cannot be drawn loops
            await redraw_admins(connection, claimed.desk_id)
    return settled


def _common(claimed: Claimed) -> dict[str, Any]:
    return {
        "desk": claimed.desk_id,
        "id": claimed.id,
        "lane": claimed.lane,
        "order": claimed.order_number,
        "request": claimed.request,
        "requests": _requests(claimed),
        "token": claimed.token,
    }


def _requests(claimed: Claimed) -> list[int]:
    """The requests that a card shows: one, or those of a bulk that came together in this notice."""
    gathered = (int(item["request"]) for item in claimed.payload.get("items", ()))
    return sorted({*gathered, *([claimed.request] if claimed.request else [])})


def _ending(claimed: Claimed, settlement: Settlement) -> dict[str, Any]:
    """The notice's new state and the audit entry, if there is one."""
    values: dict[str, Any] = {"actor": ACTOR, "card": False, "certain": True, "channel": "", "error": "", "ts": ""}
    facts: dict[str, Any] = {"kind": claimed.kind, "lane": claimed.lane, "notice": claimed.id}
    match settlement:
        case Sent(channel, ts, more):
            values |= {"channel": channel, "state": "sent", "ts": ts}
            values["card"] = bool(ts) and claimed.kind in CARDS and claimed.request is not None
            facts |= {"attempts": claimed.attempts, **_given(channel=channel, ts=ts), **more}
        case Skipped(reason):
            values |= {"error": _plain(reason), "state": "skipped"}
            facts |= {"reason": _plain(reason)}
        case Dead(error, definite):
            values |= {"certain": definite, "error": _plain(error), "state": "dead"}
            facts |= {"attempts": claimed.attempts, "error": _plain(error)}
        case Retry(_, error, definite):
            values |= {"certain": definite, "error": _plain(error), "state": "ready"}
    said = isinstance(settlement, Dead) or (claimed.kind in AUDITED and not isinstance(settlement, Retry))
    action = f"notice.{values['state']}" if said else ""
    return values | {"action": action, "facts": orjson.dumps(facts).decode()}


def _call(claimed: Claimed, settlement: Settlement) -> dict[str, Any]:
    """How the call to another system stands. People hear when it is first refused, and given up.

    Of a refund they hear as well that it was accepted; of a webhook not, nor of one that left the policy.
    """
    key = key_of(claimed.payload, claimed.request)
    refund = key.endpoint == REFUND
    match settlement:
        case Sent():
            state, told, trouble = "accepted", refund, False
        case Retry(_, _, definite):
            state = "failed" if definite else "unknown"
            told = trouble = claimed.attempts in TOLD_AT
        case Dead(_, definite):
            state, told, trouble = "failed" if definite else "unknown", True, True
        case Skipped():
            state, told, trouble = "failed", refund, True
    return {
        **asdict(key),
        "aloud": refund or isinstance(settlement, Dead),
        "call_state": state,
        "news": trouble or claimed.attempts > 1,
        "refund": refund,
        "told": told,
        "trace": claimed.trace,
        "trouble": trouble,
    }


def _resting(claimed: Claimed, settlement: Settlement, paces: Mapping[str, timedelta]) -> dict[str, timedelta]:
    """When the notice is due again, and how long its lane rests."""
    rest = timedelta() if isinstance(settlement, Skipped) else pace(claimed, paces)
    if not isinstance(settlement, Retry):
        return {"after": timedelta(), "rest": rest}
    return {"after": settlement.after, "rest": max(rest, settlement.lane_wait or timedelta())}


def _given(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _plain(text: str) -> str:
    """Text that PostgreSQL takes, whatever a remote system put into its error."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:LONGEST_ERROR]


async def backlog(pool: Pool) -> list[Backlog]:
    """What waits and what gave up, of each desk that has any."""
    async with worker_transaction(pool) as connection:
        return [Backlog(**row) for row in await (await connection.execute(BACKLOG)).fetchall()]


async def dead(pool: Pool, desk_id: str, *, limit: int = 200) -> list[DeadNotice]:
    """The notices that gave up, newest first."""
    async with desk_transaction(pool, desk_id) as connection:
        cursor = await connection.execute(DEAD, {"desk": desk_id, "limit": limit})
        return [DeadNotice(**row) for row in await cursor.fetchall()]


async def retry_dead(pool: Pool, desk_id: str, notice: int | None = None, *, actor: str = ACTOR) -> int:
    """Make a dead notice, or all of the desk, ready again; returns how many there were. Audited as `actor`'s."""
    async with desk_transaction(pool, desk_id) as connection:
        row = await (await connection.execute(RETRY_DEAD, {"actor": actor, "desk": desk_id, "id": notice})).fetchone()
        retried = int(row["retried"]) if row else 0
        if retried:
            await redraw_admins(connection, desk_id)
    return retried


async def hint(pool: Pool) -> None:
    """Tell every listening worker, in a transaction of its own: NOTIFY takes one lock for the whole cluster."""
    async with pool.connection() as connection:
        await connection.execute(f"notify {CHANNEL}")


class Outbox:
    """The outbox as delivery uses it. See `bot.delivery.ports.Outbox`."""

    def __init__(self, pool: Pool, *, paces: Mapping[str, timedelta] = PACES) -> None:
        self._pool = pool
        self._conninfo = str(pool.conninfo)
        self._paces = paces

    async def claim(self, *, limit: int, lease: timedelta) -> list[Claimed]:
        return await claim(self._pool, limit=limit, lease=lease)

    async def settle(self, claimed: Claimed, settlement: Settlement) -> bool:
        return await settle(self._pool, claimed, settlement, paces=self._paces)

    async def backlog(self) -> list[Backlog]:
        return await backlog(self._pool)

    async def dead(self, desk_id: str) -> list[DeadNotice]:
        return await dead(self._pool, desk_id)

    async def retry_dead(self, desk_id: str, notice: int | None = None, *, actor: str = ACTOR) -> int:
        return await retry_dead(self._pool, desk_id, notice, actor=actor)

    async def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever somebody says that there are new notices. Runs until cancelled.

        A hint only: what is said while the connection is down is found by polling.
        """
        delay = FIRST_DELAY
        while True:
            try:
                # A connection of its own: it only waits, and would keep one of the pool from those who work.
                async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                    await connection.execute(f"listen {CHANNEL}")
                    wake()
                    delay = FIRST_DELAY
                    async for _ in connection.notifies():
                        wake()
            except (psycopg.Error, OSError) as lost:
                log.info("notices.listening_again", error=type(lost).__name__, seconds=delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)
