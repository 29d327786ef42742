"""Who has opened their Home tab and what it shows them; holds by age; orders by customer, article and who asked."""

from migrations.steps import drop, protect, run

revision = "2026_11_21_1195"
down_revision = "2026_11_21_1190"

OPEN = "state in ('requested', 'active', 'release_requested')"


def upgrade() -> None:
    run(
        """
        CREATE TABLE home_views (
            desk_id TEXT NOT NULL,
            user_id TEXT NOT NULL,
            opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
            filters JSONB DEFAULT '{}' NOT NULL,
            CONSTRAINT home_views_pkey PRIMARY KEY (desk_id, user_id),
            CONSTRAINT home_views_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id)
        )
        """,
        f"CREATE INDEX holds_oldest_idx ON holds (desk_id, requested_at, number) WHERE {OPEN}",
        "CREATE INDEX requests_mine_idx ON requests (desk_id, requested_by, number)",
        'ALTER TABLE orders ADD COLUMN customer_key TEXT COLLATE "C" GENERATED ALWAYS AS (lower(customer)) STORED',
        "CREATE INDEX orders_customer_idx ON orders (desk_id, customer_key, number)",
        "CREATE INDEX order_lines_sku_idx ON order_lines (desk_id, sku, order_number)",
    )
    protect("home_views", app=["select", "insert", "update"])


def downgrade() -> None:
    run(
        "DROP INDEX order_lines_sku_idx",
        "DROP INDEX orders_customer_idx",
        "ALTER TABLE orders DROP COLUMN customer_key",
        "DROP INDEX requests_mine_idx",
        "DROP INDEX holds_oldest_idx",
    )
    drop("home_views")
