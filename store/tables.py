"""The tables, as SQLAlchemy metadata: what the migrations must add up to.

`desk_id` (the Slack team id) stands first in every primary key, foreign key and index, so that a table can later be
partitioned or distributed by tenant. Money is bigint minor units; states are text with a CHECK, because enum operators
cannot use an index behind a row-level policy.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

# Reached by an import alone and emptied by it: PostgreSQL refuses COPY into a table with row-level security.
WITHOUT_POLICY: Final = frozenset({"import_rows"})


def words(*columns: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False, server_default="") for name in columns]


def moment(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def one_of(name: str, column: str, values: Sequence[str]) -> CheckConstraint:
    return CheckConstraint(f"{column} in ({', '.join(repr(value) for value in values)})", name=name)


def belongs_to(table: str, own: Sequence[str], foreign: Sequence[str]) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["desk_id", *own], [f"{table}.{column}" for column in ("desk_id", *foreign)])


desks = Table(
    "desks",
    metadata,
    Column("desk_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("policy_version", Integer, nullable=False, server_default="0"),
    moment("created_at"),
    # Moved whenever an absence, a user group or somebody's standing changes.
    Column("people_version", BigInteger, nullable=False, server_default="0"),
)

policies = Table(
    "policies",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("differences", JSONB, nullable=False, server_default="[]"),
    moment("applied_at"),
    Column("applied_by", Text, nullable=False),
    PrimaryKeyConstraint("desk_id", "version"),
    belongs_to("desks", [], []),
)

role_grants = Table(
    "role_grants",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    moment("valid_from"),
    moment("valid_to", nullable=True),
    PrimaryKeyConstraint("desk_id", "role", "user_id", "valid_from"),
    belongs_to("desks", [], []),
)

members = Table(
    "members",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    *words("name", "email", "timezone"),
    Column("standing", Text, nullable=False),
    moment("checked_at"),
    PrimaryKeyConstraint("desk_id", "user_id"),
    belongs_to("desks", [], []),
    one_of("standing", "standing", ["active", "guest", "bot", "stranger", "deactivated"]),
)

# One row a desk, written last before a commit, so that numbers have no gaps and the row is held briefly.
counters = Table(
    "counters",
    metadata,
    Column("desk_id", Text, primary_key=True),
    Column("request", BigInteger, nullable=False, server_default="0"),
    Column("hold", BigInteger, nullable=False, server_default="0"),
    Column("import", BigInteger, nullable=False, server_default="0"),
    Column("export", BigInteger, nullable=False, server_default="0"),
    Column("bulk", BigInteger, nullable=False, server_default="0"),
    belongs_to("desks", [], []),
)

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
    Index("orders_customer_idx", "desk_id", "customer_key", "number"),
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
    Index("order_lines_sku_idx", "desk_id", "sku", "order_number"),
)

# Many orders that somebody asks about at once. Each becomes an ordinary request.
bulks = Table(
    "bulks",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    *words("reason", "hold", "note", "channel"),
    Column("until", Date),
    Column("requested_by", Text, nullable=False),
    moment("requested_at"),
    PrimaryKeyConstraint("desk_id", "number"),
    belongs_to("desks", [], []),
    one_of("kind", "kind", ["place_hold", "release_hold", "cancel"]),
)

# What one person wants done about orders of a bulk: a worker does it step by step, holding it by `free_at` and `token`.
bulk_rounds = Table(
    "bulk_rounds",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("bulk", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("member", Text, nullable=False),
    *words("note"),
    moment("begun_at"),
    moment("done_at", nullable=True),
    moment("free_at"),
    *words("token"),
    PrimaryKeyConstraint("desk_id", "bulk", "number"),
    belongs_to("bulks", ["bulk"], ["number"]),
    one_of("action", "action", ["ask", "approve", "reject", "withdraw"]),
)
Index("bulk_rounds_open_idx", bulk_rounds.c.desk_id, bulk_rounds.c.free_at, postgresql_where=text("done_at is null"))

requests = Table(
    "requests",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("order_number", Text, nullable=False),
    Column("hold", BigInteger),
    *words("reason", "note"),
    Column("role", Text, nullable=False),
    Column("sign", JSONB, nullable=False),
    Column("seen", JSONB, nullable=False),
    *words("channel"),
    Column("requested_by", Text, nullable=False),
    moment("requested_at"),
    Column("decided_by", Text),
    moment("decided_at", nullable=True),
    *words("decision_note"),
    Column("asked", JSONB),
    # Seconds of working time; each reminder waits twice as long as the one before.
    Column("remind_every", BigInteger),
    moment("remind_at", nullable=True),
    Column("reminded", Integer, nullable=False, server_default="0"),
    moment("escalate_at", nullable=True),
    *words("escalate_to", "escalated_to"),
    moment("expire_at", nullable=True),
    Column("bulk", BigInteger),
    PrimaryKeyConstraint("desk_id", "number"),
    belongs_to("orders", ["order_number"], ["number"]),
    belongs_to("bulks", ["bulk"], ["number"]),
    Index("requests_order_idx", "desk_id", "order_number"),
    Index("requests_mine_idx", "desk_id", "requested_by", "number"),
    one_of("kind", "kind", ["place_hold", "release_hold", "cancel", "change"]),
    one_of("state", "state", ["pending", "approved", "rejected", "withdrawn", "expired", "void"]),
    CheckConstraint("(state = 'pending') = (decided_at is null)", name="decided"),
    CheckConstraint("kind not in ('place_hold', 'release_hold') or hold is not null", name="hold"),
    CheckConstraint("(kind in ('cancel', 'change')) = (asked is not null)", name="asked"),
    UniqueConstraint("desk_id", "number", "kind", "state", name="requests_decided_as_key"),
)
Index(
    "requests_pending_idx",
    requests.c.desk_id,
    requests.c.role,
    requests.c.requested_at,
    requests.c.number,
    postgresql_where=text("state = 'pending'"),
)

Index("requests_bulk_idx", requests.c.desk_id, requests.c.bulk, postgresql_where=text("bulk is not null"))

for column in (requests.c.remind_at, requests.c.escalate_at, requests.c.expire_at):
    Index(
        f"requests_{column.name.removesuffix('_at')}_idx",
        requests.c.desk_id,
        column,
        postgresql_where=text("state = 'pending'"),
    )

# One order of a round: as it was typed, or the request that is decided, in the version that was shown.
bulk_steps = Table(
    "bulk_steps",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("bulk", BigInteger, nullable=False),
    Column("round", BigInteger, nullable=False),
    Column("place", Integer, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("request", BigInteger),
    Column("version", Integer),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("result", JSONB),
    PrimaryKeyConstraint("desk_id", "bulk", "round", "place"),
    belongs_to("bulk_rounds", ["bulk", "round"], ["bulk", "number"]),
    belongs_to("requests", ["request"], ["number"]),
)

holds = Table(
    "holds",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("owner", Text, nullable=False),
    *words("note"),
    Column("until", Date),
    Column("state", Text, nullable=False),
    Column("request", BigInteger),
    Column("requested_by", Text, nullable=False),
    moment("requested_at"),
    moment("active_at", nullable=True),
    moment("closed_at", nullable=True),
    Column("asked_until", Date),  # the newest date about which its owner was asked
    *words("assignee"),  # the member who takes care of it
    moment("nudged_at", nullable=True),
    PrimaryKeyConstraint("desk_id", "number"),
    belongs_to("orders", ["order_number"], ["number"]),
    belongs_to("requests", ["request"], ["number"]),
    Index("holds_order_idx", "desk_id", "order_number"),
    one_of("state", "state", ["requested", "active", "release_requested", "released", "rejected", "withdrawn"]),
    CheckConstraint("(state in ('released', 'rejected', 'withdrawn')) = (closed_at is not null)", name="closed"),
)
Index("holds_until_idx", holds.c.desk_id, holds.c.until, postgresql_where=text("state = 'active'"))
OPEN_HOLD: Final = text("state in ('requested', 'active', 'release_requested')")
Index(
    "holds_open_idx",
    holds.c.desk_id,
    holds.c.owner,
    holds.c.requested_at,
    holds.c.number,
    postgresql_where=OPEN_HOLD,
)
Index("holds_oldest_idx", holds.c.desk_id, holds.c.requested_at, holds.c.number, postgresql_where=OPEN_HOLD)
# The same reason twice on one order is one hold, whatever two people do at the same instant.
Index(
    "holds_open_reason_key",
    holds.c.desk_id,
    holds.c.order_number,
    holds.c.reason,
    unique=True,
    postgresql_where=OPEN_HOLD,
)

request_targets = Table(
    "request_targets",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("request", BigInteger, nullable=False),
    PrimaryKeyConstraint("desk_id", "order_number", "target"),
    belongs_to("requests", ["request"], ["number"]),
    Index("request_targets_request_idx", "desk_id", "request"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("request", BigInteger, nullable=False),
    Column("member", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("decision", Text, nullable=False),
    *words("note"),
    moment("at"),
    *words("on_behalf_of"),
    PrimaryKeyConstraint("desk_id", "request", "member"),
    belongs_to("requests", ["request"], ["number"]),
    one_of("decision", "decision", ["approve", "reject"]),
)

# Members who want to hear of the outcome of somebody else's request.
request_followers = Table(
    "request_followers",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("request", BigInteger, nullable=False),
    Column("member", Text, nullable=False),
    moment("at"),
    PrimaryKeyConstraint("desk_id", "request", "member"),
    belongs_to("requests", ["request"], ["number"]),
)

# A call to somebody's system, its bytes stored before the first try. `decided` is always `approved` and part of the
# foreign key, so that only an approved request can have one, and a refund only a cancel.
hook_calls = Table(
    "hook_calls",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("request", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("decided", Text, nullable=False, server_default="approved"),
    Column("type", Text, nullable=False),
    Column("webhook_id", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("amount", BigInteger, nullable=False, server_default="0"),
    *words("currency"),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    *words("error"),
    moment("created_at"),
    moment("tried_at", nullable=True),
    moment("accepted_at", nullable=True),
    # Of the hold that it is about; a cancel of the whole order may release several.
    Column("hold", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("desk_id", "request", "endpoint", "type", "hold"),
    ForeignKeyConstraint(
        ["desk_id", "request", "kind", "decided"],
        ["requests.desk_id", "requests.number", "requests.kind", "requests.state"],
        name="hook_calls_desk_id_request_kind_decided_fkey",
    ),
    UniqueConstraint("desk_id", "webhook_id", name="hook_calls_webhook_id_key"),
    CheckConstraint("decided = 'approved'", name="decided"),
    CheckConstraint("endpoint <> 'refund' or kind = 'cancel'", name="refund"),
    one_of("state", "state", ["waiting", "sent", "accepted", "failed", "unknown"]),
    CheckConstraint("(state = 'accepted') = (accepted_at is not null)", name="accepted"),
    Index("hook_calls_newest_idx", "desk_id", "created_at", "webhook_id"),
)
# What goes wrong at an endpoint just now, and what can be sent again.
Index(
    "hook_calls_trouble_idx",
    hook_calls.c.desk_id,
    hook_calls.c.endpoint,
    hook_calls.c.tried_at,
    postgresql_where=text("state in ('failed', 'unknown')"),
)

status_changes = Table(
    "status_changes",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("id", BigInteger, Identity(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("request", BigInteger, nullable=False),
    Column("facts", JSONB, nullable=False),
    moment("at"),
    Column("batch", BigInteger),
    # What the newest file that has the order says of it, and which import that was.
    *words("heard"),
    Column("heard_import", BigInteger),
    PrimaryKeyConstraint("desk_id", "id"),
    belongs_to("requests", ["request"], ["number"]),
    belongs_to("orders", ["order_number"], ["number"]),
    belongs_to("export_batches", ["batch"], ["number"]),
    one_of("heard", "heard", ["", "taken_over", "not_taken_over", "cannot_tell"]),
)
Index(
    "status_changes_waiting_idx",
    status_changes.c.desk_id,
    status_changes.c.kind,
    status_changes.c.id,
    postgresql_where=text("batch is null"),
)
Index("status_changes_order_idx", status_changes.c.desk_id, status_changes.c.order_number, status_changes.c.id)
Index("status_changes_batch_idx", status_changes.c.desk_id, status_changes.c.batch, status_changes.c.id)
Index(
    "status_changes_unheard_idx",
    status_changes.c.desk_id,
    status_changes.c.order_number,
    postgresql_where=text("heard <> 'taken_over'"),
)

# A batch as it was given, byte for byte.
export_batches = Table(
    "export_batches",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    moment("taken_at"),
    *words("taken_by"),
    Column("changes", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("desk_id", "number"),
    belongs_to("desks", [], []),
    one_of("kind", "kind", ["holds", "cancellations", "changes", "refunds"]),
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

cards = Table(
    "cards",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("request", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("ts", Text, nullable=False),
    moment("posted_at"),
    PrimaryKeyConstraint("desk_id", "request", "channel", "ts"),
    belongs_to("requests", ["request"], ["number"]),
)

notices = Table(
    "notices",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("id", BigInteger, Identity(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("lane", Text, nullable=False),
    *words("order_number"),
    Column("request", BigInteger),
    Column("payload", JSONB, nullable=False),
    *words("trace"),
    Column("state", Text, nullable=False, server_default="ready"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # Sends begun whose outcome nobody knows: a crash or a cut connection after the call went out.
    Column("unclear", Integer, nullable=False, server_default="0"),
    moment("created_at"),
    moment("due_at"),
    moment("tried_at", nullable=True),  # when its first send began: how long we go on trying counts from here
    moment("settled_at", nullable=True),
    *words("error"),
    PrimaryKeyConstraint("desk_id", "id"),
    belongs_to("desks", [], []),
    one_of("state", "state", ["ready", "sent", "skipped", "dead"]),
    CheckConstraint("(state = 'ready') = (settled_at is null)", name="settled"),
)
Index(
    "notices_ready_idx",
    notices.c.desk_id,
    notices.c.lane,
    notices.c.id,
    postgresql_where=text("state = 'ready'"),
)
Index("notices_dead_idx", notices.c.desk_id, notices.c.id, postgresql_where=text("state = 'dead'"))
# The calls of a request, which a person sends again.
Index("notices_hook_idx", notices.c.desk_id, notices.c.request, postgresql_where=text("kind = 'hook'"))

# Who is sending on a lane, and when the lane may be used again: a lease and a pace in one.
lanes = Table(
    "lanes",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("lane", Text, nullable=False),
    moment("free_at"),
    Column("token", Text, nullable=False),
    PrimaryKeyConstraint("desk_id", "lane"),
    belongs_to("desks", [], []),
)

audit = Table(
    "audit",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("chain", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    moment("at"),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("request", BigInteger),
    Column("facts", JSONB, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("desk_id", "chain", "seq"),
    belongs_to("desks", [], []),
    Index("audit_actor_idx", "desk_id", "actor", "at"),
    Index("audit_at_idx", "desk_id", "at"),
)

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("chain", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    moment("moved_at"),
    PrimaryKeyConstraint("desk_id", "chain"),
    belongs_to("desks", [], []),
)

inbound = Table(
    "inbound",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    moment("at"),
    Column("result", JSONB),
    PrimaryKeyConstraint("desk_id", "key"),
    belongs_to("desks", [], []),
    Index("inbound_at_idx", "desk_id", "at"),
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

# Keys of other systems. Only a hash of the secret is stored.
api_keys = Table(
    "api_keys",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("scopes", JSONB, nullable=False),
    moment("created_at"),
    *words("created_by"),
    moment("used_at", nullable=True),
    moment("revoked_at", nullable=True),
    PrimaryKeyConstraint("desk_id", "id"),
    belongs_to("desks", [], []),
)

# A write of a system with its Idempotency-Key, and what it was answered.
api_writes = Table(
    "api_writes",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("api_key", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    moment("at"),
    Column("status", Integer),
    Column("answer", JSONB),
    PrimaryKeyConstraint("desk_id", "api_key", "key"),
    belongs_to("api_keys", ["api_key"], ["id"]),
    Index("api_writes_at_idx", "desk_id", "at"),
)

# How often a key asked the gate on a day, and how often it was told no.
gate_counts = Table(
    "gate_counts",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("api_key", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("asked", BigInteger, nullable=False, server_default="0"),
    Column("refused", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("desk_id", "api_key", "day"),
    belongs_to("api_keys", ["api_key"], ["id"]),
)

# The orders that a key was told not to ship on a day: the first time is in the audit.
gate_refusals = Table(
    "gate_refusals",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("api_key", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("order_number", Text, nullable=False),
    PrimaryKeyConstraint("desk_id", "api_key", "day", "order_number"),
    belongs_to("api_keys", ["api_key"], ["id"]),
)

# A clock's stroke, at its due time: whoever inserts the row does the work, in the same transaction.
slots = Table(
    "slots",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("job", Text, nullable=False),
    moment("due_at"),
    moment("fired_at"),
    PrimaryKeyConstraint("desk_id", "job", "due_at"),
    belongs_to("desks", [], []),
)

# Who signs for whom while they are away. The newest that has not ended counts.
absences = Table(
    "absences",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("id", BigInteger, Identity(), nullable=False),
    Column("member", Text, nullable=False),
    Column("deputy", Text, nullable=False),
    Column("until", Date, nullable=False),
    moment("created_at"),
    *words("created_by"),
    moment("ended_at", nullable=True),
    PrimaryKeyConstraint("desk_id", "id"),
    belongs_to("desks", [], []),
)
Index(
    "absences_open_key",
    absences.c.desk_id,
    absences.c.member,
    unique=True,
    postgresql_where=text("ended_at is null"),
)

# The members of a Slack user group, as Slack last listed them.
group_members = Table(
    "group_members",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("user_group", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    moment("seen_at"),
    PrimaryKeyConstraint("desk_id", "user_group", "user_id"),
    belongs_to("desks", [], []),
)

# Whoever has opened their Home tab, and what they chose to see there.
home_views = Table(
    "home_views",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    moment("opened_at"),
    Column("filters", JSONB, nullable=False, server_default="{}"),
    PrimaryKeyConstraint("desk_id", "user_id"),
    belongs_to("desks", [], []),
)

# An interview under way: one a person, begun on a version of the policy. There may be no desk yet.
policy_drafts = Table(
    "policy_drafts",
    metadata,
    Column("desk_id", Text, nullable=False),
    Column("member", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("based_on", Integer, nullable=False),
    *words("step"),
    Column("version", Integer, nullable=False, server_default="1"),
    moment("updated_at"),
    PrimaryKeyConstraint("desk_id", "member"),
)
