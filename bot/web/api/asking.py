"""What a system asks of the desk: holds, releases, cancels and changes. People sign; a system never does."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from bot.web.api.bodies import Body, words
from workflows.commands import (
    AddLine,
    CancelOrder,
    ChangeOrder,
    Command,
    EditLine,
    Origin,
    PlaceHold,
    ReleaseHold,
    Units,
)
from workflows.money import major_units

MOST_UNITS: Final = 1_000_000_000
MOST_MONEY: Final = 10**15
Line = Annotated[int, Field(ge=1, le=1_000_000)]
Count = Annotated[int, Field(ge=1, le=MOST_UNITS)]
Member = Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{1,30}$")]


class Ask(Body):
    """`on_behalf_of`: the Slack user id of the member who asks; absent: the system asks as itself.

    `preview`: say what would happen, and store only that somebody looked.
    """

    order: Annotated[str, words(60, 1)]
    reason: Annotated[str, words(80)] = ""
    note: Annotated[str, words(2000)] = ""
    on_behalf_of: Member | None = None
    preview: bool = False


class AskHold(Ask):
    """`until`: the day on which the owner of the reason is asked what becomes of the hold."""

    kind: Literal["place_hold"]
    reason: Annotated[str, words(80, 1)]
    until: date | None = None


class AskRelease(Ask):
    """`hold` may be left out where one hold is open."""

    kind: Literal["release_hold"]
    hold: Annotated[str, words(20)] = ""


class UnitsOf(Body):
    """`units` absent: all that can be cancelled."""

    line: Line
    units: Count | None = None


class AskCancel(Ask):
    """No `lines`: the whole order."""

    kind: Literal["cancel"]
    lines: Annotated[tuple[UnitsOf, ...], Field(max_length=5000)] = ()


class Edit(Body):
    """`quantity` is what is to be delivered in the end."""

    line: Line
    quantity: Annotated[int, Field(ge=0, le=MOST_UNITS)] | None = None
    sku: Annotated[str, words(120)] = ""
    remove: bool = False


class Added(Body):
    sku: Annotated[str, words(120, 1)]
    quantity: Count
    unit_price: Annotated[int, Field(ge=0, le=MOST_MONEY)]
    description: Annotated[str, words(500)] = ""


class AskChange(Ask):
    kind: Literal["change"]
    lines: Annotated[tuple[Edit, ...], Field(max_length=5000)] = ()
    add: Annotated[tuple[Added, ...], Field(max_length=100)] = ()
    ship_by: date | None = None


AnyAsk = Annotated[AskHold | AskRelease | AskCancel | AskChange, Field(discriminator="kind")]


def command_of(ask: AskHold | AskRelease | AskCancel | AskChange, origin: Origin, currency: str) -> Command:
    """`currency` is that of the order, whose minor units prices are in."""
    return COMMANDS[ask.kind](
        ask, {"order": ask.order, "note": ask.note, "origin": origin, "preview": ask.preview}, currency
    )


def _placement(ask: AskHold, common: Mapping[str, Any], _currency: str) -> Command:
    return PlaceHold(**common, reason=ask.reason, until=ask.until)


def _release(ask: AskRelease, common: Mapping[str, Any], _currency: str) -> Command:
    return ReleaseHold(**common, hold=ask.hold, reason=ask.reason)


def _cancel(ask: AskCancel, common: Mapping[str, Any], _currency: str) -> Command:
    return CancelOrder(**common, reason=ask.reason, lines=tuple(Units(each.line, each.units) for each in ask.lines))


def _change(ask: AskChange, common: Mapping[str, Any], currency: str) -> Command:
    edits = tuple(EditLine(each.line, each.quantity, each.sku, each.remove) for each in ask.lines)
    adds = tuple(
        AddLine(each.sku, each.quantity, str(major_units(each.unit_price, currency)), each.description)
        for each in ask.add
    )
    return ChangeOrder(**common, reason=ask.reason, edits=edits, adds=adds, ship_by=ask.ship_by)


COMMANDS: Final[Mapping[str, Callable[[Any, Mapping[str, Any], str], Command]]] = {
    "place_hold": _placement,
    "release_hold": _release,
    "cancel": _cancel,
    "change": _change,
}
