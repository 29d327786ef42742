"""Desks, their policies, members and roles."""

from migrations.steps import drop, protect, run

revision = "2026_11_21_0900"
down_revision = None


def upgrade() -> None:
    run(
        """
        CREATE TABLE desks (
            desk_id TEXT NOT NULL,
            name TEXT NOT NULL,
            policy_version INTEGER DEFAULT '0' NOT NULL,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT desks_pkey PRIMARY KEY (desk_id)
        )
        """,
        """
        CREATE TABLE policies (
            desk_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            document JSONB NOT NULL,
            differences JSONB DEFAULT '[]' NOT NULL,
            applied_at TIMESTAMP WITH TIME ZONE NOT NULL,
            applied_by TEXT NOT NULL,
            CONSTRAINT policies_pkey PRIMARY KEY (desk_id, version),
            CONSTRAINT policies_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id)
        )
        """,
        """
        CREATE TABLE role_grants (
            desk_id TEXT NOT NULL,
            role TEXT NOT NULL,
            user_id TEXT NOT NULL,
            valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
            valid_to TIMESTAMP WITH TIME ZONE,
            CONSTRAINT role_grants_pkey PRIMARY KEY (desk_id, role, user_id, valid_from),
            CONSTRAINT role_grants_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id)
        )
        """,
        """
        CREATE TABLE members (
            desk_id TEXT NOT NULL,
            user_id TEXT NOT NULL,
            name TEXT DEFAULT '' NOT NULL,
            email TEXT DEFAULT '' NOT NULL,
            timezone TEXT DEFAULT '' NOT NULL,
            standing TEXT NOT NULL,
            checked_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT members_pkey PRIMARY KEY (desk_id, user_id),
            CONSTRAINT members_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id),
            CONSTRAINT members_standing_check CHECK (standing in ('active', 'guest', 'bot', 'stranger', 'deactivated'))
        )
        """,
        """
        CREATE TABLE counters (
            desk_id TEXT NOT NULL,
            request BIGINT DEFAULT '0' NOT NULL,
            hold BIGINT DEFAULT '0' NOT NULL,
            import BIGINT DEFAULT '0' NOT NULL,
            CONSTRAINT counters_pkey PRIMARY KEY (desk_id),
            CONSTRAINT counters_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id)
        )
        """,
    )
    # A process checks first of all whether its tables are the ones that it knows.
    run("grant select on alembic_version to redtag_app")
    protect("desks", app=["select", "insert", "update"], worker=["select"])
    protect("policies", app=["select", "insert"])
    protect("role_grants", app=["select", "insert", "update"])
    protect("members", app=["select", "insert", "update"])
    protect("counters", app=["select", "insert", "update"])


def downgrade() -> None:
    drop("counters", "members", "role_grants", "policies", "desks")
    run("revoke select on alembic_version from redtag_app")
