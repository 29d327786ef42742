"""What every migration does the same way."""

from collections.abc import Iterable

from alembic import op

DESK = "nullif(current_setting('redtag.desk_id', true), '')"


def run(*statements: str) -> None:
    """Run statements, giving up after two seconds of waiting for a lock, so that a migration never queues traffic."""
    op.execute("set local lock_timeout = '2s'")
    for statement in statements:
        op.execute(statement)


def protect(table: str, *, app: Iterable[str], worker: Iterable[str] = ()) -> None:
    """Let `redtag_app` do `app` on rows of the desk that is set, `redtag_worker` do `worker` on any desk's."""
    run(
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        # In a sub-select, so that the setting is read once a statement and not once a row.
        f"create policy desk on {table} using (desk_id = (select {DESK})) with check (desk_id = (select {DESK}))",
        f"grant {', '.join(app)} on {table} to redtag_app",
    )
    rights = list(worker)
    if rights:
        run(
            f"create policy worker on {table} to redtag_worker using (true) with check (true)",
            f"grant {', '.join(rights)} on {table} to redtag_worker",
        )


def drop(*tables: str) -> None:
    run(*(f"drop table {table}" for table in tables))
