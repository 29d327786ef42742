"""Facts of a file that contradict our decisions: stored all the same, and opened as exceptions."""

from collections.abc import Iterator
from typing import Final

from psycopg.rows import DictRow

from store.import_session import Session
from workflows.imports.report import LISTED, ExceptionFound

KIND: Final = "shipped_after_cancel"

# One row a line; what somebody has seen to is not opened again. `request`: the newest approved cancel or change that
# took units off this line.
OPEN: Final = f"""
    with broken as (
        select l.order_number, l.key, l.line, l.sku, l.ordered, l.cancelled, l.shipped,
               l.shipped + l.cancelled - l.ordered as units,
               (select r.number from requests r
                where r.desk_id = %(desk)s and r.order_number = l.order_number and r.state = 'approved'
                and r.kind in ('cancel', 'change')
                and r.asked -> 'lines' @> jsonb_build_array(jsonb_build_object('key', l.key))
                order by r.decided_at desc, r.number desc limit 1) as request
        from import_rows s
        join orders o on o.desk_id = %(desk)s and o.number = s.order_number
        join order_lines l on l.desk_id = %(desk)s and l.order_number = o.number
        where s.run = any(%(good)s) and o.import_number = %(number)s and o.version > 1
        and l.shipped + l.cancelled > l.ordered
        and not exists (select from exceptions e
                        where e.desk_id = %(desk)s and e.order_number = o.number and e.kind = '{KIND}'
                        and e.line_key = l.key and e.facts ? 'seen_to'
                        and e.facts -> 'units' = to_jsonb(l.shipped + l.cancelled - l.ordered))
    ),
    opened as (
        insert into exceptions as e (desk_id, kind, order_number, line_key, facts, opened_at, opened_by)
        select %(desk)s, '{KIND}', b.order_number, b.key, jsonb_build_object(
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
               facts || '{{"kind": "{KIND}"}}'
        from opened order by order_number, (facts ->> 'line')::int
    )
    select order_number, facts,
           (select c.batch from status_changes c
            where c.desk_id = %(desk)s and c.order_number = opened.order_number
            and c.request = (opened.facts ->> 'request')::bigint
            and c.kind in ('cancellation.approved', 'change.approved') limit 1) as batch
    from opened order by order_number, (facts ->> 'line')::int
"""
CLOSE: Final = f"""
    with closed as (
        update exceptions e
        set closed_at = statement_timestamp(), closed_by = %(by)s,
            closed_because = 'import ' || %(number)s || ' says otherwise'
        from import_rows s join orders o on o.desk_id = %(desk)s and o.number = s.order_number
        where s.run = any(%(good)s) and o.import_number = %(number)s and o.version > 1
        and e.desk_id = %(desk)s and e.order_number = o.number and e.kind = '{KIND}' and e.closed_at is null
        and not exists (select from order_lines l where l.desk_id = %(desk)s and l.order_number = o.number
                        and l.key = e.line_key and l.shipped + l.cancelled > l.ordered)
        returning e.order_number, e.facts
    )
    insert into audit (desk_id, chain, at, actor, action, request, facts)
    select %(desk)s, order_number, statement_timestamp(), %(by)s, 'exception.closed', (facts ->> 'request')::bigint,
           facts || jsonb_build_object('kind', '{KIND}', 'because_import', %(number)s::bigint)
    from closed order by order_number, (facts ->> 'line')::int
"""


def contradictions(session: Session) -> tuple[list[ExceptionFound], int]:
    """After the merge: what is new or has become another number of units. The first LISTED, and how many."""
    session.execute(CLOSE)
    found, count = list[ExceptionFound](), 0
    for each in _opened(session):
        count += 1
        found += [each] if count <= LISTED else []
    return found, count


def _opened(session: Session) -> Iterator[ExceptionFound]:
    for row in session.execute(OPEN):
        yield found(row)


def found(row: DictRow) -> ExceptionFound:
    facts = row["facts"]
    return ExceptionFound(
        kind=KIND,
        order=row["order_number"],
        line=facts["line"],
        sku=facts["sku"],
        units=facts["units"],
        request=facts["request"],
        batch=row["batch"],
    )
