"""Editing a role: who holds it, who is rung, where its cards go."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.blocks import Block, View, field, plain_text, section
from bot.slack.forms.parts import NOWHERE, FormProblem, Where, carried, form, metadata, written
from bot.slack.ids import BlockId, CallbackId
from workflows.commands import Origin
from workflows.policy.model import Policy, Role

MOST = 100


@dataclass(frozen=True, slots=True)
class RoleEdit:
    """`version` is that of the policy which the form showed."""

    role: str
    version: int
    members: tuple[str, ...]
    notify: tuple[str, ...]
    channel: str

    def on(self, policy: Policy) -> Policy:
        changed = {"members": self.members, "notify": self.notify, "channel": self.channel}
        roles = {**policy.roles, self.role: policy.roles[self.role].model_copy(update=changed)}
        return policy.model_copy(update={"roles": roles})


def build(name: str, role: Role, version: int) -> View:
    people: Block = {
        "type": "multi_users_select",
        "placeholder": plain_text("Choose people", 150),
        "max_selected_items": MOST,
    }
    blocks = [
        section("It applies from the next click on, and makes a new version of the policy."),
        field(BlockId.MEMBERS, "Who holds this role", _chosen(people, role.members), optional=True),
        field(BlockId.NOTIFY, "Who is mentioned on its cards", _chosen(people, role.notify), optional=True),
        field(BlockId.CHANNEL, "Channel of its cards", {"type": "conversations_select", **_place(role)}),
    ]
    return form(
        CallbackId.ROLE_SUBMIT,
        f"Role {role.label}"[:24],
        "Apply",
        blocks,
        carried(Where(), role=name, version=str(version)),
    )


def _chosen(menu: Block, users: tuple[str, ...]) -> Block:
    return {**menu, **({"initial_users": list(users[:MOST])} if users else {})}


def _place(role: Role) -> Block:
    return {"initial_conversation": role.channel, "filter": {"include": ["public", "private"]}}


def parse(view: Mapping[str, Any], _origin: Origin = NOWHERE) -> RoleEdit:
    """Raises FormProblem."""
    carried_ = metadata(view)
    channel = written(view, BlockId.CHANNEL, "selected_conversation")
    if not channel:
        raise FormProblem(BlockId.CHANNEL, "Choose the channel where this role's cards go.")
    if not carried_.get("version", "").isdecimal():
        raise FormProblem(BlockId.CHANNEL, "This form is broken. Close it and type /desk roles again.")
    members, notify = (_users(view, block) for block in (BlockId.MEMBERS, BlockId.NOTIFY))
    return RoleEdit(carried_.get("role", ""), int(carried_["version"]), members, notify, channel)


def _users(view: Mapping[str, Any], block_id: str) -> tuple[str, ...]:
    found: Any = view
    for step in ("state", "values", str(block_id), str(block_id), "selected_users"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return tuple(str(user) for user in found) if isinstance(found, list) else ()
