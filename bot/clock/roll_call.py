"""Asks Slack about everybody who holds a role, so that who has left or was demoted is known before the next click."""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from workflows.ports import Directory, Member

EVERY_SECONDS: Final = 900
PACE_SECONDS: Final = 1.0  # users.info allows about a hundred a minute for the whole workspace
AT_ONCE: Final = 20  # the first of a round: a new desk knows its people's names before the first card


class People(Protocol):
    async def not_checked_lately(self) -> tuple[tuple[str, str], ...]:
        """(desk, person) of the role holders whom Slack has not been asked about for some hours."""

    async def keep_member(self, desk_id: str, member: Member) -> None: ...


async def roll_call(people: People, directory: Directory, rest: Callable[[float], Awaitable[None]]) -> int:
    """One round. Gives how many answered; who did not is asked again in the next."""
    answered = 0
    for place, (desk_id, user_id) in enumerate(await people.not_checked_lately(), 1):
        member = await directory.look_up(desk_id, user_id)
        if member:
            await people.keep_member(desk_id, member)
            answered += 1
        if place >= AT_ONCE:
            await rest(PACE_SECONDS)
    return answered
