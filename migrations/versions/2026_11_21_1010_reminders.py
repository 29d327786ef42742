"""When the signers of a pending request are next reminded."""

from migrations.steps import run

revision = "2026_11_21_1010"
down_revision = "2026_11_21_1000"


def upgrade() -> None:
    run(
        "ALTER TABLE requests ADD COLUMN remind_every INTERVAL",
        "ALTER TABLE requests ADD COLUMN remind_at TIMESTAMP WITH TIME ZONE",
        "ALTER TABLE requests ADD COLUMN reminded INTEGER DEFAULT '0' NOT NULL",
        "CREATE INDEX requests_remind_idx ON requests (desk_id, remind_at) WHERE state = 'pending'",
    )


def downgrade() -> None:
    run(
        "DROP INDEX requests_remind_idx",
        *(f"ALTER TABLE requests DROP COLUMN {name}" for name in ("reminded", "remind_at", "remind_every")),
    )
