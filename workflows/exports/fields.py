"""What a desk can put into the columns of an export."""

from collections.abc import Mapping
from typing import Final

COMMON: Final = (
    "order_number",
    "customer",
    "request",
    "requested_by",
    "requested_at",
    "approved_by",
    "decided_at",
    "reason",
    "reason_label",
    "note",
    "batch",
)
OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "holds": ("hold", "action", "since"),
    "cancellations": ("line", "sku", "quantity_cancelled", "quantity_remaining", "refund_amount", "currency"),
    "changes": ("line", "sku", "field", "before", "after"),
    "refunds": ("amount", "currency", "state", "attempts", "accepted_at"),
}
KINDS: Final = tuple(OWN)
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {kind: (*COMMON[:2], *own, *COMMON[2:]) for kind, own in OWN.items()}
"""In the order of the columns that a desk gets which names none."""

STATUS_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "holds": ("hold.placed", "hold.released"),
    "cancellations": ("cancellation.approved",),
    "changes": ("change.approved",),
    "refunds": ("refund.approved",),
}
"""Which status changes an export is made of."""

REASON_KINDS: Final[Mapping[str, str]] = {
    "holds": "hold",
    "cancellations": "cancel",
    "changes": "change",
    "refunds": "cancel",
}
CODED: Final = frozenset({"reason", "action", "field", "state"})
"""Fields that hold one of our own words, for which a desk may have another."""

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "holds": ("placed", "released"),
    "cancellations": (),
    "changes": ("quantity", "sku", "unit_price", "ship_by"),
    "refunds": ("waiting", "sent", "accepted", "failed", "unknown", "none"),
}
"""What stands in coded fields beside the codes of reasons."""

MAY_EXPORT: Final = ("ar", "manager", "admin")
"""Roles that may take an export in Slack: it says what the desk decided about everybody's orders, and takes a batch."""
