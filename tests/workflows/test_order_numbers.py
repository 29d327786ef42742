"""Order numbers as people type them, as files hold them, and in the midst of a message."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.order_numbers import LONGEST, BadOrderNumber, candidates, find_numbers, normalise
from workflows.policy.model import OrderNumberFormat

FREE = OrderNumberFormat()
ORD = OrderNumberFormat(pattern=r"ORD-\d+")
PADDED = OrderNumberFormat(pattern=r"ORD-\d{6}", pad=6)
EITHER = OrderNumberFormat(pattern=r"ORD-\d+|WEB-\d+")
LOWER = OrderNumberFormat(uppercase=False)


@pytest.mark.parametrize(
    ("typed", "fmt", "stored"),
    [
        ("#1001", FREE, "1001"),
        ("1001", FREE, "1001"),
        ("ord-123", FREE, "ORD-123"),
        ("  ord-123 ", FREE, "ORD-123"),
        ("PO  55", FREE, "PO 55"),
        ("ord-123", LOWER, "ord-123"),
        ("ord-123", ORD, "ORD-123"),
        ("#ORD-123", ORD, "ORD-123"),
        ("ord-123", PADDED, "ORD-000123"),
        ("ORD-1234567", OrderNumberFormat(pad=6), "ORD-1234567"),
        ("7", OrderNumberFormat(pad=6), "000007"),
        ("2024-7-A", OrderNumberFormat(pad=6), "2024-7-A"),
        ("ORD–123", ORD, "ORD-123"),
        ("ＯＲＤ－１２３", ORD, "ORD-123"),
        ("ORD-123\u200b", ORD, "ORD-123"),
        ("\ufeffORD\u2011123", ORD, "ORD-123"),
        ("**1001**", OrderNumberFormat(strip="#*"), "1001"),
    ],
)
def test_a_number_is_stored_in_one_form_however_it_is_typed(typed, fmt, stored):
    assert normalise(typed, fmt) == stored


@pytest.mark.parametrize(
    ("typed", "fmt", "sentence"),
    [
        ("", FREE, "An order number is missing. Give one."),
        ("  # ", FREE, "An order number is missing. Give one."),
        ("", ORD, "An order number is missing. Give one; they begin with ORD-."),
        ("abc", ORD, "“ABC” is not an order number of this desk; they begin with ORD-."),
        ("ORD-123x", ORD, "“ORD-123X” is not an order number of this desk; they begin with ORD-."),
        ("x", EITHER, "“X” is not an order number of this desk; they begin with ORD- or WEB-."),
        ("x", OrderNumberFormat(pattern=r"\d+"), "“X” is not an order number of this desk."),
        ("1" * 61, FREE, "That is not an order number: it is longer than 60 characters."),
        ("1" * 100_000, ORD, "That is not an order number: it is longer than 60 characters."),
        ("ORD-1\x00", FREE, "That is not an order number: it contains characters that cannot be read."),
        ("ORD\ud800", FREE, "That is not an order number: it contains characters that cannot be read."),
    ],
)
def test_a_refused_number_says_why_in_one_sentence(typed, fmt, sentence):
    for read in (normalise, candidates):
        with pytest.raises(BadOrderNumber) as caught:
            read(typed, fmt)
        assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("typed", "fmt", "found"),
    [
        ("#1001", FREE, ["1001"]),
        ("ORD-123", ORD, ["ORD-123"]),
        ("ord-123", ORD, ["ORD-123"]),
        ("123", ORD, ["ORD-123"]),
        ("#123", ORD, ["ORD-123"]),
        ("ORD123", ORD, ["ORD-123"]),
        ("ord 123", ORD, ["ORD-123"]),
        ("-123", ORD, ["ORD-123"]),
        ("123", PADDED, ["ORD-000123"]),
        ("123", EITHER, ["ORD-123", "WEB-123"]),
        ("web123", EITHER, ["WEB-123"]),
        ("123", OrderNumberFormat(pattern=r"(ORD-)?\d+"), ["123"]),
        ("123", OrderNumberFormat(pattern=r"SO\d+"), ["SO123"]),
        ("123", OrderNumberFormat(pattern=r"\d+|SO\d+"), ["123", "SO123"]),
        ("123", OrderNumberFormat(pattern=r"A\.B-\d+"), ["A.B-123"]),
    ],
)
def test_digits_alone_find_the_number_that_the_pattern_asks_for(typed, fmt, found):
    assert list(candidates(typed, fmt)) == found


def test_a_typed_zero_more_or_less_finds_the_padded_number():
    assert candidates("ORD-0123", PADDED) == candidates("ORD-123", PADDED) == ("ORD-000123",)


@pytest.mark.parametrize(
    ("text", "fmt", "found"),
    [
        ("please stop ORD-123 and ord-124, ORD-123 again", ORD, ["ORD-123", "ORD-124"]),
        (
            "*ORD-1* `ORD-2` _ORD-3_ (ORD-4) “ORD-5”. ORD-6!",
            ORD,
            ["ORD-1", "ORD-2", "ORD-3", "ORD-4", "ORD-5", "ORD-6"],
        ),
        ("ORD-1/ORD-2", ORD, ["ORD-1", "ORD-2"]),
        ("<https://shop.example/orders/ORD-9|see ORD-7>", ORD, ["ORD-7"]),
        ("<https://shop.example/orders/ORD-9>", ORD, ["ORD-9"]),
        ("<@U0ORD-1> <#C0FLOOR|ORD-2> <!date^1^ORD-3|x>", ORD, []),
        ("ORD–88 on its way", ORD, ["ORD-88"]),
        ("123 or #123", ORD, []),
        ("XORD-1 ORD-1X", ORD, []),
        ("", ORD, []),
        ("#1001 and order 1002, SO_55 or ORD-123", FREE, ["1001", "1002", "SO_55", "ORD-123"]),
        ("112-1234567-1234567", FREE, ["112-1234567-1234567"]),
        ("INV/2024/00001", FREE, ["INV/2024/00001"]),
        ("H-17, R-12, 2026-12-01, UTF-8, 55 boxes, 10:30, +1 555 0100", FREE, []),
        ("see #general", FREE, []),
        ("\x00#77\ud800", FREE, ["77"]),
    ],
)
def test_numbers_are_found_in_a_message(text, fmt, found):
    assert list(find_numbers(text, fmt)) == found


def test_a_message_full_of_numbers_gives_the_first_twenty():
    text = " ".join(f"ORD-{number}" for number in range(500))
    assert find_numbers(text, ORD) == tuple(f"ORD-{number}" for number in range(20))


@pytest.mark.parametrize(
    "text", ["<" * 40_000, "<a|" * 13_000, "#" * 40_000, "a-" * 20_000, "1" * 40_000, "<@" * 20_000]
)
@pytest.mark.parametrize("fmt", [FREE, ORD])
def test_a_hostile_message_is_searched_in_no_time(text, fmt):
    started = time.process_time()
    assert find_numbers(text, fmt) == ()
    assert time.process_time() - started < 1


@given(st.text(max_size=300), st.sampled_from([FREE, ORD, PADDED, EITHER, LOWER]))
def test_whatever_is_typed_becomes_a_storable_number_or_a_sentence(text, fmt):
    try:
        found, said = candidates(text, fmt), ""
    except BadOrderNumber as refused:
        found, said = (), str(refused)
    assert bool(found) is not bool(said)
    for number in found:
        assert 0 < len(number) <= LONGEST
        assert number.isprintable()
        assert normalise(number, fmt) == number


@given(st.text(max_size=300), st.sampled_from([FREE, ORD]))
def test_any_message_can_be_searched(text, fmt):
    assert all(normalise(number, fmt) == number for number in find_numbers(text, fmt))
