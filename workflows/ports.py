"""What the rules need from outside, as shapes. The store and the bot supply them; tests use fakes."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workflows.outcome import Outcome, Snapshot
from workflows.policy.model import Policy
from workflows.policy.people import People
from workflows.results import Result
from workflows.values import Hold, Order, Request, Standing


class Unavailable(Exception):
    """The store cannot be used just now; whether the last command was saved is not known."""


class PolicyMoved(Exception):
    """Another policy has been applied since the version that this one was made from; nothing is applied."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the policy is at version {version} by now")
        self.version = version


@dataclass(frozen=True, slots=True)
class Member:
    """A person as Slack last described them."""

    user_id: str
    name: str
    email: str
    timezone: str
    standing: Standing
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to lock and read: an order by its possible numbers, or the order of a request."""

    user_id: str
    numbers: tuple[str, ...] = ()
    request: int = 0
    key: str = ""
    other: str = ""  # somebody else whom the command names


@dataclass(frozen=True, slots=True)
class Loaded:
    """`policy_version` is 0 for a workspace without a desk; `earlier` is what the same command was answered before."""

    now: datetime
    policy_version: int
    member: Member | None
    order: Order | None
    holds: tuple[Hold, ...]
    requests: tuple[Request, ...]
    recent_refusals: frozenset[str]
    earlier: Result | None
    names: Mapping[str, str]
    open_calls: frozenset[str] = frozenset()  # as in Snapshot
    people_version: int = 0
    other: Member | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    request: int
    hold: int


class UnitOfWork(Protocol):
    """One transaction on one desk. Leaving it without `save` undoes everything."""

    async def load(self, wanted: Wanted) -> Loaded:
        """Lock the order, then read: later statements see what the lock waited for."""

    async def similar(self, numbers: Sequence[str]) -> tuple[str, ...]:
        """Existing order numbers that look like these, the closest first."""

    async def policy(self, version: int) -> Policy: ...

    async def people(self) -> People: ...

    async def save(self, outcome: Outcome, snapshot: Snapshot, *, key: str, trace: str) -> Numbers:
        """Write everything and commit."""


class Store(Protocol):
    def begin(self, desk_id: str) -> AbstractAsyncContextManager[UnitOfWork]: ...

    async def keep_member(self, desk_id: str, member: Member) -> None: ...


class Directory(Protocol):
    async def look_up(self, desk_id: str, user_id: str) -> Member | None:
        """Ask Slack who somebody is; None where it does not answer in time."""
