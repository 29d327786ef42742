"""What the newest order file says about the desk: its words for stages, its numbers, how it was read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from workflows.policy.fields import folded
from workflows.policy.model import Policy
from workflows.values import Stage

MOST_SHAPES: Final = 4
_PIECES: Final = re.compile(r"(\d+)")
_SIGNS: Final = re.compile(r"[\\.^$*+?{}\[\]|()]")  # that mean something else in a pattern


@dataclass(frozen=True, slots=True)
class LastFile:
    """`words` stood for stages in rows that were refused. `numbers` are some of the desk's orders.

    `preset`: the preset or saved mapping that read it; of a mapping also its `decimal` sign, `currency`, and whether
    the day comes first in its dates, None where nothing says so.
    """

    name: str
    at: datetime
    preset: str
    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    decimal: str = ""
    currency: str = ""
    day_first: bool | None = None


def unknown_words(policy: Policy, file: LastFile | None) -> tuple[str, ...]:
    """Those that the policy explains by now are known."""
    known = {folded(stage.value) for stage in Stage} | set(map(folded, policy.stages))
    return tuple(word for word in (file.words if file else ()) if folded(word) not in known)


def pattern_of(numbers: Iterable[str]) -> str:
    """One pattern that all of these fit; "" where they have too many shapes for that."""
    shapes = sorted({_shape(number) for number in numbers})
    return "|".join(shapes) if len(shapes) <= MOST_SHAPES else ""


def _shape(number: str) -> str:
    return "".join(r"\d+" if each.isdecimal() else _SIGNS.sub(r"\\\g<0>", each) for each in _PIECES.split(number))


def formats_of(file: LastFile) -> tuple[str, ...]:
    """How the file's numbers and dates are read, as far as a mapping says so."""
    said = {
        ",": "a comma stands before the cents",
        ".": "a point stands before the cents",
    }
    days = {True: "03/04 is the 3rd of April", False: "03/04 is the 4th of March"}
    found = (
        said.get(file.decimal, ""),
        days[file.day_first] if file.day_first is not None else "",
        f"prices are in {file.currency}" if file.currency else "",
    )
    return tuple(each for each in found if each)
