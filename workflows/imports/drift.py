"""Which of our committed changes a file shows: taken over, not taken over, or not to be told from it.

The file says how many units of a line remain (ordered less cancelled), which article it is and when the order ships.
A change is taken over where that is what we made it, or what a later change of ours made of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from workflows.imports.report import Heard

TAKEN: Final = "taken_over"
NOT_TAKEN: Final = "not_taken_over"
CANNOT_TELL: Final = "cannot_tell"
CANCELLED: Final = "cancellation.approved"
CHANGED: Final = "change.approved"
# Fields of a file that say how many units of a line were cancelled, and those that say it of a whole line.
CANCEL_COLUMNS: Final = frozenset({"cancelled", "to_ship", "refunded"})
STATUS_COLUMNS: Final = frozenset({"status", "cancelled_at"})


@dataclass(frozen=True, slots=True)
class Committed:
    """A committed change; `facts` as `status_changes` keeps them, `id` in the order in which they were committed."""

    id: int
    kind: str
    request: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OurLine:
    """As it is stored before the file is merged. `ours`: what the source had not taken over by then."""

    key: str
    line: int
    sku: str
    ordered: int
    cancelled: int
    ours: Mapping[str, Any]

    @property
    def remaining(self) -> int:
        return self.ordered - self.cancelled

    @property
    def source(self) -> tuple[str, int]:
        """The article and quantity that the source gave it."""
        return self.ours.get("sku", [self.sku])[0], self.ours.get("ordered", [self.ordered])[0]


@dataclass(frozen=True, slots=True)
class TheirLine:
    key: str
    sku: str
    ordered: int
    cancelled: int

    @property
    def remaining(self) -> int:
        return self.ordered - self.cancelled


@dataclass(frozen=True, slots=True)
class Books:
    """One order as we have it and as the file has it. `columns` are the fields that the file has."""

    ours: Mapping[str, OurLine]
    theirs: Mapping[str, TheirLine]
    ship_by: date | None
    columns: frozenset[str]


def heard(changes: Sequence[Committed], books: Books) -> dict[int, Heard]:
    """By the changes' ids; `changes` are all of one order that no earlier file had taken over."""
    return {
        change.id: _all_of(list(_parts(change, [each for each in changes if each.id > change.id], books)))
        for change in changes
    }


def _all_of(parts: Sequence[Heard]) -> Heard:
    return next((heard for heard in (NOT_TAKEN, CANNOT_TELL) if heard in parts), TAKEN)


def _parts(change: Committed, later: Sequence[Committed], books: Books) -> Iterable[Heard]:
    lines = change.facts.get("lines", ())
    if change.kind == CANCELLED:
        return [_cancelled(line, later, books) for line in lines]
    found = [_changed(line, later, books) for line in lines]
    found += [_added(f"R-{change.request}/{place}", line, books) for place, line in _places(change)]
    return [*found, *_dates(change.facts.get("ship_by"), books)]


def _places(change: Committed) -> Iterable[tuple[int, Mapping[str, Any]]]:
    return enumerate(change.facts.get("added", ()), 1)


def _cancelled(line: Mapping[str, Any], later: Sequence[Committed], books: Books) -> Heard:
    ours, theirs = books.ours.get(line["key"]), books.theirs.get(line["key"])
    if theirs is None or ours is None:
        return TAKEN  # a line that is not there has no units to be cancelled
    left = ours.remaining - sum(_since(line["key"], later))
    cancels = [each for each in later if each.kind == CANCELLED]
    cancelled = ours.ours.get("cancelled", ours.cancelled) + sum(_since(line["key"], cancels))
    if theirs.remaining <= left or (theirs.cancelled and theirs.cancelled >= cancelled):
        return TAKEN
    tells = CANCEL_COLUMNS | (STATUS_COLUMNS if left == 0 else frozenset())
    return NOT_TAKEN if tells & books.columns else CANNOT_TELL


def _changed(line: Mapping[str, Any], later: Sequence[Committed], books: Books) -> Heard:
    theirs = books.theirs.get(line["key"])
    renamed = line["new_sku"] != line["sku"]
    if theirs is None:
        moved = any(each.sku == line["new_sku"] for each in books.theirs.values())
        return TAKEN if line["after"] == 0 or (renamed and moved) else NOT_TAKEN
    if renamed and "sku" not in books.columns:
        return CANNOT_TELL
    if renamed and theirs.sku != line["new_sku"] and not _renamed_since(line["key"], later, theirs.sku):
        return NOT_TAKEN
    if line["after"] == line["before"]:
        return TAKEN
    return TAKEN if theirs.remaining in _reached(line["after"], _since(line["key"], later)) else NOT_TAKEN


def _reached(after: int, deltas: Iterable[int]) -> set[int]:
    """What the line came to by this change, and by each one after it."""
    found = [after]
    for delta in deltas:
        found.append(found[-1] + delta)
    return set(found)


def _since(key: str, later: Iterable[Committed]) -> Iterable[int]:
    """By how many units later changes moved what remains of a line."""
    for change in later:
        for line in change.facts.get("lines", ()):
            if line["key"] == key:
                yield -line["units"] if change.kind == CANCELLED else line["after"] - line["before"]


def _renamed_since(key: str, later: Iterable[Committed], sku: str) -> bool:
    lines = (line for change in later if change.kind == CHANGED for line in change.facts.get("lines", ()))
    return any(line["key"] == key and line["new_sku"] == sku for line in lines)


def _added(key: str, line: Mapping[str, Any], books: Books) -> Heard:
    """Our line is theirs once they have one more of its kind than before: the same rule as when files are merged."""
    ours = books.ours.get(key)
    if ours is None:
        return TAKEN
    kind = (line["sku"], ours.ordered)
    had = sum(each.source == kind for each in books.ours.values() if "added" not in each.ours or each.line < ours.line)
    have = sum((each.sku, each.ordered) == kind for each in books.theirs.values())
    return TAKEN if have > had else NOT_TAKEN


def _dates(ship_by: Mapping[str, Any] | None, books: Books) -> list[Heard]:
    if not ship_by:
        return []
    if "ship_by" not in books.columns:
        return [CANNOT_TELL]
    return [TAKEN if books.ship_by == date.fromisoformat(ship_by["after"]) else NOT_TAKEN]


def what(change: Committed) -> str:
    """The change in a few words: `cancel 2 of LMP-100 (line 1)`."""
    if change.kind == CANCELLED:
        said = [f"cancel {line['units']} of {_named(line)}" for line in change.facts["lines"]]
    else:
        said = [each for line in change.facts.get("lines", ()) for each in _line_words(line)]
        said += [f"add {line['quantity']} of {line['sku']}" for line in change.facts.get("added", ())]
        said += [f"ship by {change.facts['ship_by']['after']}"] if change.facts.get("ship_by") else []
    more = [f"{len(said) - MOST} more"] if len(said) > MOST else []
    return ", ".join([*said[:MOST], *more])


def _line_words(line: Mapping[str, Any]) -> Iterable[str]:
    if line["after"] != line["before"]:
        yield f"{_named(line)} from {line['before']} to {line['after']}"
    if line["new_sku"] != line["sku"]:
        yield f"{_named(line)} becomes {line['new_sku']}"


def _named(line: Mapping[str, Any]) -> str:
    return f"{line['sku'] or line.get('description', '')} (line {line['line']})"


MOST: Final = 3
