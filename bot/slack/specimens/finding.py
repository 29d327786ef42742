"""Specimens of searches for orders."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from bot.slack.forms import find
from bot.slack.found import found_message
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from workflows.finding import PAGE, FoundOrder, FoundPage, Newest, Search
from workflows.policy.model import Policy

TYPED: Final = Search(text="nord")
PERSON: Final = Search(asker=values.ASKER)
BOTH: Final = Search(text="nord", asker=values.ASKER)
ODD: Final = Search(text="<nord>" * 10)
FURTHER: Final = BOTH.at("0\nORD-123\n12", 20)


def specimens(policy: Policy) -> Iterator[Specimen]:
    held = values.hold_reason(policy).label
    by_number = _found(held=(held,), pending=(("R-12", "cancel"), ("R-13", "release_hold")))
    by_customer, by_article = _found("customer"), _found("article", article="ABC-9", held=(held,) * 9)
    asked = _found("asker", newest=Newest("R-12", "place_hold", "approved", values.NOW))
    several = FoundPage((by_number, by_customer, by_article))
    full = FoundPage((replace(by_number, pending=(("R-12", "change"),) * 9),) * PAGE, more=True)
    yield Specimen("order.found", "message", found_message(TYPED, FoundPage((by_customer,))))
    yield Specimen("order.found_many", "message", found_message(ODD, full))
    yield Specimen("order.found_none", "message", found_message(PERSON, FoundPage()))
    yield Specimen("form.find", "modal", find.build(Search()))
    yield Specimen("form.find.found", "modal", find.build(TYPED, several, draw="A1"))
    yield Specimen("form.find.asked", "modal", find.build(PERSON, FoundPage((asked,)), draw="A1"))
    yield Specimen("form.find.page", "modal", find.build(FURTHER, FoundPage((asked,) * PAGE, more=True), draw="A1"))
    yield Specimen("form.find.none", "modal", find.build(BOTH, FoundPage(), draw="A1"))
    yield Specimen("form.find.no_more", "modal", find.build(FURTHER, FoundPage(), draw="A1"))


def _found(by: str = "number", **more: Any) -> FoundOrder:
    return FoundOrder(values.option(), by, f"0\n{values.NUMBER}\n", **more)
