"""The desk itself: its policy, its people, and what each of them has open."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import belongs_to, metadata, moment, one_of, words

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
