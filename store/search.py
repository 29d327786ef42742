"""Orders by how their customer's name begins, by an article, or by who asked something about them."""

from typing import Any, Final

from store import rows
from store.pool import Pool, desk_transaction
from workflows.views import OrderOption

_FOUND: Final = """
    select to_jsonb(o) as "order",
        (select jsonb_agg(to_jsonb(l) order by l.line, l.key) from order_lines l
         where l.desk_id = o.desk_id and l.order_number = o.number) as lines
    from ({numbers}) found join orders o on o.desk_id = %(desk)s and o.number = found.number order by found.place
"""
# By ranges and without LIKE, which cannot use an index behind a row-level policy.
_CUSTOMER: Final = """
    select number, row_number() over (order by customer_key, number) as place from orders
    where desk_id = %(desk)s and customer_key >= lower(%(typed)s::text)
    and customer_key < lower(%(typed)s::text) || chr(1114111)
    order by customer_key, number limit %(most)s
"""
_ARTICLE: Final = """
    select order_number as number, min(place) as place from (
        select order_number, row_number() over (order by sku, order_number) as place from order_lines
        where desk_id = %(desk)s and sku >= %(typed)s and sku < %(typed)s || chr(1114111)
        order by sku, order_number limit %(most)s
    ) lines group by order_number
"""
STATEMENTS: Final = tuple(_FOUND.format(numbers=numbers) for numbers in (_CUSTOMER, _ARTICLE))


async def search_orders(pool: Pool, desk_id: str, typed: str, *, most: int) -> tuple[OrderOption, ...]:
    """Of the first way of looking that finds any."""
    if not typed:
        return ()
    parameters: dict[str, Any] = {"desk": desk_id, "most": most, "typed": typed}
    async with desk_transaction(pool, desk_id) as connection:
        for statement in STATEMENTS:
            found = await (await connection.execute(statement, parameters)).fetchall()
            if found:
                return tuple(_option(row) for row in found)
    return ()


def _option(row: dict[str, Any]) -> OrderOption:
    order = rows.order(row["order"], row["lines"])
    return OrderOption(order.number, order.customer, order.stage, order.currency, order.total)
