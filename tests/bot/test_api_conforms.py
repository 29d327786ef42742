"""The API against its own OpenAPI document: nothing undocumented, nothing that breaks, and nothing of another desk."""

import asyncio
import re

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi_checks

from store.policies import apply_policy
from tests.bot.api_client import calling
from tests.office import HOOKS, ROSA, open_office

CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]
KNOWN = {
    "batch": [1, 2],
    "kind": ["holds", "changes"],
    "line": [1, 2],
    "number": ["ORD-123", "ord-124", "ORD-999"],
    "request": ["R-1", "R-9"],
    "webhook_id": ["msg_theirs", "msg_none"],
}


@pytest.fixture
async def api(database_url):
    environment = {**HOOKS, "REDTAG_API_PER_MINUTE": "1000000"}
    async with open_office(database_url, environment=environment) as office, calling(office) as client:
        office.add_order()
        office.add_order("ORD-124", {"shipped": 1}, {"cancelled": 3})
        yield client


def fuzz(url, key, examples):
    """Every operation with what fits its description and what does not, on orders that are there and others."""
    document = schemathesis.openapi.from_url(f"{url}/v1/openapi.json")
    calls, session = 0, requests.Session()
    for operation in (result.ok() for result in document.get_all_operations()):
        either = st.one_of(operation.as_strategy(mode) for mode in GenerationMode)

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=either, data=st.data())
        def asked(case, data):
            nonlocal calls
            calls += 1
            for name in {*case.path_parameters} & {*KNOWN} if case.path_parameters else ():
                if data.draw(st.booleans()):
                    case.path_parameters[name] = data.draw(st.sampled_from(KNOWN[name]))
            case.validate_response(case.call(session=session, headers={"Authorization": f"Bearer {key}"}), CHECKS)

        asked()
    session.close()
    return calls


async def fuzzed(api, examples):
    calls = await asyncio.to_thread(fuzz, f"http://127.0.0.1:{api.office.settings.port}", api.key, examples)
    assert calls > 9 * examples  # every operation was asked


async def test_what_the_document_says_is_what_is_answered(api):
    await fuzzed(api, 2)


@pytest.mark.slow
async def test_what_the_document_says_is_what_is_answered_at_length(api):
    await fuzzed(api, 120)


async def test_a_key_of_one_desk_finds_nothing_of_another_at_any_address(api):
    """Every operation of the document, with everything that the other desk has."""
    office = api.office
    hold = {"kind": "place_hold", "order": "ORD-123", "reason": "credit"}
    assert (await api("POST", "/requests", json=hold, headers={"Idempotency-Key": "same"})).status_code == 201
    await office.settled()
    await office.workspace.click(ROSA, office.cards()[0], "request.approve")
    assert (await api("POST", "/exports/holds")).status_code == 201
    office.rows(
        """insert into hook_calls (desk_id, endpoint, request, kind, type, webhook_id, body, created_at)
           values ('T0ACME', 'erp', 1, 'place_hold', 'hold.placed', 'msg_theirs', '{"order": "Brightwater"}', now())"""
    )
    await apply_policy(office.parts.pool, "T0OTHER", office.policy, by="test")
    stranger = await api.new_key(name="Stranger", desk="T0OTHER")
    before = theirs(office)
    document = (await api("GET", "/openapi.json")).json()
    for path, operations in document["paths"].items():
        address = re.sub(r"{(\w+)}", lambda found: str(KNOWN[found[1]][0]), path)
        for method in operations:
            body = BODIES.get(path, {})
            nobody = await api.http.request(method.upper(), f"/v1{address}", **body)
            assert nobody.status_code == 401, (method, address)
            answer = await api(method.upper(), address, key=stranger, headers={"Idempotency-Key": "same"}, **body)
            secrets = ("U0", "key:WMS", "SKU-1", "Brightwater", '"H-1"', '"R-1"')
            assert not [each for each in secrets if each in answer.text and each not in str(body)], (method, address)
            named = "{" in path and method != "put" and not path.startswith("/exports/{kind}")
            assert answer.status_code == 404 or not named or "gate" in path, (method, address, answer.text)
    assert theirs(office) == before


BODIES = {
    "/gate": {"json": {"orders": ["ORD-123", "ORD-124"]}},
    "/orders/import": {"content": b"order_number\n"},
    "/orders/{number}/lines/{line}": {"json": {"quantity_shipped": 1}},
    "/requests": {"json": {"kind": "release_hold", "order": "ORD-123"}},
}


def theirs(office):
    """What the first desk has, as far as a stranger could touch it."""
    query = """
        select (select jsonb_agg(o order by number) from orders o where desk_id = 'T0ACME') as orders,
               (select jsonb_agg(r order by number) from requests r where desk_id = 'T0ACME') as requests,
               (select jsonb_agg(h order by number) from holds h where desk_id = 'T0ACME') as holds,
               (select jsonb_agg(b.number order by number) from export_batches b where desk_id = 'T0ACME') as batches,
               (select jsonb_agg(w.key order by key) from api_writes w where desk_id = 'T0ACME') as writes
    """
    return office.row(query)
