"""`redtag keys`: what other systems sign in with."""

from dataclasses import asdict
from datetime import datetime

import click

from bot.cli.common import json_option, open_desk, print_json, run, team_option, who
from bot.main.stop import Stop
from store.api_keys import ApiKey, ApiKeys, NameTaken
from workflows.systems import LONGEST_NAME, SCOPES


@click.group()
def keys() -> None:
    """Make, list and revoke the keys of other systems."""


def _name(_context: click.Context, _parameter: click.Parameter, typed: str) -> str:
    name = " ".join(typed.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise click.BadParameter(f"a name has 1 to {LONGEST_NAME} printable characters")
    return name


@keys.command()
@click.option("--name", required=True, callback=_name, help="What the system is called in the audit and on cards.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="What it may do.")
@team_option
@json_option
def create(name: str, scopes: tuple[str, ...], *, team: str | None, as_json: bool) -> None:
    """Make a key and print it. It is not kept: whoever loses it makes another."""
    with open_desk(team) as desk:
        try:
            number, key = run(desk.url, lambda pool: ApiKeys(pool).create(desk.desk_id, name, scopes, who()))
        except NameTaken as taken:
            raise Stop(
                f"Key {taken.key_id} is named {name} already. Revoke it with `redtag keys revoke {taken.key_id}`, or "
                "choose another name: the audit tells systems apart by it."
            ) from taken
    if as_json:
        print_json({"id": number, "name": name, "scopes": sorted(set(scopes)), "key": key})
        return
    click.echo(f"Key {number} for {name} may {', '.join(sorted(set(scopes)))}. It is shown only now:")
    click.echo(key)


@keys.command("list")
@team_option
@json_option
def list_command(*, team: str | None, as_json: bool) -> None:
    """List all keys: what they may do, when they were made, last used and revoked."""
    with open_desk(team) as desk:
        found = run(desk.url, lambda pool: ApiKeys(pool).list(desk.desk_id))
    if as_json:
        print_json([asdict(each) for each in found])
        return
    for each in found:
        click.echo(_sentence(each))
    if not found:
        click.echo("There is no key yet: make one with `redtag keys create --name NAME --scope SCOPE`.")


def _sentence(key: ApiKey) -> str:
    used = f"last used {_when(key.used_at)}" if key.used_at else "never used"
    end = f", revoked {_when(key.revoked_at)}" if key.revoked_at else ""
    return f"{key.id:>3}  {key.name}  {', '.join(key.scopes)}  made {_when(key.created_at)}, {used}{end}"


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


@keys.command()
@click.argument("number", metavar="ID", type=click.IntRange(min=1))
@team_option
def revoke(number: int, *, team: str | None) -> None:
    """Refuse the key ID from now on."""
    with open_desk(team) as desk:
        name = run(desk.url, lambda pool: ApiKeys(pool).revoke(desk.desk_id, number, who()))
    if name is None:
        raise Stop(f"Key {number} is not there, or is revoked already. `redtag keys list` shows them all.")
    click.echo(f"Key {number} ({name}) is refused from now on.")
