"""What cancels and changes ask for, who follows them, what they leave on an order, and the calls that they owe."""

from migrations.steps import drop, protect, run

revision = "2026_11_21_1000"
down_revision = "2026_11_21_0950"


def upgrade() -> None:
    _requests()
    _orders()
    _calls()


def _requests() -> None:
    run(
        "ALTER TABLE requests ADD COLUMN asked JSONB",
        """
        ALTER TABLE requests ADD CONSTRAINT requests_asked_check
        CHECK ((kind in ('cancel', 'change')) = (asked is not null))
        """,
        "ALTER TABLE requests ADD CONSTRAINT requests_decided_as_key UNIQUE (desk_id, number, kind, state)",
        """
        CREATE TABLE request_followers (
            desk_id TEXT NOT NULL,
            request BIGINT NOT NULL,
            member TEXT NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT request_followers_pkey PRIMARY KEY (desk_id, request, member),
            CONSTRAINT request_followers_desk_id_request_fkey FOREIGN KEY(desk_id, request) REFERENCES requests (desk_id, number)
        )
        """,
    )
    protect("request_followers", app=["select", "insert"])


def _orders() -> None:
    run(
        "ALTER TABLE orders ADD COLUMN tax BIGINT DEFAULT '0' NOT NULL",
        "ALTER TABLE orders ADD COLUMN shipping BIGINT DEFAULT '0' NOT NULL",
        "ALTER TABLE orders ADD COLUMN ours JSONB DEFAULT '{}' NOT NULL",
        "ALTER TABLE order_lines ADD COLUMN original BIGINT DEFAULT '0' NOT NULL",
        "ALTER TABLE order_lines ADD COLUMN picked_at TIMESTAMP WITH TIME ZONE",
        "ALTER TABLE order_lines ADD COLUMN packed_at TIMESTAMP WITH TIME ZONE",
        "ALTER TABLE order_lines ADD COLUMN shipped_at TIMESTAMP WITH TIME ZONE",
        "ALTER TABLE order_lines ADD COLUMN ours JSONB DEFAULT '{}' NOT NULL",
        "UPDATE order_lines SET original = ordered",
    )


def _calls() -> None:
    """The foreign key goes to a request that is approved, and of the kind that the type names: no other has a call."""
    run(
        """
        CREATE TABLE hook_calls (
            desk_id TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            request BIGINT NOT NULL,
            kind TEXT NOT NULL,
            decided TEXT DEFAULT 'approved' NOT NULL,
            type TEXT NOT NULL,
            webhook_id TEXT NOT NULL,
            body TEXT NOT NULL,
            amount BIGINT DEFAULT '0' NOT NULL,
            currency TEXT DEFAULT '' NOT NULL,
            state TEXT DEFAULT 'waiting' NOT NULL,
            attempts INTEGER DEFAULT '0' NOT NULL,
            error TEXT DEFAULT '' NOT NULL,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL,
            tried_at TIMESTAMP WITH TIME ZONE,
            accepted_at TIMESTAMP WITH TIME ZONE,
            CONSTRAINT hook_calls_pkey PRIMARY KEY (desk_id, request, endpoint),
            CONSTRAINT hook_calls_desk_id_request_kind_decided_fkey FOREIGN KEY(desk_id, request, kind, decided) REFERENCES requests (desk_id, number, kind, state),
            CONSTRAINT hook_calls_webhook_id_key UNIQUE (desk_id, webhook_id),
            CONSTRAINT hook_calls_decided_check CHECK (decided = 'approved'),
            CONSTRAINT hook_calls_refund_check CHECK (endpoint <> 'refund' or kind = 'cancel'),
            CONSTRAINT hook_calls_state_check CHECK (state in ('waiting', 'sent', 'accepted', 'failed', 'unknown')),
            CONSTRAINT hook_calls_accepted_check CHECK ((state = 'accepted') = (accepted_at is not null))
        )
        """,
    )
    protect("hook_calls", app=["select", "insert"])
    # What was approved is never rewritten; only how the sending went is.
    run("GRANT UPDATE (state, attempts, error, tried_at, accepted_at) ON hook_calls TO redtag_app")


def downgrade() -> None:
    drop("hook_calls", "request_followers")
    run(
        *(
            f"ALTER TABLE order_lines DROP COLUMN {name}"
            for name in ("ours", "shipped_at", "packed_at", "picked_at", "original")
        ),
        *(f"ALTER TABLE orders DROP COLUMN {name}" for name in ("ours", "shipping", "tax")),
        "ALTER TABLE requests DROP CONSTRAINT requests_decided_as_key",
        "ALTER TABLE requests DROP CONSTRAINT requests_asked_check",
        "ALTER TABLE requests DROP COLUMN asked",
    )
