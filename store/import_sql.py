"""The statements of an import. What stands in `import_rows` is one document for each part of an order.

`%(good)s` are the runs that hold whole orders. `import_rows` has no row-level security, because COPY into a table
that has is refused; every other table is read and written behind its policy.

The planner knows nothing of a run that has just begun, nor of orders that came a moment ago, and often expects one row
of a hundred thousand. So a statement starts from the staged rows and looks up the rest by an index, one order after the
other; `offset 0` keeps the planner from joining the other way, which would read all orders for each of them.
"""

from typing import Final

from workflows.imports.fields import MOST_MONEY, UNKNOWN_STAGE
from workflows.imports.report import MOST_WORDS

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

REFUSED: Final = """
    select order_number, document from import_rows where run = any(%(bad)s) or run = %(rest)s order by first_row
"""

# Words for stages that rows were refused for, the most frequent first; no longer one can be a word of the policy.
UNKNOWN_WORDS: Final = f"""
    select p ->> 2 as word from import_rows s cross join lateral jsonb_array_elements(s.document -> 'problems') p
    where s.run = any(%(bad)s) and starts_with(p ->> 3, '{UNKNOWN_STAGE}') and length(p ->> 2) <= 75
    group by 1 order by count(*) desc, 1 limit {MOST_WORDS}
"""

# The order of a staged row, with these columns.
_ORDER: Final = "lateral (select {0} from orders where desk_id = %(desk)s and number = s.order_number offset 0) o"

COUNTS: Final = f"""
    select
        count(*) filter (where o.number is null) as new,
        count(*) filter (where o.source_digest <> s.document ->> 'digest') as changed,
        count(*) filter (where o.source_digest = s.document ->> 'digest') as unchanged,
        coalesce(sum((s.document ->> 'count')::bigint), 0)::bigint as rows
    from import_rows s left join {_ORDER.format("number, source_digest")} on true
    where s.run = any(%(good)s)
"""

REFUSED_COUNTS: Final = """
    select count(*) filter (where run <> %(rest)s) as orders,
        coalesce(sum((document ->> 'count')::bigint), 0)::bigint as rows
    from import_rows where run = any(%(bad)s) or run = %(rest)s
"""

MISSING: Final = f"""
    select (select count(*) from orders where desk_id = %(desk)s)
         - (select count(*) from import_rows s cross join {_ORDER.format("number")}
            where s.run = any(%(all)s)) as missing
"""

# Only imports move this number, and they follow each other, so the row is read here and locked at the end.
NEXT: Final = "select coalesce((select import from counters where desk_id = %(desk)s), 0) + 1 as number"

HEADS: Final = """
    select s.order_number, d.customer, d.customer_email, d.currency, d.total, d.ship_by, d.digest,
           coalesce(d.extra, '{}') as extra
    from import_rows s, jsonb_to_record(s.document) as d (
        customer text, customer_email text, currency text, total bigint, ship_by date, digest text, extra jsonb)
    where s.run = any(%(good)s)
"""

LINES: Final = """
    jsonb_to_recordset(s.document -> 'lines') as x (
        key text, line int, sku text, description text, ordered bigint, cancelled bigint, allocated bigint,
        picked bigint, packed bigint, shipped bigint, delivered bigint, unit_price bigint, extra jsonb)
"""
LINE_VALUES: Final = """
    x.sku, x.description, x.ordered, x.cancelled, x.allocated, x.picked, x.packed, x.shipped, x.delivered, x.unit_price
"""
LINE_COLUMNS: Final = LINE_VALUES.replace("x.", "")

NEW_ORDERS: Final = f"""
    insert into orders (desk_id, number, customer, customer_email, currency, total, placed_total, ship_by,
                        source_digest, import_number, changed_at, extra)
    select %(desk)s, h.order_number, h.customer, h.customer_email, h.currency, h.total, h.total, h.ship_by,
           h.digest, %(number)s, statement_timestamp(), h.extra
    from ({HEADS}) h
    on conflict (desk_id, number) do nothing
"""

NEW_LINES: Final = f"""
    insert into order_lines (desk_id, order_number, key, line, original, extra, {LINE_COLUMNS})
    select %(desk)s, s.order_number, x.key, x.line, x.ordered, coalesce(x.extra, '{{}}'), {LINE_VALUES}
    from import_rows s cross join {_ORDER.format("import_number")}, {LINES}
    where s.run = any(%(good)s) and o.import_number = %(number)s
"""

# What a preview merges, to be taken back: the orders that it shows, and those about which somebody has to be told.
PICK: Final = f"""
    insert into import_rows (run, first_row, order_number, document)
    select %(picked)s, s.first_row, s.order_number, s.document
    from import_rows s cross join {_ORDER.format("number, source_digest")}
    where s.run = any(%(good)s) and o.source_digest <> s.document ->> 'digest' and (
        o.number = any(%(shown)s)
        or exists (select from order_lines l where l.desk_id = %(desk)s and l.order_number = o.number
                   and l.ours <> '{{}}'))
"""

# How many of the changed orders differ in what. Beside CHANGED_LINES, because people see it before they say yes.
FIELDS: Final = f"""
    select count(*) filter (where o.customer <> h.customer) as customer,
        count(*) filter (where o.customer_email <> h.customer_email) as "customer e-mail",
        count(*) filter (where o.currency <> h.currency) as currency,
        count(*) filter (where o.total <> h.total and not d.ours) as total,
        count(*) filter (where o.ship_by is distinct from h.ship_by and not o.ours ? 'ship_by') as "ship-by date",
        count(*) filter (where d.added) as "line added", count(*) filter (where d.gone) as "line gone",
        count(*) filter (where d.article) as article, count(*) filter (where d.description) as description,
        count(*) filter (where d.quantity) as quantity, count(*) filter (where d.cancelled) as cancelled,
        count(*) filter (where d.picked) as picked, count(*) filter (where d.packed) as packed,
        count(*) filter (where d.shipped) as shipped, count(*) filter (where d.price) as "unit price",
        count(*) filter (where d.extra or o.extra <> h.extra) as "other columns"
    from ({HEADS} and exists (
        select from orders c where c.desk_id = %(desk)s and c.number = s.order_number
        and c.source_digest <> s.document ->> 'digest')) h
    join orders o on o.desk_id = %(desk)s and o.number = h.order_number
    join import_rows s on s.run = any(%(good)s) and s.order_number = h.order_number
    cross join lateral (
        select bool_or(l.key is null) as added, bool_or(x.key is null and not l.ours ? 'added') as gone,
               bool_or(l.ours <> '{{}}') is true as ours,
               bool_or(l.sku <> x.sku and not l.ours ? 'sku') as article,
               bool_or(l.description <> x.description) as description,
               bool_or(l.ordered <> x.ordered and not l.ours ? 'ordered') as quantity,
               bool_or(l.cancelled <> x.cancelled and not l.ours ? 'cancelled') as cancelled,
               bool_or(l.picked <> x.picked) as picked, bool_or(l.packed <> x.packed) as packed,
               bool_or(l.shipped <> x.shipped) as shipped, bool_or(l.unit_price <> x.unit_price) as price,
               bool_or(l.extra <> coalesce(x.extra, '{{}}')) as extra
        from (select x.* from {LINES}) x
        full join (select * from order_lines where desk_id = %(desk)s and order_number = s.order_number) l
        on l.key = x.key
    ) d
"""

# In the order of their numbers; a command locks one order and never a second, so nobody waits in a circle.
LOCK_CHANGED: Final = """
    select o.number from orders o join import_rows s on s.order_number = o.number
    where o.desk_id = %(desk)s and s.run = any(%(good)s) and o.source_digest <> s.document ->> 'digest'
    order by o.number for update of o
"""

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
        version = o.version + 1, extra = h.extra
    from ({HEADS}) h
    where o.desk_id = %(desk)s and o.number = h.order_number and o.source_digest <> h.digest
"""

# The source may take a cancel or another quantity over in its own way: as long as what remains is what we made of it,
# or less after a cancel, its quantities are taken as they are, and nothing is subtracted twice.
_SAME_REMAINS: Final = """
    (l.ours ?| array['cancelled', 'ordered']
     and (excluded.ordered - excluded.cancelled = l.ordered - l.cancelled
          or not l.ours ? 'ordered' and excluded.ordered - excluded.cancelled < l.ordered - l.cancelled))
"""
# A line keeps the number that people know it by. Where the source has none, a line that comes later gets the next.
_MERGED: Final = {
    name: f"case when {heard} and l.ours -> '{name}' -> 0 = to_jsonb(excluded.{name}) "
    f"then l.{name} else excluded.{name} end"
    for name, heard in (("ordered", f"not {_SAME_REMAINS}"), ("sku", "true"))
}
_MERGED_CANCELLED: Final = f"""
    case when {_SAME_REMAINS} then excluded.cancelled else
    least(greatest(excluded.cancelled, coalesce((l.ours -> 'cancelled')::bigint, 0)), {_MERGED["ordered"]}) end
"""
_STILL_OURS: Final = f"""
    l.ours - case when not {_SAME_REMAINS} and l.ours -> 'ordered' -> 0 = to_jsonb(excluded.ordered)
                  then '' else 'ordered' end
           - case when l.ours -> 'sku' -> 0 = to_jsonb(excluded.sku) then '' else 'sku' end
           - case when not {_SAME_REMAINS} and (l.ours -> 'cancelled')::bigint > excluded.cancelled
                  then '' else 'cancelled' end
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
    insert into order_lines as l (desk_id, order_number, key, line, original, extra, {LINE_COLUMNS})
    select %(desk)s, s.order_number, x.key,
           case when %(numbered)s or old.key is not null then x.line
                else last.line + row_number() over (partition by s.order_number, old.key is null order by x.line) end,
           x.ordered, coalesce(x.extra, '{{}}'), {LINE_VALUES}
    from import_rows s cross join {_ORDER.format("import_number, version")}
    cross join lateral (select coalesce(max(line), 0) as line from order_lines
                        where desk_id = %(desk)s and order_number = s.order_number) last
    cross join lateral {LINES}
    left join order_lines old on old.desk_id = %(desk)s and old.order_number = s.order_number and old.key = x.key
    where s.run = any(%(good)s) and o.import_number = %(number)s and o.version > 1
    on conflict (desk_id, order_number, key) do update
    set ({LINE_COLUMNS}) = row ({_KEPT_VALUES}), ours = {_STILL_OURS}, {_MOVED_AT}, extra = excluded.extra
    where l.ours <> '{{}}' or l.extra <> excluded.extra
    or ({LINE_VALUES.replace("x.", "l.")}) is distinct from ({LINE_VALUES.replace("x.", "excluded.")})
"""

# What the source has not heard of is missing from its total as well: the units, and tax and shipping that went back.
CHANGED_TOTALS: Final = f"""
    update orders o set total = greatest(0, least(o.total + unheard.amount, {MOST_MONEY}))
    from (
        select s.order_number, sum(
            (l.ordered - l.cancelled - coalesce(x.ordered - x.cancelled, 0))::numeric * l.unit_price) - coalesce((
                select sum((c.facts ->> 'tax')::bigint + (c.facts ->> 'shipping')::bigint) from status_changes c
                where c.desk_id = %(desk)s and c.order_number = s.order_number and c.heard <> 'taken_over'
                and c.kind = 'cancellation.approved'), 0) as amount
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

RECORD: Final = """
    insert into imports (desk_id, number, at, imported_by, file_name, file_sha256, preset, counts)
    values (%(desk)s, %(number)s, statement_timestamp(), %(by)s, %(file)s, %(sha256)s, %(preset)s, %(counts)s)
"""

COUNT: Final = """
    insert into counters (desk_id, import) values (%(desk)s, %(number)s)
    on conflict (desk_id) do update set import = excluded.import
"""

CLEAR: Final = "delete from import_rows where run = any(%(everything)s)"
