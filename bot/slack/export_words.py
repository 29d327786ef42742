"""An export in Slack: what was typed, and what is said of the file that comes."""

import re
from dataclasses import dataclass
from typing import Final

from bot.slack import text
from bot.slack.blocks import Message, message, section
from workflows.exports.fields import KINDS
from workflows.words import listed

USAGE: Final = (
    f"Which export? Type `/desk export {KINDS[1]}`; there are {listed(KINDS, 'and')}. With `peek` behind it nothing is "
    "taken, with `batch 12` that batch comes again."
)
COMING: Final = "The file comes to you in a direct message from me."
_TYPED: Final = re.compile(
    rf"(?P<kind>{'|'.join(KINDS)})(?:\s+(?:(?P<peek>(?:--)?peek)|(?:--)?batch\s+#?(?P<batch>[1-9][0-9]{{0,9}})))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ExportWords:
    """`batch`: one that was taken before."""

    kind: str
    peek: bool = False
    batch: int | None = None


def export_words(typed: str) -> ExportWords | None:
    """None where it cannot be read."""
    found = _TYPED.fullmatch(typed.strip())
    if found is None:
        return None
    return ExportWords(found["kind"].lower(), bool(found["peek"]), int(found["batch"]) if found["batch"] else None)


def export_news(asked: ExportWords, number: int | None, changes: int, *, more: bool = False) -> Message:
    """What comes with the file, or instead of it."""
    said = _said(asked, number, text.count(changes, "change") if changes == 1 else f"{changes:,} changes")
    rest = " More wait for the batch after it." if more else ""
    return message(said + rest, [section(said + rest)])


def _said(asked: ExportWords, number: int | None, counted: str) -> str:
    if asked.batch and number is None:
        return f"There is no batch {asked.batch} of {asked.kind}."
    if number is not None:
        again = text.code(f"/desk export {asked.kind} batch {number}")
        return f"Batch {number} of {asked.kind}: {counted}. {again} gives it again."
    if asked.peek and not counted.startswith("0 "):
        return f"The next batch of {asked.kind} would hold {counted}. Nothing was taken."
    return f"Nothing new: no {asked.kind} wait to be exported, and no batch was taken."
