"""A seal of the audit: where each chain stood, kept on the desk's own chain and shown to people outside."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

SEALED: Final = "audit.sealed"
_SHOWN: Final = re.compile(r"\s*(\d{1,12}):([0-9a-f]{64})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Seal:
    """Entry `seq` of the desk's chain, which lists the heads that had moved; `entries` in `chains` were there then."""

    seq: int
    hash: str
    entries: int = 0
    chains: int = 0
    at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def read(cls, shown: str) -> Self:
        """Raises ValueError."""
        found = _SHOWN.fullmatch(shown)
        if not found:
            raise ValueError(shown)
        return cls(int(found[1]), found[2].lower())
