"""The questions about a file with unknown columns, on a terminal."""

from collections.abc import Collection, Sequence
from typing import Final

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from workflows.imports.fields import Rules
from workflows.imports.mapping import ColumnMapping
from workflows.imports.proposal import LABELS, Column, Proposal, Question, propose
from workflows.imports.values import UnknownHeader

WIDEST: Final = 60
AS_IT_IS: Final = "yes"


def ask(unknown: UnknownHeader, rules: Rules, name: str, taken: Collection[str] = ()) -> ColumnMapping:
    """Asks what cannot be told, shows the whole, and takes corrections until it is right. Raises click.Abort."""
    console = Console()
    answers: dict[str, str] = {}
    doubted: set[str] = set()
    console.print("The columns of this file are not known yet. Here is how they look:")
    console.print(_seen(_proposal(unknown, rules, answers, doubted)))
    while True:
        found = _answered(console, unknown, rules, answers, doubted)
        console.print(_whole(found))
        wish = click.prompt(
            "Is this right? (yes, no, or the field that is wrong)",
            default=AS_IT_IS,
            type=click.Choice([AS_IT_IS, "no", *LABELS], case_sensitive=False),
            show_choices=False,
        )
        if wish == AS_IT_IS:
            return found.mapping(_name(name, taken))
        if wish == "no":
            raise click.Abort
        doubted.add(wish)
        answers.pop(f"column.{wish}", None)


def _proposal(unknown: UnknownHeader, rules: Rules, answers: dict[str, str], doubted: set[str]) -> Proposal:
    return propose(unknown.header, unknown.samples, rules, answers, doubted)


def _answered(
    console: Console, unknown: UnknownHeader, rules: Rules, answers: dict[str, str], doubted: set[str]
) -> Proposal:
    """One question at a time, because an answer may settle others and bring up new ones."""
    while (found := _proposal(unknown, rules, answers, doubted)).unsure:
        question = found.unsure[0]
        answers[question.key] = _answer(console, question, found.columns)
    return found


def _answer(console: Console, question: Question, columns: Sequence[Column]) -> str:
    samples = {str(column.place): _samples(column) for column in columns}
    about_columns = question.key.startswith("column.")
    console.print()
    console.print(Text(question.text, style="bold"))
    for number, choice in enumerate(question.choices, start=1):
        beside = f"   {samples.get(choice.value, '')}" if about_columns else ""
        console.print(Text(f"  {number:>2}  {choice.label}").append(beside, style="dim"))
    values = [choice.value for choice in question.choices]
    known = question.suggestion in values and (question.suggestion or "" in values)
    default = values.index(question.suggestion) + 1 if known else None
    chosen: int = click.prompt("Number", type=click.IntRange(1, len(values)), default=default)
    return values[chosen - 1]


def _name(name: str, taken: Collection[str]) -> str:
    while True:
        wish = str(click.prompt("Keep it under which name?", default=name, value_proc=_proper))
        if wish not in taken or click.confirm(f"“{wish}” exists already. Replace it?"):
            return wish


def _proper(name: str) -> str:
    """What a mapping may be called; the model says it again."""
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= WIDEST or not all(letter.isalnum() or letter in "_ .()&+-" for letter in cleaned):
        raise click.BadParameter("letters, digits, spaces and . ( ) & + - _ only, at most 60 of them")
    return cleaned


def _seen(proposal: Proposal) -> Table:
    fields = {each.place: each.field for each in proposal.suggestions}
    table = Table("Column", "Samples", "Read as")
    for column in proposal.columns:
        read_as = LABELS[fields[column.place]] if column.place in fields else ""
        table.add_row(Text(column.title), Text(_samples(column), style="dim"), Text(read_as))
    return table


def _whole(proposal: Proposal) -> Table:
    columns = {column.place: column for column in proposal.columns}
    table = Table("Field", "", "Column", "Samples", title="This is how the file will be read")
    for each in proposal.suggestions:
        column = columns[each.place]
        table.add_row(each.field, LABELS[each.field], Text(column.title), Text(_samples(column), style="dim"))
    table.add_section()
    for word, stage in proposal.words.items():
        table.add_row("", "status", Text(f"“{word}”" if word else "(blank)"), f"means {stage.value}")
    for label, value in _habits(proposal):
        table.add_row("", label, value, "")
    return table


def _habits(proposal: Proposal) -> list[tuple[str, str]]:
    """How dates and numbers are written, as far as it is settled."""
    order = {True: "day first", False: "month first", None: ""}[proposal.day_first]
    found = (("dates", order), ("decimal sign", proposal.decimal), ("prices in", proposal.currency))
    return [(label, value) for label, value in found if value]


def _samples(column: Column) -> str:
    together = ", ".join(" ".join(sample.split()) for sample in column.samples)
    return together if len(together) <= WIDEST else f"{together[:WIDEST]}…"
