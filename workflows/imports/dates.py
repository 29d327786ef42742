"""Dates as spreadsheets and systems write them. What can be read in two ways is never guessed."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# 10:30 · 10:30:00.000 · 10:30 pm, and a zone: Z, UTC, +02:00, -0800. The day is the one that is written there.
TIME: Final = (
    r"(?:(?:T|,? +)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(?: ?[AaPp]\.?[Mm]\.?)?(?: ?[A-Za-z]{1,5})?(?: ?[+-][0-9]{2}:?[0-9]{2})?)?"
)
ISO: Final = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){TIME}")
# 1 Dec 2026, 01-Dec-2026, 1-Dec-26 · Dec 1, 2026
DAY_NAMED: Final = re.compile(
    rf"([0-9]{{1,2}})[ .-]+([a-z]{{3,9}})\.?[ ,-]+([0-9]{{2}}|[0-9]{{4}}){TIME}", re.IGNORECASE
)
MONTH_NAMED: Final = re.compile(rf"([a-z]{{3,9}})\.? ([0-9]{{1,2}}),? ([0-9]{{4}}){TIME}", re.IGNORECASE)
# 01.12.2026 has the day first wherever it is written; 01/12/2026 does not.
DOTS: Final = re.compile(rf"([0-9]{{1,2}})\.([0-9]{{1,2}})\.([0-9]{{2}}|[0-9]{{4}}){TIME}")
SLASHES: Final = re.compile(rf"([0-9]{{1,2}})([/-])([0-9]{{1,2}})\2([0-9]{{2}}|[0-9]{{4}}){TIME}")
COMPACT: Final = re.compile(r"((?:19|20)[0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])")
# Days since 1900, which the cell of a spreadsheet holds until it is shown as a date: about 1982 to 2091.
COUNTED: Final = re.compile(r"[3-6][0-9]{4}(?:\.[0-9]+)?")
NO_DATE: Final = "is not a date in the form 2026-12-01"
COUNTED_DAY: Final = f"{NO_DATE} but a spreadsheet's number for one: format the column as dates, and export it again"
TWO_WAYS: Final = "can be read in two ways; write dates like 2026-12-01, or say in a mapping if the day comes first"


@lru_cache(maxsize=4096)
def read_day(text: str, *, day_first: bool | None) -> date:
    """A day, without the time that may follow it. The words of the ValueError follow the value."""
    year, month, day = _parts(text, day_first)
    try:
        return date(year, month, day)
    except ValueError as none_such:
        raise ValueError(NO_DATE) from none_such


def day_comes_first(texts: Iterable[str]) -> bool | None:
    """How a file writes 03/04/2026, by those of its dates that leave no doubt; None where none does, or they differ."""
    found = {order for text in texts if (order := _order(text)) is not None}
    return found.pop() if len(found) == 1 else None


def is_two_way(text: str) -> bool:
    """Whether the day or the month may stand first, and it matters which."""
    found = SLASHES.fullmatch(text)
    return found is not None and found[1] != found[3] and max(int(found[1]), int(found[3])) <= 12


def _parts(text: str, day_first: bool | None) -> tuple[int, int, int]:
    if found := ISO.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4])
    if found := DOTS.fullmatch(text):
        return _year(found[3]), int(found[2]), int(found[1])
    if found := DAY_NAMED.fullmatch(text):
        return _year(found[3]), _month(found[2]), int(found[1])
    if found := MONTH_NAMED.fullmatch(text):
        return int(found[3]), _month(found[1]), int(found[2])
    if found := SLASHES.fullmatch(text):
        return _slashed(found, _order(text) if _order(text) is not None else day_first)
    if found := COMPACT.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    raise ValueError(COUNTED_DAY if COUNTED.fullmatch(text) else NO_DATE)


def _slashed(found: re.Match[str], day_first: bool | None) -> tuple[int, int, int]:
    first, second, year = int(found[1]), int(found[3]), _year(found[4])
    if day_first is None and first != second:
        raise ValueError(TWO_WAYS)
    return (year, second, first) if day_first else (year, first, second)


def _order(text: str) -> bool | None:
    """Whether the day stands first, where only one of the two numbers can be a month."""
    found = SLASHES.fullmatch(text)
    if not found or (int(found[1]) > 12) == (int(found[3]) > 12):
        return None
    return int(found[1]) > 12


def _year(text: str) -> int:
    return int(text) + 2000 if len(text) == 2 else int(text)


def _month(name: str) -> int:
    short = name[:3].casefold()
    if short not in MONTHS:
        raise ValueError(NO_DATE)
    return MONTHS.index(short) + 1
