"""`/hold ORD-1, ORD-2, ORD-3 credit waiting for the new limit`: order numbers joined by commas, then as for one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.slack.forms.parts import NOTE
from bot.slack.typed import hold_words
from bot.slack.typed_cancel import cancel_words
from bot.slack.typed_parts import NotUnderstood
from workflows.policy.model import Policy
from workflows.release_words import ReleaseWords
from workflows.values import Kind

# A number has a digit, so that the comma before a reason joins nothing; and a hold is no order.
_NUMBER: Final = r"(?!H-\d+(?:[\s,;]|$))(?=[^\s,;]*\d)[^\s,;]+"
_LIST: Final = re.compile(rf"({_NUMBER}(?:\s*[,;]\s*{_NUMBER})+)\s*[,;]?\s*(.*)", re.IGNORECASE | re.DOTALL)
TOO_LONG: Final = f"The form takes {NOTE:,} characters of order numbers, and these are more: type some of them later."
KINDS: Final = {"hold": Kind.PLACE_HOLD, "release": Kind.RELEASE_HOLD, "cancel": Kind.CANCEL}


@dataclass(frozen=True, slots=True)
class SeveralWords:
    """What goes into the form of several orders. `hold` is the code of a hold's reason."""

    orders: Sequence[str]
    reason: str = ""
    hold: str = ""
    note: str = ""
    until: date | None = None


def listed_orders(text: str) -> tuple[tuple[str, ...], str]:
    """The numbers at the beginning, if they are several, and what follows them."""
    found = _LIST.fullmatch(text)
    if not found:
        return (), text
    return tuple(dict.fromkeys(re.split(r"[\s,;]+", found[1]))), found[2]


def several_words(kind: Kind, orders: Sequence[str], rest: str, policy: Policy) -> SeveralWords:
    """A word that is no reason here belongs to the note. Raises NotADate and NotUnderstood."""
    if len("\n".join(orders)) > NOTE:  # a number that is cut off may be that of another order
        raise NotUnderstood(TOO_LONG)
    if kind is Kind.RELEASE_HOLD:
        said = ReleaseWords.of(rest, (), policy)
        held = policy.reason("hold", said.hold)
        return SeveralWords(orders, said.reason, held.code if held else "", said.note)
    if kind is Kind.CANCEL:
        return _cancel(orders, rest, policy)
    typed = hold_words(f"- {rest}")
    known = policy.reason("hold", typed.reason) if typed.reason else None
    note = typed.note if known else f"{typed.reason} {typed.note}".strip()
    return SeveralWords(orders, known.code if known else "", "", note, typed.until)


def _cancel(orders: Sequence[str], rest: str, policy: Policy) -> SeveralWords:
    typed = cancel_words(f"- {rest}")
    if typed.lines:
        raise NotUnderstood("Several orders are cancelled as a whole. Lines go one order at a time.")
    known = policy.reason("cancel", typed.reason) if typed.reason else None
    note = typed.note if known else f"{typed.reason} {typed.note}".strip()
    return SeveralWords(orders, known.code if known else "", "", note)
