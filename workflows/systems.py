"""Other systems and their keys: `rtk_<desk>_<secret>`."""

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

Scope = Literal["orders:write", "gate:read", "exports:read", "audit:read"]
SCOPES: Final[tuple[str, ...]] = get_args(Scope)
LONGEST_NAME: Final = 60
SYSTEM: Final = "key:"
_KEY: Final = re.compile(r"rtk_([A-Z0-9]{1,32})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Caller:
    """The system behind a key that is good. Everything it asks for is about its own desk."""

    desk_id: str
    key_id: int
    name: str
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        """As in the audit and in `requested_by`, where members have their Slack user id."""
        return f"{SYSTEM}{self.name}"


def key_for(desk_id: str, secret: str) -> str:
    return f"rtk_{desk_id}_{secret}"


def desk_of(key: str) -> str | None:
    """The desk that a key says it belongs to; None for what cannot be a key."""
    found = _KEY.fullmatch(key)
    return found[1] if found else None


def system_name(actor: str) -> str | None:
    """The name of the system that acted; None for a member."""
    return actor.removeprefix(SYSTEM) if actor.startswith(SYSTEM) else None
