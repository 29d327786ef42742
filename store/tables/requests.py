"""What people ask of orders, who decided, and the holds that came of it."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import belongs_to, metadata, moment, one_of, words

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
    Index("requests_mine_idx", "desk_id", "requested_by", "number", postgresql_where=text("requested_by <> ''")),
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
