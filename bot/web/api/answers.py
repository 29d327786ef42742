"""What systems are told of orders, holds and requests. Amounts are minor units; states are the desk's own words."""

import hashlib
from datetime import date, datetime

from pydantic import BaseModel

from workflows.policy.model import Policy
from workflows.results import Signers
from workflows.signers import waiting_for
from workflows.values import Hold, Line, Request
from workflows.views import OrderView


class CanAct(BaseModel):
    role: str
    members: list[str]


class LineAnswer(BaseModel):
    """`quantity` is what was ordered. Picked, packed and shipped count the units that got at least so far."""

    line: int
    sku: str
    description: str
    quantity: int
    quantity_cancelled: int
    quantity_picked: int
    quantity_packed: int
    quantity_shipped: int
    unit_price: int
    stage: str


class HoldAnswer(BaseModel):
    hold: str
    order: str
    reason: str
    owner: str
    state: str
    note: str
    until: date | None
    requested_by: str
    requested_at: datetime
    active_at: datetime | None
    closed_at: datetime | None
    request: str | None


class RequestAnswer(BaseModel):
    """`waiting_for` names who has still to sign."""

    request: str
    kind: str
    state: str
    reason: str
    note: str
    hold: str | None
    requested_by: str
    requested_at: datetime
    waiting_for: list[CanAct]


class OrderAnswer(BaseModel):
    """`holds` are the open ones, `requests` the pending ones."""

    order: str
    customer: str
    currency: str
    order_total: int
    tax: int
    shipping: int
    ship_by: date | None
    stage: str
    version: int
    lines: list[LineAnswer]
    holds: list[HoldAnswer]
    requests: list[RequestAnswer]


def order_answer(view: OrderView) -> OrderAnswer:
    order = view.order
    return OrderAnswer(
        order=order.number,
        customer=order.customer,
        currency=order.currency,
        order_total=order.total,
        tax=order.tax,
        shipping=order.shipping,
        ship_by=order.ship_by,
        stage=order.stage,
        version=order.version,
        lines=[_line(line) for line in order.lines],
        holds=[hold_answer(hold) for hold in view.holds if hold.is_open],
        requests=[request_answer(each, view.policy) for each in view.requests if each.is_pending],
    )


def _line(line: Line) -> LineAnswer:
    return LineAnswer(
        line=line.line,
        sku=line.sku,
        description=line.description,
        quantity=line.ordered,
        quantity_cancelled=line.cancelled,
        quantity_picked=line.picked,
        quantity_packed=line.packed,
        quantity_shipped=line.shipped,
        unit_price=line.unit_price,
        stage=line.stage,
    )


def hold_answer(hold: Hold) -> HoldAnswer:
    return HoldAnswer(
        hold=hold.name,
        order=hold.order_number,
        reason=hold.reason,
        owner=hold.owner,
        state=hold.state,
        note=hold.note,
        until=hold.until,
        requested_by=hold.requested_by,
        requested_at=hold.requested_at,
        active_at=hold.active_at,
        closed_at=hold.closed_at,
        request=f"R-{hold.request}" if hold.request else None,
    )


def request_answer(request: Request, policy: Policy) -> RequestAnswer:
    return RequestAnswer(
        request=request.name,
        kind=request.kind,
        state=request.state,
        reason=request.reason,
        note=request.note,
        hold=f"H-{request.hold}" if request.hold else None,
        requested_by=request.requested_by,
        requested_at=request.requested_at,
        waiting_for=can_act(waiting_for(policy, request)) if request.is_pending else [],
    )


def can_act(groups: tuple[Signers, ...]) -> list[CanAct]:
    return [CanAct(role=group.role, members=list(group.members)) for group in groups]


def etag(answer: OrderAnswer) -> str:
    """Begins with the order's version, which is all that If-Match looks at; the rest moves with holds and requests."""
    rest = hashlib.sha256(answer.model_dump_json().encode()).hexdigest()[:12]
    return f'"{answer.version}.{rest}"'
