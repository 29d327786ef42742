"""A whole desk played at random against a model of it that fits on a page."""

import asyncio
import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from psycopg.rows import dict_row

from store.audit import verify
from store.desk import PostgresStore
from store.policies import apply_policy
from store.pool import make_pool
from store.reading import Reading
from workflows.commands import Decide, PlaceHold, ReleaseHold
from workflows.policy.load import parse_policy
from workflows.ports import Member
from workflows.results import Done
from workflows.services import Claim, DeskService
from workflows.transitions import Action
from workflows.values import Standing

DESK = "T0ACME"
POLICY = parse_policy((Path(__file__).parents[2] / "playground" / "demo_policy.toml").read_text())
PEOPLE = ("U0CARL", "U0SAMI", "U0ROSA", "U0IVAN", "U0WALT", "U0LENA")
OWNERS = {reason.code: reason.owner for reason in POLICY.reasons_of("hold")}
ORDERS = ("ORD-1", "ORD-2")
REASONS = ("credit", "stock")
OPEN = {"requested", "active", "release_requested"}


class Everybody:
    async def look_up(self, _desk_id, user_id):
        return Member(user_id, user_id, "", "", Standing.ACTIVE, datetime.now(UTC))


@dataclasses.dataclass
class Ask:
    """A request as the model knows it."""

    kind: str
    order: str
    reason: str
    by: str
    quantity: int
    state: str = "pending"


class Desk(RuleBasedStateMachine):
    url = ""

    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        self.clean()
        self.pool = make_pool(self.url, size=2)
        self.run(self.pool.open())
        self.run(apply_policy(self.pool, DESK, POLICY, by="test"))
        self.service = DeskService(PostgresStore(self.pool), Everybody())
        self.quantity = dict.fromkeys(ORDERS, 3)
        self.shipped = set()
        self.holds = {}
        self.asks = []
        self.clear = 0
        for number in ORDERS:
            self.sql(
                """insert into orders (desk_id, number, customer, currency, total, changed_at)
                   values (%s, %s, 'Acme', 'USD', 100, now())""",
                DESK, number,
            )  # fmt: skip
            self.sql(
                """insert into order_lines (desk_id, order_number, key, line, ordered) values (%s, %s, '1', 1, 3)""",
                DESK, number,
            )  # fmt: skip

    def clean(self):
        """Empty as a superuser may; the audit refuses even that until its guards are put aside."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            tables = (
                "audit, audit_heads, cards, decisions, request_targets, status_changes, holds, requests, order_lines"
            )
            connection.execute("alter table audit disable trigger audit_whole")
            connection.execute(f"truncate {tables}, orders, notices, lanes, inbound, counters, members cascade")
            connection.execute("truncate role_grants, policies, imports, desks cascade")
            connection.execute("alter table audit enable always trigger audit_whole")

    def teardown(self):
        self.run(self.pool.close())
        self.runner.close()

    def run(self, work):
        return self.runner.run(work)

    def sql(self, query, *parameters):
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def give(self, user, command):
        return self.run(self.service.handle(DESK, Claim(user), command))

    def may_sign(self, user, ask):
        return OWNERS[ask.reason] in POLICY.roles_of(user) and user != ask.by

    def moved(self, ask):
        return self.quantity[ask.order] != ask.quantity

    @rule(user=st.sampled_from(PEOPLE), order=st.sampled_from(ORDERS), reason=st.sampled_from(REASONS))
    def place(self, user, order, reason):
        result = self.give(user, PlaceHold(order, reason))
        key = (order, reason)
        expected = order not in self.shipped and self.holds.get(key) not in OPEN
        assert isinstance(result, Done) is expected, result
        if not expected:
            return
        owner = OWNERS[reason] in POLICY.roles_of(user)
        self.holds[key] = "active" if owner else "requested"
        self.asks.append(Ask("place", order, reason, user, self.quantity[order], "approved" if owner else "pending"))
        assert result.request == len(self.asks)

    @rule(user=st.sampled_from(PEOPLE), order=st.sampled_from(ORDERS), reason=st.sampled_from(REASONS))
    def ask_for_release(self, user, order, reason):
        result = self.give(user, ReleaseHold(order, hold=reason))
        expected = self.holds.get((order, reason)) == "active"
        assert isinstance(result, Done) is expected, result
        if expected:
            self.holds[order, reason] = "release_requested"
            self.asks.append(Ask("release", order, reason, user, self.quantity[order]))

    @precondition(lambda self: self.asks)
    @rule(data=st.data(), user=st.sampled_from(PEOPLE), action=st.sampled_from(["approve", "reject", "withdraw"]))
    def decide(self, data, user, action):
        number = data.draw(st.integers(1, len(self.asks)))
        ask = self.asks[number - 1]
        result = self.give(user, Decide(number, Action(action), 1, "because"))
        allowed = user == ask.by if action == "withdraw" else self.may_sign(user, ask)
        if ask.state != "pending" or not allowed:
            assert not isinstance(result, Done), result
            return
        if action == "approve" and self.moved(ask):
            assert not isinstance(result, Done), result
            self.end(ask, "void")
            return
        assert isinstance(result, Done), result
        self.end(ask, {"approve": "approved", "reject": "rejected", "withdraw": "withdrawn"}[action])

    def end(self, ask, state):
        ask.state = state
        placement = {"approved": "active", "rejected": "rejected", "withdrawn": "withdrawn", "void": "withdrawn"}
        before = self.blocked(ask.order)
        if ask.kind == "place":
            self.holds[ask.order, ask.reason] = placement[state]
        else:
            self.holds[ask.order, ask.reason] = "released" if state == "approved" else "active"
        assert before
        if ask.kind == "release" and state == "approved" and not self.blocked(ask.order):
            self.clear += 1

    def blocked(self, order):
        return any(state in OPEN for (number, _), state in self.holds.items() if number == order)

    @rule(order=st.sampled_from(ORDERS))
    def change_the_order(self, order):
        self.quantity[order] += 1
        self.sql("update order_lines set ordered = ordered + 1 where order_number = %s", order)
        self.shipped.discard(order)

    @rule(order=st.sampled_from(ORDERS))
    def ship_the_order(self, order):
        """Physical facts are never refused; what was asked before them is void when it is opened."""
        if order in self.shipped:
            return
        self.shipped.add(order)
        self.quantity[order] += 1
        self.sql(
            """update order_lines set ordered = ordered + 1, allocated = ordered + 1, picked = ordered + 1,
               packed = ordered + 1, shipped = ordered + 1 where order_number = %s""",
            order,
        )

    @invariant()
    def holds_and_requests_are_as_the_model_says(self):
        stored = {
            (row["order_number"], row["reason"]): row["state"]
            for row in self.sql("select * from holds order by number")
        }
        assert stored == self.holds
        states = [row["state"] for row in self.sql("select state from requests order by number")]
        assert states == [ask.state for ask in self.asks]

    @invariant()
    def exactly_the_pending_requests_own_targets(self):
        owners = sorted(row["request"] for row in self.sql("select request from request_targets"))
        assert owners == [number for number, ask in enumerate(self.asks, 1) if ask.state == "pending"]

    @invariant()
    def the_gate_opens_only_when_no_hold_is_open(self):
        for order in ORDERS:
            gate = self.run(Reading(self.pool).gate(DESK, order))
            assert gate.may_ship is not self.blocked(order)

    @invariant()
    def the_floor_is_told_clear_once_for_each_last_release(self):
        told = self.sql("select payload from notices where kind = 'floor' and (payload ->> 'clear')::bool")
        releases = [notice for notice in told if not notice["payload"]["blockers"]]
        assert len(releases) >= self.clear

    @invariant()
    def the_audit_is_whole(self):
        assert self.run(verify(self.pool, DESK)).faults == ()


@pytest.mark.parametrize(
    ("examples", "steps"), [(12, 25), pytest.param(200, 50, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_a_desk_and_its_model_agree_after_every_step(database_url, examples, steps):
    Desk.url = database_url
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
