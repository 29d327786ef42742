"""`/cancel ORD-123 line 2 qty 5, line 3 qty 1 customer-request wrong size`, as people type it."""

import re
from dataclasses import dataclass
from typing import Final

from bot.slack.typed import first_word
from bot.slack.typed_parts import MOST_LINES, NotUnderstood, Typed, line_range
from workflows.commands import Units

EXAMPLE: Final = "`/cancel ORD-123 line 2 qty 5 customer-request`"
_ALL: Final = re.compile(r"(?:all|everything|(?:the )?whole(?: order)?)(?=[\s,]|$)", re.IGNORECASE)
_LINES: Final = re.compile(r"lines?\b[\s:#]*", re.IGNORECASE)
_NUMBER: Final = re.compile(
    r"(?:lines?\s*)?#?(?P<first>\d{1,9})(?:\s*[-–]\s*(?P<last>\d{1,9}))?(?![\w.-])", re.IGNORECASE
)
_UNITS: Final = re.compile(
    r"(?::\s*|=\s*|(?:qty|quantity|units?|x|×)\b[\s:=]*)(?P<units>-?\d{1,9})(?![\w.]|[-–]\d)(?:\s*units?\b)?",
    re.IGNORECASE,
)
_WORD_OF_UNITS: Final = re.compile(r"(?:qty|quantity)\b|[:=]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CancelWords:
    """`selected`: it was said what to cancel, if only "all", which leaves `lines` empty."""

    order: str = ""
    selected: bool = False
    lines: tuple[Units, ...] = ()
    reason: str = ""
    note: str = ""


def cancel_words(text: str) -> CancelWords:
    """Every part may be missing from the end. Raises NotUnderstood."""
    order, rest = first_word(text)
    typed = Typed(rest)
    if typed.take(_ALL):
        return _with_reason(typed, order, ())
    if typed.take(_LINES):
        return _with_reason(typed, order, tuple(_lines(typed)))
    return _with_reason(typed, order, (), selected=False)


def _with_reason(typed: Typed, order: str, lines: tuple[Units, ...], *, selected: bool = True) -> CancelWords:
    said, _ = typed.said()
    reason, note = first_word(said)
    return CancelWords(order, selected, lines, reason.rstrip(",:;"), note)


def _lines(typed: Typed) -> list[Units]:
    found, number = [], typed.take(_NUMBER)
    if number is None:
        raise NotUnderstood(f"Which lines? Write their numbers, for example {EXAMPLE}.")
    while number:
        lines, units = line_range(number["first"], number["last"]), _units(typed)
        found += [Units(line, units) for line in lines]
        if len(found) > MOST_LINES:
            raise NotUnderstood(f"More than {MOST_LINES} lines cannot be named at once. Write `all` for a whole order.")
        number = typed.joined(_NUMBER)
    return found


def _units(typed: Typed) -> int | None:
    units = typed.take(_UNITS)
    if units is None and _WORD_OF_UNITS.match(typed.rest):
        raise NotUnderstood(f"How many units? Write a whole number behind `qty`, for example {EXAMPLE}.")
    return int(units["units"]) if units else None
