"""Order numbers: what people type, what files hold, and the one form that is stored."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from workflows.policy.model import OrderNumberFormat
from workflows.policy.patterns import literal_prefixes

LONGEST: Final = 60
LONGEST_TEXT: Final = 12_000
MOST_FOUND: Final = 20
# Keyboards and copied text turn hyphens into dashes.
_DASHES: Final = {**dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")}
_PADDED: Final = re.compile(r"([^0-9]*)([0-9]+)")

# Slack writes a link as <address|text>, people and channels as <@U…> and <#C…|name>.
_MENTION: Final = re.compile(r"<[@#!][^<>]*>")
_LINK: Final = re.compile(r"<[^<>|]*\|([^<>]*)>")
_WORD: Final = re.compile(r"#?[^\W_](?:[\w.#/-]{0,58}[^\W_])?")
_PARTS: Final = re.compile(r"[/.]")
# Without a pattern: #1001, #SO-55 · ORD-123, SO_55, INV/2024/00001 · 112-1234567-1234567 · order 1001
_LIKELY: Final = re.compile(
    r"""(?<![\w#/-])(?:
        \#[A-Za-z]{0,8}[-_]?[0-9]{1,18}(?:[-_][0-9]{1,18}){0,3}
        |[A-Za-z]{2,8}[-_/][0-9]{2,18}(?:[-_/][0-9]{1,18}){0,3}
        |[0-9]{3}-[0-9]{7}-[0-9]{7}
        |(?:(?<=order\ )|(?<=Order\ ))[0-9]{3,18}
    )(?![\w/-])""",
    re.VERBOSE | re.ASCII,
)


class BadOrderNumber(Exception):
    """Its text is one sentence for the person who typed the number."""


def normalise(typed: str, fmt: OrderNumberFormat) -> str:
    """The form that is stored."""
    number = _tidied(typed, fmt)
    if not _matches(number, fmt):
        raise BadOrderNumber(_not_like(number, fmt))
    return number


def candidates(typed: str, fmt: OrderNumberFormat) -> tuple[str, ...]:
    """Every stored number that may be meant, as typed first: `123` is also `ORD-123` where numbers look like that."""
    number = _tidied(typed, fmt)
    completed = (_tidied(each, fmt) for prefix in _prefixes(fmt) for each in _completed(number, prefix))
    found = tuple(dict.fromkeys(each for each in (number, *completed) if _matches(each, fmt)))
    if not found:
        raise BadOrderNumber(_not_like(number, fmt))
    return found


def find_numbers(text: str, fmt: OrderNumberFormat) -> tuple[str, ...]:
    """Order numbers in a message, in order, each once, normalised; at most 20."""
    plain = _LINK.sub(r" \1 ", _MENTION.sub(" ", text[:LONGEST_TEXT])).translate(_DASHES)
    words = _by_pattern(plain, fmt) if fmt.pattern else (found[0] for found in _LIKELY.finditer(plain))
    found: dict[str, None] = {}
    for word in words:
        found |= dict.fromkeys(_normal(word, fmt))
        if len(found) >= MOST_FOUND:
            break
    return tuple(found)[:MOST_FOUND]


def _by_pattern(text: str, fmt: OrderNumberFormat) -> Iterator[str]:
    """Words that are a number as a whole, else those of their parts that are."""
    for word in _WORD.findall(text):
        yield from [word] if _normal(word, fmt) else _PARTS.split(word)


def _normal(word: str, fmt: OrderNumberFormat) -> tuple[str, ...]:
    try:
        return (normalise(word, fmt),)
    except BadOrderNumber:
        return ()


def _tidied(typed: str, fmt: OrderNumberFormat) -> str:
    if len(typed) > 4 * LONGEST:
        raise BadOrderNumber(_too_long())
    text = typed if typed.isascii() else _plain(typed)
    text = " ".join(text.split()).strip(fmt.strip + " ")
    text = _padded(text.upper() if fmt.uppercase else text, fmt.pad)
    if not text:
        raise BadOrderNumber(f"An order number is missing. Give one{_form(fmt)}.")
    if not text.isprintable():
        raise BadOrderNumber(f"That is not an order number: it contains characters that cannot be read{_form(fmt)}.")
    if len(text) > LONGEST:
        raise BadOrderNumber(_too_long())
    return text


def _plain(text: str) -> str:
    """Full-width digits, dashes for hyphens and invisible characters, as keyboards and copying leave them."""
    text = unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES)
    return "".join(each for each in text if unicodedata.category(each) != "Cf")


def _padded(number: str, digits: int) -> str:
    """Only where one run of digits ends the number; anything else has no place for zeros."""
    found = _PADDED.fullmatch(number) if digits else None
    return found[1] + found[2].zfill(digits) if found else number


def _completed(number: str, prefix: str) -> tuple[str, ...]:
    """`123` and `ORD123` with the beginning that the pattern asks for."""
    letters = prefix.rstrip("-_/. ")
    rest = number.removeprefix(letters).lstrip("-_/. ") if letters else number
    return tuple(prefix + each for each in (number, rest) if each and not each.startswith(prefix))


def _matches(number: str, fmt: OrderNumberFormat) -> bool:
    return fmt.pattern is None or _compiled(fmt.pattern).fullmatch(number) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


@lru_cache(maxsize=1024)
def _literal(pattern: str) -> tuple[str, ...]:
    return literal_prefixes(pattern)


def _prefixes(fmt: OrderNumberFormat) -> tuple[str, ...]:
    return _literal(fmt.pattern) if fmt.pattern else ()


def _not_like(number: str, fmt: OrderNumberFormat) -> str:
    return f"“{number}” is not an order number of this desk{_form(fmt)}."


def _form(fmt: OrderNumberFormat) -> str:
    """What numbers look like, as far as people can read it."""
    prefixes = _prefixes(fmt)
    return f"; they begin with {' or '.join(prefixes)}" if prefixes else ""


def _too_long() -> str:
    return f"That is not an order number: it is longer than {LONGEST} characters."
