"""Orders over the API: put, read, moved along and imported by other systems."""

import asyncio
import gzip

from tests.bot.api_client import api
from tests.office import CSR, seen

__all__ = ["api"]
LINE = {"line": 1, "sku": "ABC-9", "quantity": 3, "unit_price": 1750}
ORDER = {"customer": "Nordwind Tools", "currency": "USD", "order_total": 5250, "lines": [LINE]}


def order(*lines, **changes):
    return {**ORDER, "lines": list(lines) or [LINE], **changes}


async def test_an_order_is_put_read_and_put_again_only_on_what_was_read(api):
    made = await api("PUT", "/orders/ord-900", json=ORDER)
    assert (made.status_code, made.json()["order"], made.json()["lines"][0]["quantity"]) == (201, "ORD-900", 3), (
        made.text
    )
    tag = made.headers["etag"]
    assert (await api("GET", "/orders/ORD-900", headers={"If-None-Match": tag})).status_code == 304
    assert (await api("PUT", "/orders/ORD-900", json=ORDER)).json()["version"] == 1  # the same again is nothing new
    more = order({**LINE, "quantity": 4}, ship_by="2026-12-01")
    changed = await api("PUT", "/orders/ORD-900", json=more, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["version"], changed.json()["ship_by"]) == (200, 2, "2026-12-01")
    for stale in (tag, '"nonsense"', '"1"'):
        refused = await api("PUT", "/orders/ORD-900", json=ORDER, headers={"If-Match": stale})
        assert (refused.status_code, refused.json()["code"]) == (412, "order_moved")
    missing = await api("PUT", "/orders/ORD-901", json=ORDER, headers={"If-Match": tag})
    assert missing.status_code == 412
    assert (await api("GET", "/orders/ORD-900", headers={"If-None-Match": "*"})).status_code == 304
    for number, condition, status in (
        ("ORD-901", "If-Match", 412),  # not there
        ("ORD-900", "If-None-Match", 412),  # there
        ("ORD-900", "If-Match", 200),
        ("ORD-902", "If-None-Match", 201),
    ):
        put = await api("PUT", f"/orders/{number}", json=more, headers={condition: "*"})
        assert put.status_code == status, (number, condition, put.text)
    assert api.office.rows("select 1 from exceptions where kind = 'missing_order'") == []  # ORD-123 was not named


async def test_texts_are_taken_as_a_system_says_them_and_not_as_a_spreadsheet_would(api):
    skus = ["1E+5", "'=7", "2,5e+12"]
    lines = [{**LINE, "line": at, "sku": sku} for at, sku in enumerate(skus, 1)]
    put = await api("PUT", "/orders/ORD-903", json=order(*lines, currency="usd"))
    assert (put.status_code, put.json()["currency"]) == (201, "USD"), put.text
    assert [line["sku"] for line in put.json()["lines"]] == skus
    wrong = await api("PUT", "/orders/ORD-904", json=order(LINE, {**LINE, "line": 2, "status": "lost"}))
    assert [each["field"] for each in wrong.json()["errors"]] == ["lines.1.status"]


async def test_what_is_wrong_with_an_order_is_said_by_field(api):
    wrong = {
        "lines.0.quantity": order({**LINE, "quantity": -1}),
        "lines.1.line": order(LINE, LINE),
        "lines.0.status": order({**LINE, "status": "teleported"}),
        "lines.0.quantity_shipped": order({**LINE, "quantity_shipped": 4}),
        "currency": order(currency="XYZ"),
        "surprise": order(surprise=1),
        "lines.0.sku": order({**LINE, "sku": "a\u0000b"}),
        "order_total": order(order_total="5250"),
        "lines": {**ORDER, "lines": []},
    }
    for field, body in wrong.items():
        refused = await api("PUT", "/orders/ORD-902", json=body)
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json"), field
        assert refused.json()["errors"][0]["field"] == field, refused.text
    for body, status in ((b"{", 400), (b"[" * 100_000, 400), (b'{"a":' + b"1" * 1_100_000, 413)):
        headers = {"Content-Type": "application/json"}
        assert (await api("PUT", "/orders/ORD-902", content=body, headers=headers)).status_code == status
    assert (await api("PUT", "/orders/ORD-902", content=b"a,b")).status_code == 415
    assert (await api("GET", "/orders/ORD-902")).status_code == 404


async def test_facts_are_taken_whatever_was_decided_and_contradictions_open_an_exception(api):
    api.office.rows("update order_lines set cancelled = 1, ours = '{\"cancelled\": 1}' where order_number = 'ORD-123'")
    path = "/orders/ORD-123/lines/1"
    moved = await api("PATCH", path, json={"quantity_shipped": 2})
    line = moved.json()["lines"][0]
    assert (line["quantity_picked"], line["quantity_packed"], line["quantity_shipped"]) == (2, 2, 2)
    assert (line["stage"], moved.json()["version"]) == ("shipped", 2)
    assert (await api("PATCH", path, json={"quantity_shipped": 2})).json()["version"] == 2
    over = await api("PATCH", path, json={"quantity_shipped": 3}, headers={"If-Match": moved.headers["etag"]})
    assert over.status_code == 200
    found = api.office.row("select facts, opened_by from exceptions where closed_at is null")
    assert (found["facts"]["units"], found["opened_by"]) == (1, "key:WMS")
    await api.office.settled()
    (told,) = api.office.workspace.messages("C0MGRS")
    assert "ORD-123 needs a look: 1 line shipped though units of it were cancelled" in seen(told)
    back = await api("PATCH", path, json={"quantity_shipped": 2, "quantity_packed": 2, "quantity_picked": 2})
    assert back.status_code == 200
    assert api.office.rows("select 1 from exceptions where closed_at is null") == []
    for body, field in (
        ({"quantity_picked": 1}, "quantity_packed"),
        ({"quantity_shipped": 4}, "quantity_shipped"),
        ({"quantity_packed": 1}, "quantity_shipped"),
    ):
        refused = await api("PATCH", path, json=body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert (await api("PATCH", "/orders/ORD-123/lines/9", json={})).status_code == 404
    assert (await api("PATCH", "/orders/ORD-999/lines/1", json={})).status_code == 404
    stale = await api("PATCH", path, json={"quantity_shipped": 3}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert api.office.actions() == [
        *["order.imported"],
        *["exception.opened", "order.imported"],
        *["exception.closed", "order.imported"],
    ]


CSV = (
    "order_number,customer,currency,order_total,line,sku,quantity,unit_price,status\n"
    "ORD-700,Brightwater,USD,35.00,1,ABC-1,2,17.50,open\n"
    "ORD-701,Brightwater,USD,35.00,1,ABC-1,minus two,17.50,open\n"
)


async def test_a_file_is_imported_like_on_the_command_line(api):
    headers = {"Content-Type": "text/csv"}
    looked = await api("POST", "/orders/import?dry_run=true", content=CSV.encode(), headers=headers)
    assert (looked.status_code, looked.json()["import"], looked.json()["orders"]["new"]) == (200, None, 1)
    done = await api("POST", "/orders/import?preset=redtag", content=gzip.compress(CSV.encode()), headers=headers)
    report = done.json()
    assert (report["import"], report["rows"]) == (1, {"read": 2, "accepted": 1, "refused": 1})
    assert report["errors"] == [
        {"row": 3, "column": "quantity", "value": "minus two", "reason": "is not a whole number of units"}
    ]
    nothing = await api("POST", "/orders/import", content=CSV.replace("ORD-700", " ").encode(), headers=headers)
    assert (nothing.status_code, nothing.json()["facts"]["import"]) == (422, None)
    for body in (b"", b"\x00\x01", b"a;b\n1;2\n"):
        refused = await api("POST", "/orders/import", content=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_file"), refused.text
    assert (await api("POST", "/orders/import", json={})).status_code == 415
    assert (await api("POST", "/orders/import?preset=sap", content=b"", headers=headers)).status_code == 422


async def test_the_same_idempotency_key_is_one_write_also_at_once_and_after_a_crash(api):
    headers = {"Idempotency-Key": "put-1"}
    answers = await asyncio.gather(*[api("PUT", "/orders/ORD-910", json=ORDER, headers=headers) for _ in range(4)])
    assert {(each.status_code, each.text, each.headers["etag"]) for each in answers} == {
        (201, answers[0].text, answers[0].headers["etag"])
    }
    assert api.office.row("select count(*) as imports from imports")["imports"] == 1
    other = await api("PUT", "/orders/ORD-910", json=order(order_total=1), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    refused = [
        await api("PUT", "/orders/ORD-911", json=order(LINE, LINE), headers={"Idempotency-Key": "k"}) for _ in "ab"
    ]
    assert refused[0].status_code == refused[1].status_code == 422
    assert refused[0].text == refused[1].text
    # A process died in the middle of this one a while ago: nobody renews it.
    await api("PUT", "/orders/ORD-912", json=ORDER, headers={"Idempotency-Key": "crashed"})
    api.office.rows("update api_writes set status = null, at = now() - interval '1 minute' where key = 'crashed'")
    assert (await api("PUT", "/orders/ORD-912", json=ORDER, headers={"Idempotency-Key": "crashed"})).status_code == 200
    stranger = await api.new_key("orders:write", name="ERP")
    again = await api("PUT", "/orders/ORD-910", json=order(order_total=1), headers=headers, key=stranger)
    assert again.status_code == 200  # a key is the system's own


async def test_what_the_warehouse_says_reaches_the_card_and_the_one_who_asked(api):
    office = api.office
    await office.command(CSR, "/cancel ORD-123 line 1 qty 1 customer-request")
    await office.settled()
    before = office.row("select version, state from requests")
    assert (await api("PATCH", "/orders/ORD-123/lines/1", json={"quantity_picked": 3})).status_code == 200
    await office.settled()
    assert office.row("select version, state from requests") == before
    (said,) = [message for message in office.workspace.messages(CSR) if "picked" in seen(message)]
    assert "3 of 3 units picked" in seen(said)
    assert "WMS (API key) says so" in seen(said)
    assert office.rows("select 1 from notices where state = 'dead'") == []
