"""The ship gate over REST: what it answers, what it counts, and what the audit keeps of its "no"."""

import asyncio
from zoneinfo import ZoneInfo

from store.gate import Gates
from store.pool import make_pool
from tests.bot.api_client import api
from tests.office import CSR, DESK, IVAN
from workflows.systems import Caller

__all__ = ["api"]
ZONE = ZoneInfo("America/Chicago")


async def settle(office, *clicks):
    await office.settled()
    for user, card, action in clicks:
        await office.workspace.click(user, card, action)
    await office.settled()


async def gate_of(api, number, **rest):
    answer = await api("GET", f"/orders/{number}/gate", **rest)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_gate_says_whether_why_since_when_and_who_can_act(api):
    office = api.office
    office.add_order("ORD-200", {"ordered": 3}, {"ordered": 2, "cancelled": 2})
    office.add_order("ORD-201", {"ordered": 2, "cancelled": 2})
    await office.command(CSR, "/hold ORD-123 credit waiting")
    clear, asked = await gate_of(api, "%20ord-200"), await gate_of(api, "123")
    assert clear == {
        "order": "ORD-200", "may_ship": True, "state": "clear", "blocks": [],
        "lines": [{"line": 1, "may_ship": True}, {"line": 2, "may_ship": False}],
    }  # fmt: skip
    (block,) = asked.pop("blocks")
    assert asked == {
        "order": "ORD-123", "may_ship": False, "state": "hold_requested", "lines": [{"line": 1, "may_ship": False}],
    }  # fmt: skip
    assert (block["kind"], block["id"], block["reason"]) == ("hold", "H-1", "credit")
    assert block["since"].endswith("Z")
    assert block["can_act"][0]["role"] == "credit"
    assert IVAN in block["can_act"][0]["members"]
    assert (await gate_of(api, "ORD-201"))["state"] == "cancelled"
    assert await gate_of(api, "ORD-404") == {
        "order": "ORD-404", "may_ship": False, "state": "unknown", "blocks": [], "lines": [],
    }  # fmt: skip
    assert (await api("GET", "/orders/ORD-123/gate")).headers["cache-control"] == "no-store"

    await office.apply(gate_unknown_order="404", gate_blocks_requested=False)
    missing = await api("GET", "/orders/ORD-404/gate")
    assert (missing.status_code, missing.json()["code"]) == (404, "order_unknown")
    assert (await gate_of(api, "ORD-123"))["may_ship"] is True
    batch = (await api("POST", "/gate", json={"orders": ["ord-200", "ORD-404", "ORD-200", "\u2026"]})).json()["orders"]
    assert [each["order"] for each in batch] == ["ORD-200", "ORD-404", "ORD-200", "\u2026"]
    assert [each["state"] for each in batch] == ["clear", "unknown", "clear", "unknown"]


async def test_a_batch_that_cannot_be_is_refused_by_the_name_of_its_field(api):
    wrong = {
        "orders": [[], ["A"] * 1001, None, "ORD-123"],
        "orders.1": [["A", 7], ["A", "x" * 241], ["A", ""], ["A", "\x00"]],
    }
    for field, bodies in wrong.items():
        for orders in bodies:
            refused = await api("POST", "/gate", json={"orders": orders})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_every_question_is_counted_and_the_first_no_of_the_day_is_audited(api):
    office = api.office
    office.add_order("ORD-200")
    await office.command(CSR, "/hold ORD-123 credit waiting")
    other = await api.new_key("gate:read", name="Packing")
    four = ["ORD-123", "ORD-200", "ORD-404", "ORD-123"]
    await asyncio.gather(*(api("POST", "/gate", json={"orders": four}) for _ in range(6)))
    await gate_of(api, "ORD-123", key=other)
    counted = office.rows("select api_key, asked, refused, day, now() as now from gate_counts order by api_key")
    assert [(row["api_key"], row["asked"], row["refused"]) for row in counted] == [(1, 24, 18), (2, 1, 1)]
    assert counted[0]["day"] == counted[0]["now"].astimezone(ZONE).date()
    noes = [(entry["actor"], entry["facts"]) for entry in office.audit() if entry["action"] == "gate.refused"]
    facts = {"state": "hold_requested", "blocks": [{"id": "H-1", "reason": "credit"}]}
    assert noes == [("key:WMS", facts), ("key:Packing", facts)]
    (strange,) = [entry["facts"] for entry in office.audit("") if entry["action"] == "gate.refused"]
    assert strange == {"order": "ORD-404", "state": "unknown", "blocks": []}
    office.rows("update gate_refusals set day = day - 1")
    await gate_of(api, "ORD-123")
    assert office.actions().count("gate.refused") == 3


async def test_a_gate_is_of_its_own_desk_and_follows_a_policy_at_once(api):
    office = api.office
    await office.command(CSR, "/hold ORD-123 credit waiting")
    office.rows("insert into desks (desk_id, name, created_at) values ('T0OTHER', 'Other', now())")
    office.rows(
        """insert into policies (desk_id, version, document, differences, applied_at, applied_by)
           select 'T0OTHER', 1, document, differences, applied_at, applied_by from policies limit 1"""
    )
    office.rows("update desks set policy_version = 1 where desk_id = 'T0OTHER'")
    stranger = await api.new_key("gate:read", name="Stranger", desk="T0OTHER")
    assert (await gate_of(api, "ORD-123", key=stranger))["state"] == "unknown"
    assert (await gate_of(api, "ORD-123"))["state"] == "hold_requested"
    narrow = await api.new_key("exports:read", name="Books")
    assert (await api("POST", "/gate", key=narrow, json={"orders": ["ORD-123"]})).status_code == 403


async def statements(pool, numbers, monkeypatch):
    """How many statements the gate sends for these numbers, and its answers."""
    gates, caller, sent = Gates(pool), Caller(DESK, 1, "WMS", frozenset()), []
    await gates.ask(caller, numbers[:1])
    async with pool.connection() as ours:
        kind, plain = type(ours), type(ours).execute

    async def counted(self, query, *rest, **more):
        if self is ours:
            sent.append(query)
        return await plain(self, query, *rest, **more)

    with monkeypatch.context() as patched:
        patched.setattr(kind, "execute", counted)
        answers = await gates.ask(caller, numbers)
    return len(sent), answers


async def test_a_thousand_orders_cost_as_many_statements_as_one(api, monkeypatch):
    office = api.office
    office.rows(
        """insert into orders (desk_id, number, customer, currency, total, placed_total, changed_at)
           select %s, 'ORD-' || n, 'x', 'USD', 1, 1, now() from generate_series(5000, 5998) n""",
        DESK,
    )
    await office.command(CSR, "/hold ORD-123 credit waiting")
    numbers = ["ORD-123", *(f"ORD-{n}" for n in range(5000, 5998)), "ORD-404"]
    async with make_pool(office.url, size=1) as pool:
        few, _ = await statements(pool, ["ORD-123"], monkeypatch)
        many, answers = await statements(pool, numbers, monkeypatch)
    assert few == many <= 5
    states = [gate.state for gate in answers.gates]
    assert (len(states), states[0], set(states[1:-1]), states[-1]) == (1000, "hold_requested", {"clear"}, "unknown")
