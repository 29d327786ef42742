"""`redtag orders exceptions`: what has happened though it should not have, until somebody has seen to it."""

from collections.abc import Sequence

import click

from bot.cli.common import json_option, open_desk, print_json, run, team_option, who
from bot.cli.import_words import safe
from bot.main.stop import Stop
from store.contradictions import Exceptions
from workflows.contradictions import MISSING_ORDER, OpenException
from workflows.imports.rules import rules_of

MOST = 1_000


@click.command("exceptions")
@click.argument("orders", metavar="[ORDER]…", nargs=-1)
@team_option
@click.option("--close", "note", metavar="NOTE", help="It is seen to; say how. Needs at least one ORDER.")
@json_option
def exceptions(orders: tuple[str, ...], *, team: str | None, note: str | None, as_json: bool) -> None:
    """List cancelled units that shipped anyway, or close what somebody has seen to."""
    if note is not None and not (orders and note.strip()):
        raise click.UsageError("--close needs the orders, and a note of what was done.")
    with open_desk(team) as desk:
        number = rules_of(desk.policy).number
        wanted = [number(each) or each for each in orders]
        found = run(desk.url, lambda pool: Exceptions(pool).open(desk.desk_id, most=MOST))
        shown = [each for each in found if each.kind != MISSING_ORDER and (not wanted or each.order_number in wanted)]
        if unknown := sorted({*wanted} - {each.order_number for each in shown}):
            raise Stop(f"No open exception: {', '.join(unknown)}.")
        if note is not None:
            run(desk.url, lambda pool: Exceptions(pool).close(desk.desk_id, wanted, by=who(), note=note.strip()))
    if as_json:
        print_json([_json(each) for each in shown])
    else:
        click.echo("\n".join(_lines(shown, closed=note is not None)))


def _json(each: OpenException) -> dict[str, object]:
    facts = {name: each.facts.get(name) for name in ("line", "sku", "units", "import")}
    request = each.facts.get("request")
    return {
        "kind": each.kind,
        "opened_at": each.opened_at.isoformat(),
        "order": each.order_number,
        "request": f"R-{request}" if request else None,
        **facts,
    }


def _lines(shown: Sequence[OpenException], *, closed: bool) -> list[str]:
    if not shown:
        return ["No exception is open."]
    return [f"{'Closed: ' if closed else ''}{_line(each)}" for each in shown]


def _line(each: OpenException) -> str:
    facts, request = each.facts, each.facts.get("request")
    taken = f", which R-{request} had taken off" if request else ""
    return (
        f"{each.order_number} line {facts['line']} {safe(facts['sku'])}: {facts['units']:,} cancelled units shipped"
        f"{taken} (import {facts['import']})"
    )
