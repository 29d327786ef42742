"""`redtag orders export`: the desk's orders as an order file, as they stand after its changes."""

import csv
import io
from pathlib import Path

import click

from bot.cli.common import open_desk, team_option
from bot.cli.out_file import finish, opened, out_option
from bot.main.stop import Stop
from store.outgoing import OutgoingOrders
from workflows.exports.orders import SHAPES, OrderRows


@click.command("export")
@team_option
@click.option("--preset", type=click.Choice(sorted(SHAPES)), default="redtag", help="The shape of the file (redtag).")
@click.option("--only-open", is_flag=True, help="Leave out orders of which nothing is left to ship.")
@out_option
def export_command(*, team: str | None, preset: str, only_open: bool, out: Path | None) -> None:
    """Write the desk's orders, with what its changes have made of them.

    Imported again, the file has taken every change over. Use the shape that the desk's own files have: other shapes
    tell lines apart in another way.
    """
    with open_desk(team) as desk, opened(out) as file, OutgoingOrders(desk.url, desk.desk_id) as source:
        rows = OrderRows(preset, source.others())
        try:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
            writer = csv.writer(text, delimiter=rows.shape.delimiter)
            writer.writerow(rows.header)
            count = 0
            for count, outgoing in enumerate(source.orders(only_open=only_open), 1):  # noqa: B007 - it is the count
                writer.writerows(rows.of(outgoing))
            text.detach()
            finish(file, out)
        except OSError as problem:
            raise Stop(f"The file could not be written: {problem.strerror}.") from problem
    click.echo("1 order" if count == 1 else f"{count:,} orders", err=True)
    if rows.unsaid:
        click.echo(f"{rows.unsaid:,} lines have come further than the shape {preset} can say.", err=True)
