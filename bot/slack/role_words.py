"""What is said of roles: the list, and a role that nobody holds any more."""

from bot.slack import text
from bot.slack.blocks import Block, Message, actions, button, context, header, message, section
from bot.slack.ids import ActionId
from workflows.policy.model import Policy, Role

MOST = 20


def roles_message(policy: Policy, *, admin: bool) -> Message:
    """Everybody may look; an admin may also edit."""
    said = f"Roles of {text.mrkdwn(policy.desk.name, 80)}"
    parts = [_role(name, role, admin=admin) for name, role in list(policy.roles.items())[:MOST]]
    more = len(policy.roles) - MOST
    rest = [context(f"+ {text.count(more, 'more role')}: `redtag desk show`")] if more > 0 else []
    hint = context("An admin edits a role with its button. `/desk away` names a deputy.")
    return message(said, [header(said[:140]), *parts, *rest, hint])


def _role(name: str, role: Role, *, admin: bool) -> Block:
    lines = [f"*{text.mrkdwn(role.label, 60)}* in <#{role.channel}>", _people(role)]
    if role.user_groups:
        lines.append("Mirrors " + ", ".join(f"<!subteam^{group}>" for group in role.user_groups))
    edit = button("Edit", ActionId.EDIT_ROLE, name, label=f"Edit the role {role.label}"[:75]) if admin else None
    return section("\n".join(lines), accessory=edit)


def _people(role: Role) -> str:
    own = [member for member in role.members if member not in role.covers]
    if not own:
        return ":warning: Nobody. What needs this role waits until an admin adds somebody."
    deputies = {member: deputy for deputy, members in role.covers.items() for member in members}
    shown = [_person(member, deputies, role) for member in own[:MOST]]
    more = len(own) - MOST
    return ", ".join([*shown, *([f"{more} more"] if more > 0 else [])])


def _person(member: str, deputies: dict[str, str], role: Role) -> str:
    if member in role.present:
        return text.member(member)
    deputy = deputies.get(member)
    return f"{text.member(member)} (away{f', {text.member(deputy)} signs' if deputy else ''})"


def role_empty(policy: Policy, role: str) -> Message:
    """To the managers, or to each admin."""
    label = text.mrkdwn(policy.role_label(role), 80)
    said = (
        f":warning: Nobody holds the role {label} any more: its last member has left or was demoted. What needs it "
        "waits. An admin adds somebody with `/desk roles`."
    )
    return message(said, [section(said), actions([button("Add somebody", ActionId.EDIT_ROLE, role)])])
