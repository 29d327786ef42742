"""Throws away what nobody needs any more. The audit, requests and holds stay for ever."""

from typing import Final, Protocol

EVERY_SECONDS: Final = 3600


class Attic(Protocol):
    async def tidy(self) -> int:
        """Remove arrivals and delivered notices past their time; gives how many. Several processes may do it."""
