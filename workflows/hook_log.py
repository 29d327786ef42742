"""What the delivery log tells of calls to other systems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, get_args

State = Literal["waiting", "sent", "accepted", "failed", "unknown"]
STATES: Final[tuple[State, ...]] = get_args(State)
ACCEPTED: Final = "is a refund that was accepted: it is not sent again"
UNKNOWN: Final = "is not the id of a call of this desk"


@dataclass(frozen=True, slots=True)
class HookEntry:
    """`id` is the call's `webhook-id`; `hold` is 0 for what is not about a hold."""

    id: str
    endpoint: str
    type: str
    request: int
    hold: int
    order: str
    state: str
    attempts: int
    error: str
    created_at: datetime
    tried_at: datetime | None
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """Ids that will be sent again, and why the others will not."""

    again: tuple[str, ...]
    refused: Mapping[str, str]


class Log(Protocol):
    async def page(
        self,
        desk_id: str,
        *,
        endpoint: str | None = None,
        states: Sequence[str] | None = None,
        request: int | None = None,
        after: str | None = None,
        most: int = 50,
    ) -> Sequence[HookEntry]:
        """The newest first. `after`: the id of the last one of the page before."""

    async def one(self, desk_id: str, webhook_id: str) -> HookEntry | None: ...

    async def replay(self, desk_id: str, ids: Sequence[str], *, actor: str) -> Replayed:
        """Send these again now, each with its own id and bytes. A refund that was accepted is not."""
