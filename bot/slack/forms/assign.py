"""Saying which member of the owner role takes care of a hold."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.slack import text
from bot.slack.blocks import Block, View, choice, field, menu, plain_text, section
from bot.slack.forms.parts import NOWHERE, FormProblem, Where, carried, form, message_view, metadata, selected, written
from bot.slack.forms.setup_parts import entered
from bot.slack.ids import BlockId, CallbackId, hold_value, parse_hold_value
from workflows.commands import AssignHold, Origin
from workflows.policy.model import Policy
from workflows.policy.rules import owner_of
from workflows.signers import members_of
from workflows.values import Hold

__all__ = ["build", "parse"]

NOBODY: Final = "-"
ASKED: Final = "Who takes care of it?"
HINT: Final = "They get a direct message, and nudges go to them. The role decides as before."


def build(hold: Hold, policy: Policy, names: Mapping[str, str], *, channel: str = "", trace: str = "") -> View:
    owner = owner_of(policy, None, hold.owner)
    label = text.mrkdwn(policy.role_label(owner), 80)
    members = members_of(policy, owner)
    if not members:
        return message_view("Reassign", f"Nobody is there in {label} today: an admin adds somebody to the role first.")
    place = carried(Where(channel=channel, trace=trace), hold=hold_value(hold.number), order=hold.order_number)
    who = text.people(members, most=10)
    said = f"*{hold.name}* on {text.strong(hold.order_number)} stays with {label}: {who} can take care of it."
    asked = _known(members, names, hold) if all(map(names.get, members)) else _among_all(hold)
    return form(CallbackId.ASSIGN_SUBMIT, f"Reassign {hold.name}", "Save", [section(said), asked], place)


def _known(members: Sequence[str], names: Mapping[str, str], hold: Hold) -> Block:
    choices = [*(choice(names[member], member) for member in members), choice("Nobody in particular", NOBODY)]
    element = menu(BlockId.MEMBER, "Choose a person", choices, hold.assignee)
    return field(BlockId.MEMBER, ASKED, element, hint=HINT)


def _among_all(hold: Hold) -> Block:
    """Slack's own picker: whoever has never used the desk has no name here yet."""
    element: Block = {"type": "users_select", "placeholder": plain_text("Choose a person", 150)}
    if hold.assignee:
        element["initial_user"] = hold.assignee
    return field(BlockId.MEMBER, ASKED, element, optional=True, hint=f"{HINT} Empty: nobody in particular.")


def parse(view: Mapping[str, Any], origin: Origin = NOWHERE) -> AssignHold:
    """Raises FormProblem. Whether this person may is judged when it is decided."""
    carries = metadata(view)
    try:
        hold = parse_hold_value(carries.get("hold", ""))
    except ValueError:
        raise FormProblem(BlockId.MEMBER, "This form is broken. Close it and click Reassign again.") from None
    member = selected(view, BlockId.MEMBER) or written(view, BlockId.MEMBER, "selected_user")
    if not member and "selected_user" not in entered(view, BlockId.MEMBER):
        raise FormProblem(BlockId.MEMBER, "Choose who takes care of it.")
    return AssignHold(carries.get("order", ""), hold, "" if member == NOBODY else member, origin)
