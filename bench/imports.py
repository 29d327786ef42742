"""`python -m bench.imports`: an order file brought in, against reading and copying the same rows and no more.

The import also understands every cell, compares each order with what is known, and tells what it did.
"""

import csv
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, Final

import click
import orjson
import psycopg

from bench import ground
from bench.load import TEAM
from store.imports import import_orders
from workflows.imports.files import open_orders
from workflows.imports.rules import rules_of
from workflows.policy.load import parse_policy

FLOOR, NEW, AGAIN = "csv and COPY", "new orders", "the same again"
LINES: Final = 3
HEADER: Final = "order_number,customer,currency,order_total,ship_by,line,sku,description,quantity,unit_price,status"
TABLE: Final = f"create unlogged table plain ({', '.join(f'{name} text' for name in HEADER.split(','))})"
EMPTY: Final = (
    "truncate plain",
    "delete from exceptions",
    "delete from order_lines",
    "delete from orders",
    "delete from imports",
    "vacuum analyze orders, order_lines",
)


@click.command()
@click.option("--orders", type=click.IntRange(1), default=20_000, help=f"Orders, of {LINES} lines each (20000).")
@click.option("--rounds", type=click.IntRange(1), default=3, help="Rounds of each (3).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, every round in it.")
def main(*, orders: int, rounds: int, as_json: bool) -> None:
    """Measure how long an order file takes, new and again."""
    with ground.folder() as where, ground.database(where, 1) as url:
        file = where / "orders.csv"
        _write(file, orders)
        found = _measure(url, file, rounds)
    if as_json:
        sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    rows = orders * LINES
    for name, took in found["seconds"].items():
        print(f"{name:15} {median(took):7.3f} s   {rows / median(took):10,.0f} rows/s   {found['ratios'][name]:5.1f}")
    print(f"{rows:,} rows, {rounds} rounds; the last column is the ratio to the floor. Peak {found['peak_mb']:.0f} MB.")


def _write(file: Path, orders: int) -> None:
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER.split(","))
        writer.writerows(_rows(orders))


def _rows(orders: int) -> Iterator[list[object]]:
    for number in range(orders):
        head = [f"ORD-{100_000 + number}", f"Customer {number % 5000}", "USD", "105.00", "2026-12-01"]
        for line in range(1, LINES + 1):
            yield [*head, line, f"SKU-{line}", f"Thing {line}", 2, "17.50", "open"]


def _measure(url: str, file: Path, rounds: int) -> dict[str, Any]:
    ways: dict[str, Callable[[], None]] = {
        FLOOR: lambda: _copied(url, file),
        NEW: lambda: _imported(url, file),
        AGAIN: lambda: _imported(url, file),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    _run(url, TABLE)
    for _ in range(rounds + 1):  # the first one warms up
        _run(url, *EMPTY)
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    kept = {name: each[1:] for name, each in seconds.items()}
    ratios = {name: median(each) / median(kept[FLOOR]) for name, each in kept.items()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"peak_mb": peak, "ratios": ratios, "seconds": kept}


def _copied(url: str, file: Path) -> None:
    with (
        file.open(newline="", encoding="utf-8") as source,
        psycopg.connect(url) as connection,
        connection.cursor().copy("copy plain from stdin") as copy,
    ):
        rows = csv.reader(source)
        next(rows)
        for row in rows:
            copy.write_row(row)


def _imported(url: str, file: Path) -> None:
    policy = parse_policy(ground.POLICY.read_text(encoding="utf-8"))
    with file.open("rb") as source:
        found = open_orders(source, file.name, rules_of(policy))
        report = import_orders(url, TEAM, found, by="bench")
    if report.rows.refused:
        raise RuntimeError(f"{report.rows.refused} rows were refused")


def _run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


if __name__ == "__main__":
    main()
