"""Seals of a desk's audit, each an entry of the desk's own chain.

A seal lists the heads of the orders' chains that have moved since the one before, so the hash of its entry stands for
everything that was written until then. Whoever kept that hash outside the database can tell whether it was rewritten.
"""

from datetime import datetime
from typing import Final

from store.pool import Connection, Pool, desk_transaction
from workflows.seals import SEALED, Seal

MOST: Final = 50_000  # chains in one seal; the others are in the next

# What was committed late has a moment from before the last seal, so a day more is looked at; what the seals of that day
# list is not listed again.
_SEAL: Final = f"""
    with last as (
        select (facts ->> 'until')::timestamptz as until, (facts ->> 'until')::timestamptz - interval '1 day' as since
        from audit where desk_id = %(desk)s and chain = '' and action = '{SEALED}'
        order by seq desc limit 1
    ),
    listed as (
        select head ->> 0 as chain, (head ->> 1)::bigint as seq
        from last join audit a on a.desk_id = %(desk)s and a.chain = '' and a.action = '{SEALED}'
            and a.at > last.since - interval '1 hour' and (a.facts ->> 'until')::timestamptz >= last.since
        cross join lateral jsonb_array_elements(a.facts -> 'heads') head
    ),
    moved as (
        select h.chain, h.seq, encode(h.hash, 'hex') as hash, h.moved_at from audit_heads h
        where h.desk_id = %(desk)s and h.chain <> ''
        and h.moved_at > coalesce((select since from last), '-infinity')
        and not exists (select from listed l where l.chain = h.chain and l.seq = h.seq)
        order by h.moved_at, h.chain limit %(most)s
    )
    insert into audit (desk_id, chain, at, actor, action, facts)
    select %(desk)s, '', %(now)s, 'redtag', '{SEALED}', jsonb_build_object(
        'entries', (select coalesce(sum(seq), 0)::bigint from audit_heads where desk_id = %(desk)s),
        'chains', (select count(*) from audit_heads where desk_id = %(desk)s),
        'until', greatest((select until from last), coalesce((select max(moved_at) from moved), %(now)s)),
        'heads', coalesce((select jsonb_agg(jsonb_build_array(chain, seq, hash) order by chain) from moved), '[]'))
"""
_LAST: Final = f"""
    select seq, encode(hash, 'hex') as hash, (facts ->> 'entries')::bigint as entries,
           (facts ->> 'chains')::bigint as chains, at
    from audit where desk_id = %(desk)s and chain = '' and action = '{SEALED}' and at <= %(now)s
    order by seq desc limit 1
"""
_HASH: Final = """
    select encode(hash, 'hex') as hash from audit where desk_id = %(desk)s and chain = '' and seq = %(seq)s
"""


async def seal(connection: Connection, desk_id: str, now: datetime, *, most: int = MOST) -> None:
    """The last thing in its transaction: whoever changes anything about the desk waits for its chain."""
    await connection.execute(_SEAL, {"desk": desk_id, "most": most, "now": now})


async def last_seal(connection: Connection, desk_id: str, now: datetime) -> Seal | None:
    row = await (await connection.execute(_LAST, {"desk": desk_id, "now": now})).fetchone()
    return Seal(**row) if row else None


async def broken_seal(pool: Pool, desk_id: str, kept: Seal) -> str:
    """What is wrong, as far as somebody can say who has kept this one; "" where it fits."""
    async with desk_transaction(pool, desk_id) as connection:
        row = await (await connection.execute(_HASH, {"desk": desk_id, "seq": kept.seq})).fetchone()
    if row is None:
        return f"The desk's own chain: entry {kept.seq}, which you have the seal of, is missing."
    return "" if row["hash"] == kept.hash else f"The desk's own chain: entry {kept.seq} is not the one that was sealed."
