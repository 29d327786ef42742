"""Who takes care of a hold, and when those who can act on it were last nudged."""

from migrations.steps import run

revision = "2026_11_21_1190"
down_revision = "2026_11_21_1180"


def upgrade() -> None:
    run(
        "ALTER TABLE holds ADD COLUMN assignee TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE holds ADD COLUMN nudged_at TIMESTAMP WITH TIME ZONE",
    )


def downgrade() -> None:
    run("ALTER TABLE holds DROP COLUMN nudged_at", "ALTER TABLE holds DROP COLUMN assignee")
