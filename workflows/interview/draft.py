"""An interview under way."""

from dataclasses import dataclass
from datetime import datetime

from workflows.interview.answers import Answers


@dataclass(frozen=True, slots=True)
class Draft:
    """`step` comes next. `odd`: what people wrote of odd cases. `version` counts saves; 0: not saved yet."""

    based_on: int
    answers: Answers
    odd: tuple[str, ...] = ()
    step: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A version that somebody applied while the interview went on."""

    version: int
    by: str
    at: datetime
    differences: tuple[str, ...]
