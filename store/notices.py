"""Notices that belong to no command: words for somebody who clicked something that is not there any more."""

from typing import Final

import orjson

from store.pool import Pool, desk_transaction
from workflows.outcome import Notice

_ADD: Final = """
    insert into notices (desk_id, kind, lane, order_number, request, payload, trace, created_at, due_at)
    select desk_id, %(kind)s, %(lane)s, %(order)s, %(request)s, %(payload)s::jsonb, %(trace)s, now(), now()
    from desks where desk_id = %(desk)s
"""


async def add_notice(pool: Pool, desk_id: str, notice: Notice, *, trace: str) -> None:
    parameters = {
        "desk": desk_id,
        "kind": notice.kind,
        "lane": notice.lane,
        "order": notice.order_number,
        "payload": orjson.dumps(notice.payload).decode(),
        "request": notice.request,
        "trace": trace,
    }
    async with desk_transaction(pool, desk_id) as connection:
        await connection.execute(_ADD, parameters)
