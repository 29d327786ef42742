"""The ship gate: many orders in a fixed number of statements, read at one instant, each question counted."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from store import rows
from store.people_of_desk import people_of
from store.policies import in_force
from store.pool import READER, TENANT, Connection, Pool
from workflows.gate import Gate, LineLeft, judge, unknown
from workflows.order_numbers import LONGEST, BadOrderNumber, candidates
from workflows.policy.model import Policy
from workflows.policy.people import Known
from workflows.systems import Caller

_DESK: Final = "select policy_version, people_version from desks where desk_id = %(desk)s"
# One statement, so that orders, holds and requests are of one instant.
_LOOK: Final = """
    select clock_timestamp() as now, d.policy_version, d.people_version,
        (select json_agg(o.number) from orders o where o.desk_id = %(desk)s and o.number = any(%(numbers)s)) as orders,
        (select json_agg(json_build_array(l.order_number, l.line, l.ordered - l.cancelled, l.shipped)
             order by l.line, l.key)
         from order_lines l where l.desk_id = %(desk)s and l.order_number = any(%(numbers)s)) as lines,
        (select jsonb_agg(to_jsonb(h) order by h.number) from holds h
         where h.desk_id = %(desk)s and h.order_number = any(%(numbers)s)
         and h.state in ('requested', 'active', 'release_requested')) as holds,
        (select jsonb_agg(to_jsonb(r) || jsonb_build_object('asked', null, 'seen', null, 'followers', null,
             'decisions', (select jsonb_agg(to_jsonb(e) order by e.at) from decisions e
                           where e.desk_id = r.desk_id and e.request = r.number)) order by r.number)
         from requests r where r.desk_id = %(desk)s and r.order_number = any(%(numbers)s) and r.state = 'pending')
         as requests,
        case when %(named)s then (select jsonb_object_agg(m.user_id, m.name) from members m
             where m.desk_id = %(desk)s) end as names
    from desks d where d.desk_id = %(desk)s
"""
# Whoever inserts the row is the first of the day and writes the audit. Chains are locked in their own order, so that
# two batches never wait for each other in a circle.
_FIRST_NO: Final = """
    with first as (
        insert into gate_refusals (desk_id, api_key, day, order_number)
        select %(desk)s, %(key)s, %(day)s, x.number from jsonb_to_recordset(%(refused)s::jsonb) as x (number text)
        order by x.number
        on conflict do nothing returning order_number
    )
    insert into audit (desk_id, chain, at, actor, action, facts)
    select %(desk)s, x.chain, clock_timestamp(), %(actor)s, 'gate.refused', x.facts
    from first join jsonb_to_recordset(%(refused)s::jsonb) as x (number text, chain text, facts jsonb)
        on x.number = first.order_number
    order by x.chain, x.number
"""
# Shorter than PostgreSQL waits before it looks for deadlocks: a question gives way to a command or an import.
_PATIENCE: Final = "set local lock_timeout = '900ms'"
# The last statement before the commit, and sent along with it: others of the same key wait for this row no longer.
_COUNT: Final = """
    insert into gate_counts (desk_id, api_key, day, asked, refused)
    values (%(desk)s, %(key)s, %(day)s, %(asked)s, %(noes)s)
    on conflict (desk_id, api_key, day) do update
    set asked = gate_counts.asked + excluded.asked, refused = gate_counts.refused + excluded.refused
"""


# What was typed, with the stored numbers that may be meant.
Wanted = Sequence[tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Answers:
    """One for each number asked about, in order. `names` only where they were asked for."""

    gates: tuple[Gate, ...]
    policy: Policy
    names: Mapping[str, str]
    at: datetime


class Gates:
    """The gate of any desk."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: dict[str, Known] = {}

    async def ask(self, caller: Caller, typed: Sequence[str], *, named: bool = False) -> Answers:
        """By numbers as somebody typed or scanned them. Counted, and the first "no" of the day audited, with it."""
        async with self._pool.connection() as connection:
            known = self._known.get(caller.desk_id) or await self._learn(connection, caller.desk_id)
            wanted = _wanted(typed, known.policy)
            look = await _look(connection, caller.desk_id, wanted, named=named)
            if known.versions != (look["policy_version"], look["people_version"]):
                known = await self._learn(connection, caller.desk_id)
                wanted = _wanted(typed, known.policy)
                look = await _look(connection, caller.desk_id, wanted, named=named)
            policy = known.on(look["now"])
            answers = Answers(tuple(_judged(wanted, look, policy)), policy, look["names"] or {}, look["now"])
            await _note(connection, caller, answers)
        return answers

    async def _learn(self, connection: Connection, desk_id: str) -> Known:
        """The policy cannot move from here to the commit."""
        await connection.execute(TENANT, {"desk": desk_id})
        row = await (await connection.execute(_DESK, {"desk": desk_id})).fetchone()
        _, policy = await in_force(connection, desk_id)
        if row is None or policy is None:
            raise LookupError(desk_id)
        versions = (row["policy_version"], row["people_version"])
        known = self._known[desk_id] = Known(versions, policy, await people_of(connection, desk_id))
        return known


async def _look(connection: Connection, desk_id: str, wanted: Wanted, *, named: bool) -> Mapping[str, Any]:
    numbers = sorted({number for _, possible in wanted for number in possible})
    async with connection.pipeline():
        await connection.execute(READER, {"desk": desk_id})
        cursor = await connection.execute(_LOOK, {"desk": desk_id, "named": named, "numbers": numbers})
    row = await cursor.fetchone()
    if row is None:
        raise LookupError(desk_id)
    return row


def _wanted(typed: Sequence[str], policy: Policy) -> Wanted:
    return [(each, _candidates(each, policy)) for each in typed]


def _candidates(typed: str, policy: Policy) -> tuple[str, ...]:
    try:
        return candidates(typed, policy.desk.order_number)
    except BadOrderNumber:
        return ()


def _judged(wanted: Wanted, look: Mapping[str, Any], policy: Policy) -> Iterator[Gate]:
    orders = frozenset(look["orders"] or ())
    lines, holds, requests = defaultdict(list), defaultdict(list), defaultdict(list)
    for number, line, left, shipped in look["lines"] or ():
        lines[number].append(LineLeft(line, live=left > 0, to_ship=left > shipped))
    for row in look["holds"] or ():
        holds[row["order_number"]].append(rows.hold(row))
    for row in look["requests"] or ():
        requests[row["order_number"]].append(rows.request(row))
    for typed, possible in wanted:
        number = next((number for number in possible if number in orders), None)
        if number is None:
            yield unknown(_readable(typed))
        else:
            yield judge(number, lines[number], holds[number], requests[number], policy)


def _readable(typed: str) -> str:
    """What is no order's number, fit to be stored and answered."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in typed.strip()[:LONGEST])


async def _note(connection: Connection, caller: Caller, answers: Answers) -> None:
    refused = {gate.order: _entry(gate) for gate in answers.gates if not gate.may_ship}
    values = {
        "actor": caller.actor,
        "asked": len(answers.gates),
        "day": answers.at.astimezone(ZoneInfo(answers.policy.desk.timezone)).date(),
        "desk": caller.desk_id,
        "key": caller.key_id,
        "noes": sum(not gate.may_ship for gate in answers.gates),
        "refused": orjson.dumps(list(refused.values())).decode(),
    }
    async with connection.pipeline():
        await connection.execute(_PATIENCE)
        if refused:
            await connection.execute(_FIRST_NO, values)
        await connection.execute(_COUNT, values)
        await connection.commit()


def _entry(gate: Gate) -> dict[str, Any]:
    """An order that nobody knows has no chain of its own."""
    stands = gate.state != "unknown"
    facts = {"state": gate.state, "blocks": [{"id": block.id, "reason": block.reason} for block in gate.blocks]}
    return {
        "number": gate.order,
        "chain": gate.order if stands else "",
        "facts": facts if stands else {"order": gate.order, **facts},
    }
