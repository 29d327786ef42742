"""`redtag orders import FILE`: order files into the desk."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click
import psycopg

from bot.cli.common import OpenDesk, json_option, open_desk, print_json, team_option, who
from bot.cli.contradictions import exceptions
from bot.cli.errors_file import ErrorsFile
from bot.cli.import_words import show
from bot.cli.mapping import How, how_to_read, mapping
from bot.cli.missing import missing
from bot.cli.orders_export import export_command
from bot.cli.progress import reading
from bot.cli.sheets import FileOrAddress, is_fetched
from bot.main.stop import Stop
from store.imports import import_orders
from workflows.imports.files import open_orders
from workflows.imports.report import ImportReport
from workflows.imports.rules import rules_of
from workflows.imports.shapes import PRESETS
from workflows.imports.values import RefusedRow, UnreadableFile

SHOWN: Final = 60
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def orders() -> None:
    """Bring orders in, and write them out."""


orders.add_command(mapping)
orders.add_command(export_command)
orders.add_command(exceptions)
orders.add_command(missing)


@orders.command("import")
@click.argument("file", type=FileOrAddress(), metavar="FILE|URL")
@team_option
@click.option("--preset", type=click.Choice(sorted(PRESETS)), help="The shape of the file; recognised if left out.")
@click.option(
    "--mapping", "how", metavar="FILE", help="How its columns are read: a TOML file, or the name of a kept mapping."
)
@click.option("--dry-run", is_flag=True, help="Say what would happen and store nothing.")
@click.option("--yes", is_flag=True, help="Import without asking.")
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where refused rows are listed (FILE.errors.csv, if there are any).",
)
@json_option
def import_command(
    file: Path,
    *,
    team: str | None,
    preset: str | None,
    how: str | None,
    dry_run: bool,
    yes: bool,
    errors: Path | None,
    as_json: bool,
) -> None:
    """Read the orders in FILE into the desk, or those of a sheet that is published at URL.

    A bad row refuses its whole order and is listed with its reason; all other orders are imported. Exit code 1 where
    no order could be taken. On a terminal, a file with columns that nobody has named yet is asked about.
    """
    asking = not (yes or as_json) and sys.stdin.isatty()
    with open_desk(team) as desk, ErrorsFile(errors or beside(file), always=errors is not None) as refused:
        reading_it = how_to_read(desk, file, preset, how, asking=asking)
        if asking and not dry_run:
            confirm(run(desk, file, reading_it, dry_run=True))
        report = run(desk, file, reading_it, dry_run=dry_run, refused=refused.add)
        refused.keep()
    if as_json:
        print_json(report.as_json(str(refused.written) if refused.written else None))
    else:
        click.echo("\n".join(sentences(report, refused, dry_run=dry_run)))
        show(report, done=not dry_run)
    if as_json and (more := report.unlisted):
        click.echo(more, err=True)
    if not report.rows.accepted:
        sys.exit(1)


def beside(file: Path) -> Path:
    """What was fetched from an address lies in no place of its own."""
    name = f"{file.name}.errors.csv"
    return Path(name) if is_fetched(file) else file.with_name(name)


def run(
    desk: OpenDesk,
    file: Path,
    how: How,
    *,
    dry_run: bool,
    refused: Callable[[RefusedRow], None] = lambda _row: None,
) -> ImportReport:
    try:
        with file.open("rb") as source, reading(file.name, file.stat().st_size) as progress:
            found = open_orders(
                source,
                file.name,
                rules_of(desk.policy),
                preset=how.preset,
                mapping=how.mapping,
                mappings=how.mappings,
                progress=progress.more,
            )
            return import_orders(
                desk.url, desk.desk_id, found, by=who(), dry_run=dry_run, refused=refused, staged=progress.rows
            )
    except UnreadableFile as problem:
        raise Stop(f"{file} was not imported. {problem}") from problem
    except OSError as problem:
        raise Stop(f"{problem.filename or file}: {problem.strerror}. Nothing was imported.") from problem
    except psycopg.errors.LockNotAvailable as busy:
        raise Stop("An order of this file is being worked on all the time. Nothing was imported; try again.") from busy
    except psycopg.OperationalError as away:
        raise Stop(f"The database went away: {str(away).strip().splitlines()[0]}. Nothing was imported.") from away


def confirm(report: ImportReport) -> None:
    click.echo(told(report))
    show(report, done=False)
    if not report.rows.accepted:
        return
    click.confirm("Import this?", abort=True)


def sentences(report: ImportReport, refused: ErrorsFile, *, dry_run: bool) -> list[str]:
    lines = [f"{_title(report, dry_run=dry_run)}: {told(report)}"]
    lines += [f"  {refused_row(row)}" for row in refused.first]
    if refused.count > len(refused.first):
        lines.append(f"  … and {refused.count - len(refused.first):,} more")
    if refused.written:
        lines.append(f"All refused rows are in {refused.written}.")
    return lines


def refused_row(row: RefusedRow) -> str:
    """`row 2: quantity '-3' is below zero`. What would move the terminal's cursor is spelled out."""
    value = f" {shortened(row.value)!r}" if row.value else ""
    return f"row {row.row}: {row.column or 'the row'}{value} {row.reason}"


def shortened(value: str) -> str:
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"


def _title(report: ImportReport, *, dry_run: bool) -> str:
    if report.number:
        return f"Import {report.number} ({report.preset})"
    return f"Dry run, nothing stored ({report.preset})" if dry_run else f"Nothing could be imported ({report.preset})"


def told(report: ImportReport) -> str:
    orders, rows = report.orders, report.rows
    counts = ", ".join(f"{count:,} {name}" for name, count in asdict(orders).items() if name != "missing")
    missing = f"; {orders.missing:,} that the desk knows are not in the file" if orders.missing else ""
    read = "1 row" if rows.read == 1 else f"{rows.read:,} rows"
    return f"{read}, {rows.refused:,} of them refused. Orders: {counts}{missing}."
