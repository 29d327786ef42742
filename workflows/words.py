"""How sentences are put together without knowing where they will be read: in Slack, in an e-mail or on a terminal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Words(Protocol):
    def member(self, user_id: str) -> str:
        """A person, named or mentioned."""

    def text(self, value: str) -> str:
        """Anything typed or imported by somebody, made safe for the place where it is read."""

    def strong(self, value: str) -> str:
        """Safe text that stands out."""

    def when(self, at: datetime) -> str:
        """A moment, in the reader's own time where the place allows it."""


def listed(parts: Sequence[str], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def units(count: int) -> str:
    return f"{count} unit" if count == 1 else f"{count} units"
