"""The kinds of value that stand in a policy: readable text, durations, amounts."""

import re
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    SerializationInfo,
    StrictBool,
    StringConstraints,
)

# Control characters, line separators, what turns text around, and lone surrogates: nothing that a card can show.
UNREADABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PERIOD: Final = re.compile(r"([0-9]{1,4})([mhdw])")
_UNITS: Final = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}
LONGEST_PERIOD: Final = timedelta(days=366)
NEVER: Final = "never"
MOST_AMOUNT: Final = 10**12
T = TypeVar("T")


def readable(value: str) -> str:
    if found := UNREADABLE.search(value):
        raise ValueError(f"contains the character U+{ord(found[0]):04X}, which nobody can read. Take it out")
    return value


def folded(text: str) -> str:
    """Words that people take for the same."""
    return " ".join(text.casefold().split())


def unique(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def listed(value: Any) -> Any:
    """One word may stand for a list of one."""
    return [value] if isinstance(value, str) else value


def period(value: Any) -> timedelta | None:
    """`2h`, `1d`, `never` (None)."""
    if value is None or value == NEVER:
        return None
    found = _PERIOD.fullmatch(value) if isinstance(value, str) else None
    if found:
        value = timedelta(**{_UNITS[found[2]]: int(found[1])})
    length = value if isinstance(value, timedelta) else None
    if length is None:
        raise ValueError('must be a duration in quotes: "30m", "2h", "1d", "7d" or "never"')
    if not timedelta() < length <= LONGEST_PERIOD or length % timedelta(minutes=1):
        raise ValueError('must be from "1m" to "366d", or "never"')
    return length


def show_period(length: timedelta | None) -> str:
    """The shortest way to write it: two days are `2d`, not `48h`."""
    if length is None:
        return NEVER
    whole = (("d", timedelta(days=1)), ("h", timedelta(hours=1)))
    letter, unit = next(((letter, unit) for letter, unit in whole if not length % unit), ("m", timedelta(minutes=1)))
    return f"{length // unit}{letter}"


def amount(value: Any) -> Decimal:
    """Major units. A number in the file; text in the store, where a fraction must not become a binary one."""
    try:
        number = Decimal(value) if isinstance(value, int | str | Decimal) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise ValueError("must be an amount in major units: 5000 or 5000.50")
    if not 0 <= number <= MOST_AMOUNT or number != round(number, 4):
        raise ValueError(f"must be an amount from 0 to {MOST_AMOUNT:,} with at most four decimals")
    return number.normalize() + 0


def stored_amount(value: Decimal, info: SerializationInfo) -> int | str | Decimal:
    if value == value.to_integral_value():
        return int(value)
    return f"{value:f}" if info.mode == "json" else value


Flag = StrictBool
Word = Annotated[str, StringConstraints(max_length=40), AfterValidator(readable)]
Text = Annotated[str, StringConstraints(max_length=75), AfterValidator(readable)]  # a menu option of Slack holds 75
Address = Annotated[str, StringConstraints(max_length=320), AfterValidator(readable)]
Link = Annotated[str, StringConstraints(max_length=2000), AfterValidator(readable)]
Words = Annotated[tuple[Word, ...], Field(max_length=500), AfterValidator(unique)]
Texts = Annotated[tuple[Text, ...], Field(max_length=500), AfterValidator(unique)]
Addresses = Annotated[tuple[Address, ...], Field(max_length=50), AfterValidator(unique)]
WordOrWords = Annotated[Words, BeforeValidator(listed)]
TextOrTexts = Annotated[Texts, BeforeValidator(listed)]
Period = Annotated[timedelta | None, PlainValidator(period), PlainSerializer(show_period)]
Amount = Annotated[Decimal, PlainValidator(amount), PlainSerializer(stored_amount)]
