"""What managers are told after an import: one message, however much it found."""

from collections.abc import Iterator, Sequence
from typing import Final

from workflows.imports.report import SAMPLE, ExceptionFound, ImportReport
from workflows.outcome import Notice
from workflows.policy.model import Policy
from workflows.telling import slack_lane
from workflows.values import Request

KIND: Final = "exception"
MOVED: Final = "moved"


def moved(request: Request, moves: Sequence[str], number: int | None, by: str) -> Notice:
    """To the one who asked: what this import, or `by` beside any, moved under a request that waits."""
    payload = {"by": by, "import": number or 0, "note": "; ".join(moves)}
    return Notice(MOVED, slack_lane(request.requested_by), payload, request.order_number, request.number)


def shipped_anyway(policy: Policy, found: Sequence[ExceptionFound]) -> Iterator[Notice]:
    """What another system says of an order, beside any import."""
    if policy.desk.managers_channel and found:
        listed = [each.as_json() for each in found]
        payload = {"exceptions": listed, "exception_count": len(listed), "import": 0, "missing": [], "missing_count": 0}
        yield Notice(KIND, slack_lane(policy.desk.managers_channel), payload)


def news(policy: Policy, number: int, report: ImportReport) -> Iterator[Notice]:
    """Units that shipped though they were cancelled, and orders that are newly missing. Nothing where neither is."""
    if not policy.desk.managers_channel or not (report.exception_count or report.missing.asked):
        return
    payload = {
        "exceptions": [each.as_json() for each in report.exceptions[:SAMPLE]],
        "exception_count": report.exception_count,
        "import": number,
        "missing": list(report.missing.sample) if report.missing.asked else [],
        "missing_count": report.missing.asked,
    }
    yield Notice(KIND, slack_lane(policy.desk.managers_channel), payload)
