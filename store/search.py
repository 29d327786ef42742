"""Orders by how their number, their customer's name or an article begins, and by who asked something about them.

Each way of looking is one statement along one index, page after page: what stands behind a key, never at an offset.
The ways follow one another, and an order that an earlier way finds is left out of the later ones. By ranges and
without LIKE, which cannot use an index behind a row-level policy. Their indexes are partial, and `<> ''` is what lets
a search use them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from store import rows
from store.pool import Connection, Pool, desk_transaction
from workflows.finding import PAGE, FoundOrder, FoundPage, Newest, Search, key_of, read_key
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.views import OrderOption

_FOUND: Final = """
    select to_jsonb(o) as "order", found.place, found.newest,
        (select jsonb_agg(to_jsonb(l) order by l.line, l.key) from order_lines l
         where l.desk_id = o.desk_id and l.order_number = o.number) as lines,
        (select jsonb_agg(h.reason order by h.number) from holds h where h.desk_id = o.desk_id
         and h.order_number = o.number and h.state in ('active', 'release_requested')) as held,
        (select jsonb_agg(jsonb_build_array(r.number, r.kind) order by r.number) from requests r
         where r.desk_id = o.desk_id and r.order_number = o.number and r.state = 'pending') as pending
    from ({found}) found join orders o on o.desk_id = %(desk)s and o.number = found.number order by found.at
"""
# {start}: the parameter that the way's column begins with. The end of a range is the last of characters.
_WITHIN: Final[Mapping[str, str]] = {
    "number": "(o.number >= %({start})s::text and o.number < %({start})s::text || chr(1114111))",
    "customer": """(o.customer_key <> '' and o.customer_key >= lower(%({start})s::text)
        and o.customer_key < lower(%({start})s::text) || chr(1114111))""",
    "article": """exists (select from order_lines e where e.desk_id = o.desk_id and e.order_number = o.number
        and e.sku >= %({start})s::text and e.sku < %({start})s::text || chr(1114111))""",
}
# An order with several fitting articles stands where the first of them does, and one that a person asked about several
# times where the last time does.
_SOURCES: Final[Mapping[str, str]] = {
    "number": """
        select o.number, '' as place, null::jsonb as newest, row_number() over (order by o.number) as at
        from orders o where o.desk_id = %(desk)s and {within} and {further} and {besides}
        order by o.number limit %(most)s
    """,
    "customer": """
        select o.number, o.customer_key as place, null::jsonb as newest,
               row_number() over (order by o.customer_key, o.number) as at
        from orders o where o.desk_id = %(desk)s and {within} and {further} and {besides}
        order by o.customer_key, o.number limit %(most)s
    """,
    "article": """
        select l.order_number as number, l.sku as place, null::jsonb as newest,
               row_number() over (order by l.sku, l.order_number) as at
        from order_lines l join orders o on o.desk_id = l.desk_id and o.number = l.order_number
        where l.desk_id = %(desk)s and l.sku <> ''
        and l.sku >= %({start})s::text and l.sku < %({start})s::text || chr(1114111)
        and not exists (select from order_lines e where e.desk_id = l.desk_id and e.order_number = l.order_number
                        and e.sku >= %({start})s::text and e.sku < l.sku)
        and {further} and {besides} group by l.sku, l.order_number order by l.sku, l.order_number limit %(most)s
    """,
    "asker": """
        select r.order_number as number, r.number::text as place, row_number() over (order by r.number desc) as at,
               jsonb_build_object('number', r.number, 'kind', r.kind, 'state', r.state, 'at', r.requested_at) as newest
        from requests r join orders o on o.desk_id = r.desk_id and o.number = r.order_number
        where r.desk_id = %(desk)s and r.requested_by = %(asker)s and r.requested_by <> ''
        and not exists (select from requests n where n.desk_id = r.desk_id and n.order_number = r.order_number
                        and n.requested_by = r.requested_by and n.number > r.number)
        and {further} and {besides} order by r.number desc limit %(most)s
    """,
}
_FURTHER: Final[Mapping[str, str]] = {
    "number": "o.number > %(number)s",
    "customer": "(o.customer_key, o.number) > (%(place)s, %(number)s)",
    "article": "(l.sku, l.order_number) > (%(place)s, %(number)s)",
    "asker": "r.number < %(place)s::bigint",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way of looking. `begins` is what a number, name or article is to begin with."""

    by: str
    begins: str = ""


async def find_page(
    pool: Pool, desk_id: str, policy: Policy, search: Search, beginnings: Sequence[str], *, most: int = PAGE
) -> FoundPage:
    """`beginnings`: what an order number that is typed like this may begin with."""
    looked = _looked(search.text, beginnings)
    ways = [Way("asker")] if search.asker else looked
    key = _key(search.after, ways)
    found: list[FoundOrder] = []
    async with desk_transaction(pool, desk_id) as connection:
        for at in range(key[0] if key else 0, len(ways)):
            statement = statement_of(ways, at, looked, further=key is not None and key[0] == at)
            parameters = _parameters(desk_id, search, looked, key, most + 1 - len(found))
            found += [_found(row, policy, ways[at].by, at) for row in await _all(connection, statement, parameters)]
            if len(found) > most:
                break
    return FoundPage(tuple(found[:most]), more=len(found) > most)


def _looked(text: str, beginnings: Sequence[str]) -> list[Way]:
    """The ways to look for a text. Articles are mostly written in capitals, and typed as it comes."""
    if not text:
        return []
    articles = dict.fromkeys((text, text.upper()))
    numbers = dict.fromkeys(each for each in beginnings if each)
    return [*(Way("number", each) for each in numbers), Way("customer", text), *(Way("article", a) for a in articles)]


def statement_of(ways: Sequence[Way], at: int, looked: Sequence[Way], *, further: bool) -> str:
    """`looked`: the ways for the text; those before `at` have found their orders already, a person's fit any."""
    by, fits = ways[at].by, [_WITHIN[way.by].format(start=f"start{place}") for place, way in enumerate(looked)]
    earlier = f"not ({' or '.join(fits[:at])})" if at else "true"
    any_of = f"({' or '.join(fits)})" if fits else "true"
    source = _SOURCES[by].format(
        start=f"start{at}",
        within=fits[at] if by != "asker" else "",
        further=_FURTHER[by] if further else "true",
        besides=any_of if by == "asker" else earlier,
    )
    return _FOUND.format(found=source)


def _key(after: str, ways: Sequence[Way]) -> tuple[int, str, str] | None:
    """None where it says nothing about this search: the page is then the first."""
    key = read_key(after)
    if key is None or key[0] >= len(ways):
        return None
    wrong = ways[key[0]].by == "asker" and not (key[2].isdecimal() and len(key[2]) < 19)
    return None if wrong else key


def _parameters(
    desk_id: str, search: Search, looked: Sequence[Way], key: tuple[int, str, str] | None, most: int
) -> dict[str, Any]:
    _, number, place = key or (0, "", "")
    starts = {f"start{at}": way.begins for at, way in enumerate(looked)}
    return {"asker": search.asker, "desk": desk_id, "most": most, "number": number, "place": place, **starts}


async def _all(connection: Connection, statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    return await (await connection.execute(statement, parameters)).fetchall()


def _found(row: Mapping[str, Any], policy: Policy, by: str, way: int) -> FoundOrder:
    order, newest = rows.order(row["order"], row["lines"]), row["newest"]
    return FoundOrder(
        order=OrderOption(order.number, order.customer, order.stage, order.currency, order.total),
        by=by,
        key=key_of(way, order.number, row["place"]),
        article=row["place"] if by == "article" else "",
        held=tuple(reason_label(policy, "hold", code) for code in row["held"] or ()),
        pending=tuple((f"R-{number}", kind) for number, kind in row["pending"] or ()),
        newest=_newest(newest) if newest else None,
    )


def _newest(row: Mapping[str, Any]) -> Newest:
    return Newest(f"R-{row['number']}", row["kind"], row["state"], datetime.fromisoformat(row["at"]))
