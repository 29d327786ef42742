"""What a file moves, misses, contradicts and has not taken over: reported, stored, told, and never twice."""

from importlib import resources

import pytest
from psycopg.types.json import Jsonb

from bot.cli.common import run
from store.contradictions import Drifted, Exceptions
from store.missing import decide_missing, missing_orders
from store.policies import apply_policy
from tests.store.test_imports import DESK, Desk
from tests.workflows.order_files import line, more, sale
from workflows.policy.load import parse_policy

POLICY = parse_policy((resources.files("playground") / "demo_policy.toml").read_text(encoding="utf-8"))


class Office(Desk):
    """A desk with its policy, and requests that are simply there."""

    def __init__(self, url, **settings):
        super().__init__(url)
        policy = POLICY.model_copy(update={"desk": POLICY.desk.model_copy(update=settings)})
        run(url, lambda pool: apply_policy(pool, DESK, policy, by="test"))

    def request(self, number, order="ORD-1", *, key="1", units=3, state="pending", tax=0, kind="cancel"):
        """A cancel of units of a line, with the picture of that line as it stands now."""
        (found,) = [each for each in self.lines(order) if each["key"] == key]
        quantities = [found[name] for name in ("line", "ordered", "cancelled", "picked", "packed", "shipped")]
        asked = {
            "kind": "cancel", "currency": "USD", "tax": tax, "shipping": 0, "whole": False,
            "lines": [{"key": key, "line": found["line"], "sku": found["sku"], "description": "", "units": units,
                       "unit_price": found["unit_price"], "returns": 0}],
        }  # fmt: skip
        seen = {
            "articles": {key: [found["sku"], found["unit_price"]]}, "currency": "USD",
            "lines": {key: quantities}, "own": True,
        }  # fmt: skip
        self.rows(
            """insert into requests (desk_id, number, kind, state, order_number, role, sign, seen, asked, requested_by,
                                     requested_at, decided_at)
               values (%s, %s, %s, %s, %s, 'cs_lead', '[{"role": "cs_lead", "approvals": 1}]', %s, %s, 'U0CARL', now(),
                       case when %s <> 'pending' then now() end)""",
            DESK, number, kind, state, order, Jsonb(seen), Jsonb(asked), state,
        )  # fmt: skip
        return asked

    def cancelled(self, number, order="ORD-1", *, key="1", units=3, tax=0):
        """What an approved cancel leaves behind."""
        asked = self.request(number, order, key=key, units=units, state="approved", tax=tax)
        self.rows(
            "update order_lines set cancelled = cancelled + %s, ours = ours || jsonb_build_object('cancelled', cancelled + %s)"
            " where order_number = %s and key = %s",
            units, units, order, key,
        )  # fmt: skip
        self.rows(
            "update orders set tax = tax - %s, total = total - %s - %s where number = %s",
            tax, tax, units * asked["lines"][0]["unit_price"], order,
        )  # fmt: skip
        self.rows(
            "insert into status_changes (desk_id, kind, order_number, request, facts, at)"
            " values (%s, 'cancellation.approved', %s, %s, %s, now())",
            DESK, order, number, Jsonb(asked),
        )  # fmt: skip

    def notices(self, kind):
        return self.rows("select lane, request, payload from notices where kind = %s order by id", kind)

    def heard(self):
        return [row["heard"] for row in self.rows("select heard from status_changes order by id")]

    def exceptions(self):
        return self.rows("select * from exceptions order by order_number, id")

    def missing(self):
        return [each.order for each in missing_orders(self.url, DESK)]


@pytest.fixture
def desk(database_url):
    return Office(database_url)


def test_a_dry_run_shows_what_changes_and_stores_nothing(desk):
    desk.take([line(order_total="200.00"), line(number=2, order_total=""), line("ORD-2"), line("ORD-3")])
    desk.request(1)
    before = (desk.orders(), desk.lines(), desk.audit("ORD-1"))
    rows = [
        line(order_total="240.00", quantity="7", quantity_picked="2", Shelf="A7"),
        line(number=3, order_total=""),
        line("ORD-2", customer="Someone Else"),
        line("ORD-9"),
    ]
    tried = desk.take(rows, dry_run=True)
    assert (desk.orders(), desk.lines(), desk.audit("ORD-1")) == before
    assert not desk.notices("card.redraw")
    assert not desk.exceptions()
    (first, second) = tried.changes
    assert [(each.line, each.field, each.before, each.after) for each in first.fields] == [
        (None, "total", "USD 200.00", "USD 240.00"),
        (2, "line gone", "5 × LMP-100", ""),
        (1, "quantity", "5", "7"),
        (1, "allocated", "0", "2"),
        (1, "picked", "0", "2"),
        (1, "Shelf", "", "A7"),
        (3, "line added", "", "5 × LMP-100"),
    ]
    assert [(each.field, each.after) for each in second.fields] == [("customer", "Someone Else")]
    assert tried.fields == {
        **dict.fromkeys(["customer", "total", "line added", "line gone", "quantity", "picked", "other columns"], 1)
    }
    assert [(each.name, each.moves) for each in tried.touched] == [
        ("R-1", ("line 1: quantity changed from 5 to 7", "line 1: 2 of 7 units picked"))
    ]
    assert (tried.missing.open, tried.missing.asked, tried.missing.sample) == (1, 1, ("ORD-3",))
    done = desk.take(rows)
    assert (done.changes, done.touched, done.missing) == (tried.changes, tried.touched, tried.missing)


def test_whoever_asked_hears_once_what_a_file_moved_and_the_cards_are_drawn_again(desk):
    desk.take([line(), line(number=2)])
    desk.request(1)
    report = desk.take([line(quantity_picked="2"), line(number=2)])
    assert report.touched_count == 1
    (told,) = desk.notices("moved")
    assert (told["lane"], told["request"]) == ("slack:U0CARL", 1)
    assert told["payload"] == {"by": "cli:adam", "import": 2, "note": "line 1: 2 of 5 units picked"}
    assert [each["lane"] for each in desk.notices("card.redraw")] == ["slack:C0CSLEAD"]
    desk.take([line(quantity_picked="2"), line(number=2)])
    desk.take([line(quantity_picked="2", customer="New Name"), line(number=2, customer="New Name")])
    assert len(desk.notices("moved")) == 1
    assert len(desk.notices("card.redraw")) == 2


def test_lines_in_another_order_and_repeated_articles_keep_their_pending_requests(desk):
    first, again, other = sale(), more(Lineitem_quantity="3"), more(Lineitem_sku="CHR-200")
    desk.take([first, again, other])
    desk.request(1, "1001", key="LMP-100#1", units=1)
    moved = [sale(Lineitem_quantity="3", Lineitem_sku="LMP-100"), other, more()]
    report = desk.take([*moved, sale("#1002")])
    assert (report.orders.unchanged, report.touched) == (1, ())
    desk.take([sale(Lineitem_quantity="3", Billing_Name="Other"), more(Lineitem_sku="NEW-1"), other, more()])
    assert not desk.notices("moved")


def test_a_cancelled_unit_that_shipped_is_stored_and_opened_as_an_exception_once(desk):
    desk.take([line(), line(number=2)])
    desk.cancelled(12)
    report = desk.take([line(quantity_shipped="5"), line(number=2)])
    assert (desk.column("cancelled"), desk.column("shipped")) == ([3, 0], [5, 0])
    (found,) = report.as_json()["exceptions"]
    assert found == {
        "kind": "shipped_after_cancel", "order": "ORD-1", "line": 1, "sku": "LMP-100", "units": 3, "request": "R-12",
        "batch": None,
    }  # fmt: skip
    (entry,) = [each for each in desk.audit("ORD-1") if each["action"] == "exception.opened"]
    assert (entry["facts"]["units"], entry["facts"]["import"], entry["facts"]["request"]) == (3, 2, 12)
    (told,) = desk.notices("exception")
    assert (told["lane"], told["payload"]["exception_count"]) == ("slack:C0MGRS", 1)
    again = desk.take([line(quantity_shipped="5", customer="New"), line(number=2, customer="New")])
    assert (again.exception_count, len(desk.exceptions()), len(desk.notices("exception"))) == (0, 1, 1)
    (open_one,) = run(desk.url, lambda pool: Exceptions(pool).open(DESK))
    assert (open_one.order_number, open_one.facts["request"]) == ("ORD-1", 12)
    desk.take([line(quantity_shipped="2"), line(number=2)])
    assert desk.exceptions()[0]["closed_because"] == "import 4 says otherwise"
    assert desk.audit("ORD-1")[-1]["action"] == "exception.closed"
    desk.take([line(quantity_shipped="4"), line(number=2)])
    assert run(desk.url, lambda pool: Exceptions(pool).close(DESK, ["ORD-1"], by="cli:mona", note="came back")) == 1
    entry = desk.audit("ORD-1")[-1]
    assert (entry["actor"], entry["action"], entry["facts"]["note"]) == ("cli:mona", "exception.closed", "came back")
    assert desk.take([line(quantity_shipped="4", Shelf="A"), line(number=2)]).exception_count == 0


def test_cancelled_units_that_a_later_file_brings_back_are_an_exception_until_it_takes_them_off_again(desk):
    desk.take([line(), line(number=2)])
    desk.cancelled(12)
    desk.rows("""update status_changes set facts = facts || '{"remaining": {"1": 2}}'""")
    assert desk.take([line(quantity_cancelled="3"), line(number=2)]).exception_count == 0
    assert desk.heard() == ["taken_over"]
    report = desk.take([line(), line(number=2)])
    (found,) = report.as_json()["exceptions"]
    assert (found["kind"], found["line"], found["units"], found["request"]) == ("cancel_undone", 1, 3, "R-12")
    (told,) = desk.notices("exception")
    assert told["payload"]["exceptions"][0]["kind"] == "cancel_undone"
    assert desk.take([line(customer="New"), line(number=2, customer="New")]).exception_count == 0
    desk.take([line(quantity_cancelled="3"), line(number=2)])
    assert desk.exceptions()[0]["closed_because"] == "import 5 says otherwise"


def test_a_contradiction_within_the_file_is_refused_instead(desk):
    desk.take([line()])
    desk.take([line(quantity_cancelled="3", quantity_shipped="5"), line("ORD-2")])
    assert desk.refused[0].reason == "contradicts the 5 shipped: only 5 were ordered"
    assert not desk.exceptions()


def test_each_import_says_which_changes_the_source_has_taken_over(desk):
    desk.take([line(order_total="200.00"), line(number=2, order_total="")])
    desk.cancelled(1)
    desk.cancelled(2, key="2", units=1)
    desk.rows("insert into export_batches values (%s, 4, 'cancellations', now(), 'cli', 1, '')", DESK)
    desk.rows("update status_changes set batch = 4 where request = 2")
    same = [line(order_total="200.00"), line(number=2, order_total="")]
    report = desk.take(same)
    assert report.orders.unchanged == 1
    assert desk.heard() == ["not_taken_over"] * 2
    assert report.as_json()["drift"] == [
        {"order": "ORD-1", "request": "R-1", "what": "cancel 3 of LMP-100 (line 1)", "heard": "not_taken_over", "batch": None},
        {"order": "ORD-1", "request": "R-2", "what": "cancel 1 of LMP-100 (line 2)", "heard": "not_taken_over", "batch": 4},
    ]  # fmt: skip
    (first, second) = run(desk.url, lambda pool: Drifted(pool).open(DESK))
    assert (first.request, first.batch, second.batch, second.heard_import) == (1, None, 4, 2)
    desk.take([line(order_total="140.00", quantity_cancelled="3"), line(number=2, order_total="")])
    assert desk.heard() == ["taken_over", "not_taken_over"]
    assert not [each for each in desk.take(same, dry_run=True).drift if each.request == 1]


def test_a_source_that_makes_the_quantity_smaller_has_taken_the_cancel_over(desk):
    desk.take([line(order_total="200.00"), line(number=2, order_total="")])
    desk.cancelled(1)
    desk.take([line(order_total="140.00", quantity="2"), line(number=2, order_total="")])
    assert (desk.column("ordered"), desk.column("cancelled"), desk.column("ours")) == ([2, 5], [0, 0], [{}, {}])
    assert (desk.heard(), desk.order()["total"]) == (["taken_over"], 14_000)


def test_tax_that_went_back_does_not_come_again_with_the_next_file(desk):
    desk.take([line(order_total="220.00"), line(number=2, order_total="")])
    desk.rows("update orders set tax = 2000")
    desk.cancelled(1, units=5, tax=1000)
    assert desk.order()["total"] == 11_000
    desk.take([line(order_total="220.00", status="picked"), line(number=2, order_total="")])
    assert (desk.order()["total"], desk.order()["tax"]) == (11_000, 1000)
    desk.take([line(order_total="110.00", quantity_cancelled="5"), line(number=2, order_total="")])
    assert desk.order()["total"] == 11_000


def test_columns_that_mean_nothing_to_the_desk_are_kept_and_count_as_a_change(desk):
    desk.take([line(Shelf="A7", Note=""), line(number=2, Shelf="B1")])
    assert desk.column("extra") == [{"Shelf": "A7"}, {"Shelf": "B1"}]
    assert desk.take([line(Shelf="A7"), line(number=2, Shelf="B1")]).orders.unchanged == 1
    report = desk.take([line(Shelf="C3", **{"Tab\tbed": "x\ny"}), line("ORD-2"), line(number=2, Shelf="B1")])
    assert (report.orders.changed, desk.column("extra")) == (1, [{"Shelf": "C3", "Tab\tbed": "x\ny"}, {"Shelf": "B1"}])


def test_amounts_that_no_database_holds_refuse_their_order_and_no_other(desk):
    report = desk.take([line(quantity="1000000000", unit_price="9999999999.00"), line("ORD-2")])
    assert (report.orders.new, report.orders.refused) == (1, 1)
    assert (desk.refused[0].column, desk.refused[0].reason) == ("unit_price", "is too large for an amount")


ONE, TWO = [line("ORD-1"), line("ORD-2", status="shipped")], [line("ORD-3")]


class TestMissing:
    def test_partial_files_in_turn_ask_about_each_order_once(self, desk):
        for _day in range(3):
            desk.take(ONE)
            desk.take(TWO)
        asked = desk.rows("select chain from audit where action = 'order.missing'")
        assert sorted(row["chain"] for row in asked) == ["ORD-1", "ORD-3"]
        assert len(desk.notices("exception")) == 2
        assert desk.missing() == []

    def test_an_order_that_stays_away_longer_than_it_used_to_is_asked_about_again(self, desk):
        for file in (ONE, TWO, ONE, TWO, TWO):
            desk.take(file)
        assert desk.missing() == ["ORD-1"]
        (found,) = [each for each in desk.exceptions() if each["order_number"] == "ORD-1"]
        assert (found["closed_at"], found["facts"]["import"]) == (None, 4)

    def test_an_order_that_was_left_is_not_asked_about_again(self, desk):
        desk.take(ONE)
        desk.take(TWO)
        assert decide_missing(desk.url, DESK, "leave", by="cli:mona", orders=["ORD-1", "ORD-2"]) == ("ORD-1",)
        desk.take(TWO)
        assert desk.missing() == []
        assert desk.column("shipped") == [0]
        entry = desk.audit("ORD-1")[-1]
        assert (entry["actor"], entry["action"], entry["facts"]) == ("cli:mona", "order.missing", {"done": "left"})

    def test_what_is_left_of_an_order_can_be_taken_as_shipped(self, desk):
        desk.take(ONE)
        desk.request(1)
        desk.take(TWO)
        assert decide_missing(desk.url, DESK, "shipped", by="cli:mona") == ("ORD-1",)
        assert (desk.column("shipped"), desk.missing()) == ([5], [])
        entry = desk.audit("ORD-1")[-1]
        assert (entry["action"], entry["facts"]) == ("order.missing", {"done": "shipped", "lines": [[1, 5]]})
        assert desk.notices("moved")[0]["payload"]["import"] == 0
        assert desk.notices("card.redraw")
        assert not desk.rows("select 1 from import_rows")

    def test_a_desk_may_take_what_is_missing_as_shipped_at_each_import(self, database_url):
        desk = Office(database_url, missing_orders="shipped")
        desk.take([line(quantity_cancelled="1"), line(number=2)])
        desk.request(1)
        tried = desk.take(TWO, dry_run=True)
        assert (tried.missing.open, tried.touched_count, desk.column("shipped")) == (1, 1, [0, 0])
        report = desk.take(TWO)
        assert (report.missing.policy, report.missing.open, desk.column("shipped")) == ("shipped", 1, [4, 5])
        assert desk.audit("ORD-1")[-1]["facts"]["lines"] == [[1, 4], [2, 5]]
        assert not desk.exceptions()
        desk.take([line(), line(number=2)])
        assert desk.column("shipped") == [0, 0]

    def test_an_order_that_may_stand_in_a_row_without_a_number_is_not_taken_as_shipped(self, database_url):
        desk = Office(database_url, missing_orders="shipped")
        desk.take([line()])
        report = desk.take([*TWO, line("")])
        assert (report.missing.policy, desk.column("shipped"), desk.missing()) == ("ask", [0], ["ORD-1"])

    def test_a_desk_may_leave_what_is_missing(self, database_url):
        desk = Office(database_url, missing_orders="leave")
        desk.take([line()])
        assert desk.take(TWO).missing.sample == ("ORD-1",)
        assert not desk.exceptions()
