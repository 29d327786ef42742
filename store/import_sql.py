"""The statements of an import. What stands in `import_rows` is one document for each part of an order.

`%(good)s` are the runs that hold whole orders. `import_rows` has no row-level security, because COPY into a table
that has is refused; every other table is read and written behind its policy.

The planner knows nothing of a run that has just begun, and often expects one row of a hundred thousand. So every
statement is one that may start from those rows and look up the rest by an index.
"""

from typing import Final

BEGIN: Final = """
    select set_config('role', 'redtag_app', true), set_config('redtag.desk_id', %(desk)s, true),
           set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),
           set_config('lock_timeout', '30s', true), set_config('cursor_tuple_fraction', '1', true)
"""

# Imports of one desk follow each other; nothing else waits here.
ALONE: Final = "select pg_advisory_xact_lock(hashtextextended('import:' || %(desk)s, 0))"

STAGE: Final = "copy import_rows (run, first_row, order_number, document) from stdin"
STAGE_ONE: Final = "insert into import_rows (run, first_row, order_number, document) values (%s, %s, %s, %s)"

IN_SEVERAL_PARTS: Final = """
    select 1 from import_rows where run = any(%(read)s) and order_number <> ''
    group by order_number having count(*) > 1 limit 1
"""

PARTS: Final = """
    select order_number, first_row, document from (
        select order_number, first_row, document, count(*) over (partition by order_number) as parts
        from import_rows where run = any(%(read)s) and order_number <> ''
    ) counted
    where parts > 1
    order by order_number, first_row
"""

# Both sides are staged rows, which no index of the other joins; see above for what the planner would do.
NO_LOOPS: Final = "set local enable_nestloop = off"
LOOPS: Final = "set local enable_nestloop = on"
DROP_PARTS: Final = """
    delete from import_rows p using import_rows w
    where p.run = any(%(read)s) and w.run = any(%(rebuilt)s) and w.order_number = p.order_number
"""

REFUSED: Final = "select document from import_rows where run = any(%(bad)s) order by first_row"

COUNTS: Final = """
    select
        count(*) filter (where o.number is null) as new,
        count(*) filter (where o.source_digest <> s.document ->> 'digest') as changed,
        count(*) filter (where o.source_digest = s.document ->> 'digest') as unchanged,
        coalesce(sum((s.document ->> 'count')::bigint), 0)::bigint as rows
    from import_rows s left join orders o on o.desk_id = %(desk)s and o.number = s.order_number
    where s.run = any(%(good)s)
"""

REFUSED_COUNTS: Final = """
    select count(*) as orders, coalesce(sum((document ->> 'count')::bigint), 0)::bigint as rows
    from import_rows where run = any(%(bad)s)
"""

MISSING: Final = """
    select (select count(*) from orders where desk_id = %(desk)s)
         - (select count(*) from import_rows s join orders o on o.desk_id = %(desk)s and o.number = s.order_number
            where s.run = any(%(all)s)) as missing
"""

# Only imports move this number, and they follow each other, so the row is read here and locked at the end.
NEXT: Final = "select coalesce((select import from counters where desk_id = %(desk)s), 0) + 1 as number"

HEADS: Final = """
    select s.order_number, d.customer, d.customer_email, d.currency, d.total, d.ship_by, d.digest
    from import_rows s, jsonb_to_record(s.document) as d (
        customer text, customer_email text, currency text, total bigint, ship_by date, digest text)
    where s.run = any(%(good)s)
"""

LINES: Final = """
    jsonb_to_recordset(s.document -> 'lines') as x (
        key text, line int, sku text, description text, ordered bigint, cancelled bigint, allocated bigint,
        picked bigint, packed bigint, shipped bigint, delivered bigint, unit_price bigint)
"""
LINE_VALUES: Final = """
    x.sku, x.description, x.ordered, x.cancelled, x.allocated, x.picked, x.packed, x.shipped, x.delivered, x.unit_price
"""
LINE_COLUMNS: Final = LINE_VALUES.replace("x.", "")

NEW_ORDERS: Final = f"""
    insert into orders (desk_id, number, customer, customer_email, currency, total, placed_total, ship_by,
                        source_digest, import_number, changed_at)
    select %(desk)s, h.order_number, h.customer, h.customer_email, h.currency, h.total, h.total, h.ship_by,
           h.digest, %(number)s, statement_timestamp()
    from ({HEADS}) h
    where not exists (select from orders o where o.desk_id = %(desk)s and o.number = h.order_number)
"""

NEW_LINES: Final = f"""
    insert into order_lines (desk_id, order_number, key, line, original, {LINE_COLUMNS})
    select %(desk)s, s.order_number, x.key, x.line, x.ordered, {LINE_VALUES}
    from import_rows s join orders o on o.desk_id = %(desk)s and o.number = s.order_number, {LINES}
    where s.run = any(%(good)s) and o.import_number = %(number)s
"""

# In the order of their numbers; a command locks one order and never a second, so nobody waits in a circle.
LOCK_CHANGED: Final = """
    select o.number from orders o join import_rows s on s.order_number = o.number
    where o.desk_id = %(desk)s and s.run = any(%(good)s) and o.source_digest <> s.document ->> 'digest'
    order by o.number for update of o
"""

ORDER: Final = """
    select to_jsonb(o) as "order", o.number,
           (select jsonb_agg(to_jsonb(l) order by l.line, l.key) from order_lines l
            where l.desk_id = %(desk)s and l.order_number = o.number) as lines
    from orders o
"""

# The changed orders that somebody is waiting on, in the order in which everybody goes through chains of the audit.
WATCHED: Final = f"""
    {ORDER} join import_rows s on s.order_number = o.number
    where o.desk_id = %(desk)s and s.run = any(%(good)s) and o.source_digest <> s.document ->> 'digest'
    and (exists (select from holds h where h.desk_id = %(desk)s and h.order_number = o.number
                 and h.state in ('requested', 'active', 'release_requested'))
         or exists (select from requests r where r.desk_id = %(desk)s and r.order_number = o.number
                    and r.state = 'pending'))
    order by o.number
"""

ORDERS: Final = f"{ORDER} where o.desk_id = %(desk)s and o.number = any(%(numbers)s) order by o.number"

_NOT_HEARD_OF_SHIP_BY: Final = """
    o.ours ? 'ship_by' and to_jsonb(h.ship_by) is not distinct from nullif(o.ours -> 'ship_by' -> 0, 'null')
"""
# A file that still says what stood there before one of our changes has not heard of it and does not undo it. One that
# says our value has taken it over; one that says a third thing knows better.
CHANGED_ORDERS: Final = f"""
    update orders o
    set customer = h.customer, customer_email = h.customer_email, currency = h.currency, total = h.total,
        ship_by = case when {_NOT_HEARD_OF_SHIP_BY} then o.ship_by else h.ship_by end,
        ours = case when {_NOT_HEARD_OF_SHIP_BY} then o.ours else o.ours - 'ship_by' end,
        source_digest = h.digest, import_number = %(number)s, changed_at = statement_timestamp(),
        version = o.version + 1
    from ({HEADS}) h
    where o.desk_id = %(desk)s and o.number = h.order_number and o.source_digest <> h.digest
"""

# A line keeps the number that people know it by. Where the source has none, a line that comes later gets the next.
_MERGED: Final = {
    name: f"case when l.ours -> '{name}' -> 0 = to_jsonb(excluded.{name}) then l.{name} else excluded.{name} end"
    for name in ("ordered", "sku")
}
_MERGED_CANCELLED: Final = (
    f"least(greatest(excluded.cancelled, coalesce((l.ours -> 'cancelled')::bigint, 0)), {_MERGED['ordered']})"
)
_STILL_OURS: Final = """
    l.ours - case when l.ours -> 'ordered' -> 0 = to_jsonb(excluded.ordered) then '' else 'ordered' end
           - case when l.ours -> 'sku' -> 0 = to_jsonb(excluded.sku) then '' else 'sku' end
           - case when (l.ours -> 'cancelled')::bigint > excluded.cancelled then '' else 'cancelled' end
"""
_KEPT_VALUES: Final = ", ".join(
    _MERGED.get(column, _MERGED_CANCELLED if column == "cancelled" else f"excluded.{column}")
    for column in LINE_COLUMNS.replace(" ", "").replace("\n", "").split(",")
)
_MOVED_AT: Final = ", ".join(
    f"{step}_at = case when excluded.{step} > l.{step} then statement_timestamp() else l.{step}_at end"
    for step in ("picked", "packed", "shipped")
)
CHANGED_LINES: Final = f"""
    insert into order_lines as l (desk_id, order_number, key, line, original, {LINE_COLUMNS})
    select %(desk)s, s.order_number, x.key,
           case when %(numbered)s or old.key is not null then x.line
                else last.line + row_number() over (partition by s.order_number, old.key is null order by x.line) end,
           x.ordered, {LINE_VALUES}
    from import_rows s join orders o on o.desk_id = %(desk)s and o.number = s.order_number
    cross join lateral (select coalesce(max(line), 0) as line from order_lines
                        where desk_id = %(desk)s and order_number = s.order_number) last
    cross join lateral {LINES}
    left join order_lines old on old.desk_id = %(desk)s and old.order_number = s.order_number and old.key = x.key
    where s.run = any(%(good)s) and o.import_number = %(number)s and o.version > 1
    on conflict (desk_id, order_number, key) do update
    set ({LINE_COLUMNS}) = row ({_KEPT_VALUES}), ours = {_STILL_OURS}, {_MOVED_AT}
    where l.ours <> '{{}}'
    or ({LINE_VALUES.replace("x.", "l.")}) is distinct from ({LINE_VALUES.replace("x.", "excluded.")})
"""

# What the source has not heard of is missing from its total as well.
CHANGED_TOTALS: Final = f"""
    update orders o set total = greatest(0, o.total + unheard.amount)
    from (
        select s.order_number,
               sum((l.ordered - l.cancelled - coalesce(x.ordered - x.cancelled, 0)) * l.unit_price) as amount
        from import_rows s
        join order_lines l on l.desk_id = %(desk)s and l.order_number = s.order_number and l.ours <> '{{}}'
        left join lateral (select x.* from {LINES} where x.key = l.key) x on true
        where s.run = any(%(good)s)
        group by s.order_number
    ) unheard
    where o.desk_id = %(desk)s and o.number = unheard.order_number and o.import_number = %(number)s and o.version > 1
"""

# A line that we added goes when the source brings its own: one more like it than the source has had before.
TAKEN_OVER: Final = """
    delete from order_lines l using orders o, import_rows s
    where l.desk_id = %(desk)s and o.desk_id = %(desk)s and o.number = l.order_number
    and s.run = any(%(good)s) and s.order_number = o.number
    and o.import_number = %(number)s and o.version > 1 and l.ours ? 'added'
    and (select count(*) from jsonb_array_elements(s.document -> 'lines') x
         where x ->> 'sku' = l.sku and x -> 'ordered' = to_jsonb(l.ordered))
      > (select count(*) from order_lines e
         where e.desk_id = %(desk)s and e.order_number = o.number
         and coalesce(e.ours -> 'sku' ->> 0, e.sku) = l.sku
         and coalesce((e.ours -> 'ordered' ->> 0)::bigint, e.ordered) = l.ordered
         and (not e.ours ? 'added' or e.line < l.line))
"""

GONE_LINES: Final = """
    delete from order_lines l using orders o, import_rows s
    where l.desk_id = %(desk)s and o.desk_id = %(desk)s and o.number = l.order_number
    and s.run = any(%(good)s) and s.order_number = o.number
    and o.import_number = %(number)s and o.version > 1
    and not exists (select from jsonb_array_elements(s.document -> 'lines') x where x ->> 'key' = l.key)
    and not l.ours ? 'added'
"""

AUDIT: Final = """
    insert into audit (desk_id, chain, at, actor, action, facts)
    values (%(desk)s, %(chain)s, statement_timestamp(), %(by)s, %(action)s, %(facts)s)
"""

RECORD: Final = """
    insert into imports (desk_id, number, at, imported_by, file_name, file_sha256, preset, counts)
    values (%(desk)s, %(number)s, statement_timestamp(), %(by)s, %(file)s, %(sha256)s, %(preset)s, %(counts)s)
"""

COUNT: Final = """
    insert into counters (desk_id, import) values (%(desk)s, %(number)s)
    on conflict (desk_id) do update set import = excluded.import
"""

CLEAR: Final = "delete from import_rows where run = any(%(all)s)"
