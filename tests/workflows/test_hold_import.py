"""A spreadsheet of holds, read and judged: what becomes a hold, and why the rest does not."""

import io
from datetime import UTC, date, datetime

import pytest

from tests.factories import NOW, make_hold, make_line, make_order, make_policy
from workflows.hold_files import read_holds
from workflows.hold_import import Desk, Person, judge, person_named
from workflows.imports.values import UnreadableFile
from workflows.policy.model import OrderNumberFormat
from workflows.values import HoldState

HEADER = "number,reason,since,who,note\n"
PEOPLE = (
    Person("U0ROSA", "Rosa Alvarez", "rosa@acme.example"),
    Person("U0WALT", "Walt Brandt", "walt@acme.example"),
    Person("U0WAL2", "Walt Disney", "walt.d@acme.example"),
)
POLICY = make_policy(desk={"order_number": OrderNumberFormat(pattern=r"ORD-\d+")})


def read(text):
    return read_holds(io.BytesIO(text if isinstance(text, bytes) else text.encode()), "/home/me/holds.csv")


def judged(text, *, holds=(), orders=None):
    file = read(text)
    known = orders or (make_order(), make_order(number="ORD-9", lines=[make_line(shipped=3)]))
    by_number = {order.number: order for order in known}
    return judge(file, Desk(POLICY, NOW, "cli:root", by_number, holds, PEOPLE))


def refusal(row, **rest):
    (found,) = judged(HEADER + row, **rest).refused
    return f"{found.row}: {found.column} {found.value} {found.reason}"


def test_a_row_becomes_a_hold_of_the_owner_of_its_reason_since_its_day_in_the_desks_timezone():
    (hold,) = judged(HEADER + "#123,Credit not cleared,2026-11-12,@rosa,over the limit").holds
    assert (hold.order, hold.reason, hold.owner, hold.by) == ("ORD-123", "credit", "credit", "U0ROSA")
    assert (hold.since, hold.note, hold.row) == (datetime(2026, 11, 12, 6, tzinfo=UTC), "over the limit", 2)


@pytest.mark.parametrize(
    "text",
    [
        "Note;WHO;Hold reason;Order No;Held since\nw;;credit;ORD-123;12.11.2026\n",
        "sep=;\nOrder;Reason;Since;Note\nORD-123;CREDIT;12-Nov-2026;w\n",
        "order\treason\tsince\tcomment\nORD-123\tcredit\t2026-11-12 09:30\tw\n".encode("utf-16"),
        "\ufefforder,reason,date,note,colour\n,,,,\nORD-123,credit,11/12/2026,w,red\nORD-8,credit,11/30/2025,,\n",
        b"order,reason,since,note\r\nORD-123,credit,2026-11-12,w\r\nORD-8,credit,,Gr\xf6\xdfe\r\n",
    ],
    ids=["semicolons", "sep", "utf-16 tabs", "month first", "windows"],
)
def test_any_order_of_columns_alias_encoding_and_delimiter_is_read(text):
    row = read(text).rows[0]
    assert (row.number, row.reason.casefold(), row.since, row.note) == ("ORD-123", "credit", date(2026, 11, 12), "w")


@pytest.mark.parametrize(
    ("who", "by"),
    [
        ("U0ROSA", "U0ROSA"),
        ("<@U0ROSA|rosa>", "U0ROSA"),
        ("ROSA@acme.example", "U0ROSA"),
        ("rosa  alvarez", "U0ROSA"),
        ("@walt", ""),
        ("Walt", ""),
        ("walt@acme.example", "U0WALT"),
        ("walt.d", "U0WAL2"),
        ("U0NOBODY", ""),
        ("", ""),
    ],
)
def test_a_person_is_found_by_id_address_or_name_and_never_guessed(who, by):
    assert person_named(who, PEOPLE) == by


@pytest.mark.parametrize(
    ("who", "by"), [("WALT", "imported: WALT"), ("key:WMS", "imported: key:WMS"), ("", "cli:root")]
)
def test_who_is_not_found_is_kept_as_written_and_is_nobodys_id(who, by):
    assert judged(f"{HEADER}ORD-123,credit,,{who},").holds[0].by == by


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("ORD-7,credit,,,", "2: number ORD-7 is not an order of this desk: import its orders first"),
        ("INV-7,credit,,,", "2: number INV-7 is not an order number"),
        ("ORD-9,credit,,,", "2: number ORD-9 is shipped already: there is nothing left to hold"),
        (
            "ORD-123,credt,,,",
            "2: reason credt is not a hold reason of this desk: use credit, stock, customer, fraud, pricing",
        ),
        ("ORD-123,credit,2026-11-24,,", "2: since 2026-11-24 lies in the future"),
        ("ORD-123,credit,1926-11-24,,", "2: since 1926-11-24 lies before 2000: is that the right year?"),
        ("ORD-123,credit,soon,,", "2: since soon is not a date in the form 2026-12-01"),
        ("ORD-123,credit,03/04/2026,,", "2: since 03/04/2026 can be read in two ways; write dates like 2026-12-01"),
        ("ORD-123,,,,", "2: reason  is missing"),
        (",credit,,,", "2: number  is missing"),
        ("ORD-123,credit,,,a,b", "2:   has more cells than the header"),
        ("ORD-123,credit,,,a\x07", "2: note a\x07 contains the control character U+0007"),
        ('ORD-123,credit,,,"a', "2:   the quotes of this row do not close"),
    ],
)
def test_a_bad_row_is_refused_with_its_place_and_reason_and_good_ones_go_on(row, said):
    assert refusal(row).startswith(said)
    assert len(judged(f"{HEADER}ORD-123,stock,,,\n{row}").holds) == 1


def test_the_same_open_reason_is_left_as_it_is_and_said():
    twice = f"{HEADER}ORD-123,credit,,,\nORD-123,stock,,,\nORD-123,Stock problem,,,"
    held = make_hold(state=HoldState.ACTIVE)
    there = judged(twice, holds=(held,))
    assert [each.words for each in there.already] == ["is held already (H-17)", "stands in row 3 already"]
    assert [each.reason for each in there.holds] == ["stock"]
    (asked,) = judged(f"{HEADER}ORD-123,credit,,,", holds=(make_hold(),)).already
    assert asked.words == "is only asked for: H-17 waits for a signature"
    assert judged(f"{HEADER}ORD-123,credit,,,", holds=(make_hold(state=HoldState.RELEASED),)).already == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The file is empty."),
        ("\n\n", "The first row is blank"),
        (HEADER, "There is no hold in this file"),
        ("order,since\nORD-1,\n", "There is no column reason"),
        ("number,Number,reason\n1,2,credit\n", "Two columns are called “number”"),
        (b"PK\x03\x04rest", "This is a workbook or a zip archive"),
    ],
)
def test_a_file_that_is_none_is_said(text, said):
    with pytest.raises(UnreadableFile) as problem:
        read(text)
    assert said in str(problem.value)
