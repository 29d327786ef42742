"""`redtag serve`, `redtag worker` and `redtag migrate`."""

import asyncio

import click

from bot.cli.common import settings


@click.command()
@click.option("--no-worker", is_flag=True, help="Only answer Slack; a `redtag worker` delivers.")
def serve(*, no_worker: bool) -> None:
    """Answer Slack, and deliver notices."""
    from bot.logs import configure_logs
    from bot.main.database import check_at_head, database
    from bot.settings import check_for_slack

    read = settings()
    check_for_slack(read)
    configure_logs(read.log_level)
    with database(read) as url:
        check_at_head(url)
        from bot.main.serve import serve as run  # a refusal does not wait for it

        asyncio.run(run(read, url, worker=not no_worker))


@click.command()
def worker() -> None:
    """Deliver notices; any number may run."""
    from bot.logs import configure_logs
    from bot.main.database import check_at_head, database
    from bot.settings import check_for_worker

    read = settings()
    check_for_worker(read)
    configure_logs(read.log_level)
    with database(read) as url:
        check_at_head(url)
        from bot.main.serve import work  # a refusal does not wait for it

        asyncio.run(work(read, url))


@click.command()
def migrate() -> None:
    """Bring the database to the newest version."""
    from bot.main.database import database
    from bot.main.database import migrate as run

    with database(settings()) as url:
        click.echo(f"The database is at {run(url)}.")
