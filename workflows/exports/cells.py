"""Values to the text of a cell, as the desk wants it, and never as a formula."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from workflows.exports.fields import CODED
from workflows.formulas import harmless
from workflows.money import NO_CURRENCY, decimal_digits, major_units
from workflows.policy.model import Export

PLAIN_DATE: Final = "%Y-%m-%d"
PLAIN_MOMENT: Final = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Money:
    """Minor units of a currency."""

    minor: int
    currency: str


Cell = str | int | date | datetime | Money | None


def cell_text(form: Export, zone: ZoneInfo) -> Callable[[str, Cell], str]:
    """How the cell of a field is written in this export. Numbers and dates have a type and cannot be formulas."""
    moments = moment_format(form)

    def shown(field: str, value: Cell) -> str:
        match value:
            case None:
                return ""
            case str():
                return harmless(form.codes.get(value, value) if field in CODED else value)
            case int():
                return str(value)
            case Money():
                return _amount(form, value)
            case datetime():
                return value.astimezone(zone).strftime(moments)
            case date():
                return value.strftime(form.date_format)

    return shown


def moment_format(form: Export) -> str:
    """The desk's own; else its date format, with the time of day where that is ours."""
    return form.time_format or (PLAIN_MOMENT if form.date_format == PLAIN_DATE else form.date_format)


def _amount(form: Export, money: Money) -> str:
    if money.currency == NO_CURRENCY and not money.minor:
        return ""
    if form.amounts == "minor":
        return str(money.minor)
    text = f"{major_units(money.minor, money.currency):.{decimal_digits(money.currency)}f}"
    return text.replace(".", form.decimal_sign)
