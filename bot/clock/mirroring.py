"""Asks Slack who is in the user groups that policies name: events may be missed while nobody listens."""

from collections.abc import Sequence
from typing import Final, Protocol

EVERY_SECONDS: Final = 3600.0


class Groups(Protocol):
    async def wanted(self) -> Sequence[tuple[str, str]]:
        """(desk, user group) of every group that a policy names."""

    async def members(self, desk_id: str, group: str) -> Sequence[str] | None:
        """As Slack lists them; None where it does not answer, or has no such group."""

    async def mirror(self, desk_id: str, group: str, users: Sequence[str]) -> None: ...


async def mirror(groups: Groups) -> int:
    """One round; gives how many groups Slack told of. A group that Slack does not tell of stays as it is."""
    told = 0
    for desk_id, group in await groups.wanted():
        members = await groups.members(desk_id, group)
        if members is not None:
            await groups.mirror(desk_id, group, members)
            told += 1
    return told
