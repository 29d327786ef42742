"""${message}."""

from migrations.steps import drop, protect, run

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    run()


def downgrade() -> None:
    drop()
