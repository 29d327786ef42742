"""Strokes of the clock, and when a request escalates and expires."""

from migrations.steps import drop, protect, run

revision = "2026_11_21_1140"
down_revision = "2026_11_21_1120"


def upgrade() -> None:
    run(
        """
        CREATE TABLE slots (
            desk_id TEXT NOT NULL,
            job TEXT NOT NULL,
            due_at TIMESTAMP WITH TIME ZONE NOT NULL,
            fired_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT slots_pkey PRIMARY KEY (desk_id, job, due_at),
            CONSTRAINT slots_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id)
        )
        """,
        "ALTER TABLE requests ADD COLUMN escalate_at TIMESTAMP WITH TIME ZONE",
        "ALTER TABLE requests ADD COLUMN escalate_to TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE requests ADD COLUMN escalated_to TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE requests ADD COLUMN expire_at TIMESTAMP WITH TIME ZONE",
        "ALTER TABLE requests ALTER COLUMN remind_every TYPE BIGINT USING extract(epoch FROM remind_every)::bigint",
        *(
            f"CREATE INDEX requests_{what}_idx ON requests (desk_id, {what}_at) WHERE state = 'pending'"
            for what in ("escalate", "expire")
        ),
        "ALTER TABLE holds ADD COLUMN asked_until DATE",
        "CREATE INDEX holds_until_idx ON holds (desk_id, until) WHERE state = 'active'",
    )
    protect("slots", app=["select", "insert", "delete"])


def downgrade() -> None:
    run(
        "DROP INDEX holds_until_idx",
        "ALTER TABLE holds DROP COLUMN asked_until",
        "ALTER TABLE requests ALTER COLUMN remind_every TYPE INTERVAL USING make_interval(secs => remind_every)",
        *(
            f"ALTER TABLE requests DROP COLUMN {name}"
            for name in ("expire_at", "escalated_to", "escalate_to", "escalate_at")
        ),
    )
    drop("slots")
