"""The exact text of a call about a committed change."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.factories import NOW, make_decision, make_hold
from workflows.asked import AddedLine, Cancellation, CancelledLine, Change, ChangedLine, ShipBy
from workflows.hook_body import Event, Held, body_of, webhook_id
from workflows.values import HoldState, Kind

CANCEL = Cancellation(
    lines=(CancelledLine(key="k2", line=2, sku="ABC-9", description="Ünit", units=5, unit_price=1750, returns=2),),
    currency="USD",
    tax=3,
    shipping=1,
)
CHANGE = Change(
    lines=(
        ChangedLine(
            key="k2", line=2, sku="ABC-9", description="Unit", before=10, after=12, new_sku="ABC-8", unit_price=1750
        ),
    ),
    added=(AddedLine(sku="NEW-1", quantity=2, unit_price=500),),
    ship_by=ShipBy(before=None, after=date(2026, 12, 1)),
    currency="USD",
)
NAMES = {"U0CARL": "Carla Ngüyen", "U0LENA": "Lena Fischer"}
PEOPLE = (
    '"requester":{"slack_user_id":"U0CARL","name":"Carla Ngüyen"},'
    '"approvers":[{"slack_user_id":"U0LENA","name":"Lena Fischer","role":"cs_lead"}]}}'
)
HEAD = '"timestamp":"2026-11-21T09:30:00Z","data":{"desk":"T0ACME","request":"R-12","order":"ORD-123",'
CANCELLED_TEXT = (
    f'{{"type":"cancellation.approved",{HEAD}'
    '"currency":"USD","lines":[{"line":2,"sku":"ABC-9","units":5,"unit_price":1750,"amount":8750}],'
    '"amount":8750,"tax":3,"shipping":1,"total":8754,"reason":"customer-request","note":"by \\"phone\\"",' + PEOPLE
)
CHANGED_TEXT = (
    f'{{"type":"change.approved",{HEAD}'
    '"currency":"USD","lines":[{"line":2,"sku":{"before":"ABC-9","after":"ABC-8"},"units":{"before":10,"after":12},'
    '"unit_price":1750,"amount":3500}],'
    '"added":[{"sku":"NEW-1","description":"","units":2,"unit_price":500,"amount":1000}],'
    '"ship_by":{"before":null,"after":"2026-12-01"},"amount":4500,'
    '"reason":"customer-request","note":"by \\"phone\\"",' + PEOPLE
)
PLACED_TEXT = (
    f'{{"type":"hold.placed",{HEAD}'
    '"hold":"H-17","reason":"credit","label":"Credit not cleared","until":"2026-12-01","note":"waiting for wire",'
    '"other_holds":[],' + PEOPLE
)
RELEASED_TEXT = (
    f'{{"type":"hold.released",{HEAD}'
    '"hold":"H-17","reason":"credit","label":"Credit not cleared","until":"2026-12-01","note":"waiting for wire",'
    '"by":"release_hold","release_reason":"paid","release_note":"by \\"phone\\"",'
    '"other_holds":[{"hold":"H-18","reason":"stock","state":"active"}],' + PEOPLE
)
HELD = Held(17, "credit", "Credit not cleared", date(2026, 12, 1), "waiting for wire")
STOCK = make_hold(number=18, reason="stock", state=HoldState.ACTIVE)


def event(type_="cancellation.approved", **changes):
    plain = Event(
        type=type_,
        at=datetime(2026, 11, 21, 9, 30, 0, 987654, tzinfo=UTC),
        desk="T0ACME",
        request=12,
        kind=Kind.CANCEL,
        order="ORD-123",
        reason="customer-request",
        note='by "phone"',
        requested_by="U0CARL",
        decisions=(make_decision(member="U0LENA", role="cs_lead"),),
        names=NAMES,
        asked=CANCEL,
    )
    return replace(plain, **changes)


RELEASED = event("hold.released", kind=Kind.RELEASE_HOLD, asked=None, hold=HELD, reason="paid", others=(STOCK,))


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (event(), CANCELLED_TEXT),
        (event("change.approved", kind=Kind.CHANGE, asked=CHANGE), CHANGED_TEXT),
        (event("hold.placed", kind=Kind.PLACE_HOLD, asked=None, hold=HELD), PLACED_TEXT),
        (RELEASED, RELEASED_TEXT),
    ],
    ids=["cancel", "change", "placed", "released"],
)
def test_the_text_is_exactly_as_the_contract_has_it(of, text):
    assert body_of(of) == body_of(of) == text


def test_a_hold_that_a_cancel_released_says_so_and_has_no_release_reason():
    data = json.loads(body_of(replace(RELEASED, kind=Kind.CANCEL)))["data"]
    assert (data["by"], data["release_reason"]) == ("cancel", "")


def test_each_decision_endpoint_and_hold_has_its_own_id_and_the_refund_hook_its_old_one():
    at = int(event().at.timestamp() * 1000)
    assert webhook_id(event(), "refund") == f"msg_T0ACME_R-12_{at}"
    assert webhook_id(event(), "erp") == f"msg_T0ACME_R-12_{at}_erp"
    assert webhook_id(RELEASED, "erp") == f"msg_T0ACME_R-12_{at}_H-17_erp"
    assert webhook_id(event(at=NOW), "refund") != webhook_id(event(), "refund")


def test_a_system_that_asked_and_a_deputy_who_signed_are_told_apart_from_people_of_slack():
    deputy = make_decision(member="U0LENA", role="cs_lead", on_behalf_of="U0CARL")
    data = json.loads(body_of(event(requested_by="key:WMS", decisions=(deputy,))))["data"]
    assert data["requester"] == {"slack_user_id": "", "name": "WMS (API key)"}
    assert data["approvers"][0]["on_behalf_of"] == {"slack_user_id": "U0CARL", "name": "Carla Ngüyen"}


def test_somebody_whose_name_is_not_known_is_still_named_by_id():
    data = json.loads(body_of(event(names={})))["data"]
    assert data["requester"] == {"slack_user_id": "U0CARL", "name": ""}


def test_amounts_are_integers():
    data = json.loads(body_of(event()))["data"]
    assert all(type(data[name]) is int for name in ("amount", "tax", "shipping", "total"))
