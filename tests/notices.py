"""Rows for tests of the outbox, written and read by the superuser, past every policy."""

import asyncio
import json
import time

import psycopg
from psycopg.rows import dict_row

DESK = "T0ACME"


class Rows:
    def __init__(self, url):
        self._connection = psycopg.connect(url, autocommit=True, row_factory=dict_row)

    def close(self):
        self._connection.close()

    def run(self, query, *parameters):
        cursor = self._connection.execute(query, parameters or None)
        return cursor.fetchall() if cursor.description else []

    def desk(self, desk=DESK):
        self.run("insert into desks (desk_id, name, created_at) values (%s, %s, now())", desk, desk)
        return desk

    def order(self, number="ORD-1", desk=DESK):
        self.run("insert into orders (desk_id, number, changed_at) values (%s, %s, now())", desk, number)
        return number

    def request(self, number=12, order="ORD-1", desk=DESK):
        self.run(
            "insert into requests (desk_id, number, kind, state, order_number, hold, role, sign, seen, requested_by, requested_at)"
            " values (%s, %s, 'place_hold', 'pending', %s, 1, 'credit', '[]', '{}', 'U0CARL', now())",
            desk,
            number,
            order,
        )
        return number

    def notice(self, lane="slack:C0CREDIT", kind="card", order="ORD-1", request=None, desk=DESK, payload=None):
        query = (
            "insert into notices (desk_id, kind, lane, order_number, request, payload, trace, created_at, due_at)"
            " values (%s, %s, %s, %s, %s, %s, 'trace-1', now(), now()) returning id"
        )
        return self.run(query, desk, kind, lane, order, request, json.dumps(payload or {}))[0]["id"]

    def many(self, count, lane, *, order="ORD-", desk=DESK, kind="card", due="0 seconds"):
        query = (
            "insert into notices (desk_id, kind, lane, order_number, payload, created_at, due_at)"
            " select %s, %s, %s, %s || n, '{}', now(), now() + %s::interval from generate_series(1, %s) n"
        )
        self.run(query, desk, kind, lane, order, due, count)

    def state(self, notice):
        return self.run("select * from notices where id = %s", notice)[0]

    def states(self):
        return {row["id"]: row["state"] for row in self.run("select id, state from notices")}

    def lane(self, lane="slack:C0CREDIT"):
        return self.run("select *, free_at - clock_timestamp() as wait from lanes where lane = %s", lane)[0]

    def audit(self):
        return self.run("select chain, actor, action, request, facts from audit order by at, seq")

    def free_lanes(self):
        self.run("update lanes set free_at = now() - interval '1 second'")

    def age(self, notice, interval):
        """As if everything about the notice had happened that much earlier."""
        self._connection.execute(
            "update notices set created_at = created_at - %(by)s::interval, tried_at = tried_at - %(by)s::interval,"
            " due_at = least(due_at, now()) where id = %(id)s",
            {"by": interval, "id": notice},
        )


async def until(condition, *, seconds=10.0, what="the condition"):
    """Look until it is so; fails after a deadline that no healthy run comes near."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{what} did not come about in {seconds} s"
        await asyncio.sleep(0.01)
    return answer
