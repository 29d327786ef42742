"""Has an e-mail written where Slack does not take a card, and the admins told which channel to mend."""

from collections.abc import Callable
from typing import Final, Protocol

EVERY_SECONDS: Final = 30.0


class Stranded(Protocol):
    async def tell(self) -> int:
        """Write the notices about what is newly stranded, once however many processes ask; gives how many."""


async def fall_back(stranded: Stranded, wake: Callable[[], None]) -> int:
    """One round. Whoever delivers here need not wait for its next look."""
    told = await stranded.tell()
    if told:
        wake()
    return told
