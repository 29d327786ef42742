"""Interviews under way."""

from migrations.steps import drop, protect, run

revision = "2026_11_21_1160"
down_revision = "2026_11_21_1150"


def upgrade() -> None:
    run(
        """
        CREATE TABLE policy_drafts (
            desk_id TEXT NOT NULL,
            member TEXT NOT NULL,
            document JSONB NOT NULL,
            based_on INTEGER NOT NULL,
            step TEXT DEFAULT '' NOT NULL,
            version INTEGER DEFAULT '1' NOT NULL,
            updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT policy_drafts_pkey PRIMARY KEY (desk_id, member)
        )
        """,
    )
    protect("policy_drafts", app=["select", "insert", "update", "delete"])


def downgrade() -> None:
    drop("policy_drafts")
