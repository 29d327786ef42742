"""Has the digest of each workday written when its time has come."""

from collections.abc import Callable
from typing import Final, Protocol

EVERY_SECONDS: Final = 30.0


class Digests(Protocol):
    async def begin(self) -> int:
        """Write the notices of every digest that is due, each once however many processes ask; gives how many."""


async def digest(digests: Digests, wake: Callable[[], None]) -> int:
    """One round. Whoever delivers here need not wait for its next look."""
    begun = await digests.begin()
    if begun:
        wake()
    return begun
