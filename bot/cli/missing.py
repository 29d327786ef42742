"""`redtag orders missing`: orders that a file did not have any more, and what becomes of them."""

import sys
from collections.abc import Sequence
from typing import Final

import click

from bot.cli.common import json_option, open_desk, print_json, team_option, who
from bot.main.stop import Stop
from store.missing import Decision, MissingOrder, decide_missing, missing_orders
from workflows.imports.rules import rules_of

DONE: Final = {"leave": "left as they are", "shipped": "taken as shipped"}


@click.command("missing")
@click.argument("orders", metavar="[ORDER]…", nargs=-1)
@team_option
@click.option("--shipped", is_flag=True, help="What is left of them has shipped.")
@click.option("--leave", is_flag=True, help="They stay as they are; nobody is asked again.")
@click.option("--yes", is_flag=True, help="Decide about all of them without asking.")
@json_option
def missing(orders: tuple[str, ...], *, team: str | None, shipped: bool, leave: bool, yes: bool, as_json: bool) -> None:
    """List orders with units still to ship that a newer file did not have, or decide about them.

    Without ORDER it is about all of them.
    """
    decision = _decision(shipped=shipped, leave=leave)
    with open_desk(team) as desk:
        number = rules_of(desk.policy).number
        wanted = [number(each) or each for each in orders]
        found = missing_orders(desk.url, desk.desk_id)
        if unknown := [each for each in wanted if each not in {order.order for order in found}]:
            raise Stop(f"Not missing: {', '.join(unknown)}. `redtag orders missing` lists those that are.")
        shown = [order for order in found if not wanted or order.order in wanted]
        if decision and shown and not (wanted or yes):
            _ask(len(shown), DONE[decision])
        done = decide_missing(desk.url, desk.desk_id, decision, by=who(), orders=wanted) if decision else ()
    if as_json:
        print_json({"decided": DONE[decision] if decision else None, "orders": [_json(order) for order in shown]})
    elif decision:
        click.echo(f"{len(done):,} {'order' if len(done) == 1 else 'orders'} {DONE[decision]}.")
    else:
        click.echo("\n".join(_lines(shown)))


def _ask(count: int, what: str) -> None:
    """About all of them at once nobody decides by mistake."""
    about = f"{count:,} {'order is' if count == 1 else 'orders are'}"
    if not sys.stdin.isatty():
        raise Stop(f"{about} to be {what}, which is all there are. Say --yes for that, or name the orders.")
    if not click.confirm(f"{about} to be {what}. Do it?"):
        raise Stop("Nothing was decided.")


def _decision(*, shipped: bool, leave: bool) -> Decision | None:
    if shipped and leave:
        raise click.UsageError("--shipped and --leave exclude each other.")
    return "shipped" if shipped else "leave" if leave else None


def _json(order: MissingOrder) -> dict[str, object]:
    return {
        "asked_at": order.asked_at.isoformat(),
        "customer": order.customer,
        "order": order.order,
        "since_import": order.since_import,
        "units": order.units,
    }


def _lines(found: Sequence[MissingOrder]) -> list[str]:
    if not found:
        return ["No order is missing."]
    lines = [
        f"{order.order}  {order.units:,} to ship  not in the files since import {order.since_import}  {order.customer}"
        for order in found
    ]
    return [*lines, "With --shipped what is left of them counts as shipped; with --leave nobody is asked again."]
