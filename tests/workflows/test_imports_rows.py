"""Bad rows: named with row, column, value and reason, each refusing its own order and no other."""

from contextlib import suppress

import pytest

from tests.workflows.order_files import line, more, numbers, only, opened, read, refused, sale, written
from workflows.imports.fields import MOST_UNITS
from workflows.imports.parts import COMPANY, MOST_LINES
from workflows.imports.source import OPEN_QUOTE
from workflows.imports.values import SHOWN, RefusedOrder, RefusedRow, UnreadableFile

BAD_CELLS = [
    ("quantity", "-1", "is below zero"),
    ("quantity", "", "is missing"),
    ("quantity", "1.5", "is not a whole number of units"),
    ("quantity", "five", "is not a whole number of units"),
    ("quantity", "٥", "is not a whole number of units"),
    ("quantity", str(MOST_UNITS + 1), "is more than 1,000,000,000 units"),
    ("quantity", "9" * 30, "is not a whole number of units"),
    ("quantity_shipped", "6", "is more than the 5 ordered"),
    ("quantity_cancelled", "6", "is more than the 5 ordered"),
    ("quantity_picked", "-2", "is below zero"),
    ("order_total", "", "is missing"),
    ("order_total", "many", "is not an amount"),
    ("order_total", "-5.00", "is below zero"),
    ("order_total", "9" * 20, "is too large for an amount"),
    ("unit_price", "12.34.56", "is not an amount"),
    ("currency", "", "is missing"),
    ("currency", "DUCATS", "is not a currency that is known"),
    ("ship_by", "12/01/2026", "can be read in two ways; write dates like 2026-12-01"),
    ("ship_by", "next week", "is not a date in the form 2026-12-01"),
    ("ship_by", "46357", "is not a date in the form 2026-12-01"),
    ("quantity", "1e5", "is not a whole number of units"),
    ("quantity", "-3", "is below zero"),
    ("quantity", "1.234,56", "is not a whole number of units"),
    ("quantity", "(3)", "is below zero"),
    ("quantity", "3-", "is below zero"),
    ("quantity", "5.000", "can be read in two ways, as thousands or as a fraction; write units like 1234"),
    ("quantity", "1,234", "can be read in two ways, as thousands or as a fraction; write units like 1234"),
    ("unit_price", "(12)", "is below zero"),
    ("unit_price", "-$3.00", "is below zero"),
    ("unit_price", "12,34,56", "is not an amount of USD"),
    ("sku", "1.23457E+12", "was rounded by a spreadsheet: format the column as text"),
    ("order_number", "1.23457E+12", "was rounded by a spreadsheet: format the column as text"),
    ("ship_by", "46357.5", "is not a date in the form 2026-12-01 but a spreadsheet's number for one"),
    ("ship_by", "2026-12-01 or later", "is not a date in the form 2026-12-01"),
    ("ship_by", "20261301", "is not a date in the form 2026-12-01"),
    ("unit_price", "1e5", "is not an amount of USD"),
    ("unit_price", "-3", "is below zero"),
    ("unit_price", "1.234", "can be read in two ways"),
    ("ship_by", "2026-02-30", "is not a date in the form 2026-12-01"),
    ("status", "", "is missing"),
    ("status", "almost there", "is not a stage that is known"),
    ("line", "", "is missing"),
    ("line", "0", "is not a line number"),
    ("line", "one", "is not a line number"),
    ("sku", "x" * 121, "is longer than 120 characters"),
    ("description", "x" * 501, "is longer than 500 characters"),
    ("customer", "x" * 201, "is longer than 200 characters"),
    ("customer", "Bell\x07 Ltd", "contains the control character U+0007"),
    ("customer", "\u202eevil", "contains the control character U+202E"),
    ("description", "a\0b", "contains the control character U+0000"),
    ("order_number", "", "is missing"),
    ("order_number", "INV-7", "is not an order number of this desk"),
    ("order_number", "ORD-" + "1" * 100, "is not an order number of this desk"),
]


@pytest.mark.parametrize(
    ("written_as", "units"),
    [
        ("5", 5),
        ("5.0", 5),
        ("5.00", 5),
        ("5,0", 5),
        ("1,234.00", 1234),
        ("1.234,00", 1234),
        ("1 234", 1234),
        ("0.000", 0),
    ],
)
def test_a_count_is_taken_where_it_means_one_thing(written_as, units):
    assert only([line(quantity=written_as)]).lines[0].ordered == units


@pytest.mark.parametrize(
    ("written_as", "minor"),
    [
        ("1234.5", 123450),
        ("1,234.50", 123450),
        ("1.234,50", 123450),
        ("1 234,50", 123450),
        ("1'234.50", 123450),
        ("$1,234.00", 123400),
        ("1.234,50 €", 123450),
        ("USD 12", 1200),
        ("12,5", 1250),
        ("1,234", 123400),
        ("-0.00", 0),
    ],
)
def test_an_amount_is_taken_where_it_means_one_thing(written_as, minor):
    assert only([line(unit_price=written_as)]).lines[0].unit_price == minor


@pytest.mark.parametrize(("column", "value", "reason"), BAD_CELLS)
def test_a_bad_cell_is_named_with_its_row_and_reason(column, value, reason):
    (problem,) = refused(
        [line("ORD-1"), line("ORD-2", **{column: value})] if column != "order_number" else [line(), line(value)]
    )
    assert (problem.row, problem.column) == (3, column)
    assert problem.value == value.replace("\0", "\ufffd").replace("\x07", "\ufffd").replace("\u202e", "\ufffd")[:SHOWN]
    assert problem.reason.startswith(reason)


@pytest.mark.parametrize(("column", "value", "reason"), BAD_CELLS)
def test_the_orders_around_a_bad_row_go_on(column, value, reason):
    bad = line("ORD-2", **{column: value}) if column != "order_number" else line(value)
    assert numbers(read([line("ORD-1"), bad, line("ORD-3")])) == ["ORD-1", "ORD-3"]


def test_a_bad_row_refuses_the_good_rows_of_its_order_too():
    first, second = read([line(), line(number=2, quantity="x"), line(number=3), line("ORD-2")])
    assert isinstance(first, RefusedOrder)
    assert (first.number, first.first_row, first.count) == ("ORD-1", 2, 3)
    assert [(problem.row, problem.sound) for problem in first.problems] == [(2, True), (3, False), (4, True)]
    assert first.problems[2] == RefusedRow(4, "", "ORD-1", COMPANY.format(3), sound=True)
    assert second.number == "ORD-2"


def test_all_bad_cells_of_an_order_are_named_at_once():
    found = refused([line(quantity="x", unit_price="y"), line(number=2, status="z")])
    assert [(problem.row, problem.column) for problem in found] == [(2, "quantity"), (2, "unit_price"), (3, "status")]


def test_columns_are_called_by_the_names_in_the_file():
    header = [*written([line()]).decode().splitlines()[0].replace("quantity,", "Quantity ,").split(",")]
    data = ",".join(header) + "\n" + written([line(quantity="x")]).decode().splitlines()[1] + "\n"
    assert refused(data.encode())[0].column == "Quantity"


def test_broken_text_in_a_column_that_nobody_reads_is_nobodys_business():
    data = written([{**line(), "remark": "Caf#"}]).replace(b"Caf#", b"Caf\xe9\0")
    assert numbers(read(data)) == ["ORD-1"]


def test_a_long_bad_value_is_cut():
    (problem,) = refused([line(quantity="x" * 5000)])
    assert problem.value == "x" * SHOWN


@pytest.mark.parametrize(
    ("given", "column"),
    [
        ({"quantity_picked": "1", "quantity_packed": "2"}, "quantity_packed"),
        ({"quantity_packed": "1", "quantity_shipped": "2"}, "quantity_shipped"),
        ({"quantity_picked": "0", "quantity_shipped": "1"}, "quantity_packed"),
        ({"quantity_cancelled": "4", "quantity_shipped": "2"}, "quantity_cancelled"),
    ],
)
def test_quantities_that_contradict_each_other_refuse_the_row(given, column):
    (problem,) = refused([line(**given)])
    assert problem.column == column
    assert problem.row == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("customer", "Somebody Else"),
        ("currency", "EUR"),
        ("order_total", "99.00"),
        ("ship_by", "2026-12-02"),
        ("customer_email", "else@customer.example"),
    ],
)
def test_rows_of_one_order_that_disagree_about_it_refuse_it(column, value):
    (problem,) = refused([line(), line(number=2, **{column: value})])
    assert (problem.row, problem.column, problem.value) == (3, column, value)
    assert "contradicts row 2 of the same order" in problem.reason


def test_later_rows_may_leave_blank_what_the_first_has_said():
    blank = dict.fromkeys(("customer", "customer_email", "currency", "order_total", "ship_by"), "")
    assert only([line(), line(number=2, **blank)]) == only([line(), line(number=2)])


def test_the_same_line_twice_refuses_the_order():
    (problem,) = refused([line(), line(number=2), line()])
    assert (problem.row, problem.column, problem.value) == (4, "line", "1")
    assert "row 2" in problem.reason


def test_the_same_article_on_two_lines_is_no_mistake():
    assert [found.sku for found in only([line(), line(number=2)]).lines] == ["LMP-100", "LMP-100"]


@pytest.mark.parametrize("extra", [-1, 1])
def test_a_row_with_another_number_of_cells_refuses_its_order(extra):
    first, second, third = written([line(), line("ORD-2")]).decode().splitlines()
    third = third[:-1] if extra < 0 else third + ",x"
    (problem,) = refused(f"{first}\n{second}\n{third}".encode())
    assert (problem.row, problem.column, problem.value) == (3, "", "ORD-2")
    assert f"has {16 + extra} cells, the header has 16" in problem.reason


def test_empty_cells_that_a_spreadsheet_added_at_the_end_do_no_harm():
    first, second = written([line()]).decode().splitlines()
    assert numbers(read(f"{first}\n{second},,,\n".encode())) == ["ORD-1"]


class TestBrokenQuotes:
    def data(self):
        rows = written(line(f"ORD-{number}", description=f"d{number}") for number in range(1, 7)).decode()
        return (
            rows.replace("d2", 'an open "quote')
            .replace("d4", '"closes"')
            .replace('"closes"', '"closes" and goes on')
            .encode()
        )

    def test_a_stray_quote_is_kept_as_the_character_it_is(self):
        data = written([line(description="d1")]).replace(b"d1", b'arm 12"')
        assert only(data).lines[0].description == 'arm 12"'

    def test_a_quote_that_closes_too_early_refuses_its_row(self):
        data = written([line(), line("ORD-2", description="d2"), line("ORD-3")]).replace(b"d2", b'"two" halves')
        assert [(problem.row, problem.value) for problem in refused(data)] == [(3, "ORD-2")]
        assert numbers(read(data)) == ["ORD-1", "ORD-3"]

    @pytest.mark.parametrize(
        ("cells", "bad"),
        [
            ({2: '"an open quote', 4: '"properly quoted"'}, [2]),
            ({2: '"an open quote'}, [2]),
            ({2: '"an open quote', 4: '""'}, [2]),
            ({2: '"an open quote', 3: 'and its end"'}, [2]),
            ({2: '"27', 3: '27"', 4: '"one, two"'}, [2]),
            ({2: '"one', 3: '"two', 5: '"two\nlines"'}, [2, 3]),
            ({1: '"two\nlines"', 2: '"one', 3: '"two\nlines"', 6: '"three'}, [2, 6]),
        ],
    )
    @pytest.mark.parametrize("delimiter", [",", ";"])
    def test_a_quote_that_runs_into_other_rows_refuses_its_own_row_alone(self, cells, bad, delimiter):
        rows = written((line(f"ORD-{at}", description=f"d{at}") for at in range(1, 7)), delimiter).decode()
        for at, cell in cells.items():
            rows = rows.replace(f"d{at}", cell)
        found = refused(rows.encode())
        assert [problem.value for problem in found if problem.reason == OPEN_QUOTE] == [f"ORD-{at}" for at in bad]
        assert numbers(read(rows.encode())) == [f"ORD-{at}" for at in range(1, 7) if at not in bad]

    @pytest.mark.parametrize("until", ["", "thousands"])
    def test_a_quote_that_swallows_thousands_of_rows_costs_one(self, until):
        rows = written(line(f"ORD-{at}", description=f"d{at}-") for at in range(1, 2_500))
        data = rows.replace(b"d2-", b'"Pro').replace(b"d2499-", f'"{until}"'.encode())
        assert [problem.row for problem in refused(data)] == [3]
        assert len(numbers(read(data))) == 2_498

    def test_text_that_a_broken_quote_runs_into_is_refused_line_by_line(self):
        rows = written([line(), line("ORD-2", description="d2"), line("ORD-3")])
        found = refused(rows.replace(b"d2", b'"first\nsecond "and" last'))
        assert [problem.row for problem in found] == [3, 4]
        assert found[1].reason == "a quote opened in row 3 runs into this row"

    def test_quotes_that_open_anew_on_each_line_do_not_keep_the_import_busy(self):
        data = written([line()]) + (b'a",' + b"x," * 14 + b'"b\r\n') * 20_000
        with suppress(UnreadableFile):
            assert numbers(read(data)) == ["ORD-1"]

    def test_a_cell_of_several_lines_with_as_many_commas_as_a_row_is_a_cell(self):
        cell = "one, two\nthree, four, five\nsix"
        assert only([line(description=cell)]).lines[0].description == " ".join(cell.split())
        note = "\n".join([",".join("abcdefghijklmnop")] * 3)
        assert only([line(description=note)]).lines[0].description == note.replace("\n", " ")


class TestNamelessRows:
    def test_a_row_without_a_number_inside_an_order_refuses_that_order(self):
        found = read([line(), line("", number=2), line(number=3), line("ORD-2")])
        assert numbers(found) == ["ORD-2"]
        assert found[0].count == 3

    def test_a_row_without_a_number_between_two_orders_refuses_neither(self):
        assert numbers(read([line(), line(""), line("ORD-2")])) == ["ORD-1", "ORD-2"]

    def test_each_unknown_number_is_a_refused_order_of_its_own(self):
        found = [
            order for order in read([line("A"), line("A", number=2), line("B")]) if isinstance(order, RefusedOrder)
        ]
        assert [order.count for order in found] == [2, 1]


def test_an_order_that_comes_again_later_comes_in_parts_that_make_one_order():
    whole = only([line(), line(number=2)])
    file = opened(written([line(), line("ORD-2"), line(number=2)]))
    parts = list(file.parts())
    assert [part.number for part in parts] == ["ORD-1", "ORD-2", "ORD-1"]
    joined = file.whole([parts[0], parts[2]])
    assert (joined.lines, joined.digest, joined.count) == (whole.lines, whole.digest, 2)


def test_a_bad_part_refuses_the_good_part_of_its_order():
    file = opened(written([line(), line("ORD-2"), line(number=2, quantity="x")]))
    first, _, later = file.parts()
    assert [problem.row for problem in file.whole([first, later]).problems] == [2, 4]


def test_a_shopify_order_whose_first_row_comes_last_is_still_one_order():
    order = only([more(Lineitem_sku="CHR-200"), sale()])
    assert (order.currency, order.total, len(order.lines)) == ("USD", 10000, 2)


def test_an_order_of_too_many_rows_is_refused_without_keeping_them():
    rows = [line(number=number) for number in range(1, MOST_LINES + 100)]
    first, rest = opened(written(rows)).parts()
    assert (first.count, len(first.rows), rest.count) == (MOST_LINES + 1, MOST_LINES, 98)
    assert [problem.row for problem in first.problems] == [MOST_LINES + 2]


def test_a_missing_header_row_is_not_also_a_missing_total():
    rows = [sale(), more(Lineitem_sku="X")]
    data = written(rows).decode().splitlines()
    found = refused("\n".join([data[0], data[1] + ",one,two", data[2]]).encode())
    assert len(found) == 1
