"""Other systems and their keys: `rtk_<desk>_<secret>`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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


def is_person(actor: str) -> bool:
    return not actor.startswith(SYSTEM)


def shown(system: str) -> str:
    return f"{system} (API key)"


def system_name(actor: str) -> str | None:
    """The name of the system that acted; None for a member."""
    return actor.removeprefix(SYSTEM) if actor.startswith(SYSTEM) else None


@dataclass(frozen=True, slots=True)
class WriteKey:
    """A write that a system named with an Idempotency-Key. `fingerprint` is of everything that was sent."""

    caller: Caller
    key: str
    fingerprint: bytes

    @property
    def command_key(self) -> str:
        """Names the command in the desk's own transaction; see `workflows.commands.Origin.key`."""
        return f"api:{self.caller.key_id}:{self.key}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write was answered, as it can be given again."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


class KeyReused(Exception):
    """The same Idempotency-Key came before with something else."""


class UnderWay(Exception):
    """The same write is being done just now, by this process or another."""
