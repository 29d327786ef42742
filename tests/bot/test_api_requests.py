"""What systems may ask of the desk, and that they never sign."""

from tests.bot.api_client import api
from tests.office import CSR, IVAN, ROSA, seen

__all__ = ["api"]
HOLD = {"kind": "place_hold", "order": "ORD-123", "reason": "credit", "note": "limit exceeded"}


async def test_a_system_asks_and_the_card_and_the_audit_say_which(api):
    made = await api("POST", "/requests", json=HOLD, headers={"Idempotency-Key": "hold-1"})
    assert made.status_code == 201, made.text
    assert made.json()["waiting_for"] == [{"role": "credit", "members": [ROSA, IVAN]}]
    assert (made.json()["request"], made.json()["hold"], made.headers["location"]) == ("R-1", "H-1", "/v1/requests/R-1")
    again = await api("POST", "/requests", json=HOLD, headers={"Idempotency-Key": "hold-1"})
    assert (again.status_code, again.json()) == (201, made.json())
    await api.office.settled()
    (card,) = api.office.cards()
    assert "WMS (API key)" in seen(card)
    assert {entry["actor"] for entry in api.office.audit() if entry["action"].startswith("request.")} == {"key:WMS"}
    assert api.office.row("select requested_by from requests")["requested_by"] == "key:WMS"
    await api.office.workspace.click(ROSA, card, "request.approve")
    await api.office.settled()
    found = (await api("GET", "/requests/R-1")).json()
    assert (found["state"], found["waiting_for"]) == ("approved", [])
    assert api.office.rows("select 1 from notices where state = 'dead'") == []
    state = (await api("GET", "/holds")).json()["holds"]
    assert [(hold["hold"], hold["state"], hold["requested_by"]) for hold in state] == [("H-1", "active", "key:WMS")]


async def test_asking_for_an_owner_signs_nothing_and_the_audit_names_both(api):
    made = await api("POST", "/requests", json={**HOLD, "on_behalf_of": ROSA})
    assert (made.status_code, made.json()["what"]) == (201, "requested")
    assert made.json()["waiting_for"] == [{"role": "credit", "members": [IVAN]}]
    entry = api.office.audit()[0]
    assert (entry["actor"], entry["facts"]["on_behalf_of"]) == ("key:WMS", ROSA)
    found = api.office.row("select requested_by, note from requests")
    assert (found["requested_by"], found["note"]) == (ROSA, "limit exceeded (entered by WMS, API key)")
    assert api.office.rows("select 1 from decisions") == []
    for nobody in ("U0LEFT", "U0GUES", "U0EXTN", "U0NOBODY"):
        refused = await api("POST", "/requests", json={**HOLD, "reason": "fraud", "on_behalf_of": nobody})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "on_behalf_of"), refused.text
        assert refused.json()["code"] == "not_a_member"


async def test_what_is_wrong_is_named_as_the_body_names_it(api):
    wrong = {
        "kind": HOLD | {"kind": "approve"},
        "on_behalf_of": HOLD | {"on_behalf_of": "nobody"},
        "lines": {
            "kind": "cancel",
            "order": "ORD-123",
            "reason": "customer-request",
            "lines": [{"line": 1, "units": 9}],
        },
        "lines.0.units": {"kind": "cancel", "order": "ORD-123", "reason": "x", "lines": [{"line": 1, "units": "9"}]},
    }
    for field, body in wrong.items():
        answer = await api("POST", "/requests", json=body)
        assert [each["field"] for each in answer.json()["errors"]] == [field], answer.text


async def test_every_kind_can_be_asked_for_and_refusals_say_why(api):
    asks = [
        {"kind": "cancel", "order": "ord-123", "lines": [{"line": 1, "units": 1}], "reason": "customer-request"},
        {"kind": "change", "order": "ORD-124", "lines": [{"line": 1, "quantity": 2}], "reason": "customer-request"},
        {"kind": "change", "order": "ORD-125", "ship_by": "2099-01-01", "reason": "customer-request"},
    ]
    reasons = {kind: api.office.policy.reasons_of(kind)[0].code for kind in ("cancel", "change")}
    for number in ("ORD-124", "ORD-125"):
        api.office.add_order(number)
    for ask in asks:
        body = {**ask, "reason": reasons[ask["kind"]], "note": "as agreed", "on_behalf_of": CSR}
        assert (await api("POST", "/requests", json={**body, "preview": True})).status_code == 200
        made = await api("POST", "/requests", json=body)
        assert made.status_code == 201, made.text
    added = {"kind": "change", "order": "ORD-124", "reason": reasons["change"], "note": "n", "on_behalf_of": CSR}
    made = await api("POST", "/requests", json={**added, "add": [{"sku": "NEW-1", "quantity": 2, "unit_price": 1999}]})
    assert made.status_code == 201, made.text
    assert (
        api.office.row("select asked -> 'added' -> 0 -> 'unit_price' as price from requests where number = 4")["price"]
        == 1999
    )
    wrong = {
        (404, "order_unknown"): {**HOLD, "order": "ORD-404"},
        (422, "reason_unknown"): {**HOLD, "reason": "weather"},
        (409, "no_open_hold"): {"kind": "release_hold", "order": "ORD-123"},
        (409, "line_pending"): {**asks[0], "reason": reasons["cancel"], "note": "n"},
        (422, "invalid"): {**HOLD, "kind": "approve"},
        (422, "until_is_past"): {**HOLD, "until": "2001-01-01"},
    }
    for (status, code), body in wrong.items():
        refused = await api("POST", "/requests", json=body)
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    held = await api("POST", "/requests", json=HOLD)
    twice = await api("POST", "/requests", json=HOLD)
    assert (held.status_code, twice.status_code, twice.json()["facts"]["hold"]) == (201, 409, 1)
    reader = await api.new_key("gate:read", name="Scanner")
    assert (await api("POST", "/requests", json=HOLD, key=reader)).status_code == 403
