"""Facts of a file that contradict our decisions: stored all the same, and opened as exceptions."""

from collections.abc import Iterator
from typing import Final

from psycopg.rows import DictRow

from store.import_session import Session
from workflows.contradictions import CANCEL_UNDONE, SHIPPED_AFTER_CANCEL
from workflows.imports.report import LISTED, ExceptionFound

# What somebody has seen to is not opened again.
_NOT_SEEN_TO: Final = """
    not exists (select from exceptions e
                where e.desk_id = %(desk)s and e.order_number = o.number and e.kind = %(kind)s and e.line_key = l.key
                and e.facts ? 'seen_to' and e.facts -> 'units' = to_jsonb({units}))
"""
_CHANGED: Final = "s.run = any(%(good)s) and o.import_number = %(number)s and o.version > 1"
_MORE_THAN_ORDERED: Final = "l.shipped + l.cancelled - l.ordered"
_MORE_THAN_LEFT: Final = "l.ordered - l.cancelled - (c.facts -> 'remaining' ->> l.key)::bigint"

# One row a line. `request`: the newest approved cancel or change that took units off it.
_SHIPPED: Final = f"""
    select l.order_number, l.key, l.line, l.sku, l.ordered, l.cancelled, l.shipped, {_MORE_THAN_ORDERED} as units,
           (select r.number from requests r
            where r.desk_id = %(desk)s and r.order_number = l.order_number and r.state = 'approved'
            and r.kind in ('cancel', 'change')
            and r.asked -> 'lines' @> jsonb_build_array(jsonb_build_object('key', l.key))
            order by r.decided_at desc, r.number desc limit 1) as request
    from import_rows s
    join orders o on o.desk_id = %(desk)s and o.number = s.order_number
    join order_lines l on l.desk_id = %(desk)s and l.order_number = o.number
    where {_CHANGED} and {_MORE_THAN_ORDERED} > 0 and {_NOT_SEEN_TO.format(units=_MORE_THAN_ORDERED)}
"""
# Units that an earlier file had taken off as we decided, and this one brings back; unless we decided otherwise since.
# By the limit, each order's own changes are looked up by their index.
_UNDONE: Final = f"""
    select l.order_number, l.key, l.line, l.sku, l.ordered, l.cancelled, l.shipped, {_MORE_THAN_LEFT} as units,
           c.request
    from import_rows s
    join orders o on o.desk_id = %(desk)s and o.number = s.order_number
    cross join lateral (
        select n.id, n.request, n.facts from status_changes n
        where n.desk_id = %(desk)s and n.order_number = o.number and n.kind = 'cancellation.approved'
        and n.heard = 'taken_over' and n.facts ? 'remaining' limit 1000) c
    join order_lines l on l.desk_id = %(desk)s and l.order_number = o.number and c.facts -> 'remaining' ? l.key
    where {_CHANGED} and {_MORE_THAN_LEFT} > 0 and {_NOT_SEEN_TO.format(units=_MORE_THAN_LEFT)}
    and not exists (select from status_changes n
                    where n.desk_id = %(desk)s and n.order_number = o.number and n.id > c.id
                    and n.facts -> 'lines' @> jsonb_build_array(jsonb_build_object('key', l.key)))
"""
BROKEN: Final = {SHIPPED_AFTER_CANCEL: _SHIPPED, CANCEL_UNDONE: _UNDONE}
STILL: Final = {
    SHIPPED_AFTER_CANCEL: """
        select from order_lines l where l.desk_id = %(desk)s and l.order_number = o.number and l.key = e.line_key
        and l.shipped + l.cancelled > l.ordered
    """,
    CANCEL_UNDONE: f"""
        select from order_lines l
        join status_changes c on c.desk_id = %(desk)s and c.order_number = o.number
            and c.request = (e.facts ->> 'request')::bigint and c.kind = 'cancellation.approved'
        where l.desk_id = %(desk)s and l.order_number = o.number and l.key = e.line_key and {_MORE_THAN_LEFT} > 0
    """,
}
OPEN: Final = """
    with broken as ({broken}),
    opened as (
        insert into exceptions as e (desk_id, kind, order_number, line_key, facts, opened_at, opened_by)
        select %(desk)s, %(kind)s, b.order_number, b.key, jsonb_build_object(
                   'import', %(number)s::bigint, 'line', b.line, 'sku', b.sku, 'units', b.units, 'ordered', b.ordered,
                   'cancelled', b.cancelled, 'shipped', b.shipped, 'request', b.request),
               statement_timestamp(), %(by)s
        from broken b
        on conflict (desk_id, order_number, line_key, kind) where closed_at is null
        do update set facts = excluded.facts where e.facts -> 'units' <> excluded.facts -> 'units'
        returning e.order_number, e.facts
    ),
    noted as (
        insert into audit (desk_id, chain, at, actor, action, request, facts)
        select %(desk)s, order_number, statement_timestamp(), %(by)s, 'exception.opened', (facts ->> 'request')::bigint,
               facts || jsonb_build_object('kind', %(kind)s::text)
        from opened order by order_number, (facts ->> 'line')::int
    )
    select order_number, facts,
           (select c.batch from status_changes c
            where c.desk_id = %(desk)s and c.order_number = opened.order_number
            and c.request = (opened.facts ->> 'request')::bigint
            and c.kind in ('cancellation.approved', 'change.approved') limit 1) as batch
    from opened order by order_number, (facts ->> 'line')::int
"""
CLOSE: Final = """
    with closed as (
        update exceptions e
        set closed_at = statement_timestamp(), closed_by = %(by)s,
            closed_because = 'import ' || %(number)s || ' says otherwise'
        from import_rows s join orders o on o.desk_id = %(desk)s and o.number = s.order_number
        where s.run = any(%(good)s) and o.import_number = %(number)s and o.version > 1
        and e.desk_id = %(desk)s and e.order_number = o.number and e.kind = %(kind)s and e.closed_at is null
        and not exists ({still})
        returning e.order_number, e.facts
    )
    insert into audit (desk_id, chain, at, actor, action, request, facts)
    select %(desk)s, order_number, statement_timestamp(), %(by)s, 'exception.closed', (facts ->> 'request')::bigint,
           facts || jsonb_build_object('kind', %(kind)s::text, 'because_import', %(number)s::bigint)
    from closed order by order_number, (facts ->> 'line')::int
"""


def contradictions(session: Session) -> tuple[list[ExceptionFound], int]:
    """After the merge: what is new or has become another number of units. The first LISTED, and how many."""
    for kind, still in STILL.items():
        session.execute(CLOSE.format(still=still), {"kind": kind})
    found, count = list[ExceptionFound](), 0
    for each in _opened(session):
        count += 1
        found += [each] if count <= LISTED else []
    return found, count


def _opened(session: Session) -> Iterator[ExceptionFound]:
    for kind, broken in BROKEN.items():
        for row in session.execute(OPEN.format(broken=broken), {"kind": kind}).fetchall():
            yield found(row, kind)


def found(row: DictRow, kind: str = SHIPPED_AFTER_CANCEL) -> ExceptionFound:
    facts = row["facts"]
    return ExceptionFound(
        kind=kind,
        order=row["order_number"],
        line=facts["line"],
        sku=facts["sku"],
        units=facts["units"],
        request=facts["request"],
        batch=row["batch"],
    )
