"""Patterns of order numbers: which ones are safe to run on what strangers type, and which text they begin with."""

import re
import warnings
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

LONGEST: Final = 200
MOST_REPEATS: Final = 3  # 60 characters can be shared out among them in 30,000 ways at most
MOST_OPTIONAL: Final = 4
_SPECIAL: Final = frozenset(".^$*+?{}[]()|\\")
_CLASS: Final = r"\[\^?\]?(?:\\.|[^\]\\])*\]"
_TOKEN: Final = re.compile(rf"\\.|{_CLASS}|\(\?:|\(\?|[()|]|(?P<repeat>[*+?]|\{{[0-9]*,?[0-9]*\}})[?+]?|.", re.DOTALL)


def problem_of(pattern: str) -> str | None:
    """Why this pattern is refused, as the end of a sentence, or None."""
    if len(pattern) > LONGEST:
        return f"is longer than {LONGEST} characters"
    return _does_not_compile(pattern) or _too_much(pattern)


def literal_prefixes(pattern: str) -> tuple[str, ...]:
    r"""`ORD-` of `ORD-\d+`; one for each alternative of a pattern without groups."""
    tokens = list(_TOKEN.finditer(pattern.removeprefix("^")))
    grouped = any(token[0][0] == "(" for token in tokens)
    ends = [at for at, token in enumerate(tokens) if token[0] == "|" and not grouped]
    starts = [0, *(at + 1 for at in ends)]
    alternatives = [tokens[start:end] for start, end in zip(starts, [*ends, len(tokens)], strict=True)]
    return tuple(dict.fromkeys(prefix for prefix in map(_prefix, alternatives) if prefix))


def _does_not_compile(pattern: str) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern, re.ASCII)
    except (re.error, FutureWarning, DeprecationWarning, OverflowError, RecursionError) as error:
        return f"is not a regular expression ({str(error)[:100]})"
    return None


def _too_much(pattern: str) -> str | None:
    """Order numbers need no more than this, and a pattern that needs more can take minutes on a short text."""
    tokens = list(_TOKEN.finditer(pattern))
    if any(token[0] == "(?" or re.match(r"\\[0-9]", token[0]) for token in tokens):
        return "uses a lookahead, a flag, a name or a back-reference; plain groups and (?:…) are enough"
    repeats = [token["repeat"] for token in tokens if token["repeat"]]
    if repeats.count("?") > MOST_OPTIONAL or len(repeats) - repeats.count("?") - _exact(repeats) > MOST_REPEATS:
        return f"repeats too much: at most {MOST_REPEATS} of * + {{m,n}} and {MOST_OPTIONAL} of ?"
    if any(repeat != "?" for repeat in _repeats_of_groups(tokens)):
        return "repeats a group; write the parts out"
    return None


def _exact(repeats: list[str]) -> int:
    return sum(repeat.startswith("{") and "," not in repeat for repeat in repeats)


def _repeats_of_groups(tokens: list[re.Match[str]]) -> Iterator[str]:
    for token, following in pairwise(tokens):
        if token[0] == ")" and following["repeat"]:
            yield following["repeat"]


def _prefix(tokens: list[re.Match[str]]) -> str:
    text = ""
    for token in tokens:
        if token["repeat"]:
            return text[:-1]  # what stands before it may be absent
        letter = _letter(token[0])
        if letter is None:
            return text
        text += letter
    return text


def _letter(token: str) -> str | None:
    """What a token stands for where it stands for itself alone: `O`, and `.` for an escaped point."""
    if token[0] == "\\":
        return token[1] if len(token) == 2 and not token[1].isalnum() else None
    return token if len(token) == 1 and token not in _SPECIAL else None
