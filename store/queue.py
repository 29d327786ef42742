"""Open holds and pending requests: of a role, of a person, and page by page."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from store import rows
from store.pool import Connection
from workflows.homes import MOST_COUNTED, Filters, HeldPage, read_key
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.signers import signing_roles, waiting_for
from workflows.values import Order
from workflows.views import QueueItem

PAGE: Final = 12

_HOLDS: Final = """
    select to_jsonb(h) as hold, to_jsonb(o) as "order" from holds h
    join orders o on o.desk_id = h.desk_id and o.number = h.order_number
    where h.desk_id = %(desk)s and h.owner = %(role)s and h.state in ('active', 'release_requested')
    order by h.requested_at, h.number limit %(most)s
"""
REQUESTS: Final = """
    select to_jsonb(r) || jsonb_build_object('followers', null, 'decisions', (
               select jsonb_agg(to_jsonb(d) order by d.at) from decisions d
               where d.desk_id = r.desk_id and d.request = r.number)) as request,
           to_jsonb(o) as "order", h.reason as held_for
    from requests r
    join orders o on o.desk_id = r.desk_id and o.number = r.order_number
    left join holds h on h.desk_id = r.desk_id and h.number = r.hold
    where r.desk_id = %(desk)s and r.state = 'pending' and {whose}
    order by r.requested_at, r.number limit %(most)s
"""
# A request that several roles sign stands in the queue of each.
_SIGNS: Final = "r.sign @> jsonb_build_array(jsonb_build_object('role', %(role)s::text))"
_PENDING: Final = REQUESTS.format(whose=f"(r.role = %(role)s or r.escalated_to = %(role)s or {_SIGNS})")
_MINE: Final = REQUESTS.format(whose="r.requested_by = %(user)s")

_OPEN: Final = "h.desk_id = %(desk)s and h.state in ('requested', 'active', 'release_requested')"
# By ranges, which use an index behind a row-level policy. The end of a customer's range is the last of characters.
_CUSTOMER: Final = """
    o.customer_key <> '' and o.customer_key >= lower(%(customer)s::text)
    and o.customer_key < lower(%(customer)s::text) || chr(1114111)
"""
_CHOICES: Final[Mapping[str, str]] = {
    "role": "h.owner = %(role)s",
    "reason": "h.reason = %(reason)s",
    "days": "h.requested_at <= clock_timestamp() - make_interval(days => %(days)s)",
    "mine": "(h.requested_by = %(user)s or h.assignee = %(user)s)",
    "customer": _CUSTOMER,
}
_PAGE: Final = """
    select to_jsonb(h) as hold, to_jsonb(o) as "order" from holds h
    join orders o on o.desk_id = h.desk_id and o.number = h.order_number
    where {where}
    order by h.requested_at {way}, h.number {way} limit %(most)s
"""
_FURTHER: Final[Mapping[bool, str]] = {
    False: "(h.requested_at, h.number) > (%(at)s, %(number)s)",
    True: "(h.requested_at, h.number) < (%(at)s, %(number)s)",
}
_COUNT: Final = "select count(*) as count from (select from holds h {join} where {where} limit %(most)s) found"
_ORDER: Final = "join orders o on o.desk_id = h.desk_id and o.number = h.order_number"


async def queue_of(connection: Connection, desk_id: str, policy: Policy, role: str, most: int) -> list[QueueItem]:
    """One index probe: asking for several roles at once would sort every open hold of the desk."""
    cursor = await connection.execute(_HOLDS, {"desk": desk_id, "most": most, "role": role})
    held = [held_item(row, policy) for row in await cursor.fetchall()]
    return [*held, *await _pending_of(connection, desk_id, policy, role, most)]


async def signable(
    connection: Connection, desk_id: str, policy: Policy, user_id: str, most: int
) -> tuple[QueueItem, ...]:
    """What waits for this person's signature, oldest first."""
    found: list[QueueItem] = []
    for role in sorted(policy.roles_of(user_id)):
        found += [
            item
            for item in await _pending_of(connection, desk_id, policy, role, most, signer=user_id)
            if any(user_id in group.members for group in item.waiting_for)
        ]
    return in_order(found)[:most]


async def asked_by(
    connection: Connection, desk_id: str, policy: Policy, user_id: str, most: int
) -> tuple[QueueItem, ...]:
    cursor = await connection.execute(_MINE, {"desk": desk_id, "most": most, "user": user_id})
    return tuple([pending_item(row, policy) for row in await cursor.fetchall()])


async def held_page(connection: Connection, desk_id: str, policy: Policy, user_id: str, filters: Filters) -> HeldPage:
    """The page beside the key in the filters; the first where nothing is left there."""
    keyed, back = read_key(filters.before or filters.after) is not None, bool(filters.before)
    statement, parameters = page_statement(desk_id, user_id, filters)
    found = [held_item(row, policy) for row in await (await connection.execute(statement, parameters)).fetchall()]
    if keyed and not found:
        return await held_page(connection, desk_id, policy, user_id, filters.choose())
    more, items = len(found) > PAGE, found[:PAGE]
    statement, parameters = count_statement(desk_id, user_id, filters)
    row = await (await connection.execute(statement, parameters)).fetchone()
    count = int(row["count"]) if row else 0
    if keyed and back:
        return HeldPage(tuple(reversed(items)), count, older=more, newer=True)
    return HeldPage(tuple(items), count, older=keyed, newer=more)


def page_statement(desk_id: str, user_id: str, filters: Filters) -> tuple[str, dict[str, Any]]:
    where, parameters = _chosen(desk_id, user_id, filters)
    key, back = read_key(filters.before or filters.after), bool(filters.before)
    parameters["most"] = PAGE + 1
    if key:
        where.append(_FURTHER[back])
        parameters["at"], parameters["number"] = key
    return _PAGE.format(where=" and ".join(where), way="desc" if key and back else "asc"), parameters


def count_statement(desk_id: str, user_id: str, filters: Filters) -> tuple[str, dict[str, Any]]:
    where, parameters = _chosen(desk_id, user_id, filters)
    parameters["most"] = MOST_COUNTED + 1
    return _COUNT.format(join=_ORDER if filters.customer else "", where=" and ".join(where)), parameters


def _chosen(desk_id: str, user_id: str, filters: Filters) -> tuple[list[str], dict[str, Any]]:
    chosen = filters.model_dump(exclude_defaults=True)
    where = [_OPEN, *(text for name, text in _CHOICES.items() if name in chosen)]
    return where, {**chosen, "desk": desk_id, "user": user_id}


async def _pending_of(
    connection: Connection, desk_id: str, policy: Policy, role: str, most: int, *, signer: str = ""
) -> list[QueueItem]:
    """`signer`: only what this person may still sign."""
    cursor = await connection.execute(_PENDING, {"desk": desk_id, "most": most, "role": role})
    found = await cursor.fetchall()
    if signer:
        found = [row for row in found if signing_roles(policy, rows.request(row["request"]), signer)]
    return [pending_item(row, policy) for row in found]


def held_item(row: Mapping[str, Any], policy: Policy) -> QueueItem:
    hold, order = rows.hold(row["hold"]), rows.order(row["order"], ())
    return _item(
        order,
        policy,
        id=hold.name,
        kind="hold",
        code=hold.reason,
        owner=hold.owner,
        since=hold.requested_at,
        by=hold.requested_by,
        state=hold.state.value,
    )


def pending_item(row: Mapping[str, Any], policy: Policy) -> QueueItem:
    request, order = rows.request(row["request"]), rows.order(row["order"], ())
    return _item(
        order,
        policy,
        id=request.name,
        kind=request.kind.value,
        code=row["held_for"] or request.reason,
        owner=request.role,
        since=request.requested_at,
        by=request.requested_by,
        waiting_for=waiting_for(policy, request),
        version=request.version,
    )


def _item(order: Order, policy: Policy, *, code: str, since: datetime, **rest: Any) -> QueueItem:
    held = rest["kind"] in {"hold", "place_hold", "release_hold"}
    return QueueItem(
        order_number=order.number,
        customer=order.customer,
        currency=order.currency,
        total=order.total,
        reason_label=reason_label(policy, "hold" if held else rest["kind"], code),
        since=since,
        **rest,
    )


def in_order(items: Iterable[QueueItem]) -> tuple[QueueItem, ...]:
    """Each once, the oldest first."""
    return tuple(sorted({item.id: item for item in items}.values(), key=lambda item: (item.since, item.id)))
