"""Has sheets read whose time has come."""

from collections.abc import Callable
from typing import Final, Protocol

EVERY_SECONDS: Final = 20.0


class Pulls(Protocol):
    async def pull(self) -> int:
        """Begin the pulls that are due, each once however many processes ask; gives how many."""


async def pull(pulls: Pulls, wake: Callable[[], None]) -> int:
    """One round. Whoever imports here need not wait for its next look."""
    begun = await pulls.pull()
    if begun:
        wake()
    return begun
