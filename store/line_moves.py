"""Units of one line that got further, as another system says: facts, stored whatever the desk has decided.

What moved under a hold or a request is treated as in an import; units that shipped though they were taken off open an
exception.
"""

from collections.abc import Mapping
from typing import Any, Final

from store import rows
from store.import_exceptions import found
from store.import_session import BEGIN, Session, connected
from store.import_watch import Watch
from workflows.contradictions import SHIPPED_AFTER_CANCEL
from workflows.imports.news import shipped_anyway
from workflows.system_facts import ABSENT, THERE, Moved, OrderNotThere, VersionMoved, moved
from workflows.systems import Caller

KIND: Final = SHIPPED_AFTER_CANCEL
_SOON: Final = "set local lock_timeout = '5s'"
_LOCK: Final = "select version from orders where desk_id = %(desk)s and number = %(order)s for update"
_LINES: Final = "select to_jsonb(l) as line from order_lines l where desk_id = %(desk)s and order_number = %(order)s"
_MOVE: Final = """
    update order_lines l
    set allocated = greatest(l.allocated, %(picked)s), picked = %(picked)s, packed = %(packed)s, shipped = %(shipped)s,
        delivered = least(l.delivered, %(shipped)s),
        picked_at = case when %(picked)s > l.picked then statement_timestamp() else l.picked_at end,
        packed_at = case when %(packed)s > l.packed then statement_timestamp() else l.packed_at end,
        shipped_at = case when %(shipped)s > l.shipped then statement_timestamp() else l.shipped_at end
    where l.desk_id = %(desk)s and l.order_number = %(order)s and l.key = %(key)s
"""
_VERSION: Final = """
    update orders set version = version + 1, changed_at = statement_timestamp()
    where desk_id = %(desk)s and number = %(order)s
"""
_REQUEST: Final = """
    (select r.number from requests r
     where r.desk_id = %(desk)s and r.order_number = l.order_number and r.state = 'approved'
     and r.kind in ('cancel', 'change') and r.asked -> 'lines' @> jsonb_build_array(jsonb_build_object('key', l.key))
     order by r.decided_at desc, r.number desc limit 1)
"""
_OPEN: Final = f"""
    with opened as (
        insert into exceptions as e (desk_id, kind, order_number, line_key, facts, opened_at, opened_by)
        select %(desk)s, '{KIND}', l.order_number, l.key, jsonb_build_object(
                   'line', l.line, 'sku', l.sku, 'units', l.shipped + l.cancelled - l.ordered, 'ordered', l.ordered,
                   'cancelled', l.cancelled, 'shipped', l.shipped, 'request', {_REQUEST}),
               statement_timestamp(), %(by)s
        from order_lines l
        where l.desk_id = %(desk)s and l.order_number = %(order)s and l.key = %(key)s
        and l.shipped + l.cancelled > l.ordered
        on conflict (desk_id, order_number, line_key, kind) where closed_at is null
        do update set facts = excluded.facts where e.facts -> 'units' <> excluded.facts -> 'units'
        returning e.order_number, e.facts
    ),
    noted as (
        insert into audit (desk_id, chain, at, actor, action, request, facts)
        select %(desk)s, order_number, statement_timestamp(), %(by)s, 'exception.opened', (facts ->> 'request')::bigint,
               facts || '{{"kind": "{KIND}"}}'
        from opened
    )
    select order_number, facts,
           (select c.batch from status_changes c
            where c.desk_id = %(desk)s and c.order_number = opened.order_number
            and c.request = (opened.facts ->> 'request')::bigint
            and c.kind in ('cancellation.approved', 'change.approved') limit 1) as batch
    from opened
"""
_CLOSE: Final = f"""
    with closed as (
        update exceptions e
        set closed_at = statement_timestamp(), closed_by = %(by)s, closed_because = %(by)s || ' says otherwise'
        where e.desk_id = %(desk)s and e.order_number = %(order)s and e.line_key = %(key)s and e.kind = '{KIND}'
        and e.closed_at is null
        and exists (select from order_lines l where l.desk_id = %(desk)s and l.order_number = %(order)s
                    and l.key = %(key)s and l.shipped + l.cancelled <= l.ordered)
        returning e.order_number, e.facts
    )
    insert into audit (desk_id, chain, at, actor, action, request, facts)
    select %(desk)s, order_number, statement_timestamp(), %(by)s, 'exception.closed', (facts ->> 'request')::bigint,
           facts || '{{"kind": "{KIND}"}}'
    from closed
"""


def move_line(
    url: str, caller: Caller, place: tuple[str, int], wanted: Mapping[str, int], *, version: int | None
) -> bool:
    """Whether anything moved. `place`: the order and the number of the line.

    `wanted`: units picked, packed and shipped, as far as they are said. Raises OrderNotThere, VersionMoved, and
    Contradiction where the numbers cannot all be true.
    """
    values: dict[str, Any] = {"by": caller.actor, "desk": caller.desk_id, "order": place[0]}
    with connected(url) as connection:
        session = Session(connection, values)
        session.execute(BEGIN)
        session.execute(_SOON)
        row = _row(session, place[1], version)
        after = moved(rows.line(row), wanted)
        if after is None:
            return False
        _move(session, row["key"], after)
        session.commit()
    return True


def check_version(session: Session, order: str, version: int | None) -> None:
    """Lock the order, which must be there and in this version, where one is given; or not be there at all."""
    row = session.execute(_LOCK, {"order": order}).fetchone()
    if row is None and version != ABSENT:
        raise OrderNotThere
    if row is not None and version not in (None, THERE, row["version"]):
        raise VersionMoved


def _row(session: Session, line: int, version: int | None) -> Mapping[str, Any]:
    check_version(session, session.values["order"], version)
    lines = [row["line"] for row in session.execute(_LINES)]
    row: Mapping[str, Any] | None = next((each for each in lines if each["line"] == line), None)
    if row is None:
        raise OrderNotThere
    return row


def _move(session: Session, key: str, after: Moved) -> None:
    policy = session.policy()
    watch = Watch(session, policy)
    before = watch.before((), [session.values["order"]])
    session.execute(_MOVE, {"key": key, "picked": after.picked, "packed": after.packed, "shipped": after.shipped})
    session.execute(_VERSION)
    opened = [found(row) for row in session.execute(_OPEN, {"key": key}).fetchall()]
    session.execute(_CLOSE, {"key": key})
    watch.after(before)
    if policy:
        session.tell(shipped_anyway(policy, opened))
