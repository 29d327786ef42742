"""Files as no system writes them: nothing crashes, and every row is either taken or refused."""

import csv
import gzip
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.samples import FILES, FOLDER
from tests.workflows.order_files import line, numbers, opened, read, rules, sale, written
from workflows.imports.files import open_orders
from workflows.imports.proposal import propose
from workflows.imports.values import ImportedOrder, UnknownHeader, UnreadableFile

SAMPLES = {name: b"".join((FOLDER / name).read_bytes().splitlines(keepends=True)[:40]) for name in sorted(FILES)}
BYTES = (b'"', b"\0", b",", b"\t", b";", b"\n", b"\r", b"\xff", b"\xe9", b"\x1a", b"=", b"-", b"9" * 40, b"")


def taken_and_refused(data):
    """How many rows of a file are stored and how many are refused; None where it is no order file."""
    try:
        file = opened(data, any_number=True)
        orders = [file.whole([part]) for part in file.parts()]
    except UnreadableFile:
        return None
    named = [{problem.row for problem in order.problems} for order in orders if not isinstance(order, ImportedOrder)]
    assert sum(map(len, named)) == len(set().union(*named))
    for order in orders:
        if isinstance(order, ImportedOrder):
            assert all(each.ordered >= each.shipped >= 0 for each in order.lines)
        else:
            assert len({problem.row for problem in order.problems}) == order.count
    return sum(order.count for order in orders)


@pytest.mark.parametrize("name", SAMPLES)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_a_damaged_export_is_read_or_refused_and_never_crashes(name, seed):
    dice = random.Random(seed)
    data = SAMPLES[name]
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(data))
        data = data[:at] + dice.choice(BYTES) + data[at + dice.randint(0, 2) :]
    taken_and_refused(data)
    taken_and_refused(gzip.compress(data)[: dice.randint(10, len(data))])


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_an_order_file_or_are_none(data):
    taken_and_refused(data)
    taken_and_refused(written([line()]) + data)


CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.dictionaries(st.sampled_from(sorted(line())), CELL), min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_every_row_is_stored_or_refused(changes):
    data = written(line(f"ORD-{number}", **change) for number, change in enumerate(changes))
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))[1:]
    assert taken_and_refused(data) == sum(any(cell.strip() for cell in row) for row in rows)


# Files as somebody might make them up: any header, rows of any width, any text in them, in any encoding.

TITLES = st.one_of(st.sampled_from([*line(), *sale(), "Menge", "Artikelnr", "", "#", "Order №"]), CELL)
VALUES = st.one_of(
    CELL,
    st.sampled_from(["ORD-1", "ORD-2", "5", "-3", "1.234,56", "1e5", "(12)", "03/04/2026", "open", "USD", "12.00"]),
    st.text(st.sampled_from('",;\t\r\n\0\x1a\u202e\u00e9'), max_size=6),
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp1251", "gb18030"])


@st.composite
def made_up_files(draw):
    rows = draw(st.lists(st.lists(VALUES, max_size=6), max_size=8))
    text = io.StringIO(newline="")
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer = csv.writer(text, delimiter=draw(st.sampled_from(",;\t|")), quoting=quoting)
    writer.writerows([draw(st.lists(TITLES, min_size=1, max_size=6)), *rows])
    return text.getvalue().encode(draw(ENCODINGS), "replace")


def asked_and_read(data):
    """As a person would who takes whatever is proposed: the mapping reads what it was made for."""
    try:
        open_orders(io.BytesIO(data), "made-up.csv", rules(any_number=True))
    except UnknownHeader as unknown:
        found = answered(unknown)
        if found is None:
            return
        try:
            file = open_orders(io.BytesIO(data), "made-up.csv", rules(any_number=True), mapping=found)
            read = [file.whole([part]) for part in file.parts()]
        except UnreadableFile:
            return
        assert all(order.problems for order in read if not isinstance(order, ImportedOrder))
    except UnreadableFile:
        return


def answered(unknown):
    """A mapping by taking what is proposed, else the first choice; None where a needed column has none."""
    answers = {}
    for _ in range(200):
        found = propose(unknown.header, unknown.samples, rules(any_number=True), answers)
        if not found.unsure:
            return found.mapping("made-up")
        question = found.unsure[0]
        if not question.choices:
            return None
        values = [choice.value for choice in question.choices]
        answers[question.key] = question.suggestion if question.suggestion in values else values[0]
    raise AssertionError("the questions never end")


@given(made_up_files())
@settings(max_examples=120, deadline=None)
def test_made_up_files_are_read_asked_about_or_refused_and_never_crash(data):
    taken_and_refused(data)
    asked_and_read(data)


@pytest.mark.slow
@given(made_up_files())
@settings(max_examples=20_000, deadline=None)
def test_many_made_up_files_never_crash(data):
    taken_and_refused(data)
    asked_and_read(data)


OPEN = ('"open', '"')
QUOTES = st.sampled_from(
    [*OPEN, '27" wide', '"a, b"', '"two\nlines"', '""', '"said ""so"""', "plain", "plain", "plain"]
)


@pytest.mark.parametrize("delimiter", [",", ";"])
@given(st.lists(QUOTES, min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_open_quotes_cost_their_own_rows_and_no_other(delimiter, cells):
    rows = written((line(f"ORD-{at}", description=f"#{at}#") for at in range(len(cells))), delimiter).decode()
    for at, cell in enumerate(cells):
        rows = rows.replace(f"#{at}#", cell)
    good = [f"ORD-{at}" for at, cell in enumerate(cells) if cell not in OPEN]
    assert numbers(read(rows.encode())) == good


COUNT = st.sampled_from(["1", "2", "5", "0", "-3", "1e5", "1.234,56", "", "(12)", "5.000", "7.0"])
ORDER = st.sampled_from(["ORD-1", "ORD-2", "ORD-3", "X", ""])
BASKETS = st.lists(st.tuples(ORDER, COUNT), min_size=1, max_size=12)


@given(BASKETS)
@settings(max_examples=80, deadline=None)
def test_units_of_all_accepted_orders_are_those_of_their_rows(basket):
    """Rows of one order may stand far from each other; every row counts once, on one side or the other."""
    rows = [line(order, number, quantity=count) for number, (order, count) in enumerate(basket, start=1)]
    file = opened(written(rows))
    parts = {}
    for part in file.parts():
        parts.setdefault(part.number or object(), []).append(part)
    orders = [file.whole(found) for found in parts.values()]
    taken = {order.number: order for order in orders if isinstance(order, ImportedOrder)}
    assert sum(order.count for order in orders) == len(rows)
    listed = [{problem.row for problem in order.problems} for order in orders if not isinstance(order, ImportedOrder)]
    bad = {at for at, (named, _) in enumerate(basket, start=2) if named not in taken}
    assert (set().union(*listed), sum(map(len, listed))) == (bad, len(bad))
    for number, order in taken.items():
        counts = [count for named, count in basket if named == number]
        assert sum(each.ordered for each in order.lines) == sum(int(float(count)) for count in counts)
