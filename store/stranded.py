"""Cards that Slack does not take: who is written to instead, and which channels are to be mended."""

from datetime import timedelta
from typing import Any, Final

import orjson

from store.policies import desks, in_force
from store.pool import Connection, Pool, desk_transaction, or_unavailable
from workflows.policy.model import Policy

PATIENCE: Final = timedelta(minutes=15)  # that a card may wait while Slack does not answer
ADMIN: Final = "admin"
# What Slack says of a channel that somebody has to mend.
BROKEN: Final = (
    "channel_not_found",
    "is_archived",
    "is_inactive",
    "no_permission",
    "not_in_channel",
    "restricted_action",
)
# The next statement sees what another process has told before.
_ONE_BY_ONE: Final = "select pg_advisory_xact_lock(hashtextextended('stranded:' || %(desk)s, 0))"
# The requests of a card: one, or those of a bulk.
_REQUESTS: Final = """
    coalesce((select array_agg((item -> 'request')::bigint) from jsonb_array_elements(n.payload -> 'items') item),
             array[n.request])
"""
# Given up, or waiting for long in a lane where something has failed: behind an outage of our own, nothing has. The
# audit remembers who was written to, also when the card is tried again; a card of a bulk is written about once.
_CARDS: Final = f"""
    with stuck as (
        select n.id, n.lane, {_REQUESTS} as requests, n.payload ->> 'role' as role, n.error, n.trace from notices n
        where n.desk_id = %(desk)s and n.kind = 'card' and (n.state = 'dead' or (
            n.state = 'ready' and n.created_at <= clock_timestamp() - %(patience)s and exists (
                select from notices o
                where o.desk_id = n.desk_id and o.lane = n.lane and o.state = 'ready' and o.error <> '')))
    )
    select distinct on (r.order_number, r.number, s.role)
           s.lane, r.order_number, r.number as request, s.role, s.error, s.trace
    from stuck s
    cross join lateral (
        select number, order_number from requests
        where desk_id = %(desk)s and number = any(s.requests) and state = 'pending' order by number limit 1
    ) r
    where s.role = any(%(roles)s) and not exists (
        select from requests q join audit a
        on a.desk_id = q.desk_id and a.chain = q.order_number and a.action = 'request.mailed' and a.request = q.number
        where q.desk_id = %(desk)s and q.number = any(s.requests) and a.facts ->> 'role' = s.role)
    order by r.order_number, r.number, s.role, s.id limit %(most)s
"""
_MAIL: Final = """
    with mails as (
        insert into notices (desk_id, kind, lane, order_number, request, payload, trace, created_at, due_at)
        select %(desk)s, 'card.email', 'email:' || address, %(order_number)s, %(request)s,
               %(payload)s::jsonb || jsonb_build_object('to', address), %(trace)s, clock_timestamp(), clock_timestamp()
        from unnest(%(to)s::text[]) address
    )
    insert into audit (desk_id, chain, at, actor, action, request, facts)
    values (%(desk)s, %(order_number)s, clock_timestamp(), 'redtag', 'request.mailed', %(request)s,
            %(payload)s::jsonb || jsonb_build_object('to', %(to)s::text[]))
"""
# Told of once, and again only where all that was stranded then has arrived since.
_CHANNELS: Final = f"""
    with lost as (
        select n.lane, n.error, n.id, n.created_at, n.kind, r.number as request,
               case when r.number is not null then n.payload ->> 'role' end as role
        from notices n
        left join lateral (
            select number from requests
            where desk_id = %(desk)s and n.kind = 'card' and number = any({_REQUESTS}) and state = 'pending'
            order by number limit 1
        ) r on true
        where n.desk_id = %(desk)s and n.state = 'dead' and n.lane ~ '^slack:[CG]'
        and split_part(n.error, ':', 1) = any(%(broken)s)
    ),
    lanes_lost as (
        select lane, min(created_at) as since, (array_agg(error order by id desc))[1] as error,
               count(distinct request) as cards, count(*) filter (where kind <> 'card') as others,
               coalesce(array_agg(distinct role) filter (where role is not null), '{{}}') as roles
        from lost group by lane
    )
    select l.* from lanes_lost l
    where l.cards + l.others > 0 and not exists (
        select from slots s where s.desk_id = %(desk)s and s.job = 'mend:' || l.lane and s.due_at >= l.since)
    order by l.lane
"""
_TELL: Final = """
    with slot as (
        insert into slots (desk_id, job, due_at, fired_at)
        values (%(desk)s, 'mend:' || %(lane)s, clock_timestamp(), clock_timestamp())
    ),
    entry as (
        insert into audit (desk_id, chain, at, actor, action, facts)
        values (%(desk)s, '', clock_timestamp(), 'redtag', 'channel.broken', %(payload)s::jsonb)
    )
    insert into notices (desk_id, kind, lane, payload, created_at, due_at)
    select %(desk)s, 'channel.broken', 'slack:' || place, %(payload)s::jsonb, clock_timestamp(), clock_timestamp()
    from unnest(%(places)s::text[]) place
"""
AT_ONCE: Final = 200


class Stranded:
    """See `bot.clock.falling_back.Stranded`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def tell(self) -> int:
        with or_unavailable():
            return sum([await self._of(desk_id) for desk_id in await desks(self._pool)])

    async def _of(self, desk_id: str) -> int:
        async with desk_transaction(self._pool, desk_id) as connection:
            _, policy = await in_force(connection, desk_id)
            if policy is None:
                return 0
            await connection.execute(_ONE_BY_ONE, {"desk": desk_id})
            return await _write(connection, desk_id, policy) + await _name_channels(connection, desk_id, policy)


async def _write(connection: Connection, desk_id: str, policy: Policy) -> int:
    """A role without an address is written to once it has one."""
    addresses = {name: list(dict.fromkeys(role.email)) for name, role in policy.roles.items() if role.email}
    parameters = {"desk": desk_id, "most": AT_ONCE, "patience": PATIENCE, "roles": list(addresses)}
    found = await (await connection.execute(_CARDS, parameters)).fetchall()
    for row in found:
        payload = {"channel": _channel(row["lane"]), "error": row["error"], "role": row["role"]}
        values = {**row, "desk": desk_id, "payload": _json(payload), "to": addresses[row["role"]]}
        await connection.execute(_MAIL, values)
    return len(found)


async def _name_channels(connection: Connection, desk_id: str, policy: Policy) -> int:
    parameters = {"broken": list(BROKEN), "desk": desk_id}
    found = await (await connection.execute(_CHANNELS, parameters)).fetchall()
    for row in found:
        payload = {
            "cards": row["cards"],
            "channel": _channel(row["lane"]),
            "error": row["error"],
            "others": row["others"],
            "unmailed": [policy.role_label(role) for role in row["roles"] if not _has_address(policy, role)],
        }
        values = {
            "desk": desk_id,
            "lane": row["lane"],
            "payload": _json(payload),
            "places": _places(policy, row["lane"]),
        }
        await connection.execute(_TELL, values)
    return len(found)


def _places(policy: Policy, lane: str) -> list[str]:
    """The managers' channel, or each admin where there is none or it is the broken one."""
    managers = policy.desk.managers_channel
    if managers and managers != _channel(lane):
        return [managers]
    return list(policy.roles[ADMIN].members) if ADMIN in policy.roles else []


def _has_address(policy: Policy, role: str) -> bool:
    return role in policy.roles and bool(policy.roles[role].email)


def _channel(lane: str) -> str:
    return lane.removeprefix("slack:")


def _json(values: dict[str, Any]) -> str:
    return orjson.dumps(values).decode()
