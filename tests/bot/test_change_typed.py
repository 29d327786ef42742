"""What people type behind `/change`."""

from datetime import date

import pytest

from bot.slack.typed import NotADate
from bot.slack.typed_change import ChangeWords, change_words
from bot.slack.typed_parts import NotUnderstood
from workflows.commands import AddLine, EditLine


def words(*, edits=(), adds=(), **more):
    return ChangeWords("ORD-123", tuple(edits), tuple(adds), **more)


QTY = EditLine(2, 12)
ADD = AddLine("ABC-9", 2, "10.00")
DAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", words()),
        ("because they called", words(because="they called")),
        ("line 2 qty 12", words(edits=[QTY])),
        ("Line 2 Quantity 12", words(edits=[QTY])),
        ("line 2: 12", words(edits=[QTY])),
        ("line 2 sku ABC-9", words(edits=[EditLine(2, sku="ABC-9")])),
        ("line 2 qty 12 sku ABC-9", words(edits=[EditLine(2, 12, "ABC-9")])),
        ("line 2 qty 12, line 2 sku ABC-9", words(edits=[EditLine(2, 12, "ABC-9")])),
        ("line 2 qty 12, line 2 qty 13", words(edits=[QTY, EditLine(2, 13)])),
        ("line 2 remove", words(edits=[EditLine(2, remove=True)])),
        ("remove line 2", words(edits=[EditLine(2, remove=True)])),
        ("line 2 qty 0", words(edits=[EditLine(2, 0)])),
        ("line 2 qty -1", words(edits=[EditLine(2, -1)])),
        ("add ABC-9 qty 2 price 10.00", words(adds=[ADD])),
        ("ADD ABC-9 price 10.00 qty 2", words(adds=[ADD])),
        ("add ABC-9 qty 2 price 10,00", words(adds=[AddLine("ABC-9", 2, "10,00")])),
        ("add ABC-9 qty 2 price USD 1,234.50", words(adds=[AddLine("ABC-9", 2, "USD 1,234.50")])),
        ("add ABC-9 qty 2 at 10.00", words(adds=[ADD])),
        ("ship-by 2026-12-01", words(ship_by=DAY)),
        ("Ship by 2026-12-01", words(ship_by=DAY)),
        (
            "line 2 qty 12, line 3 qty 4, add ABC-9 qty 2 price 10.00, ship-by 2026-12-01",
            words(edits=[QTY, EditLine(3, 4)], adds=[ADD], ship_by=DAY),
        ),
        ("ship-by 2026-12-01, and line 2 qty 12", words(edits=[QTY], ship_by=DAY)),
    ],
)
def test_changes_in_the_ways_that_people_write_them(typed, meant):
    assert change_words(f"ORD-123 {typed}") == meant


@pytest.mark.parametrize("change", ["line 2 qty 12", "add ABC-9 qty 2 price 10.00", "ship-by 2026-12-01"])
@pytest.mark.parametrize(
    "behind", [" because reschedule, line by line", ", because reschedule, line by line", " reschedule, line by line"]
)
def test_what_stands_behind_the_changes_is_why(change, behind):
    assert change_words(f"ORD-123 {change}{behind}").because == "reschedule, line by line"


def test_a_comma_alone_does_not_make_a_change_of_the_note():
    assert change_words("ORD-123 line 2 qty 12, they called").because == "they called"
    assert change_words("").order == ""


@pytest.mark.parametrize(
    "typed",
    ["more please", "line 2", "line two qty 3", "line 2 qty", "line 2 qty 1.5", "line 2 twelve", "add", "add ABC-9",
     "add ABC-9 qty 2", "add ABC-9 qty 2 price cheap"],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_an_example(typed):
    with pytest.raises(NotUnderstood) as problem:
        change_words(f"ORD-123 {typed}")
    assert "`" in str(problem.value)


@pytest.mark.parametrize("typed", ["ship-by tomorrow", "ship-by 2026-02-31", "ship-by"])
def test_a_ship_by_that_is_no_date_is_told(typed):
    with pytest.raises(NotADate):
        change_words(f"ORD-123 {typed}")
