"""Amounts: what people and files write, what is stored (minor units), what is shown."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final


def _codes(text: str) -> list[str]:
    return text.split()


# ISO 4217: how many digits stand behind the decimal point. Everything in _CODES that is not here has two.
_DIGITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(_codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"), 0),
    **dict.fromkeys(_codes("BHD IQD JOD KWD LYD OMR TND"), 3),
    **dict.fromkeys(_codes("CLF UYW"), 4),
}
_CODES: Final = frozenset(
    _codes("""
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
    GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG
    QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS
    UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG""")
)
NO_CURRENCY: Final = "XXX"  # ISO 4217's code where there is none: order files may leave currency and prices out
LONGEST: Final = 28  # digits that decimal arithmetic keeps exactly

# 1234.50 and .50 · 1,234.50 · 1.234,50 · 1 234,50 and 1'234.50 · 1234,5
_PLAIN: Final = re.compile(r"-?[0-9]*\.?[0-9]+")
_COMMA_GROUPS: Final = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_POINT_GROUPS: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+")
_OTHER_GROUPS: Final = re.compile(r"-?[0-9]{1,3}([ '’\u00a0\u202f][0-9]{3})+([.,][0-9]+)?")
_DECIMAL_COMMA: Final = re.compile(r"-?[0-9]+,[0-9]{1,2}")
# Twelve and a half, or twelve and a half thousand: which one depends on the country.
_TWO_MEANINGS: Final = re.compile(r"-?[0-9]{1,3}[.,][0-9]{3}")


def is_currency(code: str) -> bool:
    return code in _CODES or code == NO_CURRENCY


def decimal_digits(currency: str) -> int:
    """2 for USD, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency, 2)


def minor_units(amount: str | Decimal, currency: str) -> int:
    """The amount in the smallest unit of its currency.

    The text of the ValueError follows the amount: `12.345` "has more decimals than USD has (2)".
    """
    if not is_currency(currency):
        raise ValueError(f"is in “{currency[:10]}”, which is not a currency code of ISO 4217, such as USD")
    number = _number(amount, currency) if isinstance(amount, str) else amount
    if not number.is_finite() or abs(number.adjusted()) > LONGEST or len(number.as_tuple().digits) > LONGEST:
        raise ValueError(f"is not an amount of {currency}")
    minor = number.scaleb(decimal_digits(currency))
    if minor != int(minor):
        raise ValueError(f"has more decimals than {currency} has ({decimal_digits(currency)})")
    return int(minor)


def major_units(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-decimal_digits(currency))


def show_money(minor: int, currency: str) -> str:
    """`USD 1,234.50`; `1,234.50` where the currency is not known, in words where there is no price."""
    if currency == NO_CURRENCY:
        return f"{major_units(minor, currency):,.2f} (currency not known)" if minor else "no price given"
    return f"{currency} {major_units(minor, currency):,.{decimal_digits(currency)}f}"


def _number(typed: str, currency: str) -> Decimal:
    text = typed.strip().removeprefix(currency).removesuffix(currency).strip()
    if len(text) > LONGEST:
        raise ValueError("is too long for an amount")
    if _TWO_MEANINGS.fullmatch(text) and not _has_one_meaning(text, currency):
        raise ValueError(f"can be read in two ways; write amounts like {_example(currency)}")
    for form, drop, point in _FORMS:
        if form.fullmatch(text):
            return Decimal(text.translate(drop).replace(point, "."))
    raise ValueError(f"is not an amount of {currency}; write amounts like {_example(currency)}")


def _has_one_meaning(text: str, currency: str) -> bool:
    """`1,234` is a thousand wherever money has no three decimals; `1.234` is a fraction only where it has."""
    return decimal_digits(currency) < 3 if "," in text else decimal_digits(currency) >= 3


def _example(currency: str) -> str:
    return f"{Decimal('1234.5'):.{decimal_digits(currency)}f}"


def _dropping(characters: str) -> Mapping[int, None]:
    return dict.fromkeys(map(ord, characters))


_FORMS: Final = (
    (_PLAIN, _dropping(""), "."),
    (_COMMA_GROUPS, _dropping(","), "."),
    (_POINT_GROUPS, _dropping("."), ","),
    (_OTHER_GROUPS, _dropping(" '’\u00a0\u202f"), ","),
    (_DECIMAL_COMMA, _dropping(""), ","),
)
