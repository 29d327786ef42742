"""Many orders asked about at once: the list, its rounds of asking and signing, and what became of each order."""

from migrations.steps import drop, protect, run

revision = "2026_11_21_1200"
down_revision = "2026_11_21_1195"


def upgrade() -> None:
    run(
        "ALTER TABLE counters ADD COLUMN bulk BIGINT DEFAULT '0' NOT NULL",
        """
        CREATE TABLE bulks (
            desk_id TEXT NOT NULL,
            number BIGINT NOT NULL,
            kind TEXT NOT NULL,
            reason TEXT DEFAULT '' NOT NULL,
            hold TEXT DEFAULT '' NOT NULL,
            note TEXT DEFAULT '' NOT NULL,
            channel TEXT DEFAULT '' NOT NULL,
            until DATE,
            requested_by TEXT NOT NULL,
            requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT bulks_pkey PRIMARY KEY (desk_id, number),
            CONSTRAINT bulks_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id),
            CONSTRAINT bulks_kind_check CHECK (kind in ('place_hold', 'release_hold', 'cancel'))
        )
        """,
        """
        CREATE TABLE bulk_rounds (
            desk_id TEXT NOT NULL,
            bulk BIGINT NOT NULL,
            number BIGINT NOT NULL,
            action TEXT NOT NULL,
            member TEXT NOT NULL,
            note TEXT DEFAULT '' NOT NULL,
            begun_at TIMESTAMP WITH TIME ZONE NOT NULL,
            done_at TIMESTAMP WITH TIME ZONE,
            free_at TIMESTAMP WITH TIME ZONE NOT NULL,
            token TEXT DEFAULT '' NOT NULL,
            CONSTRAINT bulk_rounds_pkey PRIMARY KEY (desk_id, bulk, number),
            CONSTRAINT bulk_rounds_desk_id_bulk_fkey FOREIGN KEY(desk_id, bulk) REFERENCES bulks (desk_id, number),
            CONSTRAINT bulk_rounds_action_check CHECK (action in ('ask', 'approve', 'reject', 'withdraw'))
        )
        """,
        "CREATE INDEX bulk_rounds_open_idx ON bulk_rounds (desk_id, free_at) WHERE done_at is null",
        """
        CREATE TABLE bulk_steps (
            desk_id TEXT NOT NULL,
            bulk BIGINT NOT NULL,
            round BIGINT NOT NULL,
            place INTEGER NOT NULL,
            order_number TEXT NOT NULL,
            request BIGINT,
            version INTEGER,
            tries INTEGER DEFAULT '0' NOT NULL,
            result JSONB,
            CONSTRAINT bulk_steps_pkey PRIMARY KEY (desk_id, bulk, round, place),
            CONSTRAINT bulk_steps_desk_id_bulk_round_fkey FOREIGN KEY(desk_id, bulk, round)
                REFERENCES bulk_rounds (desk_id, bulk, number),
            CONSTRAINT bulk_steps_desk_id_request_fkey FOREIGN KEY(desk_id, request) REFERENCES requests (desk_id, number)
        )
        """,
        "ALTER TABLE requests ADD COLUMN bulk BIGINT",
        "ALTER TABLE requests ADD CONSTRAINT requests_desk_id_bulk_fkey FOREIGN KEY(desk_id, bulk) "
        "REFERENCES bulks (desk_id, number)",
        "CREATE INDEX requests_bulk_idx ON requests (desk_id, bulk) WHERE bulk is not null",
    )
    protect("bulks", app=["select", "insert"])
    protect("bulk_rounds", app=["select", "insert", "update"])
    protect("bulk_steps", app=["select", "insert", "update"])


def downgrade() -> None:
    run(
        "DROP INDEX requests_bulk_idx",
        "ALTER TABLE requests DROP CONSTRAINT requests_desk_id_bulk_fkey",
        "ALTER TABLE requests DROP COLUMN bulk",
    )
    drop("bulk_steps", "bulk_rounds", "bulks")
    run("ALTER TABLE counters DROP COLUMN bulk")
