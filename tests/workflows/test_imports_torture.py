"""Files as no system writes them: nothing crashes, and every row is either taken or refused."""

import csv
import gzip
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.samples import FILES, FOLDER
from tests.workflows.order_files import line, opened, written
from workflows.imports.values import ImportedOrder, UnreadableFile

SAMPLES = {name: b"".join((FOLDER / name).read_bytes().splitlines(keepends=True)[:40]) for name in sorted(FILES)}
BYTES = (b'"', b"\0", b",", b"\t", b";", b"\n", b"\r", b"\xff", b"\xe9", b"\x1a", b"=", b"-", b"9" * 40, b"")


def taken_and_refused(data):
    """How many rows of a file are stored and how many are refused; None where it is no order file."""
    try:
        file = opened(data, any_number=True)
        orders = [file.whole([part]) for part in file.parts()]
    except UnreadableFile:
        return None
    for order in orders:
        if isinstance(order, ImportedOrder):
            assert all(each.ordered >= each.shipped >= 0 for each in order.lines)
        else:
            assert order.problems
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
