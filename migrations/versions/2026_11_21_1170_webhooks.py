"""Calls of every kind of committed change, not of refunds alone: one a request, endpoint, type and hold."""

from migrations.steps import run

revision = "2026_11_21_1170"
down_revision = "2026_11_21_1160"


def upgrade() -> None:
    run(
        "ALTER TABLE hook_calls ADD COLUMN hold BIGINT DEFAULT '0' NOT NULL",
        "ALTER TABLE hook_calls DROP CONSTRAINT hook_calls_pkey",
        """
        ALTER TABLE hook_calls ADD CONSTRAINT hook_calls_pkey
        PRIMARY KEY (desk_id, request, endpoint, type, hold)
        """,
    )


def downgrade() -> None:
    run(
        "DELETE FROM hook_calls WHERE endpoint <> 'refund'",
        "ALTER TABLE hook_calls DROP CONSTRAINT hook_calls_pkey",
        "ALTER TABLE hook_calls ADD CONSTRAINT hook_calls_pkey PRIMARY KEY (desk_id, request, endpoint)",
        "ALTER TABLE hook_calls DROP COLUMN hold",
    )
