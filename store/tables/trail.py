"""The audit, and the commands that have arrived."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import belongs_to, metadata, moment

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
