"""Bringing orders in: the file and how it is read; and the columns of a file that nobody has matched yet."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from bot.slack import text
from bot.slack.blocks import CHOICE_TEXT, CHOICE_VALUE, Block, View, choice, context, divider, field, menu, section
from bot.slack.forms.parts import FormProblem, Where, carried, form, metadata, selected, where, written
from bot.slack.ids import BlockId, CallbackId, job_value, parse_job_value
from workflows.imports.proposal import LABELS, Column, Proposal, Question
from workflows.words import listed

__all__ = ["Asked", "Matched", "answers_of", "build", "job_of", "match", "name_of", "opened_from", "parse"]

TYPES: Final = ("csv", "tsv", "txt", "gz")
MOST_QUESTIONS: Final = 60  # at once; with the fields that are sure they stay below Slack's hundred blocks
NEEDED: Final = frozenset({"number", "ordered"})
EMPTY: Final = "-"  # Slack takes no empty value
_UNNAMEABLE: Final = re.compile(r"[^\w .()&+-]+")
WRONG_TYPE: Final = "This is not an order file. Save it as CSV (UTF-8) and choose that: {types} are read."


@dataclass(frozen=True, slots=True)
class Asked:
    """`mapping`: the saved mapping or preset that was chosen, empty to recognise it."""

    file: str
    name: str
    mapping: str


@dataclass(frozen=True, slots=True)
class Matched:
    job: int
    name: str
    answers: Mapping[str, str]


def build(mappings: Sequence[str], presets: Sequence[str], *, channel: str = "") -> View:
    """Saved mappings stand before the presets."""
    known = [choice(name, name, "Saved on this desk") for name in mappings if len(name) <= CHOICE_VALUE]
    known += [choice(name, name, "Built in") for name in presets if name not in mappings]
    picker: Block = {"type": "file_input", "filetypes": list(TYPES), "max_files": 1}
    blocks = [
        section("You see a preview first, as a direct message. Nothing is imported before you say so there."),
        field(BlockId.FILE, "Order file", picker, hint="CSV or TSV, also compressed (.gz), up to 10 MB."),
        field(
            BlockId.MAPPING,
            "How it is read",
            menu(BlockId.MAPPING, "Recognise it by its header", known),
            optional=True,
            hint="Leave it empty unless the wrong one was recognised.",
        ),
    ]
    return form(CallbackId.IMPORT_SUBMIT, "Import orders", "Preview", blocks, carried(Where(channel=channel)))


def parse(view: Mapping[str, Any]) -> Asked:
    """Raises FormProblem."""
    found = _files(view)
    if len(found) != 1:
        raise FormProblem(BlockId.FILE, "Choose one file.")
    file, name = str(found[0].get("id") or ""), text.one_line(str(found[0].get("name") or "orders.csv"), 200)
    if not re.fullmatch(r"F[A-Z0-9]{1,30}", file):
        raise FormProblem(BlockId.FILE, "Slack did not say which file this is. Choose it again.")
    if PurePath(name).suffix.lower().removeprefix(".") not in TYPES:
        raise FormProblem(BlockId.FILE, WRONG_TYPE.format(types=listed([f".{each}" for each in TYPES], "and")))
    return Asked(file, name, selected(view, BlockId.MAPPING))


def _files(view: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: object = view
    for step in ("state", "values", str(BlockId.FILE), str(BlockId.FILE), "files"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def match(
    job: int, proposal: Proposal, *, file: str, name: str = "", problem: str = "", channel: str = "", ts: str = ""
) -> View:
    """What is not sure stands first; the rest is filled in and can be corrected.

    `channel` and `ts`: the message whose button opened it.
    """
    sure = [*_sure(proposal)]
    blocks = [
        section(text.strong(problem) or f"{text.strong(file)} has columns that this desk has not matched yet."),
        *[_question(each, proposal) for each in proposal.unsure[:MOST_QUESTIONS]],
        *([divider(), context("Recognised. Change what is wrong.")] if sure else []),
        *sure,
        _name(name or name_of(file)),
    ]
    place = carried(Where(channel=channel), job=job_value(job), ts=ts)
    return form(CallbackId.IMPORT_MATCHED, "Match the columns", "Save and preview", blocks, place)


def name_of(file: str) -> str:
    """A name for the mapping, out of the file's."""
    stem = PurePath(file).name.partition(".")[0]
    return _UNNAMEABLE.sub(" ", stem).strip()[:60].strip() or "our orders"


def job_of(view: Mapping[str, Any]) -> int:
    """Raises ValueError."""
    return parse_job_value(metadata(view).get("job", ""))


def opened_from(view: Mapping[str, Any]) -> tuple[str, str]:
    """Channel and ts of the message whose button opened the form."""
    ts = metadata(view).get("ts", "")
    return (where(view).channel, ts) if re.fullmatch(r"[0-9]+[.][0-9]+", ts) else ("", "")


def answers_of(view: Mapping[str, Any]) -> Matched:
    """Raises FormProblem. The answers are those of `workflows.imports.proposal.propose`."""
    try:
        job = job_of(view)
    except ValueError:
        raise FormProblem(BlockId.NAME, "This form is broken. Close it and click Match the columns again.") from None
    answers = {key: selected(view, key) for key in _keys(view) if key != BlockId.NAME}
    name = _UNNAMEABLE.sub(" ", written(view, BlockId.NAME)).strip()[:60]
    if not name:
        raise FormProblem(BlockId.NAME, "Give it a name, such as the system that writes these files.")
    _once(answers)
    return Matched(job, name, {key: "" if value == EMPTY else value for key, value in answers.items() if value})


def _keys(view: Mapping[str, Any]) -> list[str]:
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    return [str(key) for key in values] if isinstance(values, Mapping) else []


def _once(answers: Mapping[str, str]) -> None:
    """A column can be one thing only."""
    seen: dict[str, str] = {}
    for key, value in answers.items():
        if not key.startswith("column.") or value in {"", EMPTY}:
            continue
        if value in seen:
            other = LABELS.get(seen[value].removeprefix("column."), seen[value])
            raise FormProblem(key, f"This column is the {other} already. Choose another for one of the two.")
        seen[value] = key


def _question(asked: Question, proposal: Proposal) -> Block:
    of_columns = {str(each.place): each for each in proposal.columns} if asked.key.startswith("column.") else {}
    choices = [choice(each.label, each.value or EMPTY, _samples(of_columns.get(each.value))) for each in asked.choices]
    hint = _samples(of_columns.get(asked.suggestion))
    return field(asked.key, asked.text, menu(asked.key, "Choose", choices, asked.suggestion), hint=hint)


def _samples(column: Column | None) -> str:
    """Some of its values, so that people see which column it is."""
    return f"such as {text.one_line(', '.join(column.samples), 150)}" if column and column.samples else ""


def _sure(proposal: Proposal) -> Iterator[Block]:
    columns = [choice(each.title, str(each.place), _samples(each)) for each in proposal.columns]
    shown = {each.place: _samples(each) for each in proposal.columns}
    for suggestion in proposal.suggestions:
        key, label = f"column.{suggestion.field}", LABELS[suggestion.field]
        none = [] if suggestion.field in NEEDED else [choice("Not in this file", EMPTY)]
        picked = menu(key, "Choose", [*columns, *none], str(suggestion.place))
        title = text.one_line(f"{label[:1].upper()}{label[1:]}", CHOICE_TEXT)
        yield field(key, title, picked, hint=shown.get(suggestion.place, ""))


def _name(name: str) -> Block:
    box: Block = {"type": "plain_text_input", "max_length": 60, "initial_value": name}
    return field(BlockId.NAME, "Name", box, hint="The next file with these columns is read in the same way.")
