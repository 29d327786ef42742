"""Reading what stands behind an order number, piece by piece from the left."""

import re
from collections.abc import Iterable
from typing import Final

MOST_LINES: Final = 1000  # that one request names
_JOINED: Final = re.compile(r"\s*(?:,|\band\b)\s*", re.IGNORECASE)
_BECAUSE: Final = re.compile(r"\s*,?\s*because\b[:,]?\s*", re.IGNORECASE)


class NotUnderstood(Exception):
    """What was typed cannot be read; the text is the sentence for the person who typed it, in mrkdwn."""


class Typed:
    """Text that is eaten from the left."""

    def __init__(self, text: str) -> None:
        self.rest = text.strip()

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What the text begins with, taken off it."""
        found = pattern.match(self.rest)
        if found:
            self.rest = self.rest[found.end() :].lstrip()
        return found

    def joined(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The same behind a comma, which stays where something else follows it."""
        before = self.rest
        found = self.take(pattern) if self.take(_JOINED) else None
        if found is None:
            self.rest = before
        return found

    def said(self) -> tuple[str, bool]:
        """What is left, and whether it follows `because`."""
        found = _BECAUSE.match(self.rest)
        rest = self.rest[found.end() :] if found else self.rest.lstrip(" ,")
        return rest.strip(), found is not None


def line_range(first: str, last: str | None) -> Iterable[int]:
    """`3` and `1-3`."""
    begin, end = int(first), int(last or first)
    if end < begin or end - begin >= MOST_LINES:
        raise NotUnderstood(f"Lines {begin} to {end} cannot be read. Write for example `lines 1-3`.")
    return range(begin, end + 1)
