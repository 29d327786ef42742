"""Holds and the audit, page by page."""

import re
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator
from pydantic_core import PydanticCustomError

from bot.web.api.answers import HoldAnswer, hold_answer
from bot.web.api.bodies import words
from bot.web.api.keys import requires
from bot.web.api.paging import Cursor, Limit, begun, next_of
from bot.web.api.ports import Lists, Orders
from workflows.systems import Caller

Word = Annotated[Annotated[str, words(80)] | None, Query()]
_NUMBER: Final = TypeAdapter(tuple[int])
_PLACE: Final[TypeAdapter[tuple[AwareDatetime, str, int]]] = TypeAdapter(tuple[AwareDatetime, str, int])
HoldFilter = Literal["open", "any", "requested", "active", "release_requested", "released", "rejected", "withdrawn"]
BIGGEST: Final = 2**63 - 1
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _day_or_moment(given: Any, parse: ValidatorFunctionWrapHandler) -> datetime:
    """A plain day comes without a time zone: it begins in the desk's. Every other time names its own."""
    at: datetime = parse(given)
    if at.tzinfo is None and not DAY.fullmatch(str(given)):
        raise PydanticCustomError("since", "Input should be a day, or a time with its time zone")
    return at


Since = Annotated[
    datetime,
    WrapValidator(_day_or_moment),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}),
]
SINCE: Final = (
    "Entries from this time on: a time with its time zone (2026-11-21T09:00:00Z), or a plain day (2026-11-21), which "
    "begins in the desk's time zone."
)


class HoldsAnswer(BaseModel):
    """`next`: the cursor of the next page; null on the last."""

    holds: list[HoldAnswer]
    next: str | None


class EntryAnswer(BaseModel):
    """`order` is null for what belongs to the desk. `hash` follows from the entry before, within the order."""

    order: str | None
    seq: int
    at: datetime
    actor: str
    action: str
    request: str | None
    facts: dict[str, Any]
    hash: str


class AuditAnswer(BaseModel):
    """As in HoldsAnswer."""

    entries: list[EntryAnswer]
    next: str | None


def lists_router(lists: Lists, orders: Orders) -> APIRouter:
    router = APIRouter()

    @router.get("/holds", tags=["Holds"])
    async def list_holds(
        caller: Annotated[Caller, Depends(requires("orders:write", "gate:read"))],
        *,
        state: HoldFilter = "open",
        role: Word = None,
        reason: Word = None,
        order: Word = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> HoldsAnswer:
        """Holds by their number: the open ones, unless `state` says otherwise. `role` is the one that owns them."""
        number = await _stored(orders, caller, order)
        if order and number is None:
            return HoldsAnswer(holds=[], next=None)
        states = None if state in {"open", "any"} else [state]
        after = begun(cursor, _NUMBER)
        found = await lists.holds(
            caller.desk_id,
            {"order": number, "reason": reason, "role": role, "states": states},
            after=min(after[0], BIGGEST) if after else None,
            most=limit + 1,
            only_open=state == "open",
        )
        more = len(found) > limit
        page = [hold_answer(hold) for hold in found[:limit]]
        return HoldsAnswer(holds=page, next=next_of(found[limit - 1].number) if more else None)

    @router.get("/audit", tags=["Audit"])
    async def list_audit(
        caller: Annotated[Caller, Depends(requires("audit:read"))],
        *,
        order: Word = None,
        since: Annotated[Since | None, Query(description=SINCE)] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> AuditAnswer:
        """Audit entries by time, the oldest first: of the desk and all its orders, or of one order.

        An entry may appear up to a few seconds after its time. Whoever follows the audit reads the last minute again.
        """
        number = await _stored(orders, caller, order)
        if order and number is None:
            return AuditAnswer(entries=[], next=None)
        after = begun(cursor, _PLACE)
        found = await lists.audit(caller.desk_id, order=number, since=since, after=after, most=limit + 1)
        last = found[limit - 1] if len(found) > limit else None
        return AuditAnswer(
            entries=[_entry(row) for row in found[:limit]],
            next=next_of(last["at"], last["chain"], last["seq"]) if last else None,
        )

    return router


async def _stored(orders: Orders, caller: Caller, typed: str | None) -> str | None:
    """The number of an order as it is stored."""
    view = await orders.order(caller.desk_id, typed) if typed else None
    return view.order.number if view else None


def _entry(row: Any) -> EntryAnswer:
    request = f"R-{row['request']}" if row["request"] else None
    return EntryAnswer(**{**row, "order": row["chain"] or None, "request": request})
