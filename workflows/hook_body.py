"""The text of a call about an approved cancel: made once, in the approval's own transaction, and never again."""

import json
from collections.abc import Sequence
from datetime import UTC

from workflows.asked import Cancellation, CancelledLine
from workflows.outcome import Snapshot
from workflows.values import Decision, Request

TYPE = "cancellation.approved"


def cancellation_body(
    snapshot: Snapshot, request: Request, asked: Cancellation, decisions: Sequence[Decision], reason: str
) -> str:
    """`reason` is the code that the last signer left or chose. Amounts are in the currency's minor units."""
    data = {
        "desk": snapshot.desk_id,
        "request": request.name,
        "order": request.order_number,
        "currency": asked.currency,
        "lines": [_line(line) for line in asked.lines],
        "amount": asked.amount,
        "tax": asked.tax,
        "shipping": asked.shipping,
        "total": asked.total,
        "reason": reason,
        "note": request.note,
        "requester": _person(snapshot, request.requested_by),
        "approvers": [{**_person(snapshot, each.member), "role": each.role} for each in decisions],
    }
    at = snapshot.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps({"type": TYPE, "timestamp": at, "data": data}, ensure_ascii=False, separators=(",", ":"))


def webhook_id(snapshot: Snapshot, request: Request) -> str:
    """The same for every try, and for no other decision, also after a desk has begun anew."""
    return f"msg_{snapshot.desk_id}_{request.name}_{int(snapshot.now.timestamp() * 1000)}"


def _line(line: CancelledLine) -> dict[str, str | int]:
    return {
        "line": line.line,
        "sku": line.sku,
        "units": line.units,
        "unit_price": line.unit_price,
        "amount": line.amount,
    }


def _person(snapshot: Snapshot, user_id: str) -> dict[str, str]:
    return {"slack_user_id": user_id, "name": snapshot.names.get(user_id, "")}
