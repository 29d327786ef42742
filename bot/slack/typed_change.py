"""`/change ORD-123 line 2 qty 12, add ABC-9 qty 2 price 10.00, ship-by 2026-12-01 because reschedule …`."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from bot.slack.typed import NotADate, first_word
from bot.slack.typed_parts import NotUnderstood, Typed
from workflows.commands import AddLine, EditLine

EXAMPLE: Final = "`/change ORD-123 line 2 qty 12 because customer-request`"
ADD_EXAMPLE: Final = "`/change ORD-123 add ABC-9 qty 2 price 10.00`"
_LINE: Final = re.compile(r"(?:the\s+)?line\b[\s:#]*(?P<line>\d{1,9})(?![\w.-])", re.IGNORECASE)
_REMOVE_LINE: Final = re.compile(r"(?:remove|drop|delete)\s+line\s*#?(?P<line>\d{1,9})(?![\w.-])", re.IGNORECASE)
_QTY: Final = re.compile(
    r"(?::\s*|=\s*|(?:qty|quantity)\b[\s:=]*(?:to\s+)?)(?P<qty>-?\d{1,9})(?![\w.]|[-–]\d)", re.IGNORECASE
)
_SKU: Final = re.compile(r"sku\b[\s:=]*(?:to\s+)?(?P<sku>\S*[^\s,])", re.IGNORECASE)
_REMOVE: Final = re.compile(r"(?:remove|drop|delete)(?=[\s,]|$)", re.IGNORECASE)
_ADD: Final = re.compile(r"add\s+(?:sku\s+)?(?P<sku>\S*[^\s,])", re.IGNORECASE)
_PRICE: Final = re.compile(
    r"(?:price\b|at\b|@)[\s:=]*"
    r"(?P<price>(?:(?-i:[A-Z]{3})\s?)?-?\d+(?:[.,'’]\d+)*(?:\s?(?-i:[A-Z]{3})(?=[\s,]|$))?)(?!\w)",
    re.IGNORECASE,
)
_SHIP_BY: Final = re.compile(r"ship(?:[\s_-]?by)\b[\s:=]*(?P<date>\S*[^\s,])?", re.IGNORECASE)
_BEGINS: Final = re.compile(r"(?:line|remove|drop|delete|add|ship[\s_-]?by)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """`because` is everything behind what is to change: maybe a reason's code first, then the note.

    `said`: the word "because" itself stood before it.
    """

    order: str = ""
    edits: tuple[EditLine, ...] = ()
    adds: tuple[AddLine, ...] = ()
    ship_by: date | None = None
    because: str = ""
    said: bool = field(default=False, compare=False)

    @property
    def changes_something(self) -> bool:
        return bool(self.edits or self.adds or self.ship_by)


def change_words(text: str) -> ChangeWords:
    """Every part may be missing from the end. Raises NotUnderstood or NotADate."""
    order, rest = first_word(text)
    typed, words = Typed(rest), ChangeWords(order)
    while (more := _next(typed, words)) is not None:
        words = more
        if not _another(typed):
            break
    said, because = typed.said()
    if said and not because and not words.changes_something:
        raise NotUnderstood(f"What is to change? Write for example {EXAMPLE}, or `/change ORD-123` for the form.")
    return replace(words, because=said, said=because)


def _another(typed: Typed) -> bool:
    """A comma, then another change. Any other comma belongs to the note."""
    behind = typed.rest.lstrip(" ,")
    if not typed.rest.startswith(",") and not typed.rest.lower().startswith("and "):
        return False
    behind = behind[4:] if behind.lower().startswith("and ") else behind
    if not _BEGINS.match(behind):
        return False
    typed.rest = behind
    return True


def _next(typed: Typed, words: ChangeWords) -> ChangeWords | None:
    for pattern, read in _READERS:
        found = typed.take(pattern)
        if found:
            return read(typed, found, words)
    return None


def _line(typed: Typed, found: re.Match[str], words: ChangeWords) -> ChangeWords:
    line = int(found["line"])
    edit = before = EditLine(line)
    while (more := _edit(typed, edit)) is not None:
        edit = more
    if edit == before:
        raise NotUnderstood(f"What is to change on line {line}? Write `qty`, `sku` or `remove`, for example {EXAMPLE}.")
    return replace(words, edits=_merged(words.edits, edit))


def _edit(typed: Typed, edit: EditLine) -> EditLine | None:
    if found := typed.take(_QTY):
        return replace(edit, quantity=int(found["qty"]))
    if found := typed.take(_SKU):
        return replace(edit, sku=found["sku"])
    return replace(edit, remove=True) if typed.take(_REMOVE) else None


def _merged(edits: tuple[EditLine, ...], edit: EditLine) -> tuple[EditLine, ...]:
    """`line 2 qty 12, line 2 sku ABC-9` is one edit of line 2; the same field twice is left for the rules to refuse."""
    same = next((each for each in edits if each.line == edit.line), None)
    if same is None or (same.quantity is not None and edit.quantity is not None) or (same.sku and edit.sku):
        return (*edits, edit)
    quantity = edit.quantity if same.quantity is None else same.quantity
    both = EditLine(edit.line, quantity, same.sku or edit.sku, same.remove or edit.remove)
    return tuple(both if each is same else each for each in edits)


def _removed(typed: Typed, found: re.Match[str], words: ChangeWords) -> ChangeWords:  # noqa: ARG001
    return replace(words, edits=_merged(words.edits, EditLine(int(found["line"]), remove=True)))


def _added(typed: Typed, found: re.Match[str], words: ChangeWords) -> ChangeWords:
    quantity, price = typed.take(_QTY), typed.take(_PRICE)
    quantity = quantity or typed.take(_QTY)
    if quantity is None or price is None:
        raise NotUnderstood(f"A new line needs its quantity and the price of one unit, for example {ADD_EXAMPLE}.")
    line = AddLine(found["sku"], int(quantity["qty"]), price["price"])
    return replace(words, adds=(*words.adds, line))


def _ship_by(typed: Typed, found: re.Match[str], words: ChangeWords) -> ChangeWords:  # noqa: ARG001
    entered = found["date"] or ""
    try:
        return replace(words, ship_by=date.fromisoformat(entered))
    except ValueError:
        raise NotADate(entered) from None


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[Typed, re.Match[str], ChangeWords], ChangeWords]], ...]] = (
    (_REMOVE_LINE, _removed),
    (_LINE, _line),
    (_ADD, _added),
    (_SHIP_BY, _ship_by),
)
