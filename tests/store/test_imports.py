"""Order files into a real database: whole or not at all, again without harm, and never into another desk."""

import io
import json
import threading
import time

import psycopg
import pytest

from store.drafts import Drafts
from store.imports import import_orders
from store.pool import make_pool
from tests.database import rows_of
from tests.workflows.order_files import line, more, rules, sale, written
from workflows.imports.files import open_orders

DESK = "T0ACME"
OTHER = "T0OTHER"
DEADLINE = 20.0


class Desk:
    """One desk of a fresh database: files go in, rows are looked at."""

    def __init__(self, url, desk_id=DESK):
        self.url, self.desk_id = url, desk_id
        self.refused = []
        self.rows("insert into desks (desk_id, name, created_at) values (%s, 'Acme', now())", desk_id)

    def take(self, source, *, name="orders.csv", file=None, **options):
        data = source if isinstance(source, bytes) else written(source)
        self.refused = []
        opened = open_orders(file or io.BytesIO(data), name, rules())
        return import_orders(self.url, self.desk_id, opened, by="cli:adam", refused=self.refused.append, **options)

    def rows(self, query, *parameters):
        return rows_of(self.url, query, parameters)

    def orders(self):
        return self.rows("select * from orders where desk_id = %s order by number", self.desk_id)

    def order(self, number="ORD-1"):
        return next(order for order in self.orders() if order["number"] == number)

    def lines(self, number="ORD-1"):
        query = "select * from order_lines where desk_id = %s and order_number = %s order by line, key"
        return self.rows(query, self.desk_id, number)

    def column(self, name, number="ORD-1"):
        return [found[name] for found in self.lines(number)]

    def audit(self, chain=""):
        query = "select actor, action, facts from audit where desk_id = %s and chain = %s order by seq"
        return self.rows(query, self.desk_id, chain)

    def hold(self, number, state="active"):
        self.rows(
            """insert into holds (desk_id, number, order_number, reason, owner, state, requested_by, requested_at, closed_at)
               values (%s, %s, %s, 'credit', 'credit', %s, 'U0CARL', now(), case when %s = 'released' then now() end)""",
            self.desk_id, len(self.rows("select 1 from holds")) + 1, number, state, state,
        )  # fmt: skip

    def ask(self, number):
        self.rows(
            """insert into requests (desk_id, number, kind, state, order_number, role, sign, seen, asked, requested_by, requested_at)
               values (%s, 1, 'cancel', 'pending', %s, 'cs_lead', '[]', '{}', '{}', 'U0CARL', now())""",
            self.desk_id, number,
        )  # fmt: skip


@pytest.fixture
def desk(database_url):
    return Desk(database_url)


def counts(report):
    return tuple(vars(report.orders).values())


def test_a_new_file_becomes_orders_and_lines(desk):
    report = desk.take([line(), line(number=2, quantity="7", quantity_shipped="3"), line("ORD-2", status="delivered")])
    assert (report.number, report.preset) == (1, "redtag")
    assert (report.rows.read, report.rows.accepted, report.rows.refused) == (3, 3, 0)
    assert counts(report) == (2, 0, 0, 0, 0)
    order = desk.order()
    assert (order["customer"], order["currency"], order["total"], order["version"]) == (
        "Harbour Hardware",
        "USD",
        10000,
        1,
    )
    assert (str(order["ship_by"]), order["placed_total"], order["import_number"]) == ("2026-12-01", 10000, 1)
    assert desk.column("ordered") == [5, 7]
    assert desk.column("shipped") == [0, 3]
    assert desk.column("delivered", "ORD-2") == [5]


def test_the_same_file_again_changes_nothing(desk):
    rows = [line(), line("ORD-2")]
    desk.take(rows)
    before = desk.orders()
    report = desk.take(rows)
    assert (report.number, counts(report)) == (2, (0, 0, 2, 0, 0))
    assert desk.orders() == before


def test_the_same_file_sorted_another_way_changes_nothing(desk):
    rows = [line(order, number) for order in ("ORD-1", "ORD-2", "ORD-3") for number in (1, 2, 3)]
    desk.take(rows)
    before = (desk.orders(), desk.lines())
    report = desk.take(sorted(rows, key=lambda row: (row["line"], row["order_number"]), reverse=True))
    assert counts(report) == (0, 0, 3, 0, 0)
    assert (desk.orders(), desk.lines()) == before


def test_a_changed_order_gets_a_new_version_and_keeps_what_it_was_placed_for(desk):
    desk.take([line(), line(number=2), line("ORD-2")])
    report = desk.take([line(order_total="80.00", status="picked"), line(number=2, order_total=""), line("ORD-2")])
    assert counts(report) == (0, 1, 1, 0, 0)
    order = desk.order()
    assert (order["version"], order["total"], order["placed_total"], order["import_number"]) == (2, 8000, 10000, 2)
    assert desk.column("picked") == [5, 0]
    assert desk.order("ORD-2")["version"] == 1


def test_lines_come_and_go_with_the_file(desk):
    desk.take([line(), line(number=2)])
    desk.take([line(number=2), line(number=3)])
    assert desk.column("line") == [2, 3]


def test_orders_that_are_not_in_the_file_are_missing_and_stay(desk):
    desk.take([line(), line("ORD-2"), line("ORD-3")])
    report = desk.take([line(), line("ORD-2", quantity="x")])
    assert counts(report) == (0, 0, 1, 1, 1)
    assert [order["number"] for order in desk.orders()] == ["ORD-1", "ORD-2", "ORD-3"]


def test_bad_rows_are_told_in_the_order_of_the_file_and_leave_known_orders_as_they_were(desk):
    desk.take([line(), line("ORD-2")])
    report = desk.take([line(quantity="x"), line(""), line("ORD-2", status="picked"), line("ORD-3", unit_price="y")])
    assert [(found.row, found.column) for found in desk.refused] == [
        (2, "quantity"),
        (3, "order_number"),
        (5, "unit_price"),
    ]
    assert counts(report) == (0, 1, 0, 0, 3)
    assert (report.rows.read, report.rows.accepted, report.rows.refused) == (4, 1, 3)
    assert desk.order()["version"] == 1


async def test_words_for_stages_that_rows_were_refused_for_are_kept_for_the_interview(desk):
    words = ["Awaiting pickup", "Awaiting pickup", "zu lang " * 10, "", "Gone?"]
    desk.take([line(), *(line(f"ORD-{at}", status=word) for at, word in enumerate(words, 2))])
    assert desk.rows("select counts -> 'words' as words from imports") == [{"words": ["Awaiting pickup", "Gone?"]}]
    async with make_pool(desk.url) as pool:
        found = await Drafts(pool).last_file(DESK)
        assert (found.name, found.words, found.numbers) == ("orders.csv", ("Awaiting pickup", "Gone?"), ("ORD-1",))
        desk.take([line(), line("ORD-2")])
        found = await Drafts(pool).last_file(DESK)
        assert (found.words, found.numbers, found.day_first) == ((), ("ORD-1", "ORD-2"), None)
        assert await Drafts(pool).last_file(OTHER) is None


def test_an_order_whose_rows_are_scattered_is_put_together(desk):
    report = desk.take([line(), line("ORD-2"), line(number=2), line("ORD-3"), line(number=3)])
    assert counts(report) == (3, 0, 0, 0, 0)
    assert report.rows.accepted == 5
    assert desk.column("line") == [1, 2, 3]


def test_a_bad_row_far_from_the_others_still_refuses_the_whole_order(desk):
    report = desk.take([line(), line("ORD-2"), line(number=2, quantity="x"), line("ORD-3")])
    assert [order["number"] for order in desk.orders()] == ["ORD-2", "ORD-3"]
    assert [(found.row, found.column) for found in desk.refused] == [(2, ""), (4, "quantity")]
    assert desk.refused[0].reason == "is fine, but row 4 of the same order was refused, so no row of it was taken"
    assert (counts(report), report.rows.refused) == ((2, 0, 0, 0, 1), 2)


def test_the_same_line_far_apart_refuses_the_order(desk):
    desk.take([line(), line("ORD-2"), line()])
    assert [order["number"] for order in desk.orders()] == ["ORD-2"]
    assert [found.row for found in desk.refused] == [2, 4]
    assert desk.refused[1].reason == "stands in row 2 of the same order too"


def test_each_row_of_an_order_that_is_far_too_long_is_listed(desk):
    rows = [line(number=at) for at in range(1, 12_001)]
    rows[7000:7000] = [line("ORD-2")]
    report = desk.take(rows)
    assert (counts(report), report.rows.refused) == ((1, 0, 0, 0, 1), 12_000)
    assert [found.row for found in desk.refused] == [row for row in range(2, 12_003) if row != 7002]


def test_a_dry_run_says_the_same_and_stores_nothing(desk):
    rows = [line(), line("ORD-2", quantity="x")]
    tried = desk.take(rows, dry_run=True)
    told = list(desk.refused)
    assert tried.number is None
    assert not desk.orders()
    assert not desk.audit()
    done = desk.take(rows)
    assert (tried.rows, tried.orders, told) == (done.rows, done.orders, desk.refused)


def test_a_file_of_nothing_but_bad_rows_stores_nothing(desk):
    report = desk.take([line(quantity="x")])
    assert report.number is None
    assert not desk.audit()
    assert not desk.rows("select 1 from imports")


def test_nothing_is_left_in_the_staging_table(desk):
    desk.take([line(), line("ORD-2"), line(number=2), line("ORD-3", quantity="x")])
    assert not desk.rows("select 1 from import_rows")


def test_each_import_is_one_entry_on_the_chain_of_the_desk(desk):
    desk.take([line()], name="monday.csv")
    (entry,) = desk.audit()
    assert (entry["actor"], entry["action"]) == ("cli:adam", "orders.imported")
    facts = entry["facts"]
    assert (facts["import"], facts["file"], facts["preset"]) == (1, "monday.csv", "redtag")
    assert len(facts["sha256"]) == 64
    assert facts["orders"]["new"] == 1
    (kept,) = desk.rows("select * from imports")
    assert (kept["number"], kept["imported_by"], kept["file_sha256"]) == (1, "cli:adam", facts["sha256"])
    assert kept["counts"]["rows"] == {"accepted": 1, "read": 1, "refused": 0}


def test_a_changed_order_that_people_wait_on_says_what_moved(desk):
    numbers = ["ORD-1", "ORD-2", "ORD-3", "ORD-4"]
    desk.take([line(number) for number in numbers])
    desk.hold("ORD-1")
    desk.hold("ORD-2", state="released")
    desk.ask("ORD-3")
    desk.take([line(number, quantity_shipped="2") for number in numbers])
    (entry,) = desk.audit("ORD-1")
    assert (entry["action"], entry["facts"]["import"]) == ("order.imported", 2)
    assert "line 1: 2 of 5 units shipped" in entry["facts"]["moves"]
    assert [found["action"] for found in desk.audit("ORD-3")] == ["order.imported"]
    assert not desk.audit("ORD-2")
    assert not desk.audit("ORD-4")


def test_an_unchanged_order_on_hold_gets_no_entry(desk):
    desk.take([line()])
    desk.hold("ORD-1")
    desk.take([line()])
    assert not desk.audit("ORD-1")


class TestShopify:
    def test_its_orders_come_in_with_their_lines_in_order(self, desk):
        desk.take([sale(), more(Lineitem_sku="CHR-200"), sale("#1002", Cancelled_at="2026-11-01 10:00:00 +0000")])
        assert desk.column("sku", "1001") == ["LMP-100", "CHR-200"]
        assert desk.column("line", "1001") == [1, 2]
        assert desk.column("cancelled", "1002") == [5]

    def test_lines_keep_the_numbers_people_know_when_the_file_is_sorted_another_way(self, desk):
        first, second = sale(), more(Lineitem_sku="CHR-200")
        desk.take([first, second])
        report = desk.take([second, first])
        assert counts(report) == (0, 0, 1, 0, 0)

    def test_a_line_that_comes_later_gets_the_next_number_wherever_it_stands(self, desk):
        desk.take([sale(), more(Lineitem_sku="CHR-200")])
        desk.take(
            [
                sale(Lineitem_sku="AAA-1"),
                more(Lineitem_sku="LMP-100"),
                more(Lineitem_sku="CHR-200"),
                more(Lineitem_sku="ZZZ-9"),
            ]
        )
        assert desk.column("sku", "1001") == ["LMP-100", "CHR-200", "AAA-1", "ZZZ-9"]
        assert desk.column("line", "1001") == [1, 2, 3, 4]


def test_hostile_names_are_stored_as_they_are(desk):
    name = 'A & <b> "q" \\N \\. \t {x} \U0001f98a %s'
    desk.take([line(customer=name, description="\\.")])
    assert desk.order()["customer"] == name.replace(" \t ", " ")
    assert desk.column("description") == ["\\."]


def test_another_desk_is_neither_touched_nor_counted(desk, database_url):
    other = Desk(database_url, OTHER)
    other.take([line(), line("ORD-9")])
    report = desk.take([line(customer="Ours")])
    assert counts(report) == (1, 0, 0, 0, 0)
    assert other.order()["customer"] == "Harbour Hardware"
    assert desk.take([line(customer="Ours again")]).number == 2
    assert (other.order()["version"], len(other.audit())) == (1, 1)


class Breaking(io.BytesIO):
    """A file on a disk that fails near its end."""

    def read(self, size=-1):
        if self.tell() > len(self.getvalue()) // 2:
            raise OSError(5, "Input/output error")
        return super().read(min(size, 1 << 12))


def test_a_file_that_breaks_off_leaves_nothing_behind(desk):
    desk.take([line()])
    data = written([line(status="picked"), *(line(f"ORD-{number}") for number in range(2, 5000))])
    with pytest.raises(OSError, match="Input/output error"):
        desk.take(data, file=Breaking(data))
    assert [order["version"] for order in desk.orders()] == [1]
    assert not desk.rows("select 1 from import_rows")


def in_background(work):
    results = []
    thread = threading.Thread(target=lambda: results.append(work()), daemon=True)
    thread.start()
    return thread, results


def error_of(work):
    try:
        work()
    except psycopg.Error as error:
        return error


def until(check):
    deadline = time.monotonic() + DEADLINE
    while not check():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)


def waits_for_a_lock(desk):
    return desk.rows("select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")


def test_an_import_waits_for_a_command_on_a_changed_order_and_for_no_other(desk):
    desk.take([line(), line("ORD-2")])
    lock = "select number from orders where desk_id = %s and number = %s for update"
    with psycopg.connect(desk.url) as command, psycopg.connect(desk.url) as another:
        command.execute(lock, [DESK, "ORD-2"])
        thread, results = in_background(lambda: desk.take([line(), line("ORD-2", status="shipped")]))
        until(lambda: waits_for_a_lock(desk))
        another.execute(f"{lock} nowait", [DESK, "ORD-1"])
        command.commit()
        thread.join(DEADLINE)
    assert counts(results[0]) == (0, 1, 1, 0, 0)
    assert desk.column("shipped", "ORD-2") == [5]


def test_an_import_that_is_killed_while_it_merges_leaves_nothing_behind(desk):
    desk.take([line(), line("ORD-2")])
    with psycopg.connect(desk.url) as command:
        command.execute("select 1 from orders where desk_id = %s and number = 'ORD-2' for update", [DESK])
        rows = [line(status="picked"), line("ORD-2", status="picked"), line("ORD-3")]
        thread, results = in_background(lambda: error_of(lambda: desk.take(rows)))
        until(lambda: waits_for_a_lock(desk))
        desk.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        thread.join(DEADLINE)
    assert isinstance(results[0], psycopg.OperationalError)
    assert [order["version"] for order in desk.orders()] == [1, 1]
    assert len(desk.audit()) == 1
    assert counts(desk.take(rows)) == (1, 2, 0, 0, 0)
    assert counts(desk.take(rows)) == (0, 0, 3, 0, 0)


def test_two_imports_at_once_follow_each_other(desk):
    desk.take([line()])
    first = written([line(status="picked"), *(line(f"ORD-{number}") for number in range(10, 300))])
    second = written([line(status="packed"), *(line(f"ORD-{number}") for number in range(10, 300))])
    threads = [in_background(lambda data=data: desk.take(data)) for data in (first, second)]
    for thread, _ in threads:
        thread.join(DEADLINE)
    reports = sorted((results[0] for _, results in threads), key=lambda report: report.number)
    assert [report.number for report in reports] == [2, 3]
    assert [(report.orders.new, report.orders.changed) for report in reports] == [(290, 1), (0, 1)]
    assert desk.order()["version"] == 3


def test_the_counts_are_json_for_scripts(desk):
    report = desk.take([line()])
    assert json.loads(json.dumps(report.counts())) == {
        "orders": {"changed": 0, "missing": 0, "new": 1, "refused": 0, "unchanged": 0},
        "rows": {"accepted": 1, "read": 1, "refused": 0},
    }
