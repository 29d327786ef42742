"""Requests: asked for by systems, signed by people."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel

from bot.web.api.answers import CanAct, RequestAnswer, can_act, request_answer
from bot.web.api.asking import AnyAsk, Ask, command_of
from bot.web.api.bodies import json_body, takes
from bot.web.api.keys import requires
from bot.web.api.ports import Orders, Service
from bot.web.api.problems import Refused, said
from bot.web.api.words import refused
from bot.web.api.writes import IdempotencyKey, Writes, once, response_of, write_of
from workflows.commands import Origin
from workflows.results import Done, Refusal
from workflows.services import Claim
from workflows.systems import Answer, Caller, WriteKey

CONFLICT: Final = said("The desk refuses, and says why; or the same request is still under way.")


class AskedAnswer(BaseModel):
    """`what`: requested, release_requested or placed; a preview's begins with `preview.` and has no numbers.

    `reason`: its label, as people read it. `blocked`: units of the lines asked about that stay as they are, and why.
    `rule`: which rule applies.
    """

    what: str
    kind: str
    request: str | None
    hold: str | None
    order: str
    reason: str
    waiting_for: list[CanAct]
    blocked: list[str]
    rule: str


class RequestState(RequestAnswer):
    """`decided_by`: a Slack user id, or the name of a system."""

    order: str
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str


def requests_router(service: Service, orders: Orders, writes: Writes) -> APIRouter:
    router = APIRouter(tags=["Requests"])

    @router.post(
        "/requests",
        status_code=201,
        response_model=AskedAnswer,
        openapi_extra=takes(AnyAsk),
        responses={
            200: {"description": "A preview.", "model": AskedAnswer},
            404: said("The desk of this key has no such order."),
            409: CONFLICT,
        },
    )
    async def ask(
        caller: Annotated[Caller, Depends(requires("orders:write"))],
        body: Annotated[AnyAsk, Depends(json_body(AnyAsk))],
        request: Request,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Ask for a hold, a release, a cancel or a change, as the system itself or for a member.

        The people whom the policy names sign. A system never does, nor does asking through it sign for anybody.
        """
        write = write_of(request, caller, idempotency_key, await request.body())

        async def work() -> Answer:
            currency = await _currency(orders, caller, body)
            origin = Origin(trace=request.state.trace, key=_key(write))
            result = await service.handle(caller.desk_id, _claim(caller, body), command_of(body, origin, currency))
            return _answer(result)

        return response_of(await once(writes, write, work))

    @router.get("/requests/{request}", responses={404: said("The desk of this key has no such request.")})
    async def read_request(
        caller: Annotated[Caller, Depends(requires("orders:write", "gate:read"))],
        request: Annotated[str, Path(pattern=r"^R-[1-9][0-9]{0,17}$")],
    ) -> RequestState:
        """How a request stands, by its name, such as R-12."""
        view = await orders.request(caller.desk_id, int(request[2:]))
        if view is None:
            raise Refused(404, "request_unknown", f"There is no request {request} on this desk.")
        found = view.request
        return RequestState(
            **request_answer(found, view.policy).model_dump(),
            order=found.order_number,
            decided_by=found.decided_by,
            decided_at=found.decided_at,
            decision_note=found.decision_note,
        )

    return router


def _key(write: WriteKey | None) -> str:
    return write.command_key if write else ""


def _claim(caller: Caller, ask: Ask) -> Claim:
    return Claim(ask.on_behalf_of or caller.actor, system=caller.name)


async def _currency(orders: Orders, caller: Caller, ask: AnyAsk) -> str:
    """Only prices need it."""
    if ask.kind != "change" or not ask.add:
        return "USD"
    view = await orders.order(caller.desk_id, ask.order)
    return view.order.currency if view else "USD"


def _answer(result: Done | Refusal) -> Answer:
    if isinstance(result, Refusal):
        raise refused(result)
    answer = AskedAnswer(
        what=result.what,
        kind=result.kind,
        request=f"R-{result.request}" if result.request else None,
        hold=f"H-{result.hold}" if result.hold else None,
        order=result.order,
        reason=result.reason,
        waiting_for=can_act(result.sign),
        blocked=list(result.blocked),
        rule=result.rule,
    )
    headers = {"Location": f"/v1/requests/{answer.request}"} if answer.request else {}
    return Answer(201 if answer.request else 200, answer.model_dump_json(), headers)
