"""The indexes for searching serve nothing but searches; see `store.tables.orders`."""

from migrations.steps import run

revision = "2026_11_21_1210"
down_revision = "2026_11_21_1200"

INDEXES = (
    ("orders_customer_idx", "orders (desk_id, customer_key, number)", "customer_key <> ''"),
    ("order_lines_sku_idx", "order_lines (desk_id, sku, order_number)", "sku <> ''"),
    ("requests_mine_idx", "requests (desk_id, requested_by, number)", "requested_by <> ''"),
)


def upgrade() -> None:
    for name, columns, found in INDEXES:
        run(f"DROP INDEX {name}", f"CREATE INDEX {name} ON {columns} WHERE {found}")


def downgrade() -> None:
    for name, columns, _ in INDEXES:
        run(f"DROP INDEX {name}", f"CREATE INDEX {name} ON {columns}")
