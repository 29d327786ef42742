"""What a file says of an order and its lines in columns that mean nothing to the desk, kept as it stands there."""

from migrations.steps import run

revision = "2026_11_21_1180"
down_revision = "2026_11_21_1170"


def upgrade() -> None:
    run(
        "ALTER TABLE orders ADD COLUMN extra JSONB DEFAULT '{}' NOT NULL",
        "ALTER TABLE order_lines ADD COLUMN extra JSONB DEFAULT '{}' NOT NULL",
    )


def downgrade() -> None:
    run("ALTER TABLE order_lines DROP COLUMN extra", "ALTER TABLE orders DROP COLUMN extra")
