"""Strokes of a desk's clock. Whoever takes one does its work in the same transaction, so it happens once."""

from datetime import datetime, time, timedelta
from typing import Final

from store.pool import Connection
from workflows.clocks import Calendar, at_clock, day_of

# Of one local day there is one stroke, also where the desk has moved the time of day or its timezone since. Two
# processes read the same policy, so they would write the same row. Nothing was due before there was a desk.
_TAKE: Final = """
    insert into slots (desk_id, job, due_at, fired_at)
    select d.desk_id, %(job)s, %(due)s, %(now)s from desks d
    where d.desk_id = %(desk)s and d.created_at <= %(due)s and not exists (
        select from slots s where s.desk_id = %(desk)s and s.job = %(job)s
        and s.due_at >= %(from)s and s.due_at < %(until)s)
    on conflict do nothing
"""


async def take_slot(
    connection: Connection, desk_id: str, job: str, due: datetime, *, calendar: Calendar, now: datetime
) -> bool:
    """Whether this transaction is the one that does the work; a second that asks meanwhile waits for its end.

    The transaction is one of `desk_transaction`, whose lock keeps the policy, and with it the calendar, as it is.
    """
    day = day_of(calendar, due)
    parameters = {
        "desk": desk_id,
        "due": due,
        "from": at_clock(calendar, day, time.min),
        "job": job,
        "now": now,
        "until": at_clock(calendar, day + timedelta(days=1), time.min),
    }
    return (await connection.execute(_TAKE, parameters)).rowcount == 1
