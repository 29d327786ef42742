"""What people type behind the order number when they ask for a release."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.policy.model import Policy
from workflows.values import Hold


@dataclass(frozen=True, slots=True)
class ReleaseWords:
    """What a release names: the hold, the release reason and the note, typed in a row or from a form."""

    hold: str = ""
    reason: str = ""
    note: str = ""

    @classmethod
    def of(cls, words: str, holds: Sequence[Hold], policy: Policy) -> "ReleaseWords":
        """First a hold id or hold reason, then a release reason; the rest is the note. Both may be absent."""
        hold, rest = _take_hold(words.strip(), holds, policy)
        word, _, note = rest.partition(" ")
        reason = policy.reason("release", word) if word else None
        return cls(hold, reason.code, note.strip()) if reason else cls(hold, "", rest)


def _take_hold(words: str, holds: Sequence[Hold], policy: Policy) -> tuple[str, str]:
    word, _, rest = words.partition(" ")
    meant = named(word, holds, policy) or _reads_as_hold(word, policy)
    return (word, rest.strip()) if meant else ("", words)


def _reads_as_hold(word: str, policy: Policy) -> bool:
    """A hold id or hold reason is meant as one also when no such hold is open: never release another instead."""
    if word[:2].upper() == "H-" and word[2:].isdigit():
        return True
    return bool(word) and policy.reason("hold", word) is not None and policy.reason("release", word) is None


def named(word: str, holds: Sequence[Hold], policy: Policy) -> tuple[Hold, ...]:
    """The holds with this id or reason."""
    reason = policy.reason("hold", word)
    return tuple(
        hold for hold in holds if hold.name == word.upper() or (reason is not None and hold.reason == reason.code)
    )
