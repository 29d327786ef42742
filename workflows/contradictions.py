"""Where our books and the world differ: facts that contradict a decision, and changes that nobody has taken over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

SHIPPED_AFTER_CANCEL: Final = "shipped_after_cancel"
CANCEL_UNDONE: Final = "cancel_undone"  # a file brings units back that an earlier one had taken off as we decided
MISSING_ORDER: Final = "missing_order"


@dataclass(frozen=True, slots=True)
class OpenException:
    """`kind` is one of the names above; `facts` of a line: line, sku, units, shipped, request, import."""

    id: int
    kind: str
    order_number: str
    facts: Mapping[str, Any]
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class DriftedChange:
    """A committed change that the system of record has not taken over, as of import `heard_import`.

    `batch` is the export that took it out, None where none has; `since` when it was approved.
    """

    order_number: str
    request: int
    what: str
    heard: str
    heard_import: int
    batch: int | None
    since: datetime
