"""What an import did, or would do: counts of everything, and samples that stay small at any size of file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from workflows.imports.values import Guess

Heard = Literal["taken_over", "not_taken_over", "cannot_tell"]
MissingPolicy = Literal["leave", "ask", "shipped"]

SAMPLE: Final = 10  # changed orders, pending requests and missing orders that are shown
MOST_WORDS: Final = 20
LISTED: Final = 1_000  # exceptions and drift that are listed one by one; the rest is counted


@dataclass(frozen=True)
class RowCounts:
    read: int
    accepted: int
    refused: int


@dataclass(frozen=True)
class OrderCounts:
    """`missing` orders are known to the desk and not in the file; a refused order is not missing."""

    new: int
    changed: int
    unchanged: int
    missing: int
    refused: int


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`line` is the number that people see, None for what belongs to the order. Values are as people read them."""

    line: int | None
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedOrder:
    """`more` changes of it are not shown."""

    number: str
    fields: tuple[FieldChange, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Touched:
    """A pending request whose order the file moves: whoever signs it now signs for something else.

    `moves` are short phrases such as `line 2: 2 of 3 units picked`.
    """

    request: int
    kind: str
    order: str
    requested_by: str
    moves: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"R-{self.request}"


@dataclass(frozen=True, slots=True)
class Missing:
    """Orders with units still to ship that are not in the file. `missing_orders` says what becomes of them.

    `asked` of them are new in the list of `redtag orders missing`; `policy` is "ask" instead of "shipped" where rows of
    the file name no order, because any of the orders may stand in one of those.
    """

    policy: MissingPolicy
    open: int = 0
    asked: int = 0
    sample: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExceptionFound:
    """A fact that contradicts a decision: `units` of the line shipped, or came back, though `request` took them off."""

    kind: str
    order: str
    line: int
    sku: str
    units: int
    request: int | None
    batch: int | None = None

    def as_json(self) -> dict[str, Any]:
        request = f"R-{self.request}" if self.request else None
        return {**asdict(self), "request": request}


@dataclass(frozen=True, slots=True)
class Drift:
    """A committed change, and what the file says of it. `batch` is the export that took it out, None: not exported."""

    order: str
    request: int
    what: str
    heard: Heard
    batch: int | None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "request": f"R-{self.request}"}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`number` is None where nothing was stored: a dry run, or no order that could be taken.

    `changes`, `touched` and `missing.sample` hold at most SAMPLE entries, `exceptions` and `drift` LISTED; the counts
    beside them are exact. `fields`: how many of the changed orders differ in what. `heard`: how many changes the file
    shows, and how many not. `words`: at most MOST_WORDS words for stages that rows were refused for.
    `guess`: how the letters of the file were read, where it is no Unicode.
    """

    number: int | None
    preset: str
    rows: RowCounts
    orders: OrderCounts
    changes: tuple[ChangedOrder, ...] = ()
    fields: Mapping[str, int] = field(default_factory=dict)
    touched: tuple[Touched, ...] = ()
    touched_count: int = 0
    missing: Missing = field(default_factory=lambda: Missing("leave"))
    exceptions: tuple[ExceptionFound, ...] = ()
    exception_count: int = 0
    drift: tuple[Drift, ...] = ()
    heard: Mapping[str, int] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    guess: Guess | None = None

    def counts(self) -> dict[str, Any]:
        return {"rows": asdict(self.rows), "orders": asdict(self.orders)}

    @property
    def unlisted(self) -> str:
        """What the lists leave out, in words; empty where they are whole."""
        rest = {
            "exceptions": self.exception_count - len(self.exceptions),
            "drift": sum(self.heard.values()) - len(self.drift),
        }
        left = [f"{count:,} more of {name}" for name, count in rest.items() if count > 0]
        return f"Not listed: {', '.join(left)}." if left else ""

    def as_json(self, errors: str | None = None) -> dict[str, Any]:
        """As scripts read it: see docs/api-contract.md."""
        return {
            "import": self.number,
            "preset": self.preset,
            **self.counts(),
            "exceptions": [each.as_json() for each in self.exceptions],
            "drift": [each.as_json() for each in self.drift],
            "errors": errors,
        }
