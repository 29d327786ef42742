"""Cells that a spreadsheet would run, in the files that we write and read."""

import re
from typing import Final

FORMULA: Final = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
MARK: Final = "'"


def harmless(text: str) -> str:
    """Text that no spreadsheet runs: what begins like a formula, spaces aside, gets a leading apostrophe."""
    return f"{MARK}{text}" if FORMULA.match(text) else text


def meant(text: str) -> str:
    """The text that `harmless` made this of."""
    return text[1:] if text.startswith(MARK) and FORMULA.match(text[1:]) else text
