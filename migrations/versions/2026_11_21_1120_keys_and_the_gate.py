"""Keys of other systems, what they wrote, and what the gate told them."""

from migrations.steps import drop, protect, run

revision = "2026_11_21_1120"
down_revision = "2026_11_21_1110"


def upgrade() -> None:
    run(
        """
        CREATE TABLE api_keys (
            desk_id TEXT NOT NULL,
            id BIGINT NOT NULL,
            name TEXT NOT NULL,
            hash BYTEA NOT NULL,
            scopes JSONB NOT NULL,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            created_by TEXT DEFAULT '' NOT NULL,
            used_at TIMESTAMP WITH TIME ZONE,
            revoked_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT api_keys_pkey PRIMARY KEY (desk_id, id),
            CONSTRAINT api_keys_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id)
        )
        """,
        """
        CREATE TABLE api_writes (
            desk_id TEXT NOT NULL,
            api_key BIGINT NOT NULL,
            key TEXT NOT NULL,
            fingerprint BYTEA NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            status INTEGER,
            answer JSONB,
            CONSTRAINT api_writes_pkey PRIMARY KEY (desk_id, api_key, key),
            CONSTRAINT api_writes_desk_id_api_key_fkey FOREIGN KEY(desk_id, api_key) REFERENCES api_keys (desk_id, id)
        )
        """,
        "CREATE INDEX api_writes_at_idx ON api_writes (desk_id, at)",
        """
        CREATE TABLE gate_counts (
            desk_id TEXT NOT NULL,
            api_key BIGINT NOT NULL,
            day DATE NOT NULL,
            asked BIGINT DEFAULT '0' NOT NULL,
            refused BIGINT DEFAULT '0' NOT NULL,
            CONSTRAINT gate_counts_pkey PRIMARY KEY (desk_id, api_key, day),
            CONSTRAINT gate_counts_desk_id_api_key_fkey FOREIGN KEY(desk_id, api_key) REFERENCES api_keys (desk_id, id)
        )
        """,
        """
        CREATE TABLE gate_refusals (
            desk_id TEXT NOT NULL,
            api_key BIGINT NOT NULL,
            day DATE NOT NULL,
            order_number TEXT NOT NULL,
            CONSTRAINT gate_refusals_pkey PRIMARY KEY (desk_id, api_key, day, order_number),
            CONSTRAINT gate_refusals_desk_id_api_key_fkey FOREIGN KEY(desk_id, api_key) REFERENCES api_keys (desk_id, id)
        )
        """,
    )
    protect("api_keys", app=["select", "insert", "update"])
    protect("api_writes", app=["select", "insert", "update", "delete"])
    protect("gate_counts", app=["select", "insert", "update"])
    protect("gate_refusals", app=["select", "insert", "delete"])


def downgrade() -> None:
    drop("gate_refusals", "gate_counts", "api_writes", "api_keys")
