"""What an import found, for a terminal and for a log: what is new, what changed, and what somebody should look at."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from workflows.contradictions import CANCEL_UNDONE
from workflows.imports.report import ChangedOrder, Drift, ExceptionFound, FieldChange, ImportReport, Touched
from workflows.imports.values import Guess
from workflows.words import listed

T = TypeVar("T")
SHOWN: Final = 20  # exceptions and drift that are printed one by one
VALUE: Final = 40
HEARD: Final = {
    "taken_over": "taken over",
    "not_taken_over": "not taken over",
    "cannot_tell": "this file cannot tell",
}


def show(report: ImportReport, *, done: bool) -> None:
    """Everything beside the counts. `done`: it is stored; else it is what would be."""
    console = Console(highlight=False)
    if console.is_terminal and report.changes:
        console.print(_table(report))
        lines = [*_changed_more(report), *_news(report, done=done)]
    else:
        lines = [*_changed(report), *_news(report, done=done)]
    if lines:
        click.echo("\n".join(lines))


def _table(report: ImportReport) -> Table:
    table = Table(title=f"Changed orders, {len(report.changes)} of {report.orders.changed:,}", title_justify="left")
    for heading in ("Order", "Line", "Field", "Before", "After"):
        table.add_column(heading, justify="right" if heading == "Line" else "left")
    for order in report.changes:
        for place, each in enumerate(order.fields):
            cells = (order.number if place == 0 else "", str(each.line or ""), each.field, each.before, each.after)
            table.add_row(*(Text(safe(cell)) for cell in cells))
        if order.more:
            table.add_row("", "", Text(f"and {order.more} more", style="dim"))
        table.add_section()
    return table


def _changed(report: ImportReport) -> Iterator[str]:
    if report.changes:
        yield f"Changed orders, {len(report.changes)} of {report.orders.changed:,}:"
        yield from (f"  {_order(order)}" for order in report.changes)
    yield from _changed_more(report)


def _changed_more(report: ImportReport) -> Iterator[str]:
    if report.fields:
        counts = ", ".join(f"{field} in {count:,}" for field, count in report.fields.items())
        yield f"What changes, by orders: {counts}."


def _order(order: ChangedOrder) -> str:
    more = [f"{order.more} more"] if order.more else []
    return f"{order.number}: {'; '.join([*map(_field, order.fields), *more]) or 'only what is not shown'}"


def _field(each: FieldChange) -> str:
    line = f"line {each.line} " if each.line else ""
    return f"{line}{safe(each.field)} {safe(each.before) or '–'} → {safe(each.after) or '–'}"


def _guess(guess: Guess | None) -> Iterator[str]:
    if guess and guess.words:
        words = ", ".join(f"“{safe(word)}”" for word in guess.words)
        yield f"Its letters are read as {guess.encoding}, which is a guess: {words}."
        yield "  If they look wrong, save the file as CSV (UTF-8) and import that."


def _news(report: ImportReport, *, done: bool) -> Iterator[str]:
    yield from _guess(report.guess)
    yield from _several("Pending requests that this touches", report.touched, report.touched_count, _touched)
    yield from _several("Cancelled units that shipped", report.exceptions, report.exception_count, _exception)
    if report.exceptions:
        yield "  Call them back or take them back in; /order and the managers' channel show them too."
    yield from _missing(report, done=done)
    yield from _drift(report)


def _several(title: str, shown: Sequence[T], count: int, line: Callable[[T], str]) -> Iterator[str]:
    if count:
        yield f"{title}: {count:,}"
        yield from (f"  {line(each)}" for each in shown[:SHOWN])
    if count > len(shown[:SHOWN]):
        yield f"  … and {count - len(shown[:SHOWN]):,} more"


def _touched(each: Touched) -> str:
    return f"{each.name} ({each.kind.replace('_', ' ')}) on {each.order}: {listed(list(each.moves), 'and')}"


def _exception(each: ExceptionFound) -> str:
    request = f", which R-{each.request} had taken off" if each.request else ""
    became = "back in the file" if each.kind == CANCEL_UNDONE else "shipped"
    return f"{each.order} line {each.line} {safe(each.sku)}: {each.units:,} {became}{request}"


def _missing(report: ImportReport, *, done: bool) -> Iterator[str]:
    missing = report.missing
    if not missing.open:
        return
    sample = ", ".join(missing.sample) + (" …" if missing.open > len(missing.sample) else "")
    yield f"Not in the file, with units still to ship: {missing.open:,} ({sample})"
    if missing.policy == "shipped":
        yield f"  What is left of them {'is' if done else 'will be'} taken as shipped (missing_orders = shipped)."
    elif missing.policy == "ask":
        yield f"  They stay open; {missing.asked:,} of them new in `redtag orders missing`, which decides."
    else:
        yield "  They stay as they are (missing_orders = leave)."


def _drift(report: ImportReport) -> Iterator[str]:
    told = [each for each in report.drift if each.heard != "not_taken_over"]
    missed = [each for each in report.drift if each.heard == "not_taken_over"]
    count = report.heard.get("not_taken_over", 0)
    yield from _several("Not taken over by the system of record", missed, count, _change)
    if missed:
        yield "  They stay as approved. Enter them there, or give it the batch again (redtag export KIND --batch N)."
    rest = sum(report.heard.values()) - count
    yield from _several(
        "Other approved changes in this file", told, rest, lambda each: f"{_change(each)}: {HEARD[each.heard]}"
    )


def _change(each: Drift) -> str:
    where = f"in export batch {each.batch}" if each.batch else "not exported yet"
    return f"{each.order} R-{each.request}, {safe(each.what)} ({where})"


def safe(value: str) -> str:
    """Bounded, and nothing that moves a terminal's cursor."""
    shown = "".join(each if each.isprintable() else "\ufffd" for each in value)
    return shown if len(shown) <= VALUE * 2 else f"{shown[: VALUE * 2]}…"
