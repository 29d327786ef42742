"""Orders: read, put, moved along."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Response

from bot.web.api.answers import OrderAnswer, etag, order_answer
from bot.web.api.keys import requires
from bot.web.api.ports import Orders
from bot.web.api.problems import Refused, said
from workflows.systems import Caller

NOT_FOUND: Final[dict[int | str, dict[str, Any]]] = {404: said("The desk of this key has no such order.")}
ETAG: Final = {"ETag": {"description": "Of the order as answered.", "schema": {"type": "string"}}}


def orders_router(orders: Orders) -> APIRouter:
    router = APIRouter(tags=["Orders"])

    @router.get(
        "/orders/{number}",
        responses={**NOT_FOUND, 200: {"headers": ETAG}, 304: {"description": "Nothing has changed."}},
        response_model=OrderAnswer,
    )
    async def read_order(
        caller: Annotated[Caller, Depends(requires("orders:write", "gate:read"))],
        number: str,
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        """One order: its lines and stages, open holds and pending requests."""
        answer = await order_now(orders, caller, number)
        tag = etag(answer)
        if if_none_match and tag in (each.strip().removeprefix("W/") for each in if_none_match.split(",")):
            return Response(status_code=304, headers={"ETag": tag})
        return order_response(answer)

    return router


async def order_now(orders: Orders, caller: Caller, number: str) -> OrderAnswer:
    view = await orders.order(caller.desk_id, number)
    if view is None:
        raise unknown(number)
    return order_answer(view)


def unknown(number: str) -> Refused:
    return Refused(404, "order_unknown", f"There is no order {number[:80]} on this desk.")


def order_response(answer: OrderAnswer, status: int = 200) -> Response:
    headers = {"ETag": etag(answer)}
    return Response(answer.model_dump_json(), status, headers, media_type="application/json")
