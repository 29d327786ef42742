"""Specimens of what an import says where it moves, misses or contradicts something."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from bot.slack import cards, order_view
from bot.slack.contradictions import import_news, moved_dm
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from workflows.contradictions import CANCEL_UNDONE, MISSING_ORDER, SHIPPED_AFTER_CANCEL, DriftedChange, OpenException
from workflows.movement import seen
from workflows.policy.model import Policy
from workflows.values import Kind, RequestState
from workflows.views import RequestView

SHIPPED: Final[dict[str, Any]] = {
    "batch": 4,
    "kind": SHIPPED_AFTER_CANCEL,
    "line": 2,
    "order": values.NUMBER,
    "request": "R-12",
    "sku": "ABC-9",
    "units": 3,
}


def specimens(policy: Policy) -> Iterator[Specimen]:
    yield from _news()
    yield from _moved(policy)
    yield from _orders(policy)


def _news() -> Iterator[Specimen]:
    nothing = {"exception_count": 0, "exceptions": [], "import": 8, "missing": [], "missing_count": 0}
    shipped = {"exception_count": 12, "exceptions": [SHIPPED, {**SHIPPED, "batch": None, "request": None, "sku": ""}]}
    one = {"exception_count": 1, "exceptions": [{**SHIPPED, "batch": None, "units": 1}]}
    missing = {"missing": [values.NUMBER, "ORD-124"], "missing_count": 17}
    yield Specimen("contradiction.news", "message", import_news({**nothing, **shipped, **missing}))
    yield Specimen("contradiction.shipped", "message", import_news({**nothing, **one}))
    yield Specimen("contradiction.shipped.system", "message", import_news({**nothing, **one, "import": 0}))
    undone = {"exception_count": 1, "exceptions": [{**SHIPPED, "kind": CANCEL_UNDONE}]}
    yield Specimen("contradiction.undone", "message", import_news({**nothing, **undone}))
    yield Specimen("contradiction.missing", "message", import_news({**nothing, **missing}))


def _moved(policy: Policy) -> Iterator[Specimen]:
    view = _moved_view(policy)
    role = values.owner(policy)
    yield Specimen("contradiction.card", "message", cards.approval_card(view, role, today=values.TODAY))
    note = "line 1: 2 of 3 units picked; the customer changed"
    yield Specimen("contradiction.moved", "message", moved_dm(view, note, 8))
    yield Specimen("contradiction.moved.system", "message", moved_dm(view, "line 1: 3 of 3 units picked", 0, "key:WMS"))
    yield Specimen("contradiction.moved.missing", "message", moved_dm(view, "line 1: 3 of 3 units shipped", 0))


def _moved_view(policy: Policy) -> RequestView:
    before = values.order([values.line(1)])
    after = replace(before, customer="Nordwind South", lines=(values.line(1, picked=2, picked_at=values.NOW),))
    asked = values.request(policy, Kind.PLACE_HOLD, RequestState.PENDING, seen={**seen(before), "once": True})
    return values.view(policy, asked, order=after)


def _orders(policy: Policy) -> Iterator[Specimen]:
    facts = {"import": 8, "line": 2, "request": 12, "units": 3}
    found = (
        OpenException(1, SHIPPED_AFTER_CANCEL, values.NUMBER, facts, values.NOW),
        OpenException(3, CANCEL_UNDONE, values.NUMBER, facts, values.NOW),
        OpenException(2, MISSING_ORDER, values.NUMBER, {"import": 8}, values.NOW),
    )
    asked = values.request(policy, Kind.PLACE_HOLD, RequestState.APPROVED)
    view = values.order_view(policy, requests=[asked])
    for heard, batch in (("not_taken_over", 12), ("not_taken_over", None), ("cannot_tell", 12)):
        drift = DriftedChange(values.NUMBER, asked.number, "cancel 3 of ABC-9 (line 2)", heard, 8, batch, values.NOW)
        shown = replace(view, exceptions=found, drift=(drift,))
        name = f"contradiction.order.{heard}.{'exported' if batch else 'waiting'}"
        yield Specimen(name, "message", order_view.order_message(shown))
