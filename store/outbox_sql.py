"""The statements of the outbox."""

from typing import Final

# `lane_list` hops from lane to lane through notices_ready_idx, so its cost is the number of lanes with something ready,
# not the number of ready notices. Of each lane only the first few hundred are looked at: where that many wait for
# another try, the destination is down, and the ones behind them can wait too. What is gathered about a bulk keeps its
# order among itself and holds up nothing else.
# Within a rank of turns the choice is random, so that claims of one at a time are as fair between desks as big ones.
# A notice is locked before its lane, here and in SETTLE, so that the two never wait for each other.
CLAIM: Final = """
    with recursive lane_list as (
        (select desk_id, lane from notices where state = 'ready' order by desk_id, lane limit 1)
        union all
        select next.desk_id, next.lane
        from lane_list at
        cross join lateral (
            select desk_id, lane from notices
            where state = 'ready' and (desk_id, lane) > (at.desk_id, at.lane)
            order by desk_id, lane limit 1
        ) next
    ),
    heads as (
        select lane_list.desk_id, head.id, row_number() over (partition by lane_list.desk_id order by head.id) as turn
        from lane_list
        left join lanes using (desk_id, lane)
        cross join lateral (
            select id from (
                select id, due_at, row_number() over (partition by order_number, bulk order by id) as place
                from (
                    select id, due_at, order_number, case when order_number = '' then payload ->> 'bulk' end as bulk
                    from notices
                    where desk_id = lane_list.desk_id and lane = lane_list.lane and state = 'ready'
                    order by id limit 500
                ) first_ones
            ) placed
            where place = 1 and due_at <= now()
            order by id limit 1
        ) head
        where lanes.free_at is null or lanes.free_at <= now()
    ),
    chosen as materialized (
        select desk_id, id from heads order by turn, random() limit %(limit)s
    ),
    held as materialized (
        select n.desk_id, n.id, n.lane from notices n join chosen using (desk_id, id)
        where n.state = 'ready' and n.due_at <= now()
        for update of n skip locked
    ),
    taken as (
        insert into lanes (desk_id, lane, free_at, token)
        select desk_id, lane, now() + %(lease)s, gen_random_uuid()::text from held order by desk_id, lane
        on conflict (desk_id, lane) do update set free_at = excluded.free_at, token = excluded.token
        where lanes.free_at <= now()
        returning desk_id, lane, token
    )
    update notices n
    set attempts = n.attempts + 1, unclear = n.unclear + 1, tried_at = coalesce(n.tried_at, now())
    from held join taken using (desk_id, lane)
    where n.desk_id = held.desk_id and n.id = held.id
    returning n.desk_id, n.id, n.kind, n.lane, n.order_number, n.request, n.payload, n.trace, n.attempts, n.unclear,
              n.created_at, now() - n.tried_at as trying_for, taken.token
"""

# Nothing happens unless the lane still carries the token of the claim and the notice is not settled yet.
_SETTLE: Final = """
    with held as (
        select id from notices where desk_id = %(desk)s and id = %(id)s and state = 'ready' for update
    ),
    freed as (
        update lanes set free_at = clock_timestamp() + %(rest)s, token = ''
        where desk_id = %(desk)s and lane = %(lane)s and token = %(token)s and exists (select from held)
        returning lane
    ),
    settled as (
        update notices n
        set state = %(state)s, error = %(error)s, unclear = greatest(n.unclear - %(certain)s::boolean::int, 0),
            due_at = case when %(state)s = 'ready' then clock_timestamp() + %(after)s else n.due_at end,
            settled_at = case when %(state)s <> 'ready' then clock_timestamp() end
        from freed
        where n.desk_id = %(desk)s and n.id = %(id)s
        returning n.id
    ),
    card as (
        insert into cards (desk_id, request, channel, ts, posted_at)
        select %(desk)s, request, %(channel)s, %(ts)s, clock_timestamp()
        from settled, unnest(%(requests)s::bigint[]) request where %(card)s
        on conflict do nothing
    ),
    entry as (
        insert into audit (desk_id, chain, at, actor, action, request, facts)
        select %(desk)s, %(order)s, clock_timestamp(), %(actor)s, %(action)s, %(request)s, %(facts)s::jsonb
        from settled where %(action)s <> ''
    ){more}
    select count(*) as settled from settled
"""
SETTLE: Final = _SETTLE.format(more="")

# How a call to another system stands, and who hears of it. Of a refund the request's cards, the thread of the first of
# them and, where a person should look, the managers; of a webhook the managers alone, and of a try that fails only
# where no other call to that endpoint has failed in the last hour. The card of many orders is drawn once for all that
# came meanwhile (one that somebody draws just now does not count); its thread hears only of what did not go at once.
_CALLED: Final = """,
    called as (
        update hook_calls c
        set state = %(call_state)s, error = %(error)s,
            accepted_at = case when %(call_state)s = 'accepted' then clock_timestamp() end
        from settled
        where c.desk_id = %(desk)s and c.endpoint = %(endpoint)s and c.request = %(request)s and c.type = %(type)s
        and c.hold = %(hold)s and c.state <> 'accepted'
    ),
    same_bulk as materialized (
        select s.number from requests r join requests s on s.desk_id = r.desk_id and s.bulk = r.bulk
        where r.desk_id = %(desk)s and r.number = %(request)s
    ),
    undrawn as materialized (
        select w.lane from notices w where w.desk_id = %(desk)s and w.kind = 'card.redraw' and w.state = 'ready'
        and w.tried_at is null and w.request = any(array(select number from same_bulk)) for key share skip locked
    ),
    places as (
        (select 'slack:' || channel as lane, 'hook.state' as kind, 'thread' as place from cards
         where desk_id = %(desk)s and request = %(request)s and %(refund)s
         and (%(news)s or not exists (select from same_bulk)) order by posted_at limit 1)
        union all
        select distinct 'slack:' || channel, 'card.redraw', '' from cards
        where desk_id = %(desk)s and request = %(request)s and %(refund)s
        and 'slack:' || channel not in (select lane from undrawn)
        union all
        select 'slack:' || (p.document -> 'desk' ->> 'managers_channel'), 'hook.state', 'managers'
        from desks d join policies p on p.desk_id = d.desk_id and p.version = d.policy_version
        where d.desk_id = %(desk)s and p.document -> 'desk' ->> 'managers_channel' <> '' and %(trouble)s
    ),
    told as (
        insert into notices (desk_id, kind, lane, order_number, request, payload, trace, created_at, due_at)
        select %(desk)s, places.kind, places.lane, %(order)s, %(request)s,
               jsonb_build_object('endpoint', %(endpoint)s::text, 'type', %(type)s::text, 'hold', %(hold)s::bigint,
                                  'place', places.place, 'role', ''), %(trace)s,
               clock_timestamp(), clock_timestamp()
        from settled, places
        where %(told)s and (%(aloud)s or not exists (
            select from hook_calls o
            where o.desk_id = %(desk)s and o.endpoint = %(endpoint)s and o.state in ('failed', 'unknown')
            and o.tried_at > clock_timestamp() - interval '1 hour'))
    )"""
SETTLE_CALL: Final = _SETTLE.format(more=_CALLED)

BACKLOG: Final = """
    select desk_id, sum(ready) as ready, sum(dead) as dead, now() - min(created_at) as oldest
    from (
        select desk_id, 1 as ready, 0 as dead, created_at from notices where state = 'ready'
        union all
        select desk_id, 0, 1, null from notices where state = 'dead'
    ) counted
    group by desk_id order by desk_id
"""

DEAD: Final = """
    select id, kind, lane, order_number, request, error, attempts, created_at, settled_at
    from notices where desk_id = %(desk)s and state = 'dead' order by id desc limit %(limit)s
"""

# The entries go through the orders as an import does, the desk's own chain last, so that neither waits for the other.
# An earlier send that may have arrived stays remembered, so that the next one says that it repeats it. A card goes to
# the channel that its role has by now.
RETRY_DEAD: Final = """
    with again as (
        update notices n
        set state = 'ready', attempts = 0, unclear = least(n.unclear, 1), due_at = clock_timestamp(), tried_at = null,
            settled_at = null, error = '',
            lane = coalesce(case when n.kind = 'card' then 'slack:' || (jsonb_path_query_first(
                p.document, '$.roles[*] ? (@.name == $role).channel', jsonb_build_object('role', n.payload -> 'role')
            ) #>> '{}') end, n.lane)
        from desks d
        left join policies p on p.desk_id = d.desk_id and p.version = d.policy_version
        where d.desk_id = %(desk)s and n.desk_id = d.desk_id and n.state = 'dead' and n.id = coalesce(%(id)s, n.id)
        returning n.id, n.kind, n.lane, n.order_number, n.request
    ),
    entries as (
        insert into audit (desk_id, chain, at, actor, action, request, facts)
        select %(desk)s, order_number, clock_timestamp(), %(actor)s, 'notice.retried', request,
               jsonb_build_object('kind', kind, 'lane', lane, 'notice', id)
        from again order by order_number = '', order_number
    )
    select count(*) as retried from again
"""
