"""How the desk reads files of its own: found out by questions, kept by name, shown and edited as TOML."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bot.cli.columns import Asking, ask
from bot.cli.common import OpenDesk, json_option, open_desk, print_json, run, team_option, who
from bot.main.stop import Stop
from store.mappings import Mappings
from workflows.imports.files import open_orders
from workflows.imports.mapping import BadMapping, ColumnMapping
from workflows.imports.proposal import words_in
from workflows.imports.rules import rules_of
from workflows.imports.values import UnknownHeader, UnreadableFile

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class How:
    """How a file is to be read; see `workflows.imports.files.open_orders`."""

    preset: str | None = None
    mapping: ColumnMapping | None = None
    mappings: Sequence[ColumnMapping] = ()


def how_to_read(desk: OpenDesk, file: Path, preset: str | None, mapping: str | None, *, asking: bool) -> How:
    """By what was said, by what is known, else by asking. Raises Stop where nobody can be asked."""
    if preset and mapping:
        raise click.UsageError("Give --preset or --mapping, not both.")
    if preset:
        return How(preset=preset)
    if mapping:
        return How(mapping=_named(desk, mapping))
    saved = run(desk.url, lambda pool: Mappings(pool).all(desk.desk_id))
    unknown = _unknown(desk, file, saved)
    if unknown is None:
        return How(mappings=saved)
    if not asking:
        raise Stop(
            f"{file} was not imported. {unknown} Or run this on a terminal without --yes and --json, to be asked what "
            "the columns mean, or say it in a TOML file (docs/file-formats.md) with --mapping FILE."
        )
    asking_it = Asking(unknown, rules_of(desk.policy), lambda found: _words(desk, file, found))
    found = ask(asking_it, name_from(file), [each.name for each in saved])
    run(desk.url, lambda pool: Mappings(pool).save(desk.desk_id, found, who()))
    click.echo(f"Kept as “{found.name}”: the next file with these columns is read without questions.")
    return How(mapping=found)


def _unknown(desk: OpenDesk, file: Path, saved: Sequence[ColumnMapping]) -> UnknownHeader | None:
    """Whatever else is wrong with the file shows when it is imported."""
    try:
        with file.open("rb") as source:
            open_orders(source, file.name, rules_of(desk.policy), mappings=saved)
    except UnknownHeader as unknown:
        return unknown
    except (UnreadableFile, OSError):
        return None
    return None


def _words(desk: OpenDesk, file: Path, found: ColumnMapping) -> Sequence[str]:
    if "status" not in found.columns:
        return ()
    try:
        with file.open("rb") as source:
            return words_in(open_orders(source, file.name, rules_of(desk.policy), mapping=found))
    except (UnreadableFile, OSError):
        return ()


def _named(desk: OpenDesk, said: str) -> ColumnMapping:
    """A TOML file, else a mapping that the desk has kept under this name."""
    if Path(said).is_file():
        return read_mapping(Path(said))
    if found := run(desk.url, lambda pool: Mappings(pool).get(desk.desk_id, said)):
        return found
    raise Stop(f"{said} is neither a TOML file nor a mapping of this desk: see `redtag orders mapping list`.")


def read_mapping(path: Path) -> ColumnMapping:
    try:
        return ColumnMapping.from_toml(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as broken:
        raise Stop(f"{path} is not UTF-8 text. A mapping is a TOML file.") from broken
    except OSError as problem:
        raise Stop(f"{path}: {problem.strerror}.") from problem
    except BadMapping as wrong:
        raise Stop("\n".join(f"{path}: {problem}" for problem in wrong.problems)) from wrong


def name_from(file: Path) -> str:
    """`erp-orders-2026-11-21.csv.gz` is one of `erp-orders`."""
    stem = re.sub(r"[^\w .()&+-]+", "-", file.name.split(".")[0])
    return re.sub(r"[\W_0-9]+$", "", stem)[:60].strip() or "orders"


@click.group()
def mapping() -> None:
    """How the desk reads files with columns of its own."""


@mapping.command("list")
@team_option
@json_option
def list_command(*, team: str | None, as_json: bool) -> None:
    """List the mappings that the desk has kept."""
    with open_desk(team) as desk:
        found = run(desk.url, lambda pool: Mappings(pool).saved(desk.desk_id))
    if as_json:
        print_json([each.mapping.model_dump(mode="json") for each in found])
        return
    if not found:
        click.echo("None yet. Import a file with columns of its own on a terminal, or save a TOML file.")
    for each in found:
        columns = f"{len(each.mapping.columns)} columns"
        click.echo(f"{each.mapping.name}: {columns}, saved {each.saved_at:%Y-%m-%d} by {each.saved_by}")


@mapping.command()
@click.argument("name")
@team_option
def show(name: str, *, team: str | None) -> None:
    """Print a mapping as TOML."""
    with open_desk(team) as desk:
        click.echo(_kept(desk, name).to_toml(), nl=False)


@mapping.command()
@click.argument("file", type=FILE)
@team_option
def save(file: Path, *, team: str | None) -> None:
    """Keep the mapping in FILE (TOML) for the desk, under the name that stands in it."""
    found = read_mapping(file)
    with open_desk(team) as desk:
        _save(desk, found)


@mapping.command()
@click.argument("name")
@team_option
def edit(name: str, *, team: str | None) -> None:
    """Open a mapping in your editor, and keep it as you leave it."""
    with open_desk(team) as desk:
        text = click.edit(_kept(desk, name).to_toml(), extension=".toml")
        if text is None:
            click.echo("Nothing was changed.")
            return
        try:
            _save(desk, ColumnMapping.from_toml(text))
        except BadMapping as wrong:
            raise Stop("\n".join(("Nothing was changed.", *wrong.problems))) from wrong


@mapping.command()
@click.argument("name")
@team_option
def delete(name: str, *, team: str | None) -> None:
    """Forget a mapping. Orders that were read by it stay."""
    with open_desk(team) as desk:
        if not run(desk.url, lambda pool: Mappings(pool).delete(desk.desk_id, name, who())):
            raise _none_such(name)
    click.echo(f"“{name}” is forgotten.")


def _save(desk: OpenDesk, found: ColumnMapping) -> None:
    run(desk.url, lambda pool: Mappings(pool).save(desk.desk_id, found, who()))
    click.echo(f"“{found.name}” is kept.")


def _kept(desk: OpenDesk, name: str) -> ColumnMapping:
    found = run(desk.url, lambda pool: Mappings(pool).get(desk.desk_id, name))
    if found is None:
        raise _none_such(name)
    return found


def _none_such(name: str) -> Stop:
    return Stop(f"The desk has no mapping “{name}”: see `redtag orders mapping list`.")
