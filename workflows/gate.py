"""May this order ship? One answer for scanners, people and the release post."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.policy.model import Policy
from workflows.results import Signers
from workflows.signers import signers, waiting_for
from workflows.values import Hold, HoldState, Kind, Order, Request


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
    shipped: bool = False  # nothing of it is left to ship; nothing is against it either way


@dataclass(frozen=True, slots=True)
class LineLeft:
    """What the gate needs of a line: whether units of it are left uncancelled, and whether some are yet to ship."""

    line: int
    live: bool
    to_ship: bool


def gate(order: Order, holds: Iterable[Hold], requests: Iterable[Request], policy: Policy) -> Gate:
    """`requests` are the order's pending ones. The strongest reason names the state; every block is listed."""
    lines = [LineLeft(line.line, line.remaining > 0, line.remaining > line.shipped) for line in order.lines]
    return judge(order.number, lines, holds, requests, policy)


def judge(
    number: str, lines: Sequence[LineLeft], holds: Iterable[Hold], requests: Iterable[Request], policy: Policy
) -> Gate:
    """The same without the rest of the order. No line may ship where the order may not."""
    blocks = blocking(holds, tuple(requests), policy)
    state = _state(lines, blocks)
    may_ship = state == "clear"
    return Gate(
        order=number,
        may_ship=may_ship,
        state=state,
        blocks=tuple(block for _, block in blocks),
        lines=tuple((each.line, may_ship and each.live) for each in lines),
        shipped=bool(lines) and not any(each.to_ship for each in lines),
    )


def unknown(number: str) -> Gate:
    return Gate(number, may_ship=False, state="unknown")


def blocking(holds: Iterable[Hold], pending: tuple[Request, ...], policy: Policy) -> tuple[tuple[str, Block], ...]:
    """Everything that stops an order now, each with the gate state that it causes."""
    found = [(_hold_state(hold), _hold_block(hold, pending, policy)) for hold in holds if _blocks(hold, policy)]
    if policy.desk.gate_blocks_pending:
        changes = (request for request in pending if request.kind in {Kind.CANCEL, Kind.CHANGE})
        found += [("change_pending", _request_block(request, policy)) for request in changes]
    return tuple(found)


def gate_json(gate: Gate) -> dict[str, Any]:
    """The body that scanners and systems get."""
    return {
        "order": gate.order,
        "may_ship": gate.may_ship,
        "state": gate.state,
        "blocks": [_block(block) for block in gate.blocks],
        "lines": [{"line": line, "may_ship": may_ship} for line, may_ship in gate.lines],
    }


def _block(block: Block) -> dict[str, Any]:
    return {
        "kind": block.kind,
        "id": block.id,
        "reason": block.reason,
        "since": block.since,
        "can_act": [{"role": group.role, "members": list(group.members)} for group in block.can_act],
    }


def _state(lines: Sequence[LineLeft], blocks: tuple[tuple[str, Block], ...]) -> str:
    if lines and not any(each.live for each in lines):
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
