"""The questions about a file with unknown columns, on a terminal."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.main.stop import Stop
from workflows.imports.fields import Rules
from workflows.imports.mapping import ColumnMapping
from workflows.imports.proposal import LABELS, Column, Proposal, Question, propose
from workflows.imports.values import UnknownHeader

WIDEST: Final = 60
AS_IT_IS: Final = "yes"


@dataclass
class Asking:
    """What is known of a file so far. `look` gives the stage words of the whole file, read by a mapping."""

    unknown: UnknownHeader
    rules: Rules
    look: Callable[[ColumnMapping], Sequence[str]]
    console: Console = field(default_factory=Console)
    answers: dict[str, str] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)
    words: Sequence[str] = ()

    def proposal(self) -> Proposal:
        header, samples = self.unknown.header, self.unknown.samples
        return propose(header, samples, self.rules, self.answers, self.doubted, words=self.words)

    def answered(self) -> Proposal:
        """One question at a time, because an answer may settle others and bring up new ones."""
        while (found := self.proposal()).unsure:
            question = found.unsure[0]
            if not question.choices:
                raise Stop(f"{question.text} None of this file's columns can be. Nothing was imported.")
            self.answers[question.key] = _answer(self.console, question, found.columns)
        return found

    def settled(self) -> Proposal:
        """With the words of the whole file, which the first rows may not have."""
        self.words = ()
        self.words = self.look(self.answered().mapping("new"))
        return self.answered()


def ask(asking: Asking, name: str, taken: Collection[str] = ()) -> ColumnMapping:
    """Asks what cannot be told, shows the whole, and takes corrections until it is right. Raises click.Abort."""
    asking.console.print("The columns of this file are not known yet. Here is how they look:")
    asking.console.print(_seen(asking.proposal()))
    while True:
        found = asking.settled()
        asking.console.print(_whole(found))
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
        asking.doubted.add(wish)
        asking.answers.pop(f"column.{wish}", None)


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
