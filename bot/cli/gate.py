"""`redtag gate ORDER`: may it ship? Exit code 0 yes, 1 no."""

import sys

import click

from bot.cli.common import json_option, open_desk, print_json, run, team_option
from bot.main.stop import Stop
from store.reading import Reading
from workflows.gate import Block, Gate, gate_json
from workflows.policy.model import Policy
from workflows.reasons import block_label


@click.command()
@click.argument("order")
@team_option
@json_option
def gate(order: str, *, team: str | None, as_json: bool) -> None:
    """Say whether ORDER may ship, and if not, what stops it and who can act."""
    with open_desk(team) as desk:
        if not order.strip():
            raise Stop("Which order? Give its number: `redtag gate ORD-123`.")
        found = run(desk.url, lambda pool: Reading(pool).gate(desk.desk_id, order))
        if as_json:
            print_json(gate_json(found))
        else:
            click.echo("\n".join(sentences(found, desk.policy)))
    sys.exit(0 if found.may_ship else 1)


def sentences(gate: Gate, policy: Policy) -> list[str]:
    if gate.may_ship:
        return [f"{gate.order} may ship."]
    if gate.state in {"unknown", "cancelled"}:
        return [f"{gate.order} may not ship: {ENDS[gate.state]}."]
    asked = " (the hold is only asked for)" if gate.state == "hold_requested" else ""
    return [f"{gate.order} may not ship{asked}:", *(f"  - {_sentence(block, policy)}" for block in gate.blocks)]


def _sentence(block: Block, policy: Policy) -> str:
    who = "; ".join(f"{group.label}: {', '.join(group.members) or 'nobody'}" for group in block.can_act)
    reason = block_label(policy, block.reason, block.kind)
    return f"{block.id} {reason}, since {block.since:%Y-%m-%d %H:%M} UTC. Can act: {who}."


ENDS = {"cancelled": "it is cancelled", "unknown": "there is no such order on this desk"}
