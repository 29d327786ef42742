"""How far each person has read: what came after counts as unread. Kept in memory only, as a badge is worth no more."""

from dataclasses import dataclass, field
from itertools import takewhile

from playground.slack.model import Message


@dataclass
class Reading:
    since: str
    """Everything up to here counts as read: when the page was started."""
    marks: dict[tuple[str, str], str] = field(default_factory=dict)

    def mark(self, user: str, channel: str, ts: str) -> None:
        self.marks[user, channel] = max(ts, self.mark_of(user, channel), key=float)

    def mark_of(self, user: str, channel: str) -> str:
        return self.marks.get((user, channel), self.since)

    def unread(self, user: str, channel: str, messages: list[Message]) -> list[Message]:
        mark = float(self.mark_of(user, channel))
        newest = takewhile(lambda one: float(one.ts) > mark, reversed(messages))
        return [one for one in newest if one.user != user]
