"""What the page says of an answer, in words for somebody who stands in a warehouse."""

from collections.abc import Mapping
from typing import Any, Final

from workflows.gate import Block, Gate
from workflows.policy.model import Policy
from workflows.reasons import block_label
from workflows.words import listed

ENDS: Final = {"cancelled": "The whole order is cancelled.", "unknown": "There is no such order on this desk."}
STATES: Final = {
    "on_hold": "It is on hold.",
    "hold_requested": "A hold has been asked for.",
    "change_pending": "A cancel or a change has been asked for.",
}


def spoken(gate: Gate, policy: Policy, names: Mapping[str, str]) -> dict[str, Any]:
    """For the page's script, which only places it. `why` is empty where the order may ship."""
    return {
        "order": gate.order,
        "may_ship": gate.may_ship,
        "state": gate.state,
        "why": ENDS.get(gate.state) or STATES.get(gate.state, ""),
        "blocks": [_block(block, policy, names) for block in gate.blocks],
        "notes": _notes(gate),
    }


def _block(block: Block, policy: Policy, names: Mapping[str, str]) -> dict[str, str]:
    groups = [_group(group.label, [names.get(user, user) for user in group.members]) for group in block.can_act]
    return {
        "id": block.id,
        "label": block_label(policy, block.reason, block.kind),
        "since": block.since.isoformat(),
        "who": "; ".join(groups),
    }


def _group(label: str, people: list[str]) -> str:
    return f"{label}: {listed(people)}" if people else f"{label}: nobody at the moment"


def _notes(gate: Gate) -> list[str]:
    """What somebody who packs an order that may ship has to know as well."""
    if not gate.may_ship:
        return []
    left_out = [str(line) for line, may_ship in gate.lines if not may_ship]
    are = f"lines {listed(left_out, 'and')} are" if len(left_out) > 1 else f"line {''.join(left_out)} is"
    cancelled = [f"Not all of it: {are} cancelled."] if left_out else []
    return cancelled + (["All of it is marked as shipped already."] if gate.shipped else [])
