"""The warehouse's page over HTTP: who is let in, what a scan is told, and what other sites cannot do."""

import asyncio
import contextlib

import httpx
import pytest

from bot.main.parts import web_app
from bot.web.gate_page.app import STATIC
from tests.bot.api_client import api
from tests.office import CSR, ROSA

__all__ = ["api"]
JSON = {"content-type": "application/json"}


@contextlib.asynccontextmanager
async def device(office, scheme="http"):
    """A browser of its own, as far as cookies go."""
    transport = httpx.ASGITransport(web_app(office.parts, office.settings))
    async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://desk.example") as http:
        yield http


@pytest.fixture
async def phone(api):
    async with device(api.office) as http:
        yield http


async def signed_in(http, api, key=None):
    answer = await http.post("/gate/sign-in", json={"key": f" {key or api.key}\n"})
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_signed_in_device_is_told_in_words(api, phone):
    office = api.office
    office.add_order("ORD-200", {"ordered": 3, "shipped": 3}, {"ordered": 2, "cancelled": 2})
    assert (await phone.post("/gate/ask", json={"order": "ORD-123"})).status_code == 401
    answer = await signed_in(phone, api)
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/gate", "max-age="))
    assert "secure" not in cookie
    assert (await phone.get("/gate/session")).json() == {"name": "WMS"}
    await office.command(ROSA, "/order ORD-123")  # which tells her name to the desk
    await office.command(CSR, "/hold ORD-123 credit waiting")
    no = (await phone.post("/gate/ask", json={"order": "ord-123"})).json()
    (block,) = no["blocks"]
    assert (no["order"], no["may_ship"], no["why"]) == ("ORD-123", False, "A hold has been asked for.")
    assert (block["id"], block["label"]) == ("H-1", "Credit not cleared")
    assert "Credit: Rosa Alvarez or U0IVAN" in block["who"]
    yes = (await phone.post("/gate/ask", json={"order": "200"})).json()
    assert (yes["may_ship"], yes["why"]) == (True, "")
    assert yes["notes"] == ["Not all of it: line 2 is cancelled.", "All of it is marked as shipped already."]
    strange = (await phone.post("/gate/ask", json={"order": "ORD-9"})).json()
    assert (strange["state"], strange["why"]) == ("unknown", "There is no such order on this desk.")
    counted = office.row("select asked, refused from gate_counts")
    assert (counted["asked"], counted["refused"]) == (3, 2)
    assert office.actions().count("gate.refused") == 1

    office.rows("update api_keys set revoked_at = now()")
    assert (await phone.post("/gate/ask", json={"order": "ORD-200"})).status_code == 401
    await phone.post("/gate/sign-out", json={})
    assert dict(phone.cookies) == {}


async def test_wrong_keys_are_refused_in_words_and_soon_no_more_read(api, phone):
    narrow = await api.new_key("exports:read", name="Books")
    refused = await phone.post("/gate/sign-in", json={"key": narrow})
    assert (refused.status_code, refused.json()["detail"]) == (
        403, "This key may not ask the gate. It needs one with the scope gate:read.",
    )  # fmt: skip
    refused = await phone.post("/gate/sign-in", json={"key": "guess"})
    assert (refused.status_code, "wrong or has been revoked" in refused.json()["detail"]) == (401, True)
    codes = [(await phone.post("/gate/sign-in", json={"key": f"guess {n}"})).status_code for n in range(9)]
    assert (codes[0], codes[-1]) == (401, 429)
    assert (await phone.post("/gate/sign-in", json={"key": api.key})).status_code == 429
    assert dict(phone.cookies) == {}


async def test_other_sites_can_do_nothing_and_nothing_is_kept(api, phone):
    await signed_in(phone, api)
    body = '{"order": "ORD-123"}'
    form = await phone.post("/gate/ask", content=body, headers={"content-type": "text/plain"})
    other = await phone.post("/gate/ask", content=body, headers={**JSON, "sec-fetch-site": "cross-site"})
    assert (form.status_code, other.status_code) == (415, 403)
    large = await phone.post("/gate/ask", content="x" * 5000, headers=JSON)
    odd = [await phone.post("/gate/ask", content=each, headers=JSON) for each in ("{", "[]", '{"order": ""}')]
    assert [large.status_code, *(each.status_code for each in odd)] == [413, 422, 422, 422]
    answers = [form, *[await phone.get(path) for path in ("/gate", "/gate/main.js", "/gate/gate.css", "/gate/session")]]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in answer.headers["content-security-policy"]
    async with device(api.office, "https") as http:
        assert "secure" in (await signed_in(http, api)).headers["set-cookie"].lower()
    async with device(api.office) as http:
        headers = {"x-forwarded-proto": "https"}
        proxied = await http.post("/gate/sign-in", json={"key": api.key}, headers=headers)
        assert "secure" in proxied.headers["set-cookie"].lower()


def test_the_page_loads_nothing_from_elsewhere_and_writes_no_html():
    files = {path.name: path.read_text() for path in STATIC.iterdir()}
    for name, text in files.items():
        assert "http" not in text.replace("http://www.w3.org/2000/svg", ""), name
        assert not any(word in text for word in ("innerHTML", "insertAdjacent", "onclick=", "<style", "style=")), name
    assert '<script type="module" src=' in files["index.html"]


async def test_a_database_that_is_away_is_no_answer(api, phone):
    await signed_in(phone, api)
    await asyncio.wait_for(api.office.parts.pool.close(), 5)
    failed = await phone.post("/gate/ask", json={"order": "ORD-123"})
    assert (failed.status_code, failed.json()["code"]) == (503, "unavailable")
