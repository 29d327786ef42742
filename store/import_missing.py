"""Orders with units still to ship that are not in a file: left, asked about, or taken as shipped.

They stand in `import_rows` as a run of their own, so that every statement starts from them.

A desk may import several files that each hold a part of its orders. So an order is asked about once; again only when it
has stayed away for longer than it did before it came back, counted in imports.
"""

from typing import Any, Final

from psycopg import Cursor
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from store.import_session import Session
from store.import_sql import LOOPS, NO_LOOPS
from store.import_watch import WATCHED_ABSENT, Watch
from workflows.imports.report import SAMPLE, Missing, MissingPolicy

KIND: Final = "missing_order"

# Both sides may be large, and the planner knows the size of neither.
ABSENT: Final = """
    insert into import_rows (run, first_row, order_number, document)
    select distinct on (l.order_number) %(absent)s, 0, l.order_number, '{}'::jsonb
    from order_lines l
    where l.desk_id = %(desk)s and l.ordered - l.cancelled > l.shipped
    and not exists (select from import_rows s where s.run = any(%(all)s) and s.order_number = l.order_number)
"""
NAMELESS: Final = "select exists (select from import_rows where run = any(%(bad)s) and order_number = '') as nameless"
_COUNT: Final = "select count(*) as open from import_rows where run = %(absent)s"
_SAMPLE: Final = f"select order_number from import_rows where run = %(absent)s order by order_number limit {SAMPLE}"

# `span`: how many imports long it stayed away before it came back, `seen`: the last import that had it since.
_LEFT: Final = """
    (select sum(l.ordered - l.cancelled - l.shipped) from order_lines l
     where l.desk_id = %(desk)s and l.order_number = m.order_number and l.ordered - l.cancelled > l.shipped)
"""
_OPEN: Final = f"""
    insert into exceptions (desk_id, kind, order_number, facts, opened_at, opened_by)
    select %(desk)s, '{KIND}', m.order_number, jsonb_build_object('import', %(number)s::bigint, 'units', {_LEFT}),
           statement_timestamp(), %(by)s
    from import_rows m
    where m.run = %(absent)s
    and not exists (select from exceptions e
                    where e.desk_id = %(desk)s and e.order_number = m.order_number and e.kind = '{KIND}')
"""
_AGAIN: Final = f"""
    update exceptions e
    set closed_at = null, closed_by = '', closed_because = '', opened_at = statement_timestamp(), opened_by = %(by)s,
        facts = (e.facts - 'seen') || jsonb_build_object('import', (e.facts ->> 'seen')::bigint + 1, 'units', {_LEFT})
    from import_rows m
    where m.run = %(absent)s and e.desk_id = %(desk)s and e.order_number = m.order_number and e.kind = '{KIND}'
    and e.closed_at is not null and e.facts ? 'seen'
    and %(number)s - (e.facts ->> 'seen')::bigint > (e.facts ->> 'span')::bigint
"""
_ASKED: Final = """
    with opened as ({statement} returning e.order_number, e.facts)
    insert into audit (desk_id, chain, at, actor, action, facts)
    select %(desk)s, order_number, statement_timestamp(), %(by)s, 'order.missing',
           facts || jsonb_build_object('done', 'asked', 'import', %(number)s::bigint)
    from opened order by order_number
"""
OPEN: Final = _ASKED.format(statement=_OPEN.replace("insert into exceptions", "insert into exceptions as e"))
AGAIN: Final = _ASKED.format(statement=_AGAIN)

ANY: Final = f"select exists (select from exceptions where desk_id = %(desk)s and kind = '{KIND}') as found"
SEEN: Final = f"""
    update exceptions e
    set facts = e.facts || jsonb_build_object('seen', %(number)s::bigint, 'span', case when e.facts ? 'seen'
            then e.facts -> 'span'
            else to_jsonb(greatest((e.facts ->> 'span')::bigint, %(number)s - (e.facts ->> 'import')::bigint)) end),
        closed_at = coalesce(e.closed_at, statement_timestamp()),
        closed_by = case when e.closed_at is null then %(by)s else e.closed_by end,
        closed_because = case when e.closed_at is null then 'in import ' || %(number)s else e.closed_because end
    from import_rows s
    where s.run = any(%(all)s) and e.desk_id = %(desk)s and e.order_number = s.order_number and e.kind = '{KIND}'
"""
NOTHING_LEFT: Final = f"""
    update exceptions e
    set closed_at = statement_timestamp(), closed_by = %(by)s, closed_because = 'nothing is left to ship'
    where e.desk_id = %(desk)s and e.kind = '{KIND}' and e.closed_at is null
    and not exists (select from order_lines l where l.desk_id = %(desk)s and l.order_number = e.order_number
                    and l.ordered - l.cancelled > l.shipped)
"""

WOULD_ASK: Final = f"""
    select count(*) as orders from import_rows m
    left join exceptions e on e.desk_id = %(desk)s and e.order_number = m.order_number and e.kind = '{KIND}'
    where m.run = %(absent)s and (e.id is null or e.closed_at is not null and e.facts ? 'seen'
                                  and %(number)s - (e.facts ->> 'seen')::bigint > (e.facts ->> 'span')::bigint)
"""
# A preview is about those orders alone that somebody waits for.
ONLY_WATCHED: Final = f"""
    delete from import_rows m where m.run = %(absent)s and m.order_number <> all(array({WATCHED_ABSENT}))
"""

LOCK: Final = """
    select o.number from orders o join import_rows m on m.order_number = o.number
    where o.desk_id = %(desk)s and m.run = %(absent)s order by o.number for update of o
"""
AUDIT_SHIPPED: Final = """
    insert into audit (desk_id, chain, at, actor, action, facts)
    select %(desk)s, m.order_number, statement_timestamp(), %(by)s, 'order.missing', %(facts)s || jsonb_build_object(
        'done', 'shipped', 'lines', jsonb_agg(jsonb_build_array(l.line, l.ordered - l.cancelled - l.shipped)
                                              order by l.line))
    from import_rows m
    join order_lines l on l.desk_id = %(desk)s and l.order_number = m.order_number
    and l.ordered - l.cancelled > l.shipped
    where m.run = %(absent)s
    group by m.order_number order by m.order_number
"""
_MOVED_AT: Final = ", ".join(
    f"{step}_at = case when l.ordered - l.cancelled > l.{step} then statement_timestamp() else l.{step}_at end"
    for step in ("picked", "packed", "shipped")
)
SHIP_LINES: Final = f"""
    update order_lines l
    set shipped = l.ordered - l.cancelled, packed = greatest(l.packed, l.ordered - l.cancelled),
        picked = greatest(l.picked, l.ordered - l.cancelled),
        allocated = greatest(l.allocated, l.ordered - l.cancelled), {_MOVED_AT}
    from import_rows m
    where m.run = %(absent)s and l.desk_id = %(desk)s and l.order_number = m.order_number
    and l.ordered - l.cancelled > l.shipped
"""
# Without a digest the next file that has the order is read as news, and its quantities count again.
SHIP_ORDERS: Final = """
    update orders o set version = o.version + 1, changed_at = statement_timestamp(), source_digest = ''
    from import_rows m where m.run = %(absent)s and o.desk_id = %(desk)s and o.number = m.order_number
"""


def absent(session: Session, policy: MissingPolicy) -> Missing:
    """Stage the orders that are missing, and say how many there are."""
    _hashed(session, ABSENT)
    nameless = session.one(NAMELESS)["nameless"]
    sample = tuple(row["order_number"] for row in session.execute(_SAMPLE).fetchall())
    return Missing("ask" if nameless and policy == "shipped" else policy, session.one(_COUNT)["open"], 0, sample)


def seen_again(session: Session) -> None:
    """What was missing and is in this file, or has nothing left to ship, is missed no longer."""
    if session.one(ANY)["found"]:
        _hashed(session, SEEN)
        session.execute(NOTHING_LEFT)


def ask(session: Session) -> int:
    """How many orders are newly asked about."""
    return _hashed(session, AGAIN).rowcount + _hashed(session, OPEN).rowcount


def would_ask(session: Session) -> int:
    row = _hashed(session, WOULD_ASK).fetchone()
    return int(row["orders"]) if row else 0


def _hashed(session: Session, statement: str) -> Cursor[DictRow]:
    """Without nested loops: they would go through all exceptions for each missing order, see `NO_LOOPS`."""
    session.execute(NO_LOOPS)
    cursor = session.execute(statement)
    session.execute(LOOPS)
    return cursor


def ship(session: Session, watch: Watch, facts: dict[str, Any]) -> None:
    """Take what is left of the missing orders as shipped."""
    session.execute(LOCK)
    before = watch.before((), [row["number"] for row in session.execute(WATCHED_ABSENT).fetchall()])
    session.execute(AUDIT_SHIPPED, {"facts": Jsonb(facts)})
    session.execute(SHIP_LINES)
    session.execute(SHIP_ORDERS)
    watch.after(before, audited=False)
    if session.one(ANY)["found"]:
        session.execute(NOTHING_LEFT)
