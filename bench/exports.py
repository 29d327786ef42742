"""`python -m bench.exports`: a batch of an export, taken, against a plain COPY of the same rows to CSV.

A batch is more than a file: it is drawn in the desk's columns, kept with its bytes, and each change is marked.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any, Final

import click
import orjson
import psycopg

from bench import ground
from bench.load import TEAM
from store.exports import Exports
from store.pool import make_pool

FLOOR, OURS = "plain COPY", "a batch"

REQUESTS: Final = """
    insert into requests (desk_id, number, kind, state, order_number, role, sign, seen, asked, reason, note,
                          requested_by, requested_at, decided_by, decided_at)
    select desk_id, row_number() over (order by number), 'cancel', 'approved', number, 'cs_lead', '[]', '{}', '{}',
           'duplicate', 'as agreed', 'U0CARL', now(), 'U0LENA', now()
    from orders
"""
DECISIONS: Final = """
    insert into decisions (desk_id, request, member, role, decision, at)
    select desk_id, number, 'U0LENA', 'cs_lead', 'approve', now() from requests
"""
CHANGES: Final = """
    insert into status_changes (desk_id, kind, order_number, request, at, facts)
    select desk_id, 'cancellation.approved', order_number, number, now(), '{
        "kind": "cancel", "currency": "USD", "reason": "duplicate", "amount": 3500, "total": 3500,
        "remaining": {"1": 1},
        "lines": [{"key": "1", "line": 1, "sku": "SKU-1", "description": "Thing 1", "units": 2, "unit_price": 1750}]}'
    from requests
"""
PLAIN: Final = """
    copy (
        select s.order_number, o.customer, x ->> 'line', x ->> 'sku', x ->> 'units', s.facts -> 'remaining' ->> '1',
               s.facts ->> 'amount', s.facts ->> 'currency', s.request, r.requested_by, r.requested_at, d.member,
               r.decided_at, s.facts ->> 'reason', r.note
        from status_changes s
        join requests r on r.desk_id = s.desk_id and r.number = s.request
        join orders o on o.desk_id = s.desk_id and o.number = s.order_number
        join decisions d on d.desk_id = s.desk_id and d.request = s.request
        cross join jsonb_array_elements(s.facts -> 'lines') x
        where s.batch is null order by s.id
    ) to stdout (format csv, header)
"""
RESET: Final = (
    "update status_changes set batch = null",
    "delete from export_batches",
    "update counters set export = 0",
    "vacuum analyze status_changes, export_batches",
)


@click.command()
@click.option("--changes", type=click.IntRange(1), default=20_000, help="Changes in a batch (20000).")
@click.option("--rounds", type=click.IntRange(1), default=5, help="Rounds of each (5).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, every round in it.")
def main(*, changes: int, rounds: int, as_json: bool) -> None:
    """Measure how long a batch takes."""
    with ground.folder() as where, ground.database(where, changes) as url:
        _fill(url)
        found = asyncio.run(_measure(url, changes, rounds))
    if as_json:
        sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    for name in (FLOOR, OURS):
        print(f"{name:12} {median(found['seconds'][name]):7.3f} s   {found['bytes'][name]:,} bytes")
    print(f"{changes:,} changes, {rounds} rounds: a batch takes {found['ratio']:.1f} times as long as its floor")


def _fill(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (REQUESTS, DECISIONS, CHANGES):
            connection.execute(statement)
        connection.execute("vacuum analyze")


async def _measure(url: str, changes: int, rounds: int) -> dict[str, Any]:
    seconds: dict[str, list[float]] = {FLOOR: [], OURS: []}
    sizes: dict[str, int] = {}
    async with make_pool(url) as pool:
        ways = {FLOOR: lambda: _copied(url), OURS: lambda: _taken(Exports(pool), changes)}
        for _ in range(rounds + 1):  # the first one warms up
            for name, way in ways.items():
                took, sizes[name] = await _timed(way)
                seconds[name].append(took)
            _reset(url)
    kept = {name: each[1:] for name, each in seconds.items()}
    ratios = [ours / floor for ours, floor in zip(kept[OURS], kept[FLOOR], strict=True)]
    return {"bytes": sizes, "changes": changes, "ratio": median(ratios), "ratios": ratios, "seconds": kept}


async def _timed(way: Callable[[], Awaitable[int]]) -> tuple[float, int]:
    began = time.perf_counter()
    size = await way()
    return time.perf_counter() - began, size


async def _copied(url: str) -> int:
    connection = await psycopg.AsyncConnection.connect(url)
    async with connection, connection.cursor() as cursor, cursor.copy(PLAIN) as copy:
        return sum([len(piece) async for piece in copy])


async def _taken(exports: Exports, changes: int) -> int:
    batch = await exports.take(TEAM, "cancellations", "bench")
    if batch.changes != changes:
        raise RuntimeError(f"{batch.changes} of {changes} changes are in the batch")
    return len(batch.content)


def _reset(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in RESET:
            connection.execute(statement)


if __name__ == "__main__":
    main()
