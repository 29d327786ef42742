"""Saying which member of the owner role takes care of a hold."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.slack import text
from bot.slack.blocks import Block, View, choice, field, menu, section
from bot.slack.forms.parts import NOWHERE, FormProblem, Where, carried, form, message_view, metadata, selected
from bot.slack.ids import BlockId, CallbackId, hold_value, parse_hold_value
from workflows.commands import AssignHold, Origin
from workflows.policy.model import Policy
from workflows.policy.rules import owner_of
from workflows.signers import members_of
from workflows.values import Hold

__all__ = ["build", "parse"]

NOBODY: Final = "-"


def build(hold: Hold, policy: Policy, names: Mapping[str, str], *, channel: str = "", trace: str = "") -> View:
    owner = owner_of(policy, None, hold.owner)
    label = text.mrkdwn(policy.role_label(owner), 80)
    members = members_of(policy, owner)
    if not members:
        return message_view("Reassign", f"Nobody is there in {label} today: an admin adds somebody to the role first.")
    place = carried(Where(channel=channel, trace=trace), hold=hold_value(hold.number), order=hold.order_number)
    said = f"*{hold.name}* on {text.strong(hold.order_number)} stays with {label}. One of them takes care of it:"
    element = menu(BlockId.MEMBER, "Choose a person", _choices(members, names), hold.assignee)
    hint = "They get a direct message; nudges go to them. The role decides as before."
    blocks = [section(said), field(BlockId.MEMBER, "Who takes care of it?", element, hint=hint)]
    return form(CallbackId.ASSIGN_SUBMIT, f"Reassign {hold.name}", "Save", blocks, place)


def _choices(members: Sequence[str], names: Mapping[str, str]) -> list[Block]:
    nobody = choice("Nobody in particular", NOBODY)
    return [*(choice(names.get(member) or member, member) for member in members), nobody]


def parse(view: Mapping[str, Any], origin: Origin = NOWHERE) -> AssignHold:
    """Raises FormProblem. Whether this person may is judged when it is decided."""
    carries = metadata(view)
    try:
        hold = parse_hold_value(carries.get("hold", ""))
    except ValueError:
        raise FormProblem(BlockId.MEMBER, "This form is broken. Close it and click Reassign again.") from None
    member = selected(view, BlockId.MEMBER)
    if not member:
        raise FormProblem(BlockId.MEMBER, "Choose who takes care of it.")
    return AssignHold(carries.get("order", ""), hold, "" if member == NOBODY else member, origin)
