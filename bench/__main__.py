"""`python -m bench`: the figures, each beside its floor. Takes about a minute, and wants the machine to itself."""

import asyncio
import sys
from dataclasses import replace
from typing import Final

import click
import orjson
from rich.console import Console
from rich.table import Table

from bench import ground
from bench.figures import Leg, Report
from bench.hold_path import Plan, WrongAnswer, measure

FULL: Final = Plan()
QUICK: Final = Plan(rounds=2, seconds=0.5)
COLUMNS: Final = ("", "answers/s", "p50 ms", "p99 ms", "app ms CPU", "database ms CPU")


@click.command()
@click.option("--quick", is_flag=True, help="Two short rounds: shows that it runs, measures little.")
@click.option("--rounds", type=click.IntRange(1), help=f"Rounds of one stretch each ({FULL.rounds}).")
@click.option("--seconds", type=click.FloatRange(0.2), help=f"How long a stretch is ({FULL.seconds:g}).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, every round in it.")
def main(*, quick: bool, rounds: int | None, seconds: float | None, as_json: bool) -> None:
    """Measure `/hold`, from the edge guard to the commit and the answer, against bare Bolt in the same run."""
    given = {"rounds": rounds, "seconds": seconds}
    plan = replace(QUICK if quick else FULL, **{name: value for name, value in given.items() if value})
    told = Console(stderr=True)
    try:
        with ground.folder() as where, told.status("Making a database") as status:
            with ground.database(where, plan.orders) as url:
                report = asyncio.run(measure(plan, url, where, status.update))
    except WrongAnswer as wrong:
        told.print(f"Nothing is reported: {wrong}", markup=False)
        sys.exit(1)
    if as_json:
        sys.stdout.write(orjson.dumps(report.as_json(), option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        _print(report)


def _print(report: Report) -> None:
    console = Console()
    server = report.server
    console.print(
        f"{len(report.rounds)} rounds, {report.connections} at once; PostgreSQL {server['server_version']}, "
        f"fsync {server['fsync']}, synchronous_commit {server['synchronous_commit']}",
        highlight=False,
    )
    console.print(_legs(report))
    console.print(_ratios(report))


def _legs(report: Report) -> Table:
    table = Table(*COLUMNS, title="medians")
    for name, leg in report.legs().items():
        table.add_row(name, *_row(leg))
    return table


def _row(leg: Leg) -> list[str]:
    plain = [f"{leg.rate:.0f}", f"{leg.p50:.0f}", f"{leg.p99:.0f}"]
    return plain + ["" if each is None else f"{each:.2f}" for each in (leg.app, leg.database)]


def _ratios(report: Report) -> Table:
    table = Table("", "median", "least", "most", "goal", "", title="ratios within a round")
    for ratio in report.ratios():
        shown = [f"{each:.2f}" for each in (ratio.median, ratio.least, ratio.most)]
        table.add_row(ratio.name, *shown, ratio.goal, "met" if ratio.met else "missed")
    return table


if __name__ == "__main__":
    main()
