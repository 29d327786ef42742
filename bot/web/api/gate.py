"""The ship gate: may this order leave the building?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Protocol

import orjson
from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field

from bot.web.api.answers import CanAct
from bot.web.api.bodies import Body, json_body, takes, words
from bot.web.api.keys import requires
from bot.web.api.problems import Refused, said
from bot.web.api.slashes import SLASHED
from workflows.gate import Gate, gate_json
from workflows.policy.model import Policy
from workflows.systems import Caller

MOST: Final = 1_000
LONGEST: Final = 240
FRESH: Final = {"Cache-Control": "no-store"}
State = Literal["clear", "on_hold", "hold_requested", "change_pending", "cancelled", "unknown"]


class Answers(Protocol):
    @property
    def gates(self) -> Sequence[Gate]: ...

    @property
    def policy(self) -> Policy: ...


class Gates(Protocol):
    async def ask(self, caller: Caller, typed: Sequence[str]) -> Answers:
        """One answer for each number, in order; every question is counted."""


class Block(BaseModel):
    """`id` is H-17 or R-12; `since` the moment from which it stops the order."""

    kind: Literal["hold", "request"]
    id: str
    reason: str
    since: datetime
    can_act: list[CanAct]


class LineGate(BaseModel):
    line: int
    may_ship: bool


class GateAnswer(BaseModel):
    """`order` is the number as it is stored, or as it was asked where nobody knows it."""

    order: str
    may_ship: bool
    state: State
    blocks: list[Block]
    lines: list[LineGate]


class GateAnswers(BaseModel):
    orders: list[GateAnswer]


class GateBody(Body):
    orders: Annotated[tuple[Annotated[str, words(LONGEST, 1)], ...], Field(min_length=1, max_length=MOST)]


NO_SUCH: Final = said('There is no such order, and the policy says gate_unknown_order = "404".')
Asking = Annotated[Caller, Depends(requires("gate:read"))]
Number = Annotated[str, Path(max_length=LONGEST, description="As stored or as scanned; a slash in it is %2F."), SLASHED]


def gate_router(gates: Gates) -> APIRouter:
    router = APIRouter(tags=["Gate"])

    @router.get("/orders/{number}/gate", response_model=GateAnswer, responses={404: NO_SUCH})
    async def may_it_ship(caller: Asking, number: Number) -> Response:
        """May this order ship, and if not, what stops it and who can act. Never cached; every question is counted."""
        answers = await gates.ask(caller, [number])
        (gate,) = answers.gates
        if gate.state == "unknown" and answers.policy.desk.gate_unknown_order == "404":
            raise Refused(404, "order_unknown", f"There is no order {gate.order} on this desk.", headers=FRESH)
        return _json(gate_json(gate))

    @router.post("/gate", response_model=GateAnswers, openapi_extra=takes(GateBody))
    async def may_they_ship(caller: Asking, body: Annotated[GateBody, Depends(json_body(GateBody))]) -> Response:
        """Up to 1,000 orders as of one instant, answered in the order in which they were asked."""
        answers = await gates.ask(caller, body.orders)
        return _json({"orders": [gate_json(gate) for gate in answers.gates]})

    return router


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), headers=FRESH, media_type="application/json")
