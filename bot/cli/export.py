"""`redtag export KIND`: what the desk decided, as a file for the system of record."""

import codecs
from pathlib import Path
from typing import IO, Any, get_args

import click

from bot.cli.common import OpenDesk, json_option, open_desk, print_json, run, team_option, who
from bot.cli.out_file import finish, opened, out_option
from bot.main.stop import Stop
from store.exports import Batch, Exports, TakenBatch
from workflows.exports.files import form_of
from workflows.exports.words import said
from workflows.policy.model import ExportKind

KINDS = get_args(ExportKind)


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@team_option
@click.option("--peek", is_flag=True, help="Show what the next batch would be, and take nothing.")
@click.option("--batch", type=click.IntRange(1), metavar="N", help="Give batch N again, byte for byte.")
@click.option("--list", "listing", is_flag=True, help="List the newest batches of this kind.")
@out_option
@json_option
def export(
    kind: ExportKind, *, team: str | None, peek: bool, batch: int | None, listing: bool, out: Path | None, as_json: bool
) -> None:
    """Take what was decided since the last batch, as CSV in the desk's columns.

    KIND is holds, cancellations, changes or refunds. The number of the batch goes to standard error. Each change is in
    exactly one batch; a batch can be had again. Where nothing is new, the file has its header alone.
    """
    if peek + listing + (batch is not None) > 1:
        raise click.UsageError("--peek, --batch and --list exclude each other.")
    with open_desk(team) as desk:
        if listing:
            _list(run(desk.url, lambda pool: Exports(pool).batches(desk.desk_id, kind)), as_json=as_json)
            return
        with opened(out) as file:
            found = _batch(desk, kind, batch, peek=peek)
            _write(file, out, found, b"" if as_json and out is None else found.content)
    if as_json:
        print_json(_as_json(desk, found, out))
    click.echo(said(found.number, found.changes, more=found.more, peek=peek), err=True)


def _batch(desk: OpenDesk, kind: ExportKind, number: int | None, *, peek: bool) -> Batch:
    if number is not None:
        return _again(desk, kind, number)
    if peek:
        return run(desk.url, lambda pool: Exports(pool).peek(desk.desk_id, kind))
    return run(desk.url, lambda pool: Exports(pool).take(desk.desk_id, kind, who()))


def _again(desk: OpenDesk, kind: ExportKind, number: int) -> Batch:
    found = run(desk.url, lambda pool: Exports(pool).again(desk.desk_id, number))
    if found is None:
        raise Stop(f"There is no batch {number}. `redtag export {kind} --list` shows those there are.")
    if found.kind != kind:
        raise Stop(f"Batch {number} is one of {found.kind}: `redtag export {found.kind} --batch {number}`.")
    return found


def _write(file: IO[bytes], out: Path | None, found: Batch, content: bytes) -> None:
    try:
        file.write(content)
        finish(file, out)
    except OSError as problem:
        again = f" Batch {found.number} is kept: `redtag export {found.kind} --batch {found.number}` gives it again."
        raise Stop(f"The file could not be written: {problem.strerror}.{again if found.number else ''}") from problem


def _as_json(desk: OpenDesk, found: Batch, out: Path | None) -> dict[str, Any]:
    """Without a file of its own, the text stands beside the rest, whatever its encoding will be."""
    about = {
        "batch": found.number,
        "kind": found.kind,
        "changes": found.changes,
        "more": found.more,
        "taken_at": found.taken_at,
        "out": str(out) if out else None,
    }
    return about if out else {**about, "csv": _text(desk, found)}


def _text(desk: OpenDesk, found: Batch) -> str:
    """The encoding may have been another one when an old batch was taken."""
    form = next(each for each in (form_of(desk.policy, kind) for kind in KINDS) if each.kind == found.kind)
    return codecs.decode(found.content, form.encoding, "replace").removeprefix("\ufeff")


def _list(batches: tuple[TakenBatch, ...], *, as_json: bool) -> None:
    if as_json:
        print_json(batches)
        return
    for each in batches:
        changes = said(each.number, each.changes)
        click.echo(f"{changes}, taken {each.taken_at:%Y-%m-%d %H:%M:%S %Z} by {each.taken_by}")
    if not batches:
        click.echo("No batch was taken yet.")
