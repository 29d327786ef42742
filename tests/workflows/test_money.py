"""Amounts as files write them, as they are stored and as they are shown."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.money import decimal_digits, is_currency, major_units, minor_units, show_money

SPACE, NARROW = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1234.50", "USD", 123_450),
        ("1234.5", "USD", 123_450),
        ("1234", "USD", 123_400),
        (".5", "USD", 50),
        ("0", "USD", 0),
        ("-12.34", "USD", -1234),
        (" 12.34 ", "USD", 1234),
        ("1,234.50", "USD", 123_450),
        ("1,234,567.89", "USD", 123_456_789),
        ("1,234", "USD", 123_400),
        ("1.234,50", "EUR", 123_450),
        ("12,5", "EUR", 1250),
        ("12,50", "EUR", 1250),
        ("1 234,50", "EUR", 123_450),
        (f"1{SPACE}234,50", "EUR", 123_450),
        (f"1{NARROW}234", "EUR", 123_400),
        ("1'234.50", "CHF", 123_450),
        ("12.5000", "USD", 1250),
        ("USD 1,234.50", "USD", 123_450),
        ("1234.50 USD", "USD", 123_450),
        ("1000", "JPY", 1000),
        ("1000.00", "JPY", 1000),
        ("1,000", "JPY", 1000),
        ("1.234", "KWD", 1234),
        ("1.2", "KWD", 1200),
        (Decimal("1234.50"), "USD", 123_450),
        (Decimal("1E+3"), "USD", 100_000),
    ],
)
def test_an_amount_becomes_minor_units(amount, currency, minor):
    assert minor_units(amount, currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency", "why"),
    [
        ("", "USD", "is not an amount of USD; write amounts like 1234.50"),
        ("abc", "USD", "is not an amount of USD; write amounts like 1234.50"),
        ("$12.00", "USD", "is not an amount of USD; write amounts like 1234.50"),
        ("12.00", "usd", "is in “usd”, which is not a currency code of ISO 4217, such as USD"),
        ("12.00", "", "is in “”, which is not a currency code of ISO 4217, such as USD"),
        ("12.00", "USX", "is in “USX”, which is not a currency code of ISO 4217, such as USD"),
        ("12.3456", "USD", "has more decimals than USD has (2)"),
        ("1.5", "JPY", "has more decimals than JPY has (0)"),
        (Decimal("1.234"), "USD", "has more decimals than USD has (2)"),
        ("1.234", "EUR", "can be read in two ways; write amounts like 1234.50"),
        ("12.500", "USD", "can be read in two ways; write amounts like 1234.50"),
        ("1,234", "KWD", "can be read in two ways; write amounts like 1234.500"),
        ("12,34,567", "USD", "is not an amount of USD; write amounts like 1234.50"),
        ("1e9", "USD", "is not an amount of USD; write amounts like 1234.50"),
        ("NaN", "USD", "is not an amount of USD; write amounts like 1234.50"),
        ("١٢", "USD", "is not an amount of USD; write amounts like 1234.50"),
        ("1\x002", "USD", "is not an amount of USD; write amounts like 1234.50"),
        ("(5.00)", "USD", "is not an amount of USD; write amounts like 1234.50"),
        ("9" * 29, "USD", "is too long for an amount"),
        ("9" * 100_000, "USD", "is too long for an amount"),
        (Decimal("NaN"), "USD", "is not an amount of USD"),
        (Decimal("Infinity"), "USD", "is not an amount of USD"),
        (Decimal("1E+999999"), "USD", "is not an amount of USD"),
    ],
)
def test_what_is_not_an_amount_says_why(amount, currency, why):
    with pytest.raises(ValueError) as caught:
        minor_units(amount, currency)
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (123_450, "USD", "USD 1,234.50"),
        (-5, "USD", "USD -0.05"),
        (0, "USD", "USD 0.00"),
        (1_234_567, "JPY", "JPY 1,234,567"),
        (1_234_567, "KWD", "KWD 1,234.567"),
        (9_223_372_036_854_775_807, "USD", "USD 92,233,720,368,547,758.07"),
    ],
)
def test_money_is_shown_with_its_currency_and_all_its_decimals(minor, currency, shown):
    assert show_money(minor, currency) == shown


def test_currencies_have_the_decimals_of_iso_4217():
    assert [decimal_digits(code) for code in ("USD", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]
    assert is_currency("EUR")
    assert not is_currency("eur")


@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_what_is_shown_reads_back_as_the_same_amount(minor, currency):
    # A thousand dinars, `1,234`, would be a group or a fraction; with its decimals it is neither.
    assert minor_units(show_money(minor, currency), currency) == minor
    assert minor_units(major_units(minor, currency), currency) == minor


@given(st.text(max_size=40), st.text(max_size=4) | st.just("USD"))
def test_any_text_is_an_amount_or_a_reason(text, currency):
    try:
        said: object = minor_units(text, currency)
    except ValueError as refused:
        said = str(refused)
    assert isinstance(said, int) or said
