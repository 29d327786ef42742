"""What people ask of the desk. Text is as typed; the rules make sense of it."""

from dataclasses import dataclass, field
from datetime import date

from workflows.transitions import Action


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a command came from, and how its words go back.

    What the caller cannot say at once becomes a notice: a typed command can say anything, a form only why it refuses,
    a click nothing. `replaces`: the words take the place of the private message that was clicked.
    """

    channel: str = ""
    response_url: str = ""
    says_done: bool = True
    says_refused: bool = True
    replaces: bool = False
    trace: str = ""
    key: str = ""  # the same key is the same command: it happens once


@dataclass(frozen=True, slots=True)
class PlaceHold:
    order: str
    reason: str
    until: date | None = None
    note: str = ""
    origin: Origin = field(default_factory=Origin)
    preview: bool = False  # say what would happen; store only that somebody looked


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """`words` is what stood behind the order number when it was typed; a form gives `hold` and `reason` instead."""

    order: str
    hold: str = ""
    reason: str = ""
    note: str = ""
    words: str = ""
    origin: Origin = field(default_factory=Origin)
    preview: bool = False  # as in PlaceHold


@dataclass(frozen=True, slots=True)
class Decide:
    """Approve, reject or withdraw a request. `version` is the one that the card showed."""

    request: int
    action: Action
    version: int | None = None
    note: str = ""
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class Look:
    """Read something of the desk; only members may. `reject`: the request whose rejection a form is opened for."""

    what: str
    origin: Origin = field(default_factory=Origin)
    reject: int = 0
    version: int | None = None


Command = PlaceHold | ReleaseHold | Decide | Look
