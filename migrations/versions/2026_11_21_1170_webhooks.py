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
        "CREATE INDEX hook_calls_newest_idx ON hook_calls (desk_id, created_at, webhook_id)",
        """
        CREATE INDEX hook_calls_trouble_idx ON hook_calls (desk_id, endpoint, tried_at)
        WHERE state in ('failed', 'unknown')
        """,
        "CREATE INDEX notices_hook_idx ON notices (desk_id, request) WHERE kind = 'hook'",
    )


def downgrade() -> None:
    run(
        "DROP INDEX notices_hook_idx",
        "DROP INDEX hook_calls_trouble_idx",
        "DROP INDEX hook_calls_newest_idx",
        "DELETE FROM hook_calls WHERE endpoint <> 'refund'",
        "ALTER TABLE hook_calls DROP CONSTRAINT hook_calls_pkey",
        "ALTER TABLE hook_calls ADD CONSTRAINT hook_calls_pkey PRIMARY KEY (desk_id, request, endpoint)",
        "ALTER TABLE hook_calls DROP COLUMN hold",
    )
