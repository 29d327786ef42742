"""What people type behind a slash command."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

MOST: Final = 4000
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " "})
# Keyboards turn two hyphens into a dash.
_PREVIEW: Final = re.compile(r"(?:^|\s)(?:--|[–—])preview$", re.IGNORECASE)
_UNTIL: Final = re.compile(r"^until\s+(\S+)\s*(.*)$", re.IGNORECASE | re.DOTALL)


class NotADate(Exception):
    def __init__(self, typed: str) -> None:
        said = f"“{typed[:40]}” is not a date." if typed else "The date is missing."
        super().__init__(f"{said} Write it as year-month-day, for example 2026-12-01.")


@dataclass(frozen=True, slots=True)
class HoldWords:
    order: str = ""
    reason: str = ""
    until: date | None = None
    note: str = ""


def tidy(text: str) -> str:
    """Text as it was meant: Slack's three entities undone once, quotes straight, nothing that cannot be stored."""
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, character)
    text = text.translate(_QUOTES).encode("utf-8", "replace").decode()
    return " ".join("".join(each if each.isprintable() or each.isspace() else " " for each in text).split())[:MOST]


def first_word(text: str) -> tuple[str, str]:
    word, _, rest = text.partition(" ")
    return word, rest.strip()


def without_preview(text: str) -> tuple[str, bool]:
    """The text before `--preview`, and whether that stood at its end."""
    found = _PREVIEW.search(text)
    return (text[: found.start()], True) if found else (text, False)


def hold_words(text: str) -> HoldWords:
    """`ORD-123 credit until 2026-12-01 waiting for wire`; every part may be missing from the end."""
    order, rest = first_word(text)
    reason, rest = ("", rest) if _UNTIL.match(rest) else first_word(rest)
    until, note = _until(rest)
    return HoldWords(order, reason, until, note)


def _until(text: str) -> tuple[date | None, str]:
    found = _UNTIL.match(text)
    if not found:
        return None, text
    try:
        return date.fromisoformat(found[1]), found[2]
    except ValueError:
        raise NotADate(found[1]) from None
