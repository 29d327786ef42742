"""What has arrived, so that the same request twice is one."""

from migrations.steps import drop, protect, run

revision = "2026_11_21_0950"
down_revision = "2026_11_21_0940"


def upgrade() -> None:
    run(
        """
        CREATE TABLE inbound (
            desk_id TEXT NOT NULL,
            key TEXT NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            result JSONB,
            CONSTRAINT inbound_pkey PRIMARY KEY (desk_id, key),
            CONSTRAINT inbound_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id)
        )
        """,
        "CREATE INDEX inbound_at_idx ON inbound (desk_id, at)",
    )
    protect("inbound", app=["select", "insert", "update", "delete"])


def downgrade() -> None:
    drop("inbound")
