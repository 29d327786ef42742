"""The statements of a command, built once: lock, snapshot, save. A command is two round trips.

Lock and snapshot are separate statements on purpose. A statement that does both sees holds and decisions from before
the lock, so that two releases at one instant would both say that one hold remains.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from store.redraws import HOMES

# The order of the request that is named, else the first of the possible numbers that exists. A subquery of its own:
# behind a row-level policy a bare coalesce() counts as leaky, which no index serves, and all orders would be read.
_NUMBER: Final = """
    (select coalesce(
        (select order_number from requests where desk_id = %(desk)s and number = %(request)s),
        (select number from orders where desk_id = %(desk)s and number = any(%(numbers)s)
         order by array_position(%(numbers)s, number) limit 1)
    ))
"""

# The arrival is noted first: a copy of the same command waits here until the first one has committed.
LOCK: Final = f"""
    with arrived as (
        insert into inbound (desk_id, key, at)
        select desk_id, %(key)s, now() from desks where desk_id = %(desk)s and %(key)s <> ''
        on conflict do nothing
    )
    select number from orders where desk_id = %(desk)s and number = {_NUMBER} for update
"""

SNAPSHOT: Final = f"""
    select
        clock_timestamp() as now,
        desks.policy_version,
        desks.people_version,
        case when %(other)s <> '' then (select to_jsonb(m) from members m
         where m.desk_id = %(desk)s and m.user_id = %(other)s) end as other,
        to_jsonb(members) as member,
        inbound.result as earlier,
        to_jsonb(orders) as "order",
        (select jsonb_agg(to_jsonb(l) order by l.line, l.key) from order_lines l
         where l.desk_id = %(desk)s and l.order_number = orders.number) as lines,
        (select jsonb_agg(to_jsonb(h) order by h.number) from holds h
         where h.desk_id = %(desk)s and h.order_number = orders.number) as holds,
        (select jsonb_agg(to_jsonb(r) || jsonb_build_object('decisions', (
             select jsonb_agg(to_jsonb(d) order by d.at) from decisions d
             where d.desk_id = %(desk)s and d.request = r.number), 'followers', (
             select jsonb_agg(f.member order by f.at, f.member) from request_followers f
             where f.desk_id = %(desk)s and f.request = r.number)) order by r.number)
         from requests r where r.desk_id = %(desk)s and r.order_number = orders.number
         and (r.state = 'pending' or r.number = %(request)s or r.bulk is not null and r.kind = 'place_hold'
              or %(request)s > 0 and r.kind <> 'release_hold')) as requests,
        (select jsonb_agg(distinct facts ->> 'refusal') from audit
         where desk_id = %(desk)s and actor = %(user)s and at > clock_timestamp() - interval '1 minute'
         and action = 'request.refused') as refusals,
        case when %(request)s > 0 then (select jsonb_object_agg(m.user_id, m.name) from members m
         where m.desk_id = %(desk)s and m.user_id in (
             select %(user)s
             union select requested_by from requests where desk_id = %(desk)s and number = %(request)s
             union select member from decisions where desk_id = %(desk)s and request = %(request)s
         )) end as names,
        (select jsonb_agg(c.endpoint) from hook_calls c
         where c.desk_id = %(desk)s and c.request = %(request)s and c.state <> 'accepted') as calls
    from desks
    left join members on members.desk_id = desks.desk_id and members.user_id = %(user)s
    left join inbound on inbound.desk_id = desks.desk_id and inbound.key = %(key)s
    left join orders on orders.desk_id = desks.desk_id and orders.number = {_NUMBER}
    where desks.desk_id = %(desk)s
"""

# Before a refusal is saved: refusals of one person follow each other, also on different orders, so that each sees the
# one before and the audit gets one a minute. Nobody who waits here holds what the others wait for next.
ONE_BY_ONE: Final = "select pg_advisory_xact_lock(hashtextextended('refused:' || %(desk)s || ':' || %(actor)s, 0))"

# What one outcome can change, each part a list of rows in JSON. A number of 0 stands for the request or hold made here.
_PARTS: Final[Mapping[str, str]] = {
    "requests": """
    new_requests as (
        insert into requests (desk_id, number, kind, state, order_number, hold, reason, note, role, sign, seen, channel,
                              asked, requested_by, requested_at, decided_by, decided_at, remind_every, remind_at,
                              escalate_at, escalate_to, expire_at, bulk)
        select %(desk)s, n.request, x.kind, x.state, %(order)s, coalesce(nullif(x.hold, 0), nullif(n.hold, 0)),
               x.reason, x.note, x.role, x.sign, x.seen, x.channel, nullif(x.asked, 'null'), %(actor)s, %(now)s,
               x.decided_by, case when x.state <> 'pending' then %(now)s::timestamptz end,
               (x.times ->> 'remind_every')::bigint, (w.times ->> 'remind_at')::timestamptz,
               (w.times ->> 'escalate_at')::timestamptz, coalesce(w.times ->> 'escalate_to', ''),
               (w.times ->> 'expire_at')::timestamptz, x.bulk
        from n, jsonb_to_recordset(%(requests)s::jsonb) as x (
            kind text, state text, hold bigint, reason text, note text, role text, sign jsonb, seen jsonb, channel text,
            asked jsonb, decided_by text, times jsonb, bulk bigint),
            lateral (select case when x.state = 'pending' then x.times end as times) w
    )""",
    "holds": """
    new_holds as (
        insert into holds (desk_id, number, order_number, reason, owner, note, until, state, request, requested_by,
                           requested_at, active_at)
        select %(desk)s, n.hold, %(order)s, x.reason, x.owner, x.note, x.until, x.state, n.request, %(actor)s, %(now)s,
               case when x.state = 'active' then %(now)s::timestamptz end
        from n, jsonb_to_recordset(%(holds)s::jsonb) as x (
            reason text, owner text, note text, until date, state text)
    )""",
    "targets": """
    new_targets as (
        insert into request_targets (desk_id, order_number, target, request)
        select %(desk)s, %(order)s, x, n.request from n, jsonb_array_elements_text(%(targets)s::jsonb) x
    )""",
    "request_changes": """
    changed_requests as (
        update requests r
        set state = x.state, version = r.version + 1, decided_by = %(actor)s, decided_at = %(now)s,
            decision_note = x.note, reason = coalesce(nullif(x.reason, ''), r.reason)
        from jsonb_to_recordset(%(request_changes)s::jsonb) as x (
            request bigint, version int, state text, note text, reason text)
        where r.desk_id = %(desk)s and r.number = x.request and r.version = x.version and r.state = 'pending'
        returning r.number
    ),
    freed as (
        delete from request_targets t using changed_requests c where t.desk_id = %(desk)s and t.request = c.number
    )""",
    "hold_changes": """
    changed_holds as (
        update holds h
        set state = x.after,
            active_at = case when x.before = 'requested' and x.after = 'active' then %(now)s else h.active_at end,
            closed_at = case when x.after in ('released', 'rejected', 'withdrawn') then %(now)s::timestamptz end
        from jsonb_to_recordset(%(hold_changes)s::jsonb) as x (hold bigint, before text, after text)
        where h.desk_id = %(desk)s and h.number = x.hold and h.state = x.before
        returning h.number
    )""",
    "reasons": """
    new_reasons as (
        update requests r set reason = x.reason
        from jsonb_to_recordset(%(reasons)s::jsonb) as x (request bigint, reason text)
        where r.desk_id = %(desk)s and r.number = x.request
    )""",
    "chased": """
    chased_requests as (
        update requests r
        set remind_at = x.remind_at, reminded = r.reminded + (not x.escalated)::int,
            escalate_at = case when not x.escalated then r.escalate_at end, escalated_to = x.to || r.escalated_to
        from jsonb_to_recordset(%(chased)s::jsonb) as x (
            request bigint, remind_at timestamptz, escalated boolean, "to" text)
        where r.desk_id = %(desk)s and r.number = x.request and r.state = 'pending'
        returning r.number
    )""",
    "hold_dates": """
    dated_holds as (
        update holds h set until = x.until, asked_until = x.asked_until
        from jsonb_to_recordset(%(hold_dates)s::jsonb) as x (hold bigint, until date, asked_until date)
        where h.desk_id = %(desk)s and h.number = x.hold and h.closed_at is null
        returning h.number
    )""",
    "hold_cares": """
    cared_holds as (
        update holds h
        set assignee = x.assignee, nudged_at = case when x.nudged then %(now)s else h.nudged_at end
        from jsonb_to_recordset(%(hold_cares)s::jsonb) as x (hold bigint, assignee text, nudged boolean)
        where h.desk_id = %(desk)s and h.number = x.hold and h.closed_at is null
        returning h.number
    )""",
    "retries": """
    retried_calls as (
        update notices n
        set state = 'ready', due_at = %(now)s, settled_at = null, error = '',
            tried_at = case when n.state = 'ready' then n.tried_at end,
            attempts = case when n.state = 'ready' then n.attempts else 0 end
        from jsonb_to_recordset(%(retries)s::jsonb) as x (endpoint text, request bigint)
        where n.desk_id = %(desk)s and n.request = x.request and n.kind = 'hook'
        and n.payload ->> 'endpoint' = x.endpoint and n.state <> 'sent'
    )""",
    "refreshed": """
    seen_again as (
        update requests r set seen = x.seen, version = r.version + 1
        from jsonb_to_recordset(%(refreshed)s::jsonb) as x (request bigint, version int, seen jsonb)
        where r.desk_id = %(desk)s and r.number = x.request and r.version = x.version and r.state = 'pending'
        returning r.number
    )""",
    "followers": """
    new_followers as (
        insert into request_followers (desk_id, request, member, at)
        select %(desk)s, x.request, %(actor)s, %(now)s
        from jsonb_to_recordset(%(followers)s::jsonb) as x (request bigint)
        on conflict do nothing
    )""",
    # What we change is remembered beside it, so that a file that still says the old does not undo it.
    "order_changes": """
    changed_order as (
        update orders o
        set total = x.total, tax = x.tax, shipping = x.shipping, ship_by = x.ship_by, version = o.version + 1,
            changed_at = %(now)s, ours = o.ours || case when x.ship_by is distinct from o.ship_by
                then jsonb_build_object('ship_by', jsonb_build_array(
                    coalesce(o.ours -> 'ship_by' -> 0, to_jsonb(o.ship_by)), x.ship_by)) else '{}' end
        from jsonb_to_recordset(%(order_changes)s::jsonb) as x (
            version bigint, total bigint, tax bigint, shipping bigint, ship_by date)
        where o.desk_id = %(desk)s and o.number = %(order)s and o.version = x.version
        returning o.number
    )""",
    "line_changes": """
    changed_lines as (
        update order_lines l
        set cancelled = x.cancelled, ordered = x.ordered, sku = x.sku, ours = l.ours
            || case when x.cancelled <> l.cancelled then jsonb_build_object('cancelled', x.cancelled) else '{}' end
            || case when x.ordered <> l.ordered then jsonb_build_object(
                'ordered', jsonb_build_array(coalesce(l.ours -> 'ordered' -> 0, to_jsonb(l.ordered)), x.ordered))
                else '{}' end
            || case when x.sku <> l.sku then jsonb_build_object(
                'sku', jsonb_build_array(coalesce(l.ours -> 'sku' -> 0, to_jsonb(l.sku)), x.sku)) else '{}' end
        from jsonb_to_recordset(%(line_changes)s::jsonb) as x (key text, cancelled bigint, ordered bigint, sku text)
        where l.desk_id = %(desk)s and l.order_number = %(order)s and l.key = x.key
        returning l.key
    )""",
    "new_lines": """
    added_lines as (
        insert into order_lines (desk_id, order_number, key, line, sku, description, ordered, unit_price, ours)
        select %(desk)s, %(order)s, x.key, x.line, x.sku, x.description, x.ordered, x.unit_price,
               jsonb_build_object('added', x.ordered)
        from jsonb_to_recordset(%(new_lines)s::jsonb) as x (
            key text, line int, sku text, description text, ordered bigint, unit_price bigint)
    )""",
    # A number that is made here is put into the text that is sent; see `workflows.hook_body`.
    "hook_calls": """
    new_calls as (
        insert into hook_calls (desk_id, endpoint, request, kind, type, hold, webhook_id, body, amount, currency,
                                created_at)
        select %(desk)s, x.endpoint, coalesce(nullif(x.request, 0), n.request), x.kind, x.type,
               coalesce(nullif(x.hold, 0), n.hold),
               replace(replace(x.webhook_id, '_R-0_', '_R-' || n.request || '_'), '_H-0_', '_H-' || n.hold || '_'),
               replace(replace(x.body, '"request":"R-0"', '"request":"R-' || n.request || '"'),
                       '"hold":"H-0"', '"hold":"H-' || n.hold || '"'),
               x.amount, x.currency, %(now)s
        from n, jsonb_to_recordset(%(hook_calls)s::jsonb) as x (
            endpoint text, request bigint, kind text, type text, hold bigint, webhook_id text, body text, amount bigint,
            currency text)
    )""",
    "decisions": """
    new_decisions as (
        insert into decisions (desk_id, request, member, role, decision, note, on_behalf_of, at)
        select %(desk)s, coalesce(nullif(x.request, 0), n.request), %(actor)s, x.role, x.decision, x.note,
               x.on_behalf_of, %(now)s
        from n, jsonb_to_recordset(%(decisions)s::jsonb) as x (
            request bigint, role text, decision text, note text, on_behalf_of text)
    )""",
    # An earlier absence ends first: the new one is made of what came of that.
    "absences": """
    changed_people as (
        update desks set people_version = people_version + 1 where desk_id = %(desk)s
    ),
    ended_absences as (
        update absences a set ended_at = %(now)s
        from jsonb_to_recordset(%(absences)s::jsonb) as x (member text)
        where a.desk_id = %(desk)s and a.member = x.member and a.ended_at is null
        returning a.member
    ),
    new_absences as (
        insert into absences (desk_id, member, deputy, until, created_at, created_by)
        select %(desk)s, x.member, x.deputy, x.until, %(now)s, %(actor)s
        from jsonb_to_recordset(%(absences)s::jsonb) as x (member text, deputy text, until date)
        cross join (select count(*) from ended_absences) ended
        where x.deputy <> ''
    )""",
    "status_changes": """
    new_changes as (
        insert into status_changes (desk_id, kind, order_number, request, facts, at)
        select %(desk)s, x.kind, %(order)s, coalesce(nullif(x.request, 0), n.request),
               case when x.facts -> 'hold' = 'null' then x.facts || jsonb_build_object('hold', n.hold) else x.facts end,
               %(now)s
        from n, jsonb_to_recordset(%(status_changes)s::jsonb) as x (kind text, request bigint, facts jsonb)
    )""",
    "audit": """
    new_entries as (
        insert into audit (desk_id, chain, at, actor, action, request, facts)
        select %(desk)s, x.chain, %(now)s, x.actor, x.action, case when x.request = 0 then n.request else x.request end,
               x.facts || case when x.request = 0 and n.hold > 0 then jsonb_build_object('hold', n.hold) else '{}' end
        from n, jsonb_to_recordset(%(audit)s::jsonb) as x (
            chain text, actor text, action text, request bigint, facts jsonb)
    )""",
    "refusals": """
    new_refusals as (
        insert into audit (desk_id, chain, at, actor, action, request, facts)
        select %(desk)s, x.chain, %(now)s, x.actor, x.action, x.request, x.facts
        from jsonb_to_recordset(%(refusals)s::jsonb) as x (
            chain text, actor text, action text, request bigint, facts jsonb)
        where not exists (
            select from audit a where a.desk_id = %(desk)s and a.actor = x.actor and a.action = x.action
            and a.facts ->> 'refusal' = x.facts ->> 'refusal' and a.at > %(now)s::timestamptz - interval '1 minute')
    )""",
    "notices": """
    new_notices as (
        insert into notices (desk_id, kind, lane, order_number, request, payload, trace, created_at, due_at)
        select %(desk)s, x.kind, x.lane, x.order_number, case when x.request = 0 then n.request else x.request end,
               x.payload || case when x.request = 0 then n.numbers else '{}' end,
               %(trace)s, %(now)s, %(now)s
        from n, jsonb_to_recordset(%(notices)s::jsonb) as x (
            kind text, lane text, order_number text, request bigint, payload jsonb)
    )""",
    # Of each kind and lane the oldest notice about this bulk that nobody has begun to send takes the new one in. One
    # that is being taken just now is left alone, and a new one waits behind it.
    "gathered": """
    more as materialized (
        select x.kind, x.lane, x.bulk, case when x.request = 0 then n.request else x.request end as request,
               x.payload, jsonb_build_array((x.payload -> 'items' -> 0) || jsonb_build_object(
                   'request', case when x.request = 0 then n.request else x.request end)) as items
        from n, jsonb_to_recordset(%(gathered)s::jsonb) as x (
            kind text, lane text, request bigint, bulk bigint, payload jsonb)
    ),
    waiting as materialized (
        select m.kind, m.lane, m.bulk, w.id from more m cross join lateral (
            select id from notices where desk_id = %(desk)s and lane = m.lane and kind = m.kind and state = 'ready'
            and tried_at is null and payload -> 'bulk' = to_jsonb(m.bulk) order by id limit 1 for update skip locked
        ) w
    ),
    taken_in as (
        update notices w set payload = jsonb_set(w.payload, '{items}', (w.payload -> 'items') || m.items)
        from waiting join more m using (kind, lane, bulk) where w.desk_id = %(desk)s and w.id = waiting.id
    ),
    new_gathered as (
        insert into notices (desk_id, kind, lane, request, payload, trace, created_at, due_at)
        select %(desk)s, m.kind, m.lane, m.request, m.payload || jsonb_build_object('items', m.items), %(trace)s,
               %(now)s, %(now)s::timestamptz + make_interval(secs => %(gather_for)s)
        from more m where not exists (
            select from waiting w where w.kind = m.kind and w.lane = m.lane and w.bulk = m.bulk)
    )""",
    "homes": HOMES.format(
        whose="v.user_id = any(array(select jsonb_array_elements_text(%(homes)s::jsonb)))",
        most=50,
        trace="%(trace)s",
        now="%(now)s",
    ),
}
PARTS: Final = frozenset(_PARTS)

# Numbers come from a row that is locked from here to the commit, which follows in the same round trip, so they have no
# gaps and nobody waits long.
_COUNTED: Final = """
    counted as (
        update counters c set request = c.request + {requests}, hold = c.hold + {holds} where c.desk_id = %(desk)s
        returning c.request * {requests} as request, c.hold * {holds} as hold
    )"""
_NUMBERS: Final = """
    n as (select request, hold, jsonb_build_object('numbers', jsonb_build_array(request, hold)) as numbers
          from {counted})"""
_NONE: Final = "(select 0::bigint as request, 0::bigint as hold) none"
_ANSWERED: Final = """
    answered as (
        update inbound i set result = %(result)s::jsonb || n.numbers
        from n where i.desk_id = %(desk)s and i.key = %(key)s
    )"""
# What was read under the order's lock must still be so, or nothing is saved.
CHANGED: Final = {
    "chased": "chased_requests",
    "hold_dates": "dated_holds",
    "hold_cares": "cared_holds",
    "hold_changes": "changed_holds",
    "line_changes": "changed_lines",
    "order_changes": "changed_order",
    "refreshed": "seen_again",
    "request_changes": "changed_requests",
}


@cache
def save(parts: frozenset[str]) -> str:
    """One statement for an outcome with these parts, and no more: what is planned for nothing costs time as well."""
    made = {name: int(name in parts) for name in ("requests", "holds")}
    counted = [_COUNTED.format(**made)] if any(made.values()) else []
    numbers = _NUMBERS.format(counted="counted" if counted else _NONE)
    steps = [*counted, numbers, *(text for name, text in _PARTS.items() if name in parts), _ANSWERED]
    counts = [f"{_count(table) if name in parts else 0} as {name}" for name, table in CHANGED.items()]
    return f"with {','.join(steps)}\n    select n.request, n.hold, {', '.join(counts)} from n"


def _count(table: str) -> str:
    return f"(select count(*) from {table})"
