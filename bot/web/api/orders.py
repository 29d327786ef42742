"""Orders: read, put whole, and moved along line by line."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import Field

from bot.web.api.answers import OrderAnswer, etag, order_answer
from bot.web.api.bodies import Body, json_body, takes, words
from bot.web.api.keys import requires
from bot.web.api.ports import Orders, WritableOrders
from bot.web.api.problems import FieldProblem, Refused, said
from bot.web.api.slashes import SLASHED
from bot.web.api.writes import IdempotencyKey, Writes, once, response_of, write_of
from workflows.imports.one_order import field_of, file_of
from workflows.imports.values import RefusedRow
from workflows.money import is_currency, major_units
from workflows.system_facts import ABSENT, THERE, Contradiction, OrderNotThere, VersionMoved
from workflows.systems import Answer, Caller

MOST_UNITS: Final = 1_000_000_000
MOST_MONEY: Final = 10**15
MOST_LINES: Final = 5_000
Units = Annotated[int, Field(ge=0, le=MOST_UNITS)]
Money = Annotated[int, Field(ge=0, le=MOST_MONEY)]
Number = Annotated[str, Path(max_length=200, description="The order's number; a slash in it is %2F."), SLASHED]
IfMatch = Annotated[
    str | None,
    Header(max_length=200, description="The ETag that the order was read with: refused where it has moved since."),
]
OnlyNew = Annotated[Literal["*"] | None, Header(description="`*`: refused where the desk has the order already.")]
_TAG: Final = re.compile(r'"([0-9]{1,18})(?:\.[0-9a-f]+)?"')


class LineBody(Body):
    """`status` is a stage word and stands for the whole line; quantities that are given win over it."""

    line: Annotated[int, Field(ge=1, le=1_000_000)]
    sku: Annotated[str, words(120)]
    description: Annotated[str, words(500)] = ""
    quantity: Units
    unit_price: Money
    status: Annotated[str, words(80)] = "open"
    quantity_cancelled: Units | None = None
    quantity_picked: Units | None = None
    quantity_packed: Units | None = None
    quantity_shipped: Units | None = None


class OrderBody(Body):
    """An order as its source says it; the names are those of the `redtag` file. Amounts are minor units."""

    customer: Annotated[str, words(200)] = ""
    customer_email: Annotated[str, words(320)] = ""
    currency: Annotated[str, words(20, 1)]
    order_total: Money
    ship_by: date | None = None
    lines: Annotated[tuple[LineBody, ...], Field(min_length=1, max_length=MOST_LINES)]


class MoveBody(Body):
    """Units of the line that got at least so far: picked ≥ packed ≥ shipped. What is left out goes along."""

    quantity_picked: Units | None = None
    quantity_packed: Units | None = None
    quantity_shipped: Units | None = None


NOT_FOUND: Final = said("The desk of this key has no such order.")
BUSY: Final = said("The same request is still under way.")
MOVED: Final = said("The order is in another version than If-Match says, or there against If-None-Match.")
ETAG: Final = {"ETag": {"description": "Of the order as answered.", "schema": {"type": "string"}}}
WRITTEN: Final[dict[int | str, dict[str, Any]]] = {409: BUSY, 412: MOVED}
WRITES: Final = Depends(requires("orders:write"))


def orders_router(orders: WritableOrders, writes: Writes) -> APIRouter:
    router = APIRouter(tags=["Orders"])

    @router.get(
        "/orders/{number}",
        responses={404: NOT_FOUND, 200: {"headers": ETAG}, 304: {"description": "Nothing has changed."}},
        response_model=OrderAnswer,
    )
    async def read_order(
        caller: Annotated[Caller, Depends(requires("orders:write", "gate:read"))],
        number: Number,
        if_none_match: Annotated[str | None, Header(max_length=2000)] = None,
    ) -> Response:
        """One order: its lines and stages, open holds and pending requests."""
        answer = await order_now(orders, caller, number)
        tag = etag(answer)
        if if_none_match and {tag, "*"} & {each.strip().removeprefix("W/") for each in if_none_match.split(",")}:
            return Response(status_code=304, headers={"ETag": tag})
        return response_of(_answer(answer))

    @router.put(
        "/orders/{number}",
        openapi_extra=takes(OrderBody),
        response_model=OrderAnswer,
        responses={
            **WRITTEN,
            200: {"description": "The order as it is now.", "headers": ETAG},
            201: {"description": "The order is new.", "headers": ETAG, "model": OrderAnswer},
        },
    )
    async def put_order(
        caller: Annotated[Caller, WRITES],
        number: Number,
        body: Annotated[OrderBody, Depends(json_body(OrderBody))],
        request: Request,
        *,
        if_match: IfMatch = None,
        if_none_match: OnlyNew = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Bring one order in, or what its source says of it now: an import of one order, with the same rules.

        What the desk has changed and the source has not taken over stays; orders that are not named are not touched.
        """
        write = write_of(request, caller, idempotency_key, await request.body())

        async def work() -> Answer:
            expected = ABSENT if if_none_match == "*" else version_in(if_match)
            with_status = await _put(orders, caller, number, body, expected)
            return _answer(await order_now(orders, caller, number), with_status)

        return response_of(await once(writes, write, work))

    @router.patch(
        "/orders/{number}/lines/{line}",
        openapi_extra=takes(MoveBody),
        response_model=OrderAnswer,
        responses={**WRITTEN, 404: said("There is no such order, or no such line."), 200: {"headers": ETAG}},
    )
    async def move_line(
        caller: Annotated[Caller, WRITES],
        *,
        number: Number,
        line: Annotated[int, Path(ge=1, le=1_000_000)],
        body: Annotated[MoveBody, Depends(json_body(MoveBody))],
        request: Request,
        if_match: IfMatch = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Say how many units of a line were picked, packed and shipped. Facts are taken whatever was decided.

        A unit that shipped though it was cancelled opens an exception, which managers see.
        """
        write = write_of(request, caller, idempotency_key, await request.body())

        async def work() -> Answer:
            await _move(orders, caller, (number, line), body, version_in(if_match))
            return _answer(await order_now(orders, caller, number))

        return response_of(await once(writes, write, work))

    return router


async def order_now(orders: Orders, caller: Caller, number: str) -> OrderAnswer:
    view = await orders.order(caller.desk_id, number)
    if view is None:
        raise unknown(number)
    return order_answer(view)


def unknown(number: str) -> Refused:
    return Refused(404, "order_unknown", f"There is no order {number[:80]} on this desk.")


def _answer(order: OrderAnswer, status: int = 200) -> Answer:
    return Answer(status, order.model_dump_json(), {"ETag": etag(order)})


def version_in(if_match: str | None) -> int | None:
    """The version that must still be; None: any, or none at all. What cannot be one of our tags fits no order."""
    if if_match is None or if_match.strip() == "*":
        return None if if_match is None else THERE
    found = _TAG.fullmatch(if_match.strip())
    if not found:
        raise _moved()
    return int(found[1])


def _moved() -> Refused:
    return Refused(
        412, "order_moved", "The order is in another version than If-Match or If-None-Match says. Read it again."
    )


async def _put(orders: WritableOrders, caller: Caller, number: str, body: OrderBody, version: int | None) -> int:
    """201 where the order is new."""
    currency = body.currency.upper()
    if not is_currency(currency):
        raise _wrong([FieldProblem(field="currency", problem="is not a currency that is known (USD, EUR, JPY …)")])
    try:
        report, refused = await orders.put(caller, number, _file(number, body, currency), version)
    except (OrderNotThere, VersionMoved) as moved:
        raise _moved() from moved
    if refused:
        raise _wrong([_problem(row) for row in refused if not row.sound][:100])
    return 201 if report.orders.new else 200


def _file(number: str, body: OrderBody, currency: str) -> bytes:
    head = {
        "order_number": number,
        "customer": body.customer,
        "customer_email": body.customer_email,
        "currency": currency,
        "order_total": str(major_units(body.order_total, currency)),
        "ship_by": body.ship_by.isoformat() if body.ship_by else "",
    }
    return file_of(head, [_row(line, currency) for line in body.lines])


def _row(line: LineBody, currency: str) -> dict[str, str]:
    said = line.model_dump(exclude_none=True) | {"unit_price": major_units(line.unit_price, currency)}
    return {name: str(value) for name, value in said.items()}


def _problem(row: RefusedRow) -> FieldProblem:
    value = f"{row.value!r} " if row.value else ""
    return FieldProblem(field=field_of(row), problem=f"{value}{row.reason}")


def _wrong(problems: Sequence[FieldProblem]) -> Refused:
    detail = "; ".join(f"{each.field}: {each.problem}" for each in problems[:3])
    return Refused(422, "invalid", f"{detail}.", errors=problems)


async def _move(
    orders: WritableOrders, caller: Caller, place: tuple[str, int], body: MoveBody, version: int | None
) -> None:
    number, line = place
    wanted = {name.removeprefix("quantity_"): units for name, units in body.model_dump(exclude_none=True).items()}
    stored = (await order_now(orders, caller, number)).order
    try:
        await orders.move(caller, (stored, line), wanted, version=version)
    except OrderNotThere as absent:
        raise Refused(404, "line_unknown", f"{stored} has no line {line}.") from absent
    except VersionMoved as moved:
        raise _moved() from moved
    except Contradiction as wrong:
        raise _wrong([FieldProblem(field=wrong.field, problem=str(wrong))]) from wrong
