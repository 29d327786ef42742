"""The holds of a file into the desk, all in one transaction: with it, or none of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson

from store import rows
from store.pool import Connection, Pool, desk_transaction
from store.redraws import redraw_everybody
from workflows.hold_files import HoldFile
from workflows.hold_import import Desk, ImportedHold, Judged, Person, judge, numbers_of
from workflows.policy.model import Policy

# Nobody else decides about these orders until the holds are there. In order, as an import of orders locks them.
LOCK: Final = """
    select number from orders where desk_id = %(desk)s and number = any(%(numbers)s) order by number for update
"""
PATIENCE: Final = "select set_config('lock_timeout', '10s', true)"
ORDERS: Final = """
    select to_jsonb(o) as "order",
        (select jsonb_agg(to_jsonb(l) order by l.line, l.key) from order_lines l
         where l.desk_id = o.desk_id and l.order_number = o.number) as lines,
        (select jsonb_agg(to_jsonb(h) order by h.number) from holds h
         where h.desk_id = o.desk_id and h.order_number = o.number
         and h.state in ('requested', 'active', 'release_requested')) as holds
    from orders o where o.desk_id = %(desk)s and o.number = any(%(numbers)s)
"""
PEOPLE: Final = "select user_id, name, email from members where desk_id = %(desk)s"
NOW: Final = "select clock_timestamp() as now"
COUNT: Final = """
    update counters set hold = hold + %(count)s where desk_id = %(desk)s returning hold - %(count)s as before
"""
SAVE: Final = """
    with x as (
        select * from jsonb_to_recordset(%(holds)s::jsonb) as x (
            number bigint, "order" text, reason text, owner text, note text, who text, by text, since timestamptz,
            row bigint)
    ),
    made as (
        insert into holds (desk_id, number, order_number, reason, owner, note, state, requested_by, requested_at,
                           active_at)
        select %(desk)s, number, "order", reason, owner, note, 'active', by, since, since from x
    )
    insert into audit (desk_id, chain, at, actor, action, facts)
    select %(desk)s, "order", %(now)s, %(by)s, 'hold.imported', jsonb_build_object(
        'hold', number, 'reason', reason, 'since', since, 'who', who, 'note', note, 'row', row,
        'file', %(file)s::text, 'sha256', %(sha256)s::text)
    from x order by "order", number
"""
# Last, because whoever changes anything about the desk waits for its chain.
RECORD: Final = """
    insert into audit (desk_id, chain, at, actor, action, facts)
    values (%(desk)s, '', %(now)s, %(by)s, 'holds.imported', %(facts)s::jsonb)
"""


@dataclass(frozen=True, slots=True)
class HoldImport:
    """`numbers` are those of the new holds, in their order; none where nothing was stored."""

    judged: Judged
    numbers: tuple[int, ...]


async def import_holds(
    pool: Pool, desk_id: str, policy: Policy, file: HoldFile, *, by: str, dry_run: bool = False
) -> HoldImport:
    """Judge every row against what is true now, and store those that become holds. Nothing is posted or sent."""
    async with desk_transaction(pool, desk_id) as connection:
        await connection.execute(PATIENCE)
        numbers = numbers_of(file, policy)
        desk = await _desk(connection, desk_id, policy, numbers, by)
        judged = judge(file, desk)
        if dry_run or not judged.holds:
            return HoldImport(judged, ())
        common = {"by": by, "desk": desk_id, "file": file.name, "now": desk.now, "sha256": file.sha256}
        made = await _numbered(connection, desk_id, judged.holds)
        await connection.execute(SAVE, {**common, "holds": _json(made)})
        counts = {"new": len(judged.holds), "already": len(judged.already), "refused": len(judged.refused)}
        facts = {"file": file.name, "sha256": file.sha256, **counts}
        await redraw_everybody(connection, desk_id)
        await connection.execute(RECORD, {**common, "facts": _json(facts)})
        return HoldImport(judged, tuple(each["number"] for each in made))


async def _desk(connection: Connection, desk_id: str, policy: Policy, numbers: Sequence[str], by: str) -> Desk:
    parameters = {"desk": desk_id, "numbers": list(numbers)}
    await connection.execute(LOCK, parameters)
    found = await (await connection.execute(ORDERS, parameters)).fetchall()
    people = await (await connection.execute(PEOPLE, parameters)).fetchall()
    now = await (await connection.execute(NOW)).fetchone()
    if now is None:
        raise LookupError(NOW)
    return Desk(
        policy=policy,
        now=now["now"],
        by=by,
        orders={row["order"]["number"]: rows.order(row["order"], row["lines"]) for row in found},
        open_holds=[rows.hold(each) for row in found for each in row["holds"] or ()],
        people=[Person(row["user_id"], row["name"], row["email"] or "") for row in people],
    )


async def _numbered(connection: Connection, desk_id: str, holds: Sequence[ImportedHold]) -> list[dict[str, Any]]:
    row = await (await connection.execute(COUNT, {"count": len(holds), "desk": desk_id})).fetchone()
    if row is None:
        raise LookupError(desk_id)
    return [{**asdict(hold), "number": number} for number, hold in enumerate(holds, row["before"] + 1)]


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
