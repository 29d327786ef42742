"""The shapes of other systems: their columns, their lines, their words, their dates and prices."""

import pytest

from playground.sample_exports import AMAZON, NETSUITE, WOOCOMMERCE
from tests.workflows.order_files import accepted, line, only, opened, refused, written
from workflows.imports.values import UnreadableFile

SHEETS = {"any_number": True}


def woo(
    number="1001", lines=("name:Desk lamp|product_id:7|sku:LMP-100|quantity:5|total:100.00|sub_total:100.00",), **cells
):
    packed = {f"line_item_{place}": cell for place, cell in enumerate(lines, start=1)}
    named = {"billing_first_name": "Ada", "billing_last_name": "Lovelace", "billing_email": "buyer@customer.example"}
    order = {"order_id": "70", "order_number": number, "order_currency": "USD", "order_total": "100.00"}
    return {**dict.fromkeys(WOOCOMMERCE, ""), **order, **named, "status": "processing", **packed, **cells}


def woo_row(number="1001", **cells):
    """The other form: a row for each line."""
    order = {"order_number": number, "order_currency": "USD", "order_total": "100.00", "status": "processing"}
    item = {"item_id": "901", "item_name": "Desk lamp", "item_sku": "LMP-100", "item_quantity": "5"}
    return {**order, **item, "item_total": "100.00", "item_refunded_qty": "0", **cells}


def amazon(number="112-0000001-0000001", item="55501", **cells):
    order = {"order-id": number, "order-item-id": item, "buyer-email": "buyer@customer.example"}
    line = {"sku": "LMP-100", "product-name": "Desk lamp", "quantity-purchased": "5"}
    counts = {"quantity-shipped": "0", "quantity-to-ship": "5", "recipient-name": "Ada Lovelace"}
    return {**dict.fromkeys(AMAZON, ""), **order, **line, **counts, **dashed(cells)}


def dashed(cells):
    return {title.replace("_", "-"): cell for title, cell in cells.items()}


def netsuite(number="SO77", **cells):
    order = {"Document Number": number, "Name": "Harbour Hardware", "Status": "Sales Order:Pending Fulfillment"}
    line = {"Line ID": "1", "Item": "LMP-100", "Memo": "Desk lamp", "Quantity": "5", "Item Rate": "20.00"}
    return {**dict.fromkeys(NETSUITE, ""), **order, "Currency": "USD", **line, "Amount": "100.00", **cells}


class TestWooCommerce:
    def test_a_row_for_an_order_gives_a_line_for_each_filled_column(self):
        order = only(
            [
                woo(
                    lines=[
                        "name:Lamp|sku:LMP-100|quantity:2|total:40.00",
                        "",
                        "name:Chair|sku:CHR-200|quantity:1|total:60.00",
                    ]
                )
            ],
            **SHEETS,
        )
        assert order.count == 1
        assert [(each.line, each.sku, each.description, each.ordered, each.unit_price) for each in order.lines] == [
            (1, "LMP-100", "Lamp", 2, 2000),
            (2, "CHR-200", "Chair", 1, 6000),
        ]

    def test_an_article_may_have_the_signs_of_the_cell_in_its_name(self):
        found = only([woo(lines=["name:Lamp | 12:30 | brass|product_id:1|sku:|quantity:1|total:9.00"])], **SHEETS)
        assert found.lines[0].description == "Lamp | 12:30 | brass"

    def test_an_order_without_a_line_is_refused_by_the_name_of_the_column(self):
        (problem,) = refused([woo(lines=[])], **SHEETS)
        assert (problem.row, problem.column, problem.reason) == (2, "line_item_1", "is missing")

    def test_a_cell_that_is_no_line_is_refused(self):
        (problem,) = refused([woo(lines=["two lamps"])], **SHEETS)
        assert problem.column == "line_item_1"

    def test_a_company_comes_before_a_person(self):
        assert only([woo()], **SHEETS).customer == "Ada Lovelace"
        assert only([woo(billing_company="Engines Ltd")], **SHEETS).customer == "Engines Ltd"

    def test_rows_of_lines_are_the_same_shape(self):
        order = only([woo_row(), woo_row(item_id="902", item_sku="CHR-200", item_total="50.00")], **SHEETS)
        assert opened(written([woo_row()]), **SHEETS).preset == "woocommerce"
        assert [(each.key, each.unit_price) for each in order.lines] == [("901", 2000), ("902", 1000)]

    @pytest.mark.parametrize(
        ("word", "shipped", "cancelled"),
        [
            ("processing", 0, 0),
            ("wc-on-hold", 0, 0),
            ("Pending payment", 0, 0),
            ("completed", 5, 0),
            ("wc-cancelled", 0, 5),
            ("refunded", 0, 5),
            ("failed", 0, 5),
        ],
    )
    def test_its_status_stands_for_every_line(self, word, shipped, cancelled):
        found = only([woo(status=word)], **SHEETS).lines[0]
        assert (found.shipped, found.cancelled) == (shipped, cancelled)

    @pytest.mark.parametrize(
        ("word", "count", "shipped", "cancelled"),
        [("processing", "2", 0, 2), ("completed", "-2", 3, 2), ("cancelled", "2", 0, 5), ("cancelled", "0", 0, 5)],
    )
    def test_units_that_were_paid_back_will_not_ship(self, word, count, shipped, cancelled):
        found = only([woo_row(status=word, item_refunded_qty=count)], **SHEETS).lines[0]
        assert (found.shipped, found.cancelled) == (shipped, cancelled)

    def test_an_unknown_status_is_refused_with_the_list(self):
        (problem,) = refused([woo(status="layaway")], **SHEETS)
        assert (problem.column, problem.value) == ("status", "layaway")
        assert "pending payment, processing" in problem.reason
        assert "[stages]" in problem.reason

    def test_an_amount_that_does_not_divide_is_shared_to_the_nearest_cent(self):
        assert only([woo_row(item_quantity="3", item_total="100.00")], **SHEETS).lines[0].unit_price == 3333
        assert only([woo_row(item_quantity="3", item_total="200.00")], **SHEETS).lines[0].unit_price == 6667


class TestAmazon:
    def test_the_order_item_id_is_the_identity_of_a_line(self):
        one = only([amazon(), amazon(item="55502")], **SHEETS)
        other = only([amazon(item="55502"), amazon()], **SHEETS)
        assert [each.key for each in one.lines] == ["55501", "55502"]
        assert one.digest == other.digest

    def test_the_same_item_twice_refuses_the_order(self):
        (problem,) = refused([amazon(), amazon()], **SHEETS)
        assert (problem.row, problem.column, problem.value) == (3, "order-item-id", "55501")

    def test_tabs_and_the_promised_day_are_read(self):
        order = only(written([amazon(promise_date="2026-12-01T23:59:59-08:00")], delimiter="\t"), **SHEETS)
        assert (str(order.ship_by), order.customer) == ("2026-12-01", "Ada Lovelace")

    @pytest.mark.parametrize(
        ("shipped", "to_ship", "found"), [("0", "5", (0, 0)), ("2", "3", (2, 0)), ("2", "1", (2, 2)), ("", "", (0, 0))]
    )
    def test_units_that_neither_shipped_nor_will_are_cancelled(self, shipped, to_ship, found):
        counted = only([amazon(quantity_shipped=shipped, quantity_to_ship=to_ship)], **SHEETS).lines[0]
        assert (counted.shipped, counted.cancelled) == found

    def test_more_units_than_were_ordered_are_a_contradiction(self):
        (problem,) = refused([amazon(quantity_shipped="3", quantity_to_ship="3")], **SHEETS)
        assert (problem.column, problem.reason) == (
            "quantity-to-ship",
            "contradicts the 3 shipped: only 5 were ordered",
        )

    def test_a_report_without_prices_has_none_and_no_currency(self):
        order = only([amazon()], **SHEETS)
        assert (order.currency, order.total, order.lines[0].unit_price) == ("XXX", 0, 0)

    def test_where_there_are_prices_the_lines_make_the_total(self):
        rows = [
            {**amazon(item=item), "currency": "USD", "item-price": price}
            for item, price in [("1", "99.95"), ("2", "5")]
        ]
        order = only(rows, **SHEETS)
        assert (order.currency, order.total) == ("USD", 10495)
        assert [each.unit_price for each in order.lines] == [1999, 100]

    def test_the_report_of_all_orders_says_what_was_cancelled_and_what_shipped(self):
        all_orders = {
            "amazon-order-id": "112-1", "sku": "LMP-100", "product-name": "Lamp", "item-status": "Shipped",
            "quantity": "2", "currency": "EUR", "item-price": "9.00",
        }  # fmt: skip
        assert only([all_orders], **SHEETS).lines[0].shipped == 2
        assert only([{**all_orders, "item-status": "Cancelled"}], **SHEETS).lines[0].cancelled == 2
        for word, shipped, cancelled in (
            ("Shipped - Returned to Seller", 2, 0),
            ("Cancelled", 0, 2),
            ("Pending - Waiting for Pick Up", 0, 0),
        ):
            blank = only([{**all_orders, "item-status": "", "order-status": word}], **SHEETS).lines[0]
            assert (blank.shipped, blank.cancelled) == (shipped, cancelled)
            alone = {name: cell for name, cell in all_orders.items() if name != "item-status"} | {"order-status": word}
            assert only([alone], **SHEETS).lines[0][2:] == blank[2:]
        (problem,) = refused([{**all_orders, "item-status": "", "order-status": "Lost"}], **SHEETS)
        assert problem.value == "Lost"


class TestNetSuite:
    def test_a_row_for_the_order_itself_is_no_line(self):
        main = netsuite(**{"Item": "", "Memo": "call first", "Quantity": "", "Line ID": "", "Amount": "100.00"})
        order = only([main, netsuite()], **SHEETS)
        assert (order.count, len(order.lines), order.total) == (2, 1, 10000)

    def test_an_order_without_any_quantity_is_refused(self):
        (problem,) = refused([netsuite(Quantity="")], **SHEETS)
        assert (problem.column, problem.reason) == ("Quantity", "is missing in every row of this order")

    def test_the_total_is_that_of_the_transaction_where_it_is_given(self):
        assert only([netsuite(**{"Amount (Transaction Total)": "1,120.00"})], **SHEETS).total == 112000

    @pytest.mark.parametrize(
        ("word", "gone", "shipped", "cancelled"),
        [
            ("Sales Order : Pending Approval", "", 0, 0),
            ("Pending Fulfillment", "0", 0, 0),
            ("Pending Billing/Partially Fulfilled", "2", 2, 0),
            ("Partially Fulfilled", "2", 2, 0),
            ("SalesOrd:F", "", 5, 0),
            ("Billed", "5", 5, 0),
            ("Closed", "2", 2, 3),
            ("Cancelled", "", 0, 5),
        ],
    )
    def test_its_status_and_its_counts_say_how_far_a_line_has_come(self, word, gone, shipped, cancelled):
        found = only([netsuite(**{"Status": word, "Quantity Fulfilled/Received": gone})], **SHEETS).lines[0]
        assert (found.shipped, found.cancelled) == (shipped, cancelled)

    def test_a_part_that_has_gone_is_never_guessed(self):
        (problem,) = refused([netsuite(Status="Partially Fulfilled")], **SHEETS)
        assert problem.column == "Status"
        assert "add the column of shipped quantities" in problem.reason

    def test_money_and_currency_are_understood_as_it_writes_them(self):
        order = only([netsuite(**{"Currency": "US Dollar", "Item Rate": "$1,234.50"})], **SHEETS)
        assert (order.currency, order.lines[0].unit_price) == ("USD", 123450)


class TestDates:
    def dates(self, *days):
        rows = [netsuite(f"SO{place}", **{"Ship Date": day}) for place, day in enumerate(days)]
        return [str(order.ship_by) for order in accepted(rows, **SHEETS)]

    def test_one_date_that_leaves_no_doubt_settles_the_others(self):
        assert self.dates("12/1/2026", "12/24/2026") == ["2026-12-01", "2026-12-24"]
        assert self.dates("1/12/2026", "24/12/2026") == ["2026-12-01", "2026-12-24"]

    def test_five_styles_in_one_column_are_read_each_for_itself(self):
        styles = [
            "2026-12-01",
            "01.12.2026",
            "1 Dec 2026",
            "Dec 1, 2026",
            "2026/12/01 10:00",
            "01-Dec-2026",
            "1-Dec-26",
        ]
        assert self.dates(*styles) == ["2026-12-01"] * 7

    @pytest.mark.parametrize(
        "moment",
        [
            "2026-12-01T23:59:59-08:00",
            "2026-12-01 10:00:00 +0000",
            "2026-12-01T10:00:00.000Z",
            "2026-12-01 10:00 UTC",
            "Dec 1, 2026, 10:30 PM",
            "20261201",
        ],
    )
    def test_of_a_moment_the_day_counts_that_is_written_there(self, moment):
        assert self.dates(moment) == ["2026-12-01"]

    def test_the_earliest_ship_date_of_the_lines_is_that_of_the_order(self):
        dates = ["", "2026-12-09", "2026-12-02", "2026-12-05"]
        rows = [netsuite(**{"Line ID": str(at), "Expected Ship Date": day}) for at, day in enumerate(dates, 1)]
        for row in rows:
            del row["Ship Date"]
        assert str(only(rows, **SHEETS).ship_by) == "2026-12-02"
        rows[1]["Expected Ship Date"] = "soon"
        (problem,) = refused(rows, **SHEETS)
        assert (problem.row, problem.column, problem.value) == (3, "Expected Ship Date", "soon")

    def test_a_date_with_two_meanings_is_refused_where_nothing_settles_it(self):
        (problem,) = refused([netsuite(**{"Ship Date": "3/4/2026"})], **SHEETS)
        assert problem.column == "Ship Date"
        assert problem.reason.startswith("can be read in two ways; write dates like 2026-12-01")

    def test_a_file_that_writes_them_both_ways_settles_nothing(self):
        rows = [
            netsuite(f"SO{place}", **{"Ship Date": day})
            for place, day in enumerate(["24/12/2026", "12/24/2026", "3/4/2026"])
        ]
        assert [problem.value for problem in refused(rows, **SHEETS)] == ["3/4/2026"]


class TestRecognising:
    @pytest.mark.parametrize(
        ("row", "preset"),
        [(woo(), "woocommerce"), (woo_row(), "woocommerce"), (amazon(), "amazon"), (netsuite(), "netsuite")],
    )
    def test_a_shape_is_known_by_its_header_in_any_order_and_case(self, row, preset):
        shuffled = {title.upper().replace("-", "_"): row[title] for title in reversed(row)}
        assert opened(written([{"Remark": "x", **shuffled}]), **SHEETS).preset == preset

    def test_a_name_that_is_better_known_comes_first(self):
        assert only([{"Total": "1.00", **line()}]).total == 10000

    def test_what_is_nearly_a_shape_is_told_what_it_lacks(self):
        row = line()
        del row["line"]
        with pytest.raises(UnreadableFile, match="most like the header of a redtag file, but lacks: line"):
            opened(written([row]))
