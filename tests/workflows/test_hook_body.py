"""The exact text of a call about an approved cancel."""

import json
from datetime import UTC, datetime

from tests.factories import NOW, make_decision, make_request
from workflows.asked import Cancellation, CancelledLine
from workflows.hook_body import cancellation_body, webhook_id
from workflows.outcome import Snapshot
from workflows.values import Actor, Kind, Standing

ASKED = Cancellation(
    lines=(CancelledLine(key="k2", line=2, sku="ABC-9", description="Ünit", units=5, unit_price=1750, returns=2),),
    currency="USD",
    tax=3,
    shipping=1,
)
NAMES = {"U0CARL": "Carla Ngüyen", "U0LENA": "Lena Fischer"}
TEXT = (
    '{"type":"cancellation.approved","timestamp":"2026-11-21T09:30:00Z","data":{"desk":"T0ACME","request":"R-12",'
    '"order":"ORD-123","currency":"USD","lines":[{"line":2,"sku":"ABC-9","units":5,"unit_price":1750,"amount":8750}],'
    '"amount":8750,"tax":3,"shipping":1,"total":8754,"reason":"customer-request","note":"by \\"phone\\"",'
    '"requester":{"slack_user_id":"U0CARL","name":"Carla Ngüyen"},'
    '"approvers":[{"slack_user_id":"U0LENA","name":"Lena Fischer","role":"cs_lead"}]}}'
)


def snapshot(now=datetime(2026, 11, 21, 9, 30, 0, 987654, tzinfo=UTC), names=NAMES):
    return Snapshot(now=now, actor=Actor("U0LENA", Standing.ACTIVE), order=None, names=names, desk_id="T0ACME")


def body(found=None, **changes):
    request = make_request(kind=Kind.CANCEL, note='by "phone"', hold=None, asked=ASKED, **changes)
    signed = [make_decision(member="U0LENA", role="cs_lead")]
    return cancellation_body(found or snapshot(), request, ASKED, signed, "customer-request")


def test_the_text_is_exactly_as_the_contract_has_it():
    assert body() == TEXT


def test_the_same_decision_has_the_same_text_and_the_same_id():
    request = make_request(kind=Kind.CANCEL)
    assert body() == body()
    assert webhook_id(snapshot(), request) == webhook_id(snapshot(), request)
    assert webhook_id(snapshot(), request) != webhook_id(snapshot(now=NOW), request)


def test_somebody_whose_name_is_not_known_is_still_named_by_id():
    data = json.loads(body(snapshot(names={})))["data"]
    assert data["requester"] == {"slack_user_id": "U0CARL", "name": ""}


def test_amounts_are_integers():
    data = json.loads(body())["data"]
    assert all(type(data[name]) is int for name in ("amount", "tax", "shipping", "total"))
