"""Orders as the files have them, and how files come in."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import belongs_to, metadata, moment, one_of, words

imports = Table(
    "imports",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    moment("at"),
    *words("imported_by", "file_name", "file_sha256", "preset"),
    Column("counts", JSONB, nullable=False),
    PrimaryKeyConstraint("desk_id", "number"),
    belongs_to("desks", [], []),
)

import_rows = Table(
    "import_rows",
    metadata,
    Column("run", Text, nullable=False),
    Column("first_row", BigInteger, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    Index("import_rows_order_idx", "run", "order_number"),
    prefixes=["UNLOGGED"],
)

orders = Table(
    "orders",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("number", Text, nullable=False),
    *words("customer", "customer_email", "currency"),
    Column("total", BigInteger, nullable=False, server_default="0"),
    Column("placed_total", BigInteger, nullable=False, server_default="0"),
    Column("ship_by", Date),
    Column("version", BigInteger, nullable=False, server_default="1"),
    Column("source_digest", Text, nullable=False, server_default=""),
    Column("import_number", BigInteger),
    moment("changed_at"),
    # Parts of the total, where the source says them.
    Column("tax", BigInteger, nullable=False, server_default="0"),
    Column("shipping", BigInteger, nullable=False, server_default="0"),
    # What we changed and the source has yet to take over: field -> [before, after].
    Column("ours", JSONB, nullable=False, server_default="{}"),
    # Columns of its file that mean nothing to us, as they stand there.
    Column("extra", JSONB, nullable=False, server_default="{}"),
    # To search by: a range on it uses an index also behind the row-level policy, which LIKE and lower() do not.
    Column("customer_key", Text(collation="C"), Computed("lower(customer)", persisted=True)),
    PrimaryKeyConstraint("desk_id", "number"),
    belongs_to("desks", [], []),
    # Partial, so that a search can use it and nothing else: while the planner knows little of a table that has just
    # grown, it takes any index that begins with the desk to look one order up, and reads all of it.
    Index("orders_customer_idx", "desk_id", "customer_key", "number", postgresql_where=text("customer_key <> ''")),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("line", Integer, nullable=False),
    *words("sku", "description"),
    Column("ordered", BigInteger, nullable=False),
    *[
        Column(name, BigInteger, nullable=False, server_default="0")
        for name in ("cancelled", "allocated", "picked", "packed", "shipped", "delivered")
    ],
    Column("unit_price", BigInteger, nullable=False, server_default="0"),
    Column("original", BigInteger, nullable=False, server_default="0"),
    # When we first heard that the newest units had arrived there.
    *[moment(name, nullable=True) for name in ("picked_at", "packed_at", "shipped_at")],
    Column("ours", JSONB, nullable=False, server_default="{}"),
    Column("extra", JSONB, nullable=False, server_default="{}"),
    PrimaryKeyConstraint("desk_id", "order_number", "key"),
    belongs_to("orders", ["order_number"], ["number"]),
    CheckConstraint("ordered >= 0 and cancelled >= 0 and cancelled <= ordered", name="ordered"),
    CheckConstraint("allocated >= picked and picked >= packed and packed >= shipped", name="steps"),
    CheckConstraint("shipped >= delivered and delivered >= 0", name="delivered"),
    Index("order_lines_sku_idx", "desk_id", "sku", "order_number", postgresql_where=text("sku <> ''")),
)

# A fact that contradicts a decision, such as a cancelled unit that shipped anyway. One open row a line and kind.
exceptions = Table(
    "exceptions",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("id", BigInteger, Identity(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("order_number", Text, nullable=False),
    *words("line_key"),
    Column("facts", JSONB, nullable=False),
    moment("opened_at"),
    *words("opened_by"),
    moment("closed_at", nullable=True),
    *words("closed_by", "closed_because"),
    PrimaryKeyConstraint("desk_id", "id"),
    belongs_to("orders", ["order_number"], ["number"]),
    Index("exceptions_order_idx", "desk_id", "order_number", "kind"),
)
Index(
    "exceptions_open_key",
    exceptions.c.desk_id,
    exceptions.c.order_number,
    exceptions.c.line_key,
    exceptions.c.kind,
    unique=True,
    postgresql_where=text("closed_at is null"),
)

# How the columns of a desk's own order files are read, by name.
mappings = Table(
    "mappings",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    moment("saved_at"),
    *words("saved_by"),
    PrimaryKeyConstraint("desk_id", "name"),
    belongs_to("desks", [], []),
)

# An import that somebody began in Slack, or that a schedule began: previewed, then confirmed, then done by a worker.
import_jobs = Table(
    "import_jobs",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("id", BigInteger, Identity(), nullable=False),
    Column("state", Text, nullable=False),
    Column("source", JSONB, nullable=False),
    *words("requested_by", "channel", "ts", "file_sha256", "mapping"),
    Column("report", JSONB, nullable=False, server_default="{}"),
    *words("error", "token"),
    moment("created_at"),
    moment("free_at"),
    moment("settled_at", nullable=True),
    *words("decided_by"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("refused", LargeBinary),  # the rows that were not taken, as CSV
    PrimaryKeyConstraint("desk_id", "id"),
    belongs_to("desks", [], []),
    one_of("state", "state", ["waiting", "asking", "previewed", "confirmed", "done", "declined", "failed"]),
)
Index(
    "import_jobs_open_idx",
    import_jobs.c.desk_id,
    import_jobs.c.free_at,
    postgresql_where=text("state in ('waiting', 'confirmed')"),
)
Index(
    "import_jobs_sheet_idx",
    import_jobs.c.desk_id,
    text("(source ->> 'sheet')"),
    import_jobs.c.id,
    postgresql_where=text("source ->> 'sheet' is not null"),
)
