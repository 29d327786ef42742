"""Exports as files: the desk's columns, its signs, its words, and no cell that a spreadsheet would run."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NAMES, NOW, make_policy
from workflows.asked import AddedLine, Cancellation, CancelledLine, Change, ChangedLine, ShipBy
from workflows.exports.changes import CommittedChange, Rows
from workflows.exports.fields import FIELDS, KINDS
from workflows.exports.files import ExportFile, form_of
from workflows.exports.words import said
from workflows.formulas import harmless, meant
from workflows.policy.check import problems_in, warnings_in
from workflows.policy.model import Reason

CANCELLED = Cancellation(
    lines=(
        CancelledLine(key="a", line=1, sku="ABC-1", description="", units=2, unit_price=123450),
        CancelledLine(key="b", line=3, sku="-5", description="", units=1, unit_price=50),
    ),
    currency="USD",
)
CHANGED = Change(
    lines=(
        ChangedLine(key="a", line=1, sku="A", description="", before=3, after=5, new_sku="B", unit_price=100),
        ChangedLine(
            key="b", line=2, sku="C", description="", before=3, after=0, new_sku="C", unit_price=1, removed=True
        ),
    ),
    added=(AddedLine(sku="NEW", quantity=2, unit_price=1050),),
    ship_by=ShipBy(before=None, after="2026-12-24"),
    currency="EUR",
)
FACTS = {
    "hold.placed": {"hold": 17, "reason": "credit"},
    "hold.released": {"hold": 17, "reason": "credit"},
    "cancellation.approved": {
        **CANCELLED.model_dump(mode="json"), "amount": 246950, "total": 246950, "reason": "duplicate",
        "remaining": {"a": 8, "b": 0},
    },
    "change.approved": {**CHANGED.model_dump(mode="json"), "amount": 0, "reason": "other", "added_lines": [4]},
    "refund.approved": {"amount": 246950, "currency": "USD", "reason": "duplicate"},
}  # fmt: skip
DUPLICATE = Reason(kind="cancel", code="duplicate", label="Ordered twice")


def change(kind, **changes):
    plain = {
        "kind": kind,
        "facts": FACTS[kind],
        "order_number": "ORD-123",
        "customer": "Nordwind Tools",
        "request": 12,
        "requested_by": "U0CARL",
        "requested_at": NOW,
        "signers": ("U0LENA", "U0ROSA"),
        "decided_at": NOW,
        "note": "",
    }
    return CommittedChange(**{**plain, **changes})


def written(kind, *changes, batch=7, **export):
    """The bytes of an export whose desk is in Chicago, six hours behind."""
    columns = [{"header": field, "field": field} for field in export.pop("columns", ())]
    policy = make_policy(
        reasons=[*make_policy().reasons, DUPLICATE], exports=({"kind": kind, "columns": columns, **export},)
    )
    file = ExportFile(form_of(policy, kind), policy.desk.timezone)
    makes = Rows(policy, form_of(policy, kind), NAMES)
    return file.header() + file.rows(row for each in changes for row in makes.of(each, batch))


def cells(kind, *changes, **export):
    text = written(kind, *changes, **export).decode(export.get("encoding", "utf-8"))
    return list(csv.reader(io.StringIO(text), delimiter=export.get("delimiter", ",")))[1:]


def test_a_desk_that_names_no_columns_gets_every_one_by_its_own_name():
    for kind in KINDS:
        assert written(kind).decode() == ",".join(FIELDS[kind]) + "\r\n"
    (row,) = csv.DictReader(io.StringIO(written("holds", change("hold.placed", since=NOW)).decode()))
    assert row == {
        "order_number": "ORD-123", "customer": "Nordwind Tools", "hold": "H-17", "action": "placed",
        "since": "2026-11-23 09:30:00", "request": "R-12", "requested_by": "Carla Nguyen",
        "requested_at": "2026-11-23 09:30:00", "approved_by": "Lena Fischer, Rosa Alvarez",
        "decided_at": "2026-11-23 09:30:00", "reason": "credit", "reason_label": "Credit not cleared", "note": "",
        "batch": "7",
    }  # fmt: skip


def test_headers_and_their_order_are_the_desks():
    policy = make_policy(
        exports=(
            {
                "kind": "cancellations",
                "columns": [
                    {"header": "Qty, gone", "field": "quantity_cancelled"},
                    {"header": "Order No", "field": "order_number"},
                    {"header": "Order again", "field": "order_number"},
                ],
            },
        )
    )
    form = form_of(policy, "cancellations")
    file = ExportFile(form, "Etc/UTC")
    rows = Rows(policy, form, {}).of(change("cancellation.approved"), 1)
    assert file.header() + file.rows(rows) == (
        b'"Qty, gone",Order No,Order again\r\n2,ORD-123,ORD-123\r\n1,ORD-123,ORD-123\r\n'
    )


def test_each_line_of_a_cancel_is_a_row_with_what_is_left_of_it():
    columns = ["line", "sku", "quantity_cancelled", "quantity_remaining", "refund_amount", "currency", "reason_label"]
    assert cells("cancellations", change("cancellation.approved"), columns=columns) == [
        ["1", "ABC-1", "2", "8", "2469.00", "USD", "Ordered twice"],
        ["3", "'-5", "1", "0", "0.50", "USD", "Ordered twice"],
    ]


def test_each_field_that_a_change_changes_is_a_row():
    columns = ["line", "sku", "field", "before", "after"]
    assert cells("changes", change("change.approved"), columns=columns) == [
        ["1", "A", "quantity", "3", "5"],
        ["1", "A", "sku", "A", "B"],
        ["2", "C", "quantity", "3", "0"],
        ["4", "NEW", "quantity", "", "2"],
        ["4", "NEW", "unit_price", "", "10.50"],
        ["", "", "ship_by", "", "2026-12-24"],
    ]


def test_a_refund_says_how_its_call_stands():
    columns = ["amount", "currency", "state", "attempts", "accepted_at"]
    accepted = change("refund.approved", state="accepted", attempts=2, accepted_at=NOW)
    assert cells("refunds", change("refund.approved"), accepted, columns=columns) == [
        ["2469.50", "USD", "none", "0", ""],
        ["2469.50", "USD", "accepted", "2", "2026-11-23 09:30:00"],
    ]


@pytest.mark.parametrize(
    ("export", "field", "text"),
    [
        ({"date_format": "%d/%m/%Y"}, "decided_at", "23/11/2026"),
        ({"date_format": "%d.%m.%Y", "time_format": "%d.%m.%Y %H:%M"}, "decided_at", "23.11.2026 09:30"),
        ({"decimal_sign": ",", "delimiter": ";"}, "refund_amount", "2469,00"),
        ({"amounts": "minor"}, "refund_amount", "246900"),
        ({"codes": {"duplicate": "C07"}}, "reason", "C07"),
        ({"codes": {"duplicate": "=1+1"}}, "reason", "'=1+1"),
        ({"people": "ids"}, "approved_by", "U0LENA, U0ROSA"),
        ({}, "batch", "7"),
    ],
)
def test_signs_words_and_formats_are_the_desks(export, field, text):
    assert cells("cancellations", change("cancellation.approved"), columns=[field], **export)[0] == [text]


def test_a_code_is_for_coded_cells_alone():
    named = change("hold.placed", customer="placed", note="credit")
    columns = ["customer", "action", "note", "reason"]
    codes = {"placed": "H", "credit": "CR"}
    assert cells("holds", named, columns=columns, codes=codes) == [["placed", "H", "credit", "CR"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "shift_jis"])
def test_every_encoding_can_be_read_back_and_lacks_a_letter_visibly(encoding):
    found = written("holds", change("hold.placed", customer="Ł ü 株 🪑"), columns=["customer"], encoding=encoding)
    kept = "".join(each if fits(each, encoding) else "?" for each in "Ł ü 株 🪑")
    assert found.decode(encoding) == f"customer\r\n{kept}\r\n"


def fits(letter, encoding):
    try:
        return bool(letter.encode(encoding))
    except UnicodeEncodeError:
        return False


@pytest.mark.parametrize(("line_ends", "end"), [("crlf", "\r\n"), ("lf", "\n")])
@pytest.mark.parametrize("delimiter", [",", ";", "|", "tab"])
def test_whatever_stands_in_a_note_stays_one_cell(line_ends, end, delimiter):
    notes = ['a,b;c|d\te"f', "two\r\nlines", "a\rb", "x\ny", ""]
    changes = [change("hold.placed", note=note) for note in notes]
    text = written("holds", *changes, columns=["note", "hold"], line_ends=line_ends, delimiter=delimiter).decode()
    sign = "\t" if delimiter == "tab" else delimiter
    assert [row[0] for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign)][1:] == notes
    assert text.endswith(f"H-17{end}")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("before", ["", " ", "  ", "\u00a0", "\u3000"])
def test_text_that_begins_like_a_formula_gets_an_apostrophe(start, before):
    assert harmless(f"{before}{start}1") == f"'{before}{start}1"
    assert cells("holds", change("hold.placed", customer=f"{before}{start}1+1"), columns=["customer"])[0][0][0] == "'"


@given(st.text())
def test_other_text_is_left_alone(text):
    found = harmless(text)
    assert found == text or (found == f"'{text}" and text.strip(" \u00a0\u3000")[:1] != "'")
    assert harmless(f"x{text}") == f"x{text}"
    assert meant(found) == text or text.startswith("'")


def test_numbers_and_dates_are_no_text():
    less = {**FACTS["refund.approved"], "amount": -5}
    columns = ["amount", "decided_at"]
    found = cells("refunds", change("refund.approved", facts=less), columns=columns, date_format="-%d")
    assert found == [["-0.05", "-23"]]


def test_a_price_that_nobody_knows_is_blank():
    facts = {**FACTS["cancellation.approved"], "currency": "XXX"}
    facts["lines"] = [{**line, "unit_price": 0} for line in facts["lines"]]
    found = cells(
        "cancellations", change("cancellation.approved", facts=facts), columns=["line", "refund_amount", "currency"]
    )
    assert found == [["1", "", ""], ["3", "", ""]]


def test_moments_follow_the_desks_clock_through_the_change_of_clocks():
    summer = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    winter = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    changes = [change("hold.placed", decided_at=each) for each in (summer, winter)]
    assert cells("holds", *changes, columns=["decided_at"]) == [["2026-10-31 18:30:00"], ["2026-11-01 17:30:00"]]


@pytest.mark.parametrize(
    ("number", "changes", "more", "words"),
    [
        (12, 3, {}, "batch 12: 3 changes"),
        (1, 1, {}, "batch 1: 1 change"),
        (2, 50_000, {"more": True}, "batch 2: 50,000 changes; more wait for the batch after it"),
        (None, 0, {}, "nothing new: no batch was taken"),
        (None, 0, {"peek": True}, "nothing new: no batch was taken"),
        (None, 2, {"peek": True}, "the next batch: 2 changes; nothing was taken"),
    ],
)
def test_a_batch_is_said_in_a_few_words(number, changes, more, words):
    assert said(number, changes, **more) == words


@pytest.mark.parametrize(
    ("export", "problem"),
    [
        ({"columns": [{"header": "a", "field": "lines"}]}, "columns[1].field: there is no field “lines”. Did you mean"),
        ({"columns": [{"header": "a", "field": "zebra"}]}, "Known for changes: order_number, customer, line, sku"),
        ({"columns": [{"header": "=a", "field": "line"}]}, "columns[1].header: “=a” begins like a formula"),
        ({"codes": {"sku": "+1"}}, "codes.sku: “+1” begins like a formula"),
        ({"codes": {"sku": "Ł"}, "encoding": "latin-1"}, "codes.sku: “Ł” cannot be written in latin-1"),
        ({"encoding": "rot13"}, "encoding: “rot13” is not an encoding that is known here. Use one such as utf-8"),
        ({"encoding": "utf-7"}, "encoding: “utf-7” is not an encoding"),
        ({"encoding": "utf8x"}, "encoding: “utf8x” is not an encoding"),
        ({"time_format": "%Q"}, "time_format: “%Q” is not a format"),
        ({"decimal_sign": ","}, "decimal_sign: is the delimiter too"),
    ],
)
def test_an_export_that_cannot_be_written_is_refused(export, problem):
    (found,) = problems_in(make_policy(exports=({"kind": "changes", **export},)))
    assert found.startswith("exports[1].")
    assert problem in found


@pytest.mark.parametrize("name", ["UTF-8", "utf8", "cp1252", "Windows-1252", "latin-1", "utf-16", "Shift_JIS"])
def test_an_encoding_goes_by_any_of_its_names(name):
    assert problems_in(make_policy(exports=({"kind": "changes", "encoding": name},))) == ()


def test_a_code_for_a_word_that_there_is_not_is_only_said():
    export = {"kind": "holds", "codes": {"credit": "CR", "crdit": "X", "placed": "P", "accepted": "A"}}
    found = [each for each in warnings_in(make_policy(exports=(export,))) if each.startswith("exports")]
    assert found[0] == "exports[1].codes.crdit: is no word of this export. Did you mean credit?"
    assert [each.split(":")[0] for each in found] == ["exports[1].codes.crdit", "exports[1].codes.accepted"]
