"""Has sheets read whose time has come."""

from typing import Final, Protocol

EVERY_SECONDS: Final = 20


class Pulls(Protocol):
    async def pull(self) -> int:
        """Begin the pulls that are due, each once however many processes ask; gives how many."""
