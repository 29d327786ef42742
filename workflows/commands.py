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
    bulk: int = 0  # the bulk of which this is one step


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
class Units:
    """Units of the line with this number; None: all that can be cancelled."""

    line: int
    units: int | None = None


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """No `lines`: the whole order, which is refused where part of it cannot be cancelled any more."""

    order: str
    lines: tuple[Units, ...] = ()
    reason: str = ""
    note: str = ""
    origin: Origin = field(default_factory=Origin)
    preview: bool = False  # as in PlaceHold


@dataclass(frozen=True, slots=True)
class EditLine:
    """`quantity` is what is to be delivered in the end; None and "" leave things as they are."""

    line: int
    quantity: int | None = None
    sku: str = ""
    remove: bool = False


@dataclass(frozen=True, slots=True)
class AddLine:
    """`price` is for one unit, in major units of the order's currency, as typed."""

    sku: str
    quantity: int
    price: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    order: str
    edits: tuple[EditLine, ...] = ()
    adds: tuple[AddLine, ...] = ()
    ship_by: date | None = None
    reason: str = ""
    note: str = ""
    origin: Origin = field(default_factory=Origin)
    preview: bool = False  # as in PlaceHold


@dataclass(frozen=True, slots=True)
class Decide:
    """Approve, reject or withdraw a request. `version` is the one that the card showed.

    `reason` is what stood in the reason menu of a cancel's card; "" keeps the requester's.
    """

    request: int
    action: Action
    version: int | None = None
    note: str = ""
    origin: Origin = field(default_factory=Origin)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Join:
    """Be told of the outcome of somebody else's request as well."""

    request: int
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class RetryCall:
    """Send a refund that was not accepted again, now."""

    request: int
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class GoAway:
    """`deputy` signs in the name of `member` ("": of the one who says so) until the end of that day."""

    deputy: str
    until: date
    member: str = ""
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class ComeBack:
    member: str = ""  # as in GoAway
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class ExtendHold:
    """A later review date for a hold; None: it stays without one."""

    order: str
    hold: int
    until: date | None = None
    note: str = ""
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class NudgeHold:
    """Remind those who can act on a hold, now. `order` is as stored."""

    order: str
    hold: int
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class AssignHold:
    """`member` takes care of a hold; "": nobody in particular."""

    order: str
    hold: int
    member: str = ""
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class Chase:
    """The clock's: whatever is due about a pending request. No door for people makes one, nor the next."""

    request: int
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class AskForReview:
    """The clock's: ask the owner of a hold whose date has come. `order` is as stored."""

    order: str
    hold: int
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class Look:
    """Read something of the desk; only members may. `reject`: the request whose rejection a form is opened for.

    `only`: the roles to which it is left, whatever comes of it.
    """

    what: str
    origin: Origin = field(default_factory=Origin)
    reject: int = 0
    version: int | None = None
    only: tuple[str, ...] = ()


Ask = PlaceHold | ReleaseHold | CancelOrder | ChangeOrder
Clocked = Chase | AskForReview
Command = Ask | Clocked | ExtendHold | NudgeHold | AssignHold | Decide | Join | RetryCall | GoAway | ComeBack | Look
