"""Single cells to values. A cell that cannot be one raises BadCell with the reason, a clause that follows the value."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Final

from workflows.formulas import meant
from workflows.imports.dates import read_day
from workflows.values import Stage

MOST_UNITS: Final = 1_000_000_000
MOST_MONEY: Final = 10**15  # minor units; sums over many orders stay inside a bigint
MOST_LINE: Final = 1_000_000
LONGEST: Final[Mapping[str, int]] = {
    "number": 60,
    "customer": 200,
    "ship_to": 200,
    "customer_email": 320,
    "sku": 120,
    "description": 500,
}
LONGEST_OTHER: Final = 80
EXACT: Final = ("sku", "key")  # where two values that were rounded to one would be taken for one
GONE_IN_PART: Final = "says that a part has gone and not how much: add the column of shipped quantities to the file"

WHOLE: Final = re.compile(r"([0-9]{1,18})(?:\.0{1,2})?")
# 1,234 · 1,234.00 and 1.234 · 1.234,00, with spaces and apostrophes in both, by the decimal sign.
COUNTS: Final[Mapping[str, re.Pattern[str]]] = {
    ".": re.compile(r"([0-9]{1,18}|[0-9]{1,3}(?:[, '’\u00a0\u202f][0-9]{3}){1,5})(?:\.0{1,6})?"),
    ",": re.compile(r"([0-9]{1,18}|[0-9]{1,3}(?:[. '’\u00a0\u202f][0-9]{3}){1,5})(?:,0{1,6})?"),
}
AMOUNTS: Final[Mapping[str, re.Pattern[str]]] = {
    ".": re.compile(r"-?(?:[0-9]*|[0-9]{1,3}(?:[, '’\u00a0\u202f][0-9]{3})+)(?:\.[0-9]+)?"),
    ",": re.compile(r"-?(?:[0-9]*|[0-9]{1,3}(?:[. '’\u00a0\u202f][0-9]{3})+)(?:,[0-9]+)?"),
}
TWO_MEANINGS: Final = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
# -3, (3), 3- and their kin, as long as they are not zero.
NEGATIVE: Final = re.compile(
    r"(?=.*[1-9])(?:[-−][ $€£¥]*[0-9][0-9.,' ]*|\([ $€£¥]*[0-9][0-9.,' ]*[ $€£¥]*\)|[0-9][0-9.,' ]*[-−])"
)
BELOW_ZERO: Final = "is below zero"
SIGNS: Final = "$€£¥"
# What a spreadsheet makes of a long number that was not kept as text: its last digits are gone.
SCIENTIFIC: Final = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+")
ROUNDED: Final = "was rounded by a spreadsheet: format the column as text, and export the file again"
# What sources say instead of a code, as far as it can mean one thing only.
CURRENCIES: Final[Mapping[str, str]] = {
    "usa": "USD",
    "us dollar": "USD",
    "euro": "EUR",
    "british pound": "GBP",
    "canadian dollar": "CAD",
    "australian dollar": "AUD",
    "japanese yen": "JPY",
}
# Everything that a CSV cell may hold and a card may not: control characters, what turns text around, and what is left
# of broken UTF-8.
UNREADABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
BROKEN: Final = re.compile(r"[\ud800-\udfff]")


class BadCell(Exception):
    """A value that cannot be taken. `column` is a field of `workflows.imports.shapes.FIELDS`."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


@dataclass(frozen=True)
class Rules:
    """What the desk's policy says about order files.

    `number` gives an order number as stored, or None. `minor` gives money as minor units; the words of its ValueError
    follow the amount. `literal`: no spreadsheet has touched the cells, so that none can have been rounded or marked.
    """

    number: Callable[[str], str | None]
    minor: Callable[[str, str], int]
    stages: Mapping[str, str] = field(default_factory=dict)
    number_form: str = ""
    literal: bool = False


UNKNOWN_STAGE: Final = "is not a stage that is known"


def words_of(*tables: Mapping[str, str]) -> Mapping[str, Stage]:
    """Stage words, any case. Our own are always understood, as everybody spells them; a later table wins."""
    own = {**{stage.value: stage for stage in Stage}, "canceled": Stage.CANCELLED}
    theirs = {fold(word): own[fold(ours)] for table in tables for word, ours in table.items() if fold(ours) in own}
    return {**own, **theirs}


def fold(word: str) -> str:
    return " ".join(word.casefold().split())


def readable(column: str, value: str) -> None:
    if found := UNREADABLE.search(value):
        raise BadCell(column, value, _unreadable(found[0]))


def _unreadable(character: str) -> str:
    if BROKEN.match(character):
        return "is not UTF-8, as the rest of the file is: save it again as CSV (UTF-8)"
    return f"contains the control character U+{ord(character):04X}"


def text(column: str, value: str, *, literal: bool = False) -> str:
    """A readable cell, single-spaced and bounded. What was marked as no formula is taken for what it was."""
    value = value if literal else meant(value)
    if len(value) > LONGEST.get(column, LONGEST_OTHER):
        raise BadCell(column, value, f"is longer than {LONGEST.get(column, LONGEST_OTHER)} characters")
    if column in EXACT and not literal and SCIENTIFIC.fullmatch(value):
        raise BadCell(column, value, ROUNDED)
    return " ".join(value.split())


@lru_cache(maxsize=4096)
def units(column: str, value: str, decimal: str = "") -> int:
    """A count of units: 12, also 12.0 as spreadsheets write it, and 1,234 where the decimal sign is known."""
    found = _counts(value, decimal)
    if len(found) != 1:
        raise BadCell(column, value, _not_a_count(value))
    if (count := found.pop()) > MOST_UNITS:
        raise BadCell(column, value, f"is more than {MOST_UNITS:,} units")
    return count


def _counts(value: str, decimal: str) -> set[int]:
    """All that it can mean."""
    if not decimal and TWO_MEANINGS.fullmatch(value):
        return set()
    found = (COUNTS[sign].fullmatch(value) for sign in decimal or ".,")
    return {int(re.sub("[^0-9]", "", each[1])) for each in found if each}


def _not_a_count(value: str) -> str:
    if not value:
        return "is missing"
    if NEGATIVE.fullmatch(value):
        return BELOW_ZERO
    if TWO_MEANINGS.fullmatch(value):
        return "can be read in two ways, as thousands or as a fraction; write units like 1234"
    return "is not a whole number of units"


def optional_units(column: str, value: str, decimal: str = "") -> int | None:
    return units(column, value, decimal) if value else None


def line_number(value: str) -> int:
    found = WHOLE.fullmatch(value)
    if not found or not 1 <= int(found[1]) <= MOST_LINE:
        raise BadCell("line", value, "is missing" if not value else "is not a line number (1, 2, 3 …)")
    return int(found[1])


def currency(value: str, rules: Rules) -> str:
    if not value:
        raise BadCell("currency", value, "is missing")
    code = CURRENCIES.get(fold(value), value.upper())
    try:
        rules.minor("1", code)
    except ValueError as problem:
        raise BadCell("currency", value, "is not a currency that is known (USD, EUR, JPY …)") from problem
    return code


def money(column: str, value: str, of: str, rules: Rules) -> int:
    if not value:
        raise BadCell(column, value, "is missing")
    if NEGATIVE.fullmatch(value.strip(SIGNS)):
        raise BadCell(column, value, BELOW_ZERO)
    try:
        amount = rules.minor(value.strip(SIGNS), of)
    except ValueError as problem:
        raise BadCell(column, value, str(problem)) from problem
    if not 0 <= amount <= MOST_MONEY:
        raise BadCell(column, value, BELOW_ZERO if amount < 0 else "is too large for an amount")
    return amount


def bounded(column: str, amount: int) -> int:
    """An amount that is made of others."""
    if amount > MOST_MONEY:
        raise BadCell(column, str(amount), "is too large for an amount")
    return amount


def worth(price: int, units: int) -> int:
    """The price, where so many units of it are an amount that can be stored."""
    bounded("unit_price", price * units)
    return price


def told_decimal(rules: Rules, decimal: str) -> Rules:
    """Rules that read amounts with this decimal sign and no other."""
    point = "point" if decimal == "." else "comma"

    @lru_cache(maxsize=8192)
    def minor(amount: str, currency: str) -> int:
        bare = amount.strip().removeprefix(currency).removesuffix(currency).strip()
        if not AMOUNTS[decimal].fullmatch(bare):
            raise ValueError(f"is not an amount with a decimal {point}, as the mapping says")
        whole, _, cents = bare.partition(decimal)
        return rules.minor(
            f"{re.sub('[^0-9-]', '', whole)}.{cents}" if cents else re.sub("[^0-9-]", "", whole), currency
        )

    return replace(rules, minor=minor)


def day(column: str, value: str, day_first: bool | None) -> date:
    try:
        return read_day(value, day_first=day_first)
    except ValueError as problem:
        raise BadCell(column, value, str(problem)) from problem


def stage(value: str, words: Mapping[str, Stage], prefix: re.Pattern[str], partly: Collection[str]) -> Stage:
    if found := words.get(value):
        return found
    word = fold(value)
    if found := words.get(word) or words.get(prefix.sub("", word)):
        return found
    if prefix.sub("", word) in partly:
        raise BadCell("status", value, GONE_IN_PART)
    known = ", ".join(filter(None, words))
    reason = f"{UNKNOWN_STAGE} ({known}); the policy's [stages] or a mapping can name it" if value else "is missing"
    raise BadCell("status", value, reason)
