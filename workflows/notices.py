"""A notice under way: what the worker that sends it holds, and the ways in which a send ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

# Slack takes about one message a second in a channel; replies and e-mails have their own limits, told by 429.
# While a Home tab rests, what happens meanwhile needs but one more drawing.
PACES: Final[Mapping[str, timedelta]] = {"slack": timedelta(seconds=1), "home": timedelta(seconds=1)}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice whose lane this worker holds until the lease ends.

    `attempts` and `unclear` count this send. `unclear` are the sends begun whose outcome nobody knows, so that 2 or
    more means that an earlier one may have arrived. `trying_for` is the time since the first send began.
    """

    desk_id: str
    id: int
    kind: str
    lane: str
    order_number: str
    request: int | None
    payload: dict[str, Any]
    trace: str
    attempts: int
    unclear: int
    created_at: datetime
    trying_for: timedelta
    token: str

    @property
    def key(self) -> str:
        """The same for every attempt, and for no other notice."""
        return f"{self.desk_id}/{self.id}"

    @property
    def channel_kind(self) -> str:
        """`slack`, `reply`, `home` or `email`."""
        return self.lane.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Sent:
    """`channel` and `ts` say where a Slack message stands; `facts` go into the audit."""

    channel: str = ""
    ts: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skipped:
    """There was nothing to send, or no way to send it; nobody need do anything."""

    reason: str


@dataclass(frozen=True, slots=True)
class Retry:
    """`definite`: it did certainly not arrive. `lane_wait`: nothing at all may go to this destination before."""

    after: timedelta
    error: str
    definite: bool
    lane_wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Dead:
    """Trying again would not help until somebody has changed something."""

    error: str
    definite: bool = True


Settlement = Sent | Skipped | Retry | Dead


def pace(claimed: Claimed, paces: Mapping[str, timedelta] = PACES) -> timedelta:
    """How long a lane rests after each of its messages."""
    return paces.get(claimed.channel_kind, timedelta())
