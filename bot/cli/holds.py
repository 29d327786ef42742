"""`redtag holds import FILE`: the holds of today, out of somebody's spreadsheet."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click
import psycopg

from bot.cli.common import OpenDesk, json_option, open_desk, print_json, team_option, who
from bot.cli.common import run as run_with_pool
from bot.cli.errors_file import ErrorsFile
from bot.cli.orders import FILE, beside, refused_row, shortened
from bot.main.stop import Stop
from store.hold_import import HoldImport, import_holds
from workflows.hold_files import HoldFile, read_holds
from workflows.imports.values import UnreadableFile

SHOWN: Final = 5


@click.group()
def holds() -> None:
    """Bring holds in."""


@holds.command("import")
@click.argument("file", type=FILE)
@team_option
@click.option("--dry-run", is_flag=True, help="Say what would happen and store nothing.")
@click.option("--yes", is_flag=True, help="Import without asking.")
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where refused rows are listed (FILE.errors.csv, if there are any).",
)
@json_option
def import_command(
    file: Path, *, team: str | None, dry_run: bool, yes: bool, errors: Path | None, as_json: bool
) -> None:
    """Read the holds in FILE into the desk: columns number (of the order), reason, since, who, note.

    They are in force at once, nobody signs them and nothing is posted; the audit of each order says where its hold came
    from. A bad row is listed with its reason; all others are imported. Exit code 1 where no row could be taken.
    """
    with open_desk(team) as desk, ErrorsFile(errors or beside(file), always=errors is not None) as refused:
        read = opened(file)
        if not (yes or dry_run or as_json) and sys.stdin.isatty():
            confirm(run(desk, read, dry_run=True))
        done = run(desk, read, dry_run=dry_run)
        for row in done.judged.refused:
            refused.add(row)
        refused.keep()
    if as_json:
        print_json(report(done, refused.written))
    else:
        click.echo("\n".join(sentences(done, refused, dry_run=dry_run)))
    if not (done.judged.holds or done.judged.already):
        sys.exit(1)


def opened(file: Path) -> HoldFile:
    try:
        with file.open("rb") as source:
            return read_holds(source, file.name)
    except UnreadableFile as problem:
        raise Stop(f"{file} was not imported. {problem}") from problem
    except OSError as problem:
        raise Stop(f"{problem.filename or file}: {problem.strerror}. Nothing was imported.") from problem


def run(desk: OpenDesk, file: HoldFile, *, dry_run: bool) -> HoldImport:
    try:
        return run_with_pool(
            desk.url,
            lambda pool: import_holds(pool, desk.desk_id, desk.policy, file, by=who(), dry_run=dry_run),
        )
    except psycopg.errors.LockNotAvailable as busy:
        raise Stop("An order of this file is being worked on all the time. Nothing was imported; try again.") from busy


def confirm(preview: HoldImport) -> None:
    click.echo(told(preview))
    if preview.judged.holds:
        click.confirm("Import this?", abort=True)


def report(done: HoldImport, errors: Path | None) -> dict[str, Any]:
    judged = done.judged
    numbers: list[str | None] = [f"H-{number}" for number in done.numbers]
    numbers = numbers or [None] * len(judged.holds)
    return {
        "rows": {"new": len(judged.holds), "already": len(judged.already), "refused": len(judged.refused)},
        "new": [
            {"hold": name, "row": each.row, "order": each.order, "reason": each.reason, "since": each.since.isoformat()}
            for name, each in zip(numbers, judged.holds, strict=True)
        ],
        "already": [{**asdict(each), "hold": f"H-{each.hold}" if each.hold else None} for each in judged.already],
        "errors": str(errors) if errors else None,
    }


def sentences(done: HoldImport, refused: ErrorsFile, *, dry_run: bool) -> list[str]:
    judged = done.judged
    title = "Dry run, nothing stored" if dry_run else "Imported" if done.numbers else "Nothing new"
    lines = [f"{title}: {told(done)}"]
    lines += [f"  row {each.row}: {shortened(each.order)} {each.words}" for each in judged.already[:SHOWN]]
    lines += _more(len(judged.already) - SHOWN)
    lines += [f"  {refused_row(row)}" for row in refused.first]
    lines += _more(refused.count - len(refused.first))
    return lines + ([f"All refused rows are in {refused.written}."] if refused.written else [])


def _more(count: int) -> list[str]:
    return [f"  … and {count:,} more"] if count > 0 else []


def told(done: HoldImport) -> str:
    """`3 holds on 2 orders, 1 there already, 2 rows refused.`"""
    judged = done.judged
    orders = len({each.order for each in judged.holds})
    new = f"{_count(len(judged.holds), 'hold')} on {_count(orders, 'order')}"
    return f"{new}, {len(judged.already):,} there already, {_count(len(judged.refused), 'row')} refused."


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
