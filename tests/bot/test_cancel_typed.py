"""What people type behind `/cancel`."""

import pytest

from bot.slack.typed_cancel import CancelWords, cancel_words
from bot.slack.typed_parts import NotUnderstood
from workflows.commands import Units


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", CancelWords()),
        ("ORD-123", CancelWords("ORD-123")),
        ("ORD-123 all", CancelWords("ORD-123", selected=True)),
        ("ORD-123 ALL fraud", CancelWords("ORD-123", True, (), "fraud")),
        ("ORD-123 all fraud stolen card", CancelWords("ORD-123", True, (), "fraud", "stolen card")),
        ("ORD-123 all because fraud", CancelWords("ORD-123", True, (), "fraud")),
        ("ORD-123 allocated", CancelWords("ORD-123", False, (), "allocated")),
        ("ORD-123 customer-request call", CancelWords("ORD-123", False, (), "customer-request", "call")),
    ],
)
def test_the_whole_order_or_nothing_said_of_it(typed, meant):
    assert cancel_words(typed) == meant


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("lines 1,3", [(1, None), (3, None)]),
        ("lines 1, 3", [(1, None), (3, None)]),
        ("Lines 1 and 3", [(1, None), (3, None)]),
        ("line 1-3", [(1, None), (2, None), (3, None)]),
        ("lines 1-2,5", [(1, None), (2, None), (5, None)]),
        ("line 2 qty 5", [(2, 5)]),
        ("LINE 2 QTY 5", [(2, 5)]),
        ("line 2: 5", [(2, 5)]),
        ("line 2 x 5", [(2, 5)]),
        ("line 2 quantity 5 units", [(2, 5)]),
        ("line 2 qty 5, line 3 qty 1", [(2, 5), (3, 1)]),
        ("line 2 qty 5,3 qty 1", [(2, 5), (3, 1)]),
        ("line 2 qty 5, line 3", [(2, 5), (3, None)]),
        ("line 2 qty 0", [(2, 0)]),
        ("line 2 qty -1", [(2, -1)]),
        ("line 2 qty 999", [(2, 999)]),
    ],
)
@pytest.mark.parametrize(
    ("behind", "reason", "note"),
    [
        ("", "", ""),
        (" customer-request", "customer-request", ""),
        (", customer-request 2, maybe 3 boxes", "customer-request", "2, maybe 3 boxes"),
        (" because customer-request: too late", "customer-request", "too late"),
    ],
)
def test_lines_and_units_in_the_ways_that_people_write_them(typed, lines, behind, reason, note):
    meant = CancelWords("ORD-123", True, tuple(Units(line, units) for line, units in lines), reason, note)
    assert cancel_words(f"ORD-123 {typed}{behind}") == meant


@pytest.mark.parametrize(
    "typed",
    [
        "line",
        "lines two",
        "line 2 qty",
        "line 2 qty five",
        "line 2 qty 1.5",
        "line 2:",
        "line 3-1",
        "line 1-99999",
        "line 9999999999999999999",
        "lines " + ",".join(["1-900"] * 2),
    ],
)
def test_what_cannot_be_read_is_told_with_an_example(typed):
    with pytest.raises(NotUnderstood) as problem:
        cancel_words(f"ORD-123 {typed} customer-request")
    assert "`" in str(problem.value)
