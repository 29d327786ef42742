"""One transaction of an import or of a decision about its orders: its values, its statements, its audit and notices."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads

from store.redraws import EVERYBODY
from workflows.outcome import Notice
from workflows.policy.load import policy_from_json
from workflows.policy.model import Policy

Connection = psycopg.Connection[DictRow]

BEGIN: Final = """
    select set_config('role', 'redtag_app', true), set_config('redtag.desk_id', %(desk)s, true),
           set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),
           set_config('lock_timeout', '30s', true), set_config('cursor_tuple_fraction', '1', true)
"""
# Imports of one desk follow each other; nothing else waits here.
ALONE: Final = "select pg_advisory_xact_lock(hashtextextended('import:' || %(desk)s, 0))"

_POLICY: Final = """
    select p.document from desks d join policies p on p.desk_id = d.desk_id and p.version = d.policy_version
    where d.desk_id = %(desk)s
"""
_AUDIT: Final = """
    insert into audit (desk_id, chain, at, actor, action, request, facts)
    values (%(desk)s, %(chain)s, statement_timestamp(), %(by)s, %(action)s, %(request)s, %(facts)s)
"""
_NOTICES: Final = """
    insert into notices (desk_id, kind, lane, order_number, request, payload, created_at, due_at)
    select %(desk)s, x.kind, x.lane, x.order_number, x.request, x.payload, statement_timestamp(), statement_timestamp()
    from jsonb_to_recordset(%(notices)s) as x (
        kind text, lane text, order_number text, request bigint, payload jsonb)
"""


def connected(url: str) -> Connection:
    connection: Connection = psycopg.connect(url, row_factory=dict_row)
    set_json_dumps(orjson.dumps, connection)
    set_json_loads(orjson.loads, connection)
    return connection


class Session:
    """`values` are the parameters that every statement may name."""

    def __init__(self, connection: Connection, values: dict[str, Any]) -> None:
        self.connection = connection
        self.values = values
        self.told = False  # whether there are new notices

    def execute(self, statement: str, more: Mapping[str, Any] | None = None) -> psycopg.Cursor[DictRow]:
        return self.connection.execute(statement.encode(), {**self.values, **(more or {})})

    def one(self, statement: str, more: Mapping[str, Any] | None = None) -> DictRow:
        row = self.execute(statement, more).fetchone()
        if row is None:
            raise LookupError(statement)
        return row

    def policy(self) -> Policy | None:
        row = self.execute(_POLICY).fetchone()
        return policy_from_json(row["document"]) if row else None

    def audit(self, chain: str, action: str, facts: Mapping[str, object], request: int | None = None) -> None:
        source = {name: self.values[name] for name in ("import", "sha256") if self.values.get(name)}
        more = {"action": action, "chain": chain, "facts": Jsonb({**source, **facts}), "request": request}
        self.execute(_AUDIT, more)

    def tell(self, notices: Iterable[Notice]) -> None:
        rows = [
            {
                "kind": notice.kind,
                "lane": notice.lane,
                "order_number": notice.order_number,
                "payload": notice.payload,
                "request": notice.request,
            }
            for notice in notices
        ]
        if rows:
            self.told = True
            self.execute(_NOTICES, {"notices": Jsonb(rows)})

    def redraw_homes(self) -> None:
        self.told |= bool(self.one(EVERYBODY)["homes"])

    def commit(self) -> None:
        """The hint comes last and by itself: NOTIFY takes one lock for the whole cluster."""
        self.connection.commit()
        if self.told:
            self.connection.execute("notify redtag_notices")
            self.connection.commit()
