"""`redtag notices`: what could not be delivered, and another try."""

from dataclasses import asdict

import click

from bot.cli.common import json_option, open_desk, print_json, run, team_option
from store.outbox import dead as dead_notices
from store.outbox import retry_dead


@click.group()
def notices() -> None:
    """See and retry what could not be delivered."""


@notices.command()
@team_option
@json_option
def dead(*, team: str | None, as_json: bool) -> None:
    """List notices that were given up, the newest first, with why."""
    with open_desk(team) as desk:
        found = run(desk.url, lambda pool: dead_notices(pool, desk.desk_id))
    if as_json:
        print_json([asdict(each) for each in found])
        return
    for each in found:
        click.echo(f"{each.id:>6}  {each.kind} to {each.lane}  {each.error}")
    if not found:
        click.echo("Everything was delivered.")


@notices.command()
@click.argument("number", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="Every notice that was given up.")
@team_option
def retry(number: int | None, *, everything: bool, team: str | None) -> None:
    """Try notice NUMBER again, or all."""
    if (number is None) is not everything:
        raise click.UsageError("Give the number of one notice, or --all.")
    with open_desk(team) as desk:
        again = run(desk.url, lambda pool: retry_dead(pool, desk.desk_id, number))
    click.echo(f"{again} will be tried again." if again else "There is nothing to try again.")
