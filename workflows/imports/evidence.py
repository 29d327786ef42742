"""What the cells of a column tell about how dates and numbers are written in it."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from workflows.imports.dates import day_comes_first, is_two_way

# A sign with other than three digits behind it, or with the other sign before it, can only be the decimal sign.
COMMA: Final = re.compile(r"[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{1,3}(?:[. '’\u00a0\u202f][0-9]{3})+,[0-9]+")
POINT: Final = re.compile(r"[0-9]*\.(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{1,3}(?:[, '’\u00a0\u202f][0-9]{3})+\.[0-9]+")
TWO_WAYS: Final = re.compile(r"[0-9]{1,3}[.,][0-9]{3}")
AROUND: Final = " $€£¥()-+ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SIGNS: Final = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}


def two_way_dates(texts: Sequence[str]) -> str:
    """A date of these that can be read in two ways while none of the others tells; empty where there is none."""
    if day_comes_first(texts) is not None:
        return ""
    return next((text for text in texts if is_two_way(text)), "")


def decimal_sign(amounts: Iterable[str]) -> tuple[str, str]:
    """The sign that all of these agree on, else empty; and one that could be read in two ways."""
    bare = [amount.strip(AROUND) for amount in amounts]
    signs = {sign for sign, form in ((",", COMMA), (".", POINT)) if any(map(form.fullmatch, bare))}
    doubtful = next((amount for amount in bare if TWO_WAYS.fullmatch(amount)), "")
    return (signs.pop(), "") if len(signs) == 1 else ("", "" if signs else doubtful)


def first_sign(amounts: Iterable[str]) -> str:
    """The currency whose sign stands in these amounts."""
    return next((SIGNS[letter] for amount in amounts for letter in amount if letter in SIGNS), "")
