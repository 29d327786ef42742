"""`redtag audit`: what happened, and whether the record is whole."""

from typing import Any

import click

from bot.cli.common import json_option, open_desk, print_json, run, team_option
from bot.main.stop import Stop
from store.audit import entries
from store.audit import verify as verify_chains
from store.reading import Reading
from store.seals import broken_seal
from workflows.seals import Seal


@click.group()
def audit() -> None:
    """Read and check the audit."""


@audit.command()
@click.argument("order")
@team_option
@json_option
def show(order: str, *, team: str | None, as_json: bool) -> None:
    """List everything that happened to ORDER, the oldest first."""
    with open_desk(team) as desk:
        view = run(desk.url, lambda pool: Reading(pool).order(desk.desk_id, order))
        if view is None:
            raise Stop(f"There is no order {order} on this desk.")
        found = run(desk.url, lambda pool: entries(pool, desk.desk_id, view.order.number))
    if as_json:
        print_json([_json(entry) for entry in found])
        return
    for entry in found:
        request = f" R-{entry['request']}" if entry["request"] else ""
        click.echo(f"{entry['seq']:>4}  {entry['at']:%Y-%m-%d %H:%M:%S}  {entry['actor']}  {entry['action']}{request}")


def _json(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "request": f"R-{entry['request']}" if entry["request"] else None}


@audit.command()
@team_option
@json_option
@click.option("--seal", "kept", metavar="SEAL", help="One that you kept from a digest, such as 812:3f2a….")
def verify(*, team: str | None, as_json: bool, kept: str | None) -> None:
    """Compute every chain anew; exit code 1 where an entry was edited or is missing."""
    seal = _seal(kept) if kept else None
    with open_desk(team) as desk:
        result = run(desk.url, lambda pool: verify_chains(pool, desk.desk_id))
        broken = run(desk.url, lambda pool: broken_seal(pool, desk.desk_id, seal)) if seal else ""
    faults = [*result.faults, *([broken] if broken else [])]
    if as_json:
        print_json({"entries": result.entries, "chains": result.chains, "faults": faults})
    elif not faults:
        click.echo(f"The audit is whole: {result.entries} entries in {result.chains} chains.")
    if faults:
        raise Stop("The audit is not whole:\n" + "\n".join(f"  - {fault}" for fault in faults))


def _seal(shown: str) -> Seal:
    try:
        return Seal.read(shown)
    except ValueError:
        problem = "is not a seal: a number, a colon and 64 digits and letters"
        raise click.BadParameter(problem, param_hint="--seal") from None
