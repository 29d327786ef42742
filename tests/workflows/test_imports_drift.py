"""Which of our changes a file has taken over: every way in which a source may show them."""

from datetime import date

import pytest

from workflows.imports.drift import CANCELLED, CHANGED, Books, Committed, OurLine, TheirLine, heard, what

TAKEN, NOT, CANNOT = "taken_over", "not_taken_over", "cannot_tell"
ALL = frozenset({"ordered", "cancelled", "status", "sku", "ship_by"})
PLAIN = ALL - {"cancelled"}


def cancel(number, units, key="1"):
    lines = [{"key": key, "line": 1, "sku": "LMP-100", "units": units}]
    return Committed(number, CANCELLED, number, {"lines": lines, "tax": 0, "shipping": 0})


def change(number, before=5, after=5, *, sku="LMP-100", added=(), ship_by=None):
    line = {"key": "1", "line": 1, "sku": "LMP-100", "new_sku": sku, "before": before, "after": after}
    lines = [line] if (before, sku) != (after, "LMP-100") else []
    return Committed(number, CHANGED, number, {"lines": lines, "added": list(added), "ship_by": ship_by})


def ours(ordered=5, cancelled=0, /, key="1", line=1, sku="LMP-100", **changed):
    return OurLine(key, line, sku, ordered, cancelled, changed)


def theirs(ordered=5, cancelled=0, key="1", sku="LMP-100"):
    return TheirLine(key, sku, ordered, cancelled)


def say(changes, mine, found, columns=ALL, ship_by=None):
    books = Books({each.key: each for each in mine}, {each.key: each for each in found}, ship_by, columns)
    return [*heard(changes, books).values()]


@pytest.mark.parametrize(
    ("found", "columns", "answer"),
    [
        ([theirs(5, 3)], ALL, TAKEN),  # in its own column
        ([theirs(2, 0)], ALL, TAKEN),  # as a smaller quantity
        ([theirs(2, 0)], PLAIN, TAKEN),
        ([theirs(5, 4)], ALL, TAKEN),  # and one more
        ([], ALL, TAKEN),  # the line is gone
        ([theirs(5, 0)], ALL, NOT),
        ([theirs(5, 2)], ALL, NOT),
        ([theirs(5, 0)], PLAIN, CANNOT),  # nothing in the file would say it
    ],
)
def test_a_cancel_is_taken_over_where_no_more_remains_than_we_left(found, columns, answer):
    assert say([cancel(1, 3)], [ours(5, 3)], found, columns) == [answer]


def test_a_whole_line_is_told_from_its_status_without_a_column_of_cancelled_units():
    assert say([cancel(1, 5)], [ours(5, 5)], [theirs(5, 0)], PLAIN) == [NOT]
    assert say([cancel(1, 5)], [ours(5, 5)], [theirs(5, 5)], PLAIN) == [TAKEN]
    assert say([cancel(1, 5)], [ours(5, 5)], [theirs(5, 0)], frozenset({"ordered"})) == [CANNOT]


def test_of_two_cancels_on_a_line_the_first_may_have_arrived_alone():
    both = [cancel(1, 2), cancel(2, 3)]
    assert say(both, [ours(10, 5)], [theirs(10, 2)]) == [TAKEN, NOT]
    assert say(both, [ours(10, 5)], [theirs(10, 5)]) == [TAKEN, TAKEN]
    assert say(both, [ours(10, 5)], [theirs(10, 0)]) == [NOT, NOT]
    assert say(both, [ours(10, 5)], [theirs(8, 0)]) == [TAKEN, NOT]


@pytest.mark.parametrize(
    ("after", "found", "answer"),
    [(8, theirs(8), TAKEN), (8, theirs(5), NOT), (8, theirs(6), NOT), (3, theirs(3), TAKEN), (3, theirs(5, 2), TAKEN)],
)
def test_a_quantity_is_taken_over_where_the_file_says_ours(after, found, answer):
    assert say([change(1, after=after)], [ours(after, ordered=[5, after])], [found]) == [answer]


def test_a_quantity_that_was_changed_again_counts_at_either_value():
    both = [change(1, after=8), change(2, before=8, after=6)]
    assert say(both, [ours(6)], [theirs(8)]) == [TAKEN, NOT]
    assert say(both, [ours(6)], [theirs(6)]) == [TAKEN, TAKEN]
    assert say([change(1, after=8), cancel(2, 2)], [ours(8, 2)], [theirs(8, 2)]) == [TAKEN, TAKEN]


@pytest.mark.parametrize(
    ("found", "columns", "answer"),
    [
        ([theirs(sku="NEW-1")], ALL, TAKEN),
        ([theirs()], ALL, NOT),
        ([theirs()], ALL - {"sku"}, CANNOT),
        ([theirs(key="9", sku="NEW-1")], ALL, TAKEN),  # a source whose lines are known by their article
        ([theirs(key="9", sku="OTHER")], ALL, NOT),
    ],
)
def test_an_article_is_taken_over_where_the_file_has_ours(found, columns, answer):
    assert say([change(1, sku="NEW-1")], [ours(sku="NEW-1")], found, columns) == [answer]


def test_a_removed_line_is_taken_over_where_it_is_gone_or_empty():
    assert say([change(1, after=0)], [ours(0)], []) == [TAKEN]
    assert say([change(1, after=0)], [ours(0)], [theirs(5, 5)]) == [TAKEN]
    assert say([change(1, after=0)], [ours(0)], [theirs(5)]) == [NOT]


def test_an_added_line_is_taken_over_once_the_file_has_one_more_of_its_kind():
    added = change(1, added=[{"sku": "ABC-9", "quantity": 2}])
    mine = [ours(), ours(2, key="R-1/1", line=2, sku="ABC-9", added=2)]
    assert say([added], mine, [theirs()]) == [NOT]
    assert say([added], mine, [theirs(), theirs(2, key="2", sku="ABC-9")]) == [TAKEN]
    like_it = [*mine, ours(2, key="3", line=3, sku="ABC-9")]
    assert say([added], like_it, [theirs(), theirs(2, key="3", sku="ABC-9")]) == [NOT]
    assert say([added], [ours()], [theirs()]) == [TAKEN]  # an earlier file brought it


def test_a_date_is_taken_over_where_the_file_says_ours():
    moved = change(1, ship_by={"before": "2026-12-01", "after": "2026-12-24"})
    assert say([moved], [ours()], [theirs()], ship_by=date(2026, 12, 24)) == [TAKEN]
    assert say([moved], [ours()], [theirs()], ship_by=date(2026, 12, 1)) == [NOT]
    assert say([moved], [ours()], [theirs()], ALL - {"ship_by"}) == [CANNOT]


def test_a_change_of_several_things_is_taken_over_whole_or_not():
    both = change(1, after=8, ship_by={"before": None, "after": "2026-12-24"})
    assert say([both], [ours(8)], [theirs(8)], ship_by=date(2026, 12, 24)) == [TAKEN]
    assert say([both], [ours(8)], [theirs(8)], ship_by=None) == [NOT]
    assert say([both], [ours(8)], [theirs(8)], ALL - {"ship_by"}) == [CANNOT]


def test_changes_are_said_in_a_few_words():
    assert what(cancel(1, 3)) == "cancel 3 of LMP-100 (line 1)"
    changes = change(1, after=8, sku="NEW-1", added=[{"sku": "A", "quantity": 2}], ship_by={"after": "2026-12-24"})
    assert what(changes) == ("LMP-100 (line 1) from 5 to 8, LMP-100 (line 1) becomes NEW-1, add 2 of A, 1 more")
