"""Which files are recognised, and how their text is read."""

import hashlib
import tracemalloc
from dataclasses import replace
from itertools import islice

import pytest

from playground.samples import SHOPIFY
from tests.workflows.order_files import (
    LINE,
    accepted,
    line,
    more,
    numbers,
    only,
    opened,
    read,
    refused,
    rules,
    sale,
    written,
)
from workflows.imports.files import open_orders
from workflows.imports.source import LONGEST_LINE, MOST_SKIPPED
from workflows.imports.values import UnreadableFile


def test_a_redtag_file_is_recognised_by_its_header():
    assert opened(written([line()])).preset == "redtag"


def test_a_shopify_file_is_recognised_by_its_79_columns():
    assert len(SHOPIFY) == 79
    assert opened(written([sale()])).preset == "shopify"


def test_an_older_shopify_file_with_fewer_columns_in_another_order_is_recognised():
    header = [
        "Lineitem SKU",
        "Lineitem quantity",
        "Total",
        "Currency",
        "Lineitem price",
        "Canceled at",
        "Name",
        "Lineitem name",
    ]
    row = {**sale(), "Lineitem SKU": "LMP-100", "Canceled at": "2026-11-01 10:00:00 +0000"}
    order = only(written([row], header=header))
    assert order.lines[0].sku == "LMP-100"
    assert order.lines[0].cancelled == 5


def test_columns_count_by_name_in_any_order_and_unknown_ones_are_kept_beside():
    row = {"Our Remark": "call first", "Shelf": " ", **dict(reversed(line().items()))}
    found, plain = only([row]), only([line()])
    assert found.extras == ({"Our Remark": "call first"},)
    assert replace(found, extras=(), digest=plain.digest) == plain
    assert found.digest != plain.digest
    assert only([line()]).digest == only([dict(reversed(line().items()))]).digest


def test_header_names_may_be_written_as_people_write_them():
    header = {name: name.replace("_", " ").title() for name in LINE}
    row = {header[name]: cell for name, cell in line().items()}
    assert only([row]) == only([line()])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_taken_from_the_header(delimiter):
    row = line(description="Lamp, brass; polished")
    assert only(written([row], delimiter=delimiter)) == only([row])


def test_a_byte_order_mark_is_no_part_of_the_header():
    assert numbers(read(b"\xef\xbb\xbf" + written([line()]))) == ["ORD-1"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(ending):
    data = written([line(), line("ORD-2")]).replace(b"\r\n", ending.encode())
    assert numbers(read(data)) == ["ORD-1", "ORD-2"]


def test_the_preset_can_be_named_and_its_missing_columns_are_listed():
    with pytest.raises(UnreadableFile, match=r"lacks columns of the shape shopify: name, currency.*lineitem quantity"):
        opened(b"customer,total\nx,1\n", preset="shopify")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "The first row is blank"),
        (b"a,b,c\n1,2,3\n", "not a header that is known here.*redtag.*shopify"),
        (b"order_number,line,quantity,line\n", "names the column 'line' twice"),
        (b"order_number,line,quantity\n", "lacks columns of the shape redtag: currency, order total, sku"),
        (b'"order_number,line\nx,1\n', "The header cannot be read"),
    ],
)
def test_a_header_that_will_not_do_is_refused_in_one_sentence(data, said):
    with pytest.raises(UnreadableFile, match=said):
        opened(data)


@pytest.mark.parametrize("quoted", [False, True])
def test_a_row_with_ten_megabytes_in_one_cell_is_refused_and_the_others_go_on(quoted):
    data = written([line(), line("ORD-2", description="HUGE"), line("ORD-3")])
    huge = b"x" * 10 * LONGEST_LINE
    data = data.replace(b"HUGE", b'"' + huge + b'"' if quoted else huge)
    (problem,) = refused(data)
    assert (problem.row, problem.value) == (3, "ORD-2")
    assert problem.reason == "a cell of this row is longer than 131,072 characters"
    assert numbers(read(data)) == ["ORD-1", "ORD-3"]


def test_a_file_without_line_ends_is_given_up_and_not_swallowed_whole():
    class Endless:
        asked = 0

        def read(self, size):
            self.asked += size
            return written([line()]) if self.asked == size else b"x" * size

    source = Endless()
    with pytest.raises(UnreadableFile, match="Line 3 has more than 16,777,216 characters"):
        list(open_orders(source, "x.csv", rules()).orders())
    assert source.asked < 2 * MOST_SKIPPED


def test_blank_rows_are_counted_as_rows_and_otherwise_ignored():
    data = written([line(quantity="x")]).replace(b"\r\nORD-1", b"\r\n\r\n,,,,,,,,,,,,,,,\r\nORD-1")
    assert [problem.row for problem in refused(data)] == [4]


def test_a_cell_with_line_breaks_is_one_row_and_reads_as_one_line():
    rows = [line(description="Desk lamp,\nbrass\ttwo"), line("ORD-2", quantity="x")]
    first, second = read(rows)
    assert first.lines[0].description == "Desk lamp, brass two"
    assert second.problems[0].row == 3


def test_the_hash_is_that_of_the_bytes_of_the_file():
    data = written([line()])
    file = opened(data)
    list(file.orders())
    assert file.sha256 == hashlib.sha256(data).hexdigest()


class TestShopify:
    def test_a_continuing_row_adds_a_line_and_nothing_else(self):
        order = only([sale(), more(Lineitem_sku="CHR-200", Lineitem_quantity="2", Lineitem_price="3.50")])
        assert (order.number, order.customer, order.total) == ("1001", "Harbour Hardware", 10000)
        assert [(line.line, line.sku, line.ordered, line.unit_price) for line in order.lines] == [
            (1, "LMP-100", 5, 2000),
            (2, "CHR-200", 2, 350),
        ]

    def test_a_row_that_repeats_the_total_does_not_add_to_it(self):
        assert only([sale(), sale()]).total == 10000

    def test_the_shipping_name_stands_in_for_a_missing_billing_name(self):
        assert only([sale(Billing_Name="", Shipping_Name="Ada")]).customer == "Ada"

    @pytest.mark.parametrize(
        ("line_word", "order_word", "cancelled_at", "shipped", "cancelled"),
        [
            ("fulfilled", "unfulfilled", "", 5, 0),
            ("restocked", "", "", 0, 5),
            ("pending", "fulfilled", "", 0, 0),
            ("unfulfilled", "fulfilled", "", 0, 0),
            ("", "", "", 0, 0),
            ("", "fulfilled", "", 5, 0),
            ("", "partial", "", 0, 0),
            ("", "unfulfilled", "2026-11-02 10:00:00 +0000", 0, 5),
            ("pending", "fulfilled", "2026-11-02 10:00:00 +0000", 0, 5),
        ],
    )
    def test_its_words_say_how_far_a_line_has_come(self, line_word, order_word, cancelled_at, shipped, cancelled):
        cells = {
            "Lineitem fulfillment status": line_word,
            "Fulfillment Status": order_word,
            "Cancelled at": cancelled_at,
        }
        found = only([sale(**cells)]).lines[0]
        assert (found.ordered, found.shipped, found.cancelled) == (5, shipped, cancelled)

    def test_the_cancellation_of_the_order_counts_for_its_continuing_rows(self):
        order = only([sale(Cancelled_at="2026-11-02 10:00:00 +0000"), more(Lineitem_sku="X")])
        assert [line.cancelled for line in order.lines] == [5, 5]

    def test_an_unknown_word_is_a_refused_row(self):
        (problem,) = refused([sale(Lineitem_fulfillment_status="on its way")])
        assert (problem.column, problem.value) == ("Lineitem fulfillment status", "on its way")

    def test_a_desk_may_teach_a_word(self):
        assert only([sale(Lineitem_fulfillment_status="On its WAY")], **{"on its way": "shipped"}).lines[0].shipped == 5

    def test_the_same_article_twice_gives_two_lines(self):
        order = only([sale(), more()])
        assert [line.key for line in order.lines] == ["LMP-100#1", "LMP-100#2"]

    def test_lines_keep_their_keys_when_the_file_is_sorted_another_way(self):
        lines = [
            sale(),
            more(Lineitem_price="18.00", Lineitem_fulfillment_status="fulfilled"),
            more(Lineitem_sku="CHR-200"),
            more(Lineitem_quantity="1"),
        ]
        one, other = only(lines), only([lines[3], lines[2], lines[0], lines[1]])
        assert one.digest == other.digest
        assert {line[:1] + line[2:] for line in one.lines} == {line[:1] + line[2:] for line in other.lines}

    def test_lines_alike_in_everything_are_told_apart_by_their_place(self):
        before = only([sale(), more()])
        after = only([sale(), more(Lineitem_fulfillment_status="fulfilled")])
        assert [line.key for line in after.lines] == [line.key for line in before.lines]
        assert [line.shipped for line in after.lines] == [0, 5]


def test_the_digest_tells_what_the_source_says_and_not_in_which_order():
    one = only([line(), line(number=2)])
    assert one.digest == only([line(number=2), line()]).digest
    assert one.digest != only([line(), line(number=3)]).digest
    assert one.digest != only([line(), line(number=2, status="picked")]).digest


def test_orders_come_one_by_one_and_not_after_the_whole_file():
    seen = []

    class Slow:
        def __init__(self, data):
            self.data = data

        def read(self, size):
            seen.append(size)
            part, self.data = self.data[:1000], self.data[1000:]
            return part

    data = written(line(f"ORD-{number}") for number in range(5000))
    orders = open_orders(Slow(data), "x.csv", rules()).orders()
    next(orders)
    assert len(seen) < len(data) / 1000 - 100
    assert len(list(orders)) == 4999


@pytest.mark.parametrize(
    ("word", "stage", "open_units"),
    [
        ("Canceled", "cancelled", 0),
        ("VOID", "cancelled", 0),
        ("Fulfilled", "shipped", 0),
        ("Unfulfilled", "open", 5),
        ("reserved", "allocated", 5),
    ],
)
def test_words_that_mean_one_thing_are_taken_for_ours(word, stage, open_units):
    found = only([line(status=word)]).lines[0]
    assert found == only([line(status=stage)]).lines[0]
    assert found.ordered - found.cancelled - found.shipped == open_units


def test_a_desk_that_uses_such_a_word_otherwise_is_heeded():
    assert only([line(status="fulfilled")], fulfilled="packed").lines[0].shipped == 0


def test_accepting_everything_refuses_nothing():
    assert len(accepted([line(), line("ORD-2")])) == 2


class Endless:
    """A file that goes on for as long as somebody reads."""

    def __init__(self):
        head, row, _end = written([line("ORD-0", customer="x" * 100)]).split(b"\r\n")
        self.row, self.count, self.left = row, 0, head + b"\r\n"

    def read(self, size):
        while len(self.left) < size:
            self.count += 1
            self.left += self.row.replace(b"ORD-0", b"ORD-%d" % self.count) + b"\r\n"
        part, self.left = self.left[:size], self.left[size:]
        return part


def test_nothing_of_a_file_without_end_is_kept():
    source = Endless()
    orders = open_orders(source, "x.csv", rules()).orders()
    tracemalloc.start()
    assert sum(1 for _ in islice(orders, 9_000)) == 9_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert source.count >= 9_000
    assert peak < source.count * len(source.row) / 2
