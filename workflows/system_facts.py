"""What a system may say of a line: units picked, packed and shipped."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from workflows.values import Line

STEPS: Final = ("picked", "packed", "shipped")


# What a caller may expect of an order instead of a version, which counts from 1.
ABSENT: Final = 0
THERE: Final = -1


class OrderNotThere(Exception):
    """The desk has no such order, or the order no such line."""


class VersionMoved(Exception):
    """The order is in another version than the one that was looked at."""


class Contradiction(Exception):
    """`field` cannot be true beside what is said of the rest; the message follows its value."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


class Moved(NamedTuple):
    picked: int
    packed: int
    shipped: int


def moved(line: Line, wanted: Mapping[str, int]) -> Moved | None:
    """Where the units of the line are now; None where that is nothing new. Raises Contradiction.

    Units that got to a step got to all before it, so a step that is not said goes along with the one after it.
    """
    shipped = wanted.get("shipped", line.shipped)
    packed = wanted.get("packed", max(line.packed, shipped))
    picked = wanted.get("picked", max(line.picked, packed))
    found = Moved(picked, packed, shipped)
    _check(found, line)
    return None if found == (line.picked, line.packed, line.shipped) else found


def _check(found: Moved, line: Line) -> None:
    """Units that were cancelled or changed away may have gone all the same; more than were ever ordered cannot."""
    most_ever = max(line.ordered, line.original)
    rules = (
        *((step, getattr(found, step), most_ever, "ordered") for step in reversed(STEPS)),
        ("packed", found.packed, found.picked, "picked"),
        ("shipped", found.shipped, found.packed, "packed"),
    )
    for step, count, most, of in rules:
        if count > most:
            raise Contradiction(f"quantity_{step}", f"{count} is more than the {most} {of}")
