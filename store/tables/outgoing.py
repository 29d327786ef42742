"""What leaves: calls to systems, status changes in their batches, and the notices to people."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import belongs_to, metadata, moment, one_of, words

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
