"""A whole desk played at random against a model of it that fits on a page."""

import asyncio
import dataclasses
import itertools
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

POLICY = parse_policy((Path(__file__).parents[2] / "playground" / "demo_policy.toml").read_text())
PEOPLE = ("U0ROSA", "U0CARL", "U0WALT")
OWNERS = {reason.code: reason.owner for reason in POLICY.reasons_of("hold")}
ORDERS = ("ORD-1",)
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
    """Each example is a desk of its own in one database."""

    database = runner = pool = None
    numbers = itertools.count(1)

    def __init__(self):
        super().__init__()
        self.desk = f"T{next(self.numbers)}"
        self.run(apply_policy(self.pool, self.desk, POLICY, by="test"))
        self.service = DeskService(PostgresStore(self.pool), Everybody())
        self.quantity = dict.fromkeys(ORDERS, 3)
        self.shipped = set()
        self.holds = {}
        self.asks = []
        self.clear = 0
        for number in ORDERS:
            self.sql(
                """insert into orders (desk_id, number, customer, currency, total, changed_at)
                   values (%(desk)s, %(order)s, 'Acme', 'USD', 100, now())""",
                order=number,
            )
            self.sql(
                """insert into order_lines (desk_id, order_number, key, line, ordered)
                   values (%(desk)s, %(order)s, '1', 1, 3)""",
                order=number,
            )

    def teardown(self):
        assert self.run(verify(self.pool, self.desk)).faults == ()

    def run(self, work):
        return self.runner.run(work)

    def sql(self, query, **named):
        cursor = self.database.execute(query, {"desk": self.desk, **named})
        return cursor.fetchall() if cursor.description else []

    def give(self, user, command):
        return self.run(self.service.handle(self.desk, Claim(user), command))

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
        pending = [number for number, ask in enumerate(self.asks, 1) if ask.state == "pending"]
        number = data.draw(st.sampled_from(pending or [len(self.asks)]) | st.integers(1, len(self.asks)))
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

    @rule(order=st.sampled_from(ORDERS), ships=st.sampled_from([False, False, True]))
    def move_the_order(self, order, ships):
        """Facts are never refused; what was asked before them is void when somebody opens it."""
        self.quantity[order] += 1
        (self.shipped.add if ships else self.shipped.discard)(order)
        self.sql(
            """update order_lines set ordered = ordered + 1, allocated = %(gone)s * (ordered + 1),
               picked = %(gone)s * (ordered + 1), packed = %(gone)s * (ordered + 1), shipped = %(gone)s * (ordered + 1)
               where desk_id = %(desk)s and order_number = %(order)s""",
            gone=int(ships), order=order,
        )  # fmt: skip

    @invariant()
    def holds_and_requests_are_as_the_model_says(self):
        stored = {
            (row["order_number"], row["reason"]): row["state"]
            for row in self.sql("select * from holds where desk_id = %(desk)s order by number")
        }
        assert stored == self.holds
        states = [
            row["state"] for row in self.sql("select state from requests where desk_id = %(desk)s order by number")
        ]
        assert states == [ask.state for ask in self.asks]

    @invariant()
    def exactly_the_pending_requests_own_targets(self):
        owners = sorted(
            row["request"] for row in self.sql("select request from request_targets where desk_id = %(desk)s")
        )
        assert owners == [number for number, ask in enumerate(self.asks, 1) if ask.state == "pending"]

    @invariant()
    def the_gate_opens_only_when_no_hold_is_open(self):
        for order in ORDERS:
            gate = self.run(Reading(self.pool).gate(self.desk, order))
            assert gate.may_ship is not self.blocked(order)

    @invariant()
    def the_floor_is_told_clear_once_for_each_last_release(self):
        told = self.sql(
            "select payload from notices where desk_id = %(desk)s and kind = 'floor' and (payload ->> 'clear')::bool"
        )
        releases = [notice for notice in told if not notice["payload"]["blockers"]]
        assert len(releases) >= self.clear


@pytest.mark.parametrize(
    ("examples", "steps"), [(30, 30), pytest.param(1000, 50, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_a_desk_and_its_model_agree_after_every_step(database_url, examples, steps):
    quick = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    with asyncio.Runner() as Desk.runner, psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as found:
        Desk.database, Desk.pool = found, make_pool(database_url, size=2)
        Desk.runner.run(Desk.pool.open())
        run_state_machine_as_test(Desk, settings=quick)
        Desk.runner.run(Desk.pool.close())
