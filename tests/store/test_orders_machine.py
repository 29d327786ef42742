"""Cancels, changes, holds and order files at random, against a model of the order that knows only what may be so."""

import asyncio
import dataclasses
import io
import itertools
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg.rows import dict_row

from store.audit import verify
from store.desk import PostgresStore
from store.imports import import_orders
from store.policies import apply_policy
from store.pool import make_pool
from store.reading import Reading
from tests.store.order_model import EXTRAS, OPEN, ORDER, PEOPLE, POLICY, TAX, Ask, Model
from tests.workflows.order_files import line as row_of
from tests.workflows.order_files import rules as file_rules
from tests.workflows.order_files import written
from workflows.commands import AddLine, CancelOrder, ChangeOrder, Decide, EditLine, Join, PlaceHold, ReleaseHold, Units
from workflows.imports.files import open_orders
from workflows.ports import Member
from workflows.results import Done
from workflows.services import Claim, DeskService
from workflows.transitions import Action
from workflows.values import Standing


class Everybody:
    async def look_up(self, _desk_id, user_id):
        return Member(user_id, user_id, "", "", Standing.ACTIVE, datetime.now(UTC))


class Orders(Model, RuleBasedStateMachine):
    """Each example is a desk of its own with one order of three lines."""

    database = runner = pool = url = None
    numbers = itertools.count(1)

    def __init__(self):
        super().__init__()
        self.desk = f"T{next(self.numbers)}"
        self.run(apply_policy(self.pool, self.desk, POLICY, by="test"))
        self.service = DeskService(PostgresStore(self.pool), Everybody())
        self.articles = itertools.count(1)
        self.news = 0
        self.begin()
        self.keep_base()
        self.take()

    @initialize(taxed=st.sampled_from([False, False, True]))
    def tax_it(self, taxed):
        """No file says what of a total is tax, so that an order with tax moves without files."""
        self.taxed = taxed
        if taxed:
            self.tax, self.extras = TAX, EXTRAS + TAX
            self.sql("update orders set tax = %(tax)s, total = total + %(tax)s where desk_id = %(desk)s", tax=TAX)

    def teardown(self):
        assert self.run(verify(self.pool, self.desk)).faults == ()

    def run(self, work):
        return self.runner.run(work)

    def sql(self, query, **named):
        cursor = self.database.execute(query, {"desk": self.desk, **named})
        return cursor.fetchall() if cursor.description else []

    def give(self, user, command):
        return self.run(self.service.handle(self.desk, Claim(user), command))

    # Order files, and what the warehouse does

    def keep_base(self):
        """What the source says of the order from now on, until it hears of our decisions."""
        self.base = {key: dataclasses.replace(line) for key, line in self.lines.items() if line.ordered}
        self.base_total, self.base_ship_by = self.total, self.ship_by

    def take(self):
        rows = [self.row(key, line) for key, line in sorted(self.base.items(), key=lambda each: each[1].line)]
        file = open_orders(io.BytesIO(written(rows)), "orders.csv", file_rules())
        report = import_orders(self.url, self.desk, file, by="cli:adam")
        assert report.orders.refused == 0

    def row(self, key, line):
        facts = self.lines[key]
        return row_of(
            ORDER,
            line.line,
            order_total=f"{self.base_total / 100:.2f}",
            ship_by=self.base_ship_by.isoformat(),
            sku=line.sku,
            quantity=str(line.ordered),
            unit_price=f"{line.price / 100:.2f}",
            quantity_cancelled=str(line.cancelled),
            quantity_picked=str(facts.picked),
            quantity_packed=str(facts.shipped),
            quantity_shipped=str(facts.shipped),
            status="",
        )

    def advance(self, data):
        """Some units of one line are picked or shipped, as far as the source knows of them."""
        known = [key for key in self.live if key in self.base]
        if not known:
            return
        key = data.draw(st.sampled_from(known))
        line, most = self.lines[key], min(self.lines[key].left, self.base[key].left)
        line.picked = max(line.picked, data.draw(st.integers(0, min(most, line.picked + 2))))
        line.shipped = max(line.shipped, data.draw(st.integers(0, min(line.picked, most, line.shipped + 1))))

    @precondition(lambda self: not self.taxed)
    @rule(data=st.data())
    def a_file_that_has_not_heard_of_us(self, data):
        self.advance(data)
        self.take()

    @precondition(lambda self: not self.taxed and any(line.left > line.picked for line in self.live.values()))
    @rule(number=st.integers(1, 3))
    def a_file_in_which_a_unit_was_picked(self, number):
        key = self.key_of(number)
        if key in self.live and key in self.base:
            line = self.lines[key]
            line.picked = max(line.picked, min(line.picked + 1, line.left, self.base[key].left))
        self.take()

    @precondition(lambda self: not self.taxed and any(line.ordered for line in self.lines.values()))
    @rule()
    def a_file_that_has_taken_everything_over(self):
        """Lines that we added get the source's own key; lines that we removed are gone; what was cancelled is back."""
        kept = {}
        for key, line in self.lines.items():
            line.picked = min(line.picked, max(line.left, line.shipped))
            if line.ordered or line.added:
                kept[str(line.line) if line.ordered else key] = line
                line.added = line.added and not line.ordered
        self.lines = kept
        self.keep_base()
        self.take()

    @precondition(lambda self: self.taxed)
    @rule(data=st.data())
    def the_warehouse_works(self, data):
        self.advance(data)
        for key, line in self.lines.items():
            self.sql(
                """update order_lines set allocated = %(picked)s, picked = %(picked)s, packed = %(shipped)s,
                   shipped = %(shipped)s where desk_id = %(desk)s and key = %(key)s""",
                key=key, picked=line.picked, shipped=line.shipped,
            )  # fmt: skip

    # Asking

    def asked(self, user, result, kind, roles):
        keys = result.asked.keys
        dates = kind == "change" and result.asked.ship_by is not None
        whole = kind == "cancel" and result.asked.whole
        stands_on = self.whole() if whole else self.of(keys, dates=dates)
        self.asks.append(Ask(kind, user, roles, stands_on, result.asked, keys=keys))
        assert result.request == len(self.asks)

    @precondition(lambda self: len(self.asks) > 5)
    @rule(user=st.sampled_from(PEOPLE))
    def cancel_all(self, user):
        result = self.give(user, CancelOrder(ORDER, (), "duplicate"))
        expected = not self.gone and not any(line.shipped for line in self.live.values()) and self.free(self.live)
        assert isinstance(result, Done) is expected, result
        if expected:
            assert {line.key: line.units for line in result.asked.lines} == {k: x.left for k, x in self.live.items()}
            self.asked(user, result, "cancel", self.roles())

    @rule(user=st.sampled_from(PEOPLE), number=st.integers(1, 3), units=st.integers(1, 3))
    def cancel_some(self, user, number, units):
        self.cancel_units(user, {number: units})

    @rule(user=st.sampled_from(PEOPLE), units=st.integers(1, 3))
    def cancel_of_two_lines(self, user, units):
        self.cancel_units(user, {1: units, 2: units})

    @rule(user=st.sampled_from(PEOPLE), number=st.integers(1, 5), units=st.sampled_from([None, 0, -1, 8, 999]))
    def cancel_oddly(self, user, number, units):
        self.cancel_units(user, {number: units})

    def cancel_units(self, user, units):
        result = self.give(user, CancelOrder(ORDER, tuple(Units(*each) for each in units.items()), "duplicate"))
        chosen = {}
        for number, wanted in units.items():
            line = self.lines.get(self.key_of(number) or "")
            can = max(0, line.left - line.shipped) if line else 0
            chosen[self.key_of(number)] = can if wanted is None else wanted if 1 <= wanted <= can else 0
        expected = not self.gone and all(chosen.values()) and self.free(chosen)
        assert isinstance(result, Done) is expected, result
        if expected:
            assert {line.key: line.units for line in result.asked.lines} == chosen
            self.asked(user, result, "cancel", self.roles())

    @rule(
        user=st.sampled_from(PEOPLE),
        number=st.integers(1, 5),
        what=st.sampled_from(["quantity", "article", "remove"]),
        quantity=st.integers(0, 8),
    )
    def change_a_line(self, user, number, what, quantity):
        article = f"N{next(self.articles)}"
        edits = {
            "quantity": EditLine(number, quantity),
            "article": EditLine(number, sku=article),
            "remove": EditLine(number, remove=True),
        }
        result = self.give(user, ChangeOrder(ORDER, (edits[what],), reason="entry-error"))
        key = self.key_of(number)
        line = self.lines.get(key or "")
        expected = not self.gone and line is not None and line.left > line.picked and self.free([key])
        if what == "quantity":
            expected = expected and quantity >= max(1, line.picked) and quantity != line.left
        else:
            expected = expected and not line.picked
        if what == "remove":
            expected = expected and len(self.live) > 1
        assert isinstance(result, Done) is expected, result
        if expected:
            self.asked(user, result, "change", ["cs_lead"])

    @rule(user=st.sampled_from(PEOPLE), quantity=st.integers(1, 3))
    def add_a_line(self, user, quantity):
        article = f"N{next(self.articles)}"
        result = self.give(user, ChangeOrder(ORDER, adds=(AddLine(article, quantity, "2.50"),), reason="entry-error"))
        assert isinstance(result, Done) is not self.gone, result
        if not self.gone:
            self.asked(user, result, "change", ["cs_lead"])

    @rule(user=st.sampled_from(PEOPLE), days=st.integers(0, 3))
    def move_the_date(self, user, days):
        wanted = date(2031, 1, 1) + timedelta(days=days)
        result = self.give(user, ChangeOrder(ORDER, ship_by=wanted, reason="reschedule"))
        dated = any(getattr(ask.asked, "ship_by", None) for ask in self.pending)
        expected = not self.gone and wanted != self.ship_by and not dated
        assert isinstance(result, Done) is expected, result
        if expected:
            self.asked(user, result, "change", ["cs_lead"])

    @rule(user=st.sampled_from(PEOPLE), reason=st.sampled_from(["credit", "customer"]))
    def hold(self, user, reason):
        result = self.give(user, PlaceHold(ORDER, reason))
        expected = not self.gone and self.holds.get(reason) not in OPEN
        assert isinstance(result, Done) is expected, result
        if expected:
            owner = {"credit": "credit", "customer": "cs_lead"}[reason]
            own = owner in POLICY.roles_of(user)
            self.holds[reason] = "active" if own else "requested"
            ask = Ask("place_hold", user, [owner], self.whole(), hold=reason, state="approved" if own else "pending")
            self.asks.append(ask)

    @precondition(lambda self: "active" in self.holds.values())
    @rule(user=st.sampled_from(PEOPLE))
    def release_one(self, user):
        self.release(user, next(reason for reason, state in self.holds.items() if state == "active"))

    @precondition(lambda self: self.holds)
    @rule(user=st.sampled_from(PEOPLE), reason=st.sampled_from(["credit", "customer"]))
    def release_any(self, user, reason):
        self.release(user, reason)

    def release(self, user, reason):
        result = self.give(user, ReleaseHold(ORDER, hold=reason))
        expected = self.holds.get(reason) == "active"
        assert isinstance(result, Done) is expected, result
        if expected:
            self.holds[reason] = "release_requested"
            owner = {"credit": "credit", "customer": "cs_lead"}[reason]
            self.asks.append(Ask("release_hold", user, [owner], self.whole(), hold=reason))

    # Deciding

    @precondition(lambda self: self.asks)
    @rule(data=st.data(), user=st.sampled_from(PEOPLE))
    def approve(self, data, user):
        self.decide(data, user, Action.APPROVE)

    @precondition(lambda self: self.pending)
    @rule(ask=st.integers(0, 9))
    def approve_by_all_who_can(self, ask):
        """Most random clicks are refused; this one gets somewhere."""
        chosen = self.pending[ask % len(self.pending)]
        for role in list(chosen.roles):
            signer = next(user for user in PEOPLE if role in POLICY.roles_of(user) and user != chosen.by)
            self.decided(chosen, signer, Action.APPROVE)

    @precondition(lambda self: len(self.pending) > 1)
    @rule(ask=st.integers(0, 9))
    def approve_another(self, ask):
        self.approve_by_all_who_can(ask)

    @precondition(lambda self: self.pending)
    @rule(ask=st.integers(0, 9))
    def withdraw(self, ask):
        chosen = self.pending[ask % len(self.pending)]
        self.decided(chosen, chosen.by, Action.WITHDRAW)

    @precondition(lambda self: self.asks)
    @rule(data=st.data(), user=st.sampled_from(PEOPLE), action=st.sampled_from([Action.REJECT, Action.WITHDRAW]))
    def end(self, data, user, action):
        self.decide(data, user, action)

    @precondition(lambda self: self.asks)
    @rule(data=st.data(), user=st.sampled_from(PEOPLE))
    def join(self, data, user):
        ask = data.draw(st.sampled_from(self.asks))
        result = self.give(user, Join(self.asks.index(ask) + 1))
        assert isinstance(result, Done) is (ask.state == "pending")

    def decide(self, data, user, action):
        self.decided(data.draw(st.sampled_from(self.pending or self.asks)), user, action)

    def decided(self, ask, user, action):
        number = next(place for place, each in enumerate(self.asks, 1) if each is ask)
        result = self.give(user, Decide(number, action, note="because"))
        role = next((role for role in ask.roles if role in POLICY.roles_of(user)), None)
        allowed = user == ask.by if action is Action.WITHDRAW else role and user not in {ask.by, *ask.signed}
        if ask.state != "pending" or not allowed:
            assert not isinstance(result, Done), result
        elif action is Action.APPROVE:
            self.approved(ask, user, role, result)
        else:
            assert isinstance(result, Done), result
            self.over(ask, "rejected" if action is Action.REJECT else "withdrawn")

    def approved(self, ask, user, role, result):
        stands = self.stands(ask)
        assert isinstance(result, Done) is stands, result
        if not stands:
            self.over(ask, "void")
            return
        ask.signed.add(user)
        ask.roles.remove(role)
        if ask.roles:
            assert result.what == "signed"
            return
        assert result.what == "approved"
        self.waiting = self.waiting or ask.kind != "place_hold"
        if ask.asked:
            self.apply(ask)
        if ask.kind == "release_hold":
            self.holds[ask.hold] = "released"
        elif ask.kind == "place_hold":
            self.holds[ask.hold] = "active"
        self.over(ask, "approved")

    # What must be so, whatever happened

    @invariant()
    def the_order_is_what_the_decisions_made_of_it(self):
        rows = self.sql("select * from order_lines where desk_id = %(desk)s")
        stored = {
            row["key"]: (row["line"], row["sku"], row["ordered"], row["cancelled"], row["picked"], row["shipped"])
            for row in rows
        }
        assert stored == {
            key: (line.line, line.sku, line.ordered, line.cancelled, line.picked, line.shipped)
            for key, line in self.lines.items()
        }
        (order,) = self.sql("select total, tax, ship_by from orders where desk_id = %(desk)s")
        assert order == {"total": self.total, "tax": self.tax, "ship_by": self.ship_by}
        assert self.tax >= 0

    @invariant()
    def requests_holds_and_targets_are_as_the_model_says(self):
        states = self.sql("select state from requests where desk_id = %(desk)s order by number")
        assert [row["state"] for row in states] == [ask.state for ask in self.asks]
        holds = self.sql("select reason, state from holds where desk_id = %(desk)s order by number")
        assert {row["reason"]: row["state"] for row in holds} == self.holds
        owners = self.sql("select distinct request from request_targets where desk_id = %(desk)s order by 1")
        waiting = [number for number, ask in enumerate(self.asks, 1) if ask.state == "pending"]
        assert [row["request"] for row in owners] == waiting

    @invariant()
    def money_goes_back_once_for_each_approved_cancel(self):
        calls = self.sql("select request, amount from hook_calls where desk_id = %(desk)s order by request")
        cancels = [
            {"request": number, "amount": sum(line.units * line.unit_price for line in ask.asked.lines) + ask.asked.tax}
            for number, ask in enumerate(self.asks, 1)
            if ask.kind == "cancel" and ask.state == "approved"
        ]
        assert calls == cancels

    @invariant()
    def the_floor_hears_clear_to_ship_when_it_is_so_and_only_then(self):
        query = (
            "select id, payload from notices where desk_id = %(desk)s and kind = 'floor' and id > %(news)s order by id"
        )
        said = self.sql(query, news=self.news)
        self.news = said[-1]["id"] if said else self.news
        clear = any(row["payload"]["clear"] for row in said)
        assert not clear or (not self.doubts and self.live)
        if self.waiting and not self.doubts and not self.gone:
            assert clear
        self.waiting = self.waiting and bool(self.doubts)

    @invariant()
    def the_gate_opens_only_when_nothing_is_in_doubt(self):
        gate = self.run(Reading(self.pool).gate(self.desk, ORDER))
        assert gate.may_ship is (not self.doubts and bool(self.live))


@pytest.mark.parametrize(
    ("examples", "steps"), [(20, 50), pytest.param(1500, 50, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_an_order_and_its_model_agree_after_every_step(database_url, examples, steps):
    quick = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        print_blob=False,
    )
    with (
        asyncio.Runner() as Orders.runner,
        psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as found,
    ):
        Orders.database, Orders.pool, Orders.url = found, make_pool(database_url, size=2), database_url
        Orders.runner.run(Orders.pool.open())
        run_state_machine_as_test(Orders, settings=quick)
        Orders.runner.run(Orders.pool.close())
