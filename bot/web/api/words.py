"""Sentences of the desk for other systems: plain text, people by name, moments in UTC."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from bot.web.api.problems import FieldProblem, Refused
from workflows.line_refusals import (
    AddedQuantityInvalid,
    ArticleInvalid,
    LineTwice,
    LineUnknown,
    PriceInvalid,
    QuantityInvalid,
    ShipByPast,
    ZeroIsCancel,
)
from workflows.refusals import (
    HoldUnknown,
    NotAMember,
    NoteMissing,
    OrderNumberMalformed,
    OrderUnknown,
    ReasonUnknown,
    RequestUnknown,
    UntilIsPast,
)
from workflows.results import Refusal
from workflows.systems import shown, system_name

_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# What is wrong with what was sent, whatever the state of the order; all else may be right at another time.
MALFORMED: Final = (
    *(NotAMember, OrderNumberMalformed, ReasonUnknown, NoteMissing, UntilIsPast, HoldUnknown, LineUnknown, LineTwice),
    *(QuantityInvalid, ShipByPast, ArticleInvalid, PriceInvalid, AddedQuantityInvalid, ZeroIsCancel),
)
STATUSES: Final[Mapping[type[Refusal], int]] = {
    **dict.fromkeys(MALFORMED, 422),
    OrderUnknown: 404,
    RequestUnknown: 404,
}
FIELDS: Final[Mapping[type[Refusal], str]] = {NotAMember: "on_behalf_of"}
OF_A_LINE: Final = ("qty.", "sku.", "remove.")  # how the form calls what stands in `lines` of a body


class ApiWords:
    def member(self, user_id: str) -> str:
        system = system_name(user_id)
        return shown(system) if system else user_id

    def text(self, value: str) -> str:
        return value

    def strong(self, value: str) -> str:
        return value

    def when(self, at: datetime) -> str:
        return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def refused(refusal: Refusal) -> Refused:
    """A refusal as a problem: 404 for what is not there, 422 for what cannot be meant, else 409."""
    sentence = refusal.sentence(ApiWords())
    field = FIELDS.get(type(refusal), _field(refusal))
    errors = [FieldProblem(field=field, problem=sentence)] if field else []
    status = STATUSES.get(type(refusal), 409)
    return Refused(status, code_of(refusal), sentence, errors=errors, facts=facts_of(refusal))


def _field(refusal: Refusal) -> str:
    return "lines" if refusal.field.startswith(OF_A_LINE) else refusal.field


def code_of(refusal: Refusal) -> str:
    return _HUMP.sub("_", refusal.name).lower()


def facts_of(refusal: Refusal) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(orjson.dumps(refusal.facts()))
    return found
