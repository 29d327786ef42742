"""Reading and checking the audit. See the migration that makes its chain."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from store.pool import READER, Connection, Pool, desk_transaction
from workflows.seals import SEALED
from workflows.views import AuditPage, TimelineEntry

_ENTRIES: Final = """
    select seq, at, actor, action, request, facts, encode(hash, 'hex') as hash from audit
    where desk_id = %(desk)s and chain = %(chain)s order by seq
"""
# The desk's own chain, which has the seals, comes first.
_CHAINS: Final = f"""
    select a.chain, a.seq, a.hash, audit_text(a) as text,
           case when a.chain = '' and a.action = '{SEALED}' then a.facts -> 'heads' end as heads
    from audit a where a.desk_id = %(desk)s order by a.chain, a.seq
"""
_PAGE: Final = """
    select seq, at, actor, action, request, facts from audit
    where desk_id = %(desk)s and chain = %(chain)s and seq < %(before)s order by seq desc limit %(most)s
"""
_CHAIN: Final = """
    select a.chain, a.seq, a.hash, audit_text(a) as text, null as heads from audit a
    where a.desk_id = %(desk)s and a.chain = %(chain)s order by a.seq
"""
_HEAD: Final = "select chain, seq, hash from audit_heads where desk_id = %(desk)s and chain = %(chain)s"
BIGGEST: Final = 2**63 - 1
CHECKED: Final = 2000  # entries; while somebody waits, no more
_HEADS: Final = "select chain, seq, hash from audit_heads where desk_id = %(desk)s"


@dataclass(frozen=True, slots=True)
class Verified:
    """`faults` are sentences; none means that every entry follows from the one before and none is missing."""

    entries: int
    chains: int
    faults: tuple[str, ...]


async def entries(pool: Pool, desk_id: str, chain: str) -> list[dict[str, Any]]:
    """The entries of one order (or of the desk, chain ''), the oldest first."""
    async with desk_transaction(pool, desk_id) as connection:
        cursor = await connection.execute(_ENTRIES, {"chain": chain, "desk": desk_id})
        return await cursor.fetchall()


async def page(pool: Pool, desk_id: str, chain: str, *, before: int | None, most: int) -> AuditPage:
    """Entries of one order before this one, the newest first, and whether the chain is whole."""
    values = {"desk": desk_id, "chain": chain, "before": before or BIGGEST, "most": most + 1}
    async with _one_instant(pool, desk_id) as connection:
        heads = await (await connection.execute(_HEAD, values)).fetchall()
        found = await (await connection.execute(_PAGE, values)).fetchall()
        count = max([*(head["seq"] for head in heads), *(row["seq"] for row in found), 0])
        rows = await (await connection.execute(_CHAIN, values)).fetchall() if count <= CHECKED else None
    shown = tuple(TimelineEntry(**row) for row in found[:most])
    return AuditPage(chain, shown, len(found) > most, count, None if rows is None else _faults(heads, rows))


def _faults(heads: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    check = _Check({head["chain"]: head for head in heads})
    for row in rows:
        check.take(row)
    return check.end().faults


@asynccontextmanager
async def _one_instant(pool: Pool, desk_id: str) -> AsyncIterator[Connection]:
    """Heads and entries as they were together, however much is written meanwhile."""
    async with pool.connection() as connection:
        await connection.execute("set transaction isolation level repeatable read")
        await connection.execute(READER, {"desk": desk_id})
        yield connection


async def verify(pool: Pool, desk_id: str) -> Verified:
    """Compute every chain of a desk anew and compare it with what is stored."""
    async with _one_instant(pool, desk_id) as connection:
        await connection.execute("set local statement_timeout = 0")
        heads = {row["chain"]: row for row in await (await connection.execute(_HEADS, {"desk": desk_id})).fetchall()}
        cursor = connection.cursor()
        check = _Check(heads)
        async for row in cursor.stream(_CHAINS, {"desk": desk_id}):
            check.take(row)
    return check.end()


class _Check:
    """Walks the chains in order, entry by entry."""

    def __init__(self, heads: Mapping[str, Mapping[str, Any]]) -> None:
        self._heads = dict(heads)
        self._faults: list[str] = []
        self._last: dict[str, tuple[int, bytes]] = {}
        self._entries = 0
        self._sealed: dict[tuple[str, int], bytes] = {}

    def take(self, row: Mapping[str, Any]) -> None:
        self._entries += 1
        chain, seq = row["chain"], row["seq"]
        before_seq, before_hash = self._last.get(chain, (0, b""))
        if seq != before_seq + 1:
            self._faults.append(f"{_name(chain)}: entry {before_seq + 1} is missing.")
        elif hashlib.sha256(before_hash + row["text"].encode()).digest() != row["hash"]:
            self._faults.append(f"{_name(chain)}: entry {seq} is not what was written.")
        elif self._sealed.pop((chain, seq), row["hash"]) != row["hash"]:
            self._faults.append(f"{_name(chain)}: entry {seq} is not the one that was sealed.")
        self._last[chain] = (seq, row["hash"])
        self._sealed |= {(order, at): bytes.fromhex(digest) for order, at, digest in row["heads"] or ()}

    def end(self) -> Verified:
        for chain, head in self._heads.items():
            fault = _end_fault(self._last.get(chain, (0, b"")), (head["seq"], head["hash"]))
            self._faults += [f"{_name(chain)}: {fault}"] if fault else []
        for chain in self._last.keys() - self._heads.keys():
            self._faults.append(f"{_name(chain)}: its head is missing.")
        for chain, seq in self._sealed:
            if self._last.get(chain, (0, b""))[0] < seq:
                self._faults.append(f"{_name(chain)}: entry {seq}, which was sealed, is missing.")
        return Verified(self._entries, len(self._last), tuple(self._faults))


def _end_fault(last: tuple[int, bytes], head: tuple[int, bytes]) -> str:
    """How the last entry that is there differs from the last one that was written, or an empty string."""
    if last[0] < head[0]:
        return f"entry {last[0] + 1} is missing, and all after it; {head[0]} were written."
    if last[0] > head[0]:
        return f"entry {head[0] + 1} was never written by Redtag."
    return "" if last == head else f"entry {last[0]} is not what was written."


def _name(chain: str) -> str:
    return f"Order {chain}" if chain else "The desk's own chain"
