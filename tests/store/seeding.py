"""One row in every table, for tests that go through all of them. The superuser writes them, past every policy."""

from sqlalchemy import BigInteger, Date, DateTime, Integer, Interval, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB

from store.tables import WITHOUT_POLICY, metadata

DESK, OTHER = "T0ACME", "T0OTHER"
PLAIN = {
    BigInteger: 1,
    Interval: "2 hours",
    Integer: 1,
    JSONB: "{}",
    DateTime: "2026-11-21T09:00:00Z",
    Date: "2026-12-01",
    LargeBinary: b"x",
}
# Values that a constraint or a trigger asks for.
SPECIAL = {
    "audit_heads": {"chain": "ORD-9"},
    "bulk_rounds": {"action": "ask"},
    "bulks": {"kind": "cancel"},
    "decisions": {"decision": "approve"},
    "holds": {"state": "active", "closed_at": None},
    "members": {"standing": "active"},
    "notices": {"state": "ready", "settled_at": None},
    "orders": {"number": "order_number"},
    "export_batches": {"kind": "cancellations"},
    "import_jobs": {"state": "done"},
    "status_changes": {"heard": "cannot_tell"},
    "hook_calls": {"kind": "cancel", "decided": "approved", "state": "accepted"},
    "requests": {"kind": "cancel", "state": "approved"},
}
TENANT_TABLES = [table for table in metadata.sorted_tables if table.name not in WITHOUT_POLICY]
NAMES = [table.name for table in TENANT_TABLES]


def row_of(table, desk, **changes):
    """Values for every column; a text is its column's name, so that foreign keys meet."""
    values = {column.name: plain(column) for column in table.columns if column.computed is None}
    return {**values, **SPECIAL.get(table.name, {}), "desk_id": desk, **changes}


def plain(column):
    return next((value for kind, value in PLAIN.items() if isinstance(column.type, kind)), column.name)


def insert(connection, table, desk, **changes):
    """With the connection's own role and tenant."""
    row = row_of(table, desk, **changes)
    columns, marks = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    return connection.execute(f"insert into {table.name} ({columns}) values ({marks})", row)


def seed(connection, *desks):
    for desk in desks:
        for table in TENANT_TABLES:
            insert(connection, table, desk)


def act_as(connection, role, desk=None):
    connection.execute("select set_config('role', %s, true)", [role])
    if desk is not None:
        connection.execute("select set_config('redtag.desk_id', %s, true)", [desk])
