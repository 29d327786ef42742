"""What people look at, read without locks: cards, orders, queues and typeaheads."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from store import rows
from store.audit import page as audit_page
from store.bulks import bulk_of, round_of
from store.contradictions import drifted, open_exceptions
from store.home import home_of
from store.next_steps import next_steps
from store.numbers import similar_numbers
from store.people_of_desk import people_of
from store.policies import in_force
from store.pool import Connection, Pool, desk_transaction
from store.queue import in_order, queue_of
from store.search import find_page
from workflows.finding import FoundPage, Search
from workflows.gate import Gate, gate, unknown
from workflows.homes import Home
from workflows.order_numbers import BadOrderNumber, candidates
from workflows.policy.model import Policy
from workflows.policy.people import Absence, Known
from workflows.values import Hold, Order, Request
from workflows.views import (
    AuditPage,
    BulkView,
    NextSteps,
    OrderOption,
    OrderView,
    QueueItem,
    RequestView,
    RoundView,
    TimelineEntry,
)

TIMELINE: Final = 100

_ORDERS: Final = """
    select clock_timestamp() as now, to_jsonb(o) as "order",
        (select jsonb_agg(to_jsonb(l) order by l.line, l.key) from order_lines l
         where l.desk_id = o.desk_id and l.order_number = o.number) as lines,
        (select jsonb_agg(to_jsonb(h) order by h.number) from holds h
         where h.desk_id = o.desk_id and h.order_number = o.number) as holds,
        (select jsonb_agg(to_jsonb(r) || jsonb_build_object('decisions', (
             select jsonb_agg(to_jsonb(d) order by d.at) from decisions d
             where d.desk_id = o.desk_id and d.request = r.number), 'followers', (
             select jsonb_agg(f.member order by f.at, f.member) from request_followers f
             where f.desk_id = o.desk_id and f.request = r.number)) order by r.number desc)
         from requests r where r.desk_id = o.desk_id and r.order_number = o.number) as requests,
        (select jsonb_agg(jsonb_build_object(
             'endpoint', c.endpoint, 'request', c.request, 'state', c.state, 'attempts', c.attempts, 'error', c.error,
             'amount', c.amount, 'currency', c.currency, 'tried_at', c.tried_at, 'accepted_at', c.accepted_at)
             order by c.request, c.endpoint)
         from requests r join hook_calls c on c.desk_id = r.desk_id and c.request = r.number
         where r.desk_id = o.desk_id and r.order_number = o.number and c.endpoint = 'refund') as calls
    from orders o
    where o.desk_id = %(desk)s and o.number = any(%(numbers)s) order by array_position(%(numbers)s, o.number)
"""
_ORDER: Final = f"{_ORDERS} limit 1"
_TIMELINE: Final = """
    select at, actor, action, request, facts from audit where desk_id = %(desk)s and chain = %(number)s
    order by seq desc limit %(most)s
"""
# By ranges on the number and without LIKE, which cannot use an index behind a row-level policy.
_FIND: Final = """
    select to_jsonb(o) as "order",
        (select jsonb_agg(to_jsonb(l) order by l.line, l.key) from order_lines l
         where l.desk_id = o.desk_id and l.order_number = o.number) as lines
    from orders o
    where o.desk_id = %(desk)s and o.number >= %(at)s and o.number < %(end)s order by o.number limit %(most)s
"""
_CARDS: Final = """
    select channel, ts from cards where desk_id = %(desk)s and (request = %(request)s or request = any(array(
        select s.number from requests r join requests s on s.desk_id = r.desk_id and s.bulk = r.bulk
        where r.desk_id = %(desk)s and r.number = %(request)s)))
    group by channel, ts order by min(posted_at)
"""
LAST: Final = chr(0x10FFFF)


class Reading:
    """Reads for one installation, any desk."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._policies: dict[str, Known] = {}

    async def policy(self, desk_id: str) -> Policy | None:
        """The policy in force with today's people, read again only when one has moved; None without a desk."""
        query = "select policy_version, people_version, clock_timestamp() as now from desks where desk_id = %(desk)s"
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await _one(connection, query, {"desk": desk_id})
            if row is None:
                return None
            versions = (row["policy_version"], row["people_version"])
            known = self._policies.get(desk_id)
            if known is None or known.versions != versions:
                _, policy = await in_force(connection, desk_id)
                if policy is None:
                    return None
                known = self._policies[desk_id] = Known(versions, policy, await people_of(connection, desk_id))
        return known.on(row["now"])

    async def order(self, desk_id: str, typed: str) -> OrderView | None:
        """An order as `/order` shows it, by the number as somebody typed it."""
        policy = await self.policy(desk_id)
        if policy is None:
            return None
        numbers = _numbers(typed, policy)
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await _one(connection, _ORDER, {"desk": desk_id, "numbers": list(numbers)})
            if row is None:
                return None
            order, holds, requests = _parts(row)
            parameters = {"desk": desk_id, "most": TIMELINE, "number": order.number}
            timeline = await _all(connection, _TIMELINE, parameters)
            names = await _names(connection, desk_id)
            exceptions = await open_exceptions(connection, desk_id, order.number)
            drift = await drifted(connection, desk_id, order.number)
        pending = (request for request in requests if request.is_pending)
        return OrderView(
            order=order,
            holds=holds,
            requests=requests,
            timeline=tuple(TimelineEntry(**entry) for entry in timeline),
            gate=gate(order, holds, pending, policy),
            policy=policy,
            names=names,
            calls=tuple(rows.hook_call(each) for each in row["calls"] or ()),
            exceptions=exceptions,
            drift=drift,
        )

    async def next_steps(self, desk_id: str, order_number: str) -> tuple[NextSteps, ...]:
        """Of every pending request of the order."""
        return await next_steps(self._pool, desk_id, order_number)

    async def audit(self, desk_id: str, order_number: str, *, before: int | None, most: int) -> AuditPage:
        return await audit_page(self._pool, desk_id, order_number, before=before, most=most)

    async def gate(self, desk_id: str, typed: str) -> Gate:
        view = await self.order(desk_id, typed)
        return view.gate if view else unknown(typed)

    async def request(self, desk_id: str, number: int) -> RequestView | None:
        """What a card of this request shows now."""
        policy = await self.policy(desk_id)
        query = "select order_number from requests where desk_id = %(desk)s and number = %(number)s"
        async with desk_transaction(self._pool, desk_id) as connection:
            found = await _one(connection, query, {"desk": desk_id, "number": number})
            if found is None or policy is None:
                return None
            row = await _one(connection, _ORDER, {"desk": desk_id, "numbers": [found["order_number"]]})
            names = await _names(connection, desk_id)
        if row is None:
            return None
        return _request_view(row, number, policy, names)

    async def bulk(self, desk_id: str, number: int) -> BulkView | None:
        """What a card of this bulk shows now."""
        policy = await self.policy(desk_id)
        query = "select number, order_number from requests where desk_id = %(desk)s and bulk = %(bulk)s order by number"
        async with desk_transaction(self._pool, desk_id) as connection:
            bulk = await bulk_of(connection, desk_id, number)
            if bulk is None or policy is None:
                return None
            asked = await _all(connection, query, {"desk": desk_id, "bulk": number})
            orders = list(dict.fromkeys(each["order_number"] for each in asked))
            found = await _all(connection, _ORDERS, {"desk": desk_id, "numbers": orders})
            names = await _names(connection, desk_id)
        by_order = {row["order"]["number"]: row for row in found}
        views = (_request_view(by_order[each["order_number"]], each["number"], policy, names) for each in asked)
        return BulkView(bulk, tuple(views), policy, names)

    async def bulk_round(self, desk_id: str, bulk: int, number: int) -> RoundView | None:
        """How a round went, order by order."""
        async with desk_transaction(self._pool, desk_id) as connection:
            return await round_of(connection, desk_id, bulk, number)

    async def held(self, desk_id: str, hold: int) -> OrderView | None:
        """The order of this hold."""
        query = "select order_number from holds where desk_id = %(desk)s and number = %(hold)s"
        async with desk_transaction(self._pool, desk_id) as connection:
            found = await _one(connection, query, {"desk": desk_id, "hold": hold})
        return await self.order(desk_id, found["order_number"]) if found else None

    async def queue(self, desk_id: str, role: str | None = None, *, most: int = 50) -> tuple[QueueItem, ...]:
        """Open holds and pending requests of one role or of all, oldest first; at most `most`."""
        policy = await self.policy(desk_id)
        if policy is None:
            return ()
        items: list[QueueItem] = []
        async with desk_transaction(self._pool, desk_id) as connection:
            for each in [role] if role else policy.roles:
                items += await queue_of(connection, desk_id, policy, each, most)
        return in_order(items)[:most]

    async def home(self, desk_id: str, user_id: str) -> Home | None:
        """What this person's Home tab shows; None where there is no desk."""
        policy = await self.policy(desk_id)
        if policy is None:
            return None
        async with desk_transaction(self._pool, desk_id) as connection:
            return await home_of(connection, desk_id, policy, user_id)

    async def find_orders(self, desk_id: str, typed: str, *, most: int = 50) -> tuple[OrderOption, ...]:
        """Orders whose number begins like what was typed, for a typeahead."""
        policy = await self.policy(desk_id)
        if policy is None:
            return ()
        async with desk_transaction(self._pool, desk_id) as connection:
            for start in _beginnings(typed, policy):
                parameters = {"at": start, "desk": desk_id, "end": start + LAST, "most": most}
                found = await _all(connection, _FIND, parameters)
                if found:
                    return tuple(_option(rows.order(row["order"], row["lines"])) for row in found)
        return ()

    async def search(self, desk_id: str, search: Search) -> FoundPage:
        """Orders by number, customer or article, and by who asked something about them."""
        policy = await self.policy(desk_id)
        if policy is None or not search.chosen:
            return FoundPage()
        beginnings = _beginnings(search.text, policy) if search.text else ()
        return await find_page(self._pool, desk_id, policy, search, beginnings)

    async def names(self, desk_id: str) -> Mapping[str, str]:
        """Display names by user id, of everybody known to the desk."""
        async with desk_transaction(self._pool, desk_id) as connection:
            return await _names(connection, desk_id)

    async def absence(self, desk_id: str, user_id: str) -> tuple[Absence | None, date]:
        """Whether this person is away today, and which day it is at the desk."""
        await self.policy(desk_id)
        known = self._policies.get(desk_id)
        if known is None:
            return None, datetime.now(UTC).date()
        return known.absence(user_id, datetime.now(UTC))

    async def similar(self, desk_id: str, typed: str) -> tuple[str, ...]:
        """Existing numbers like one that does not exist."""
        policy = await self.policy(desk_id)
        async with desk_transaction(self._pool, desk_id) as connection:
            return await similar_numbers(connection, desk_id, _numbers(typed, policy) if policy else ())

    async def email(self, desk_id: str, user_id: str) -> str:
        """The person's address as Slack gave it; empty where it gave none."""
        query = "select email from members where desk_id = %(desk)s and user_id = %(user)s"
        async with desk_transaction(self._pool, desk_id) as connection:
            row = await _one(connection, query, {"desk": desk_id, "user": user_id})
        return str(row["email"] or "") if row else ""

    async def cards(self, desk_id: str, request: int) -> tuple[tuple[str, str], ...]:
        """Where a request's cards stand: (channel, ts), the first posted first. One of a bulk shares those of all."""
        async with desk_transaction(self._pool, desk_id) as connection:
            found = await _all(connection, _CARDS, {"desk": desk_id, "request": request})
        return tuple((row["channel"], row["ts"]) for row in found)


async def _one(connection: Connection, query: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    return await (await connection.execute(query, parameters)).fetchone()


async def _all(connection: Connection, query: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    return await (await connection.execute(query, parameters)).fetchall()


async def _names(connection: Connection, desk_id: str) -> Mapping[str, str]:
    found = await _all(connection, "select user_id, name from members where desk_id = %(desk)s", {"desk": desk_id})
    return {row["user_id"]: row["name"] for row in found}


def _request_view(row: Mapping[str, Any], number: int, policy: Policy, names: Mapping[str, str]) -> RequestView:
    order, holds, requests = _parts(row)
    request = next(request for request in requests if request.number == number)
    return RequestView(
        request=request,
        order=order,
        hold=next((hold for hold in holds if hold.number == request.hold), None),
        open_holds=tuple(hold for hold in holds if hold.is_open),
        policy=policy,
        names=names,
        calls=tuple(rows.hook_call(each) for each in row["calls"] or () if each["request"] == number),
        others=tuple(other for other in requests if other.number != number),
        now=row["now"],
    )


def _parts(row: Mapping[str, Any]) -> tuple[Order, tuple[Hold, ...], tuple[Request, ...]]:
    return (
        rows.order(row["order"], row["lines"]),
        tuple(rows.hold(each) for each in row["holds"] or ()),
        tuple(rows.request(each) for each in row["requests"] or ()),
    )


def _numbers(typed: str, policy: Policy) -> tuple[str, ...]:
    try:
        return candidates(typed, policy.desk.order_number)
    except BadOrderNumber:
        return ()


def _beginnings(typed: str, policy: Policy) -> tuple[str, ...]:
    """What an order number that is being typed may begin with, also where only its digits are typed."""
    text = typed.strip()[:60]
    for character in policy.desk.order_number.strip:
        text = text.removeprefix(character)
    upper = text.upper() if policy.desk.order_number.uppercase else text
    return tuple(dict.fromkeys((upper, *(number for number in _numbers(typed, policy) if upper))))


def _option(order: Order) -> OrderOption:
    return OrderOption(order.number, order.customer, order.stage, order.currency, order.total)
