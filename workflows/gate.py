"""May this order ship? One answer for scanners, people and the release post."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from workflows.policy.model import Policy
from workflows.results import Signers
from workflows.signers import signers, waiting_for
from workflows.values import Hold, HoldState, Kind, Order, Request, Stage


@dataclass(frozen=True, slots=True)
class Block:
    """One thing that stops an order. `kind` is hold or request; `id` is H-17 or R-12."""

    kind: str
    id: str
    reason: str
    since: datetime
    can_act: tuple[Signers, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    order: str
    may_ship: bool
    state: str  # clear | on_hold | hold_requested | change_pending | cancelled | unknown
    blocks: tuple[Block, ...] = ()
    lines: tuple[tuple[int, bool], ...] = ()


def gate(order: Order, holds: Iterable[Hold], requests: Iterable[Request], policy: Policy) -> Gate:
    """`requests` are the order's pending ones. The strongest reason names the state; every block is listed."""
    pending = tuple(requests)
    blocks = blocking(holds, pending, policy)
    state = _state(order, blocks)
    may_ship = state == "clear"
    lines = tuple((line.line, may_ship and line.stage is not Stage.CANCELLED) for line in order.lines)
    return Gate(order.number, may_ship, state, tuple(block for _, block in blocks), lines)


def unknown(number: str) -> Gate:
    return Gate(number, may_ship=False, state="unknown")


def blocking(holds: Iterable[Hold], pending: tuple[Request, ...], policy: Policy) -> tuple[tuple[str, Block], ...]:
    """Everything that stops an order now, each with the gate state that it causes."""
    found = [(_hold_state(hold), _hold_block(hold, pending, policy)) for hold in holds if _blocks(hold, policy)]
    if policy.desk.gate_blocks_pending:
        changes = (request for request in pending if request.kind in {Kind.CANCEL, Kind.CHANGE})
        found += [("change_pending", _request_block(request, policy)) for request in changes]
    return tuple(found)


def _state(order: Order, blocks: tuple[tuple[str, Block], ...]) -> str:
    if order.stage is Stage.CANCELLED:
        return "cancelled"
    states = {state for state, _ in blocks}
    return next((state for state in ("on_hold", "hold_requested", "change_pending") if state in states), "clear")


def _blocks(hold: Hold, policy: Policy) -> bool:
    return hold.is_open and (hold.state is not HoldState.REQUESTED or policy.desk.gate_blocks_requested)


def _hold_state(hold: Hold) -> str:
    return "hold_requested" if hold.state is HoldState.REQUESTED else "on_hold"


def _hold_block(hold: Hold, pending: tuple[Request, ...], policy: Policy) -> Block:
    asked = next((request for request in pending if request.hold == hold.number), None)
    can_act = _still_to_sign(asked, policy) if asked else signers(policy, [hold.owner])
    return Block("hold", hold.name, hold.reason, hold.active_at or hold.requested_at, can_act)


def _request_block(request: Request, policy: Policy) -> Block:
    return Block("request", request.name, request.reason, request.requested_at, _still_to_sign(request, policy))


def _still_to_sign(request: Request, policy: Policy) -> tuple[Signers, ...]:
    return waiting_for(policy, request)
