"""Other systems: their keys, their writes, and what they asked the gate."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import belongs_to, metadata, moment, words

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
