"""Orders, their lines and imports."""

from migrations.steps import drop, protect, run

revision = "2026_11_21_0920"
down_revision = "2026_11_21_0910"


def upgrade() -> None:
    run(
        """
        CREATE TABLE imports (
            desk_id TEXT NOT NULL,
            number BIGINT NOT NULL,
            at TIMESTAMP WITH TIME ZONE NOT NULL,
            imported_by TEXT DEFAULT '' NOT NULL,
            file_name TEXT DEFAULT '' NOT NULL,
            file_sha256 TEXT DEFAULT '' NOT NULL,
            preset TEXT DEFAULT '' NOT NULL,
            counts JSONB NOT NULL,
            CONSTRAINT imports_pkey PRIMARY KEY (desk_id, number),
            CONSTRAINT imports_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id)
        )
        """,
        """
        CREATE UNLOGGED TABLE import_rows (
            run TEXT NOT NULL,
            first_row BIGINT NOT NULL,
            order_number TEXT NOT NULL,
            document JSONB NOT NULL
        )
        """,
        "CREATE INDEX import_rows_order_idx ON import_rows (run, order_number)",
        """
        CREATE TABLE orders (
            desk_id TEXT NOT NULL,
            number TEXT NOT NULL,
            customer TEXT DEFAULT '' NOT NULL,
            customer_email TEXT DEFAULT '' NOT NULL,
            currency TEXT DEFAULT '' NOT NULL,
            total BIGINT DEFAULT '0' NOT NULL,
            placed_total BIGINT DEFAULT '0' NOT NULL,
            ship_by DATE,
            version BIGINT DEFAULT '1' NOT NULL,
            source_digest TEXT DEFAULT '' NOT NULL,
            import_number BIGINT,
            changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT orders_pkey PRIMARY KEY (desk_id, number),
            CONSTRAINT orders_desk_id_fkey FOREIGN KEY(desk_id) REFERENCES desks (desk_id)
        )
        """,
        """
        CREATE TABLE order_lines (
            desk_id TEXT NOT NULL,
            order_number TEXT NOT NULL,
            key TEXT NOT NULL,
            line INTEGER NOT NULL,
            sku TEXT DEFAULT '' NOT NULL,
            description TEXT DEFAULT '' NOT NULL,
            ordered BIGINT NOT NULL,
            cancelled BIGINT DEFAULT '0' NOT NULL,
            allocated BIGINT DEFAULT '0' NOT NULL,
            picked BIGINT DEFAULT '0' NOT NULL,
            packed BIGINT DEFAULT '0' NOT NULL,
            shipped BIGINT DEFAULT '0' NOT NULL,
            delivered BIGINT DEFAULT '0' NOT NULL,
            unit_price BIGINT DEFAULT '0' NOT NULL,
            CONSTRAINT order_lines_pkey PRIMARY KEY (desk_id, order_number, key),
            CONSTRAINT order_lines_desk_id_order_number_fkey FOREIGN KEY(desk_id, order_number) REFERENCES orders (desk_id, number),
            CONSTRAINT order_lines_ordered_check CHECK (ordered >= 0 and cancelled >= 0 and cancelled <= ordered),
            CONSTRAINT order_lines_steps_check CHECK (allocated >= picked and picked >= packed and packed >= shipped),
            CONSTRAINT order_lines_delivered_check CHECK (shipped >= delivered and delivered >= 0)
        )
        """,
    )
    protect("imports", app=["select", "insert"])
    protect("orders", app=["select", "insert", "update"])
    protect("order_lines", app=["select", "insert", "update", "delete"])
    run("grant select, insert, delete on import_rows to redtag_app")


def downgrade() -> None:
    drop("order_lines", "orders", "import_rows", "imports")
