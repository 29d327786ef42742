"""Who holds each role, and where its cards go; twenty roles a page."""

from collections.abc import Mapping
from typing import Any

from bot.slack.blocks import Block, section
from bot.slack.forms.parts import written
from bot.slack.forms.setup_parts import Seen, channel_field, people_field, picked
from workflows.interview.steps import page_of
from workflows.policy.model import Policy, Role


def blocks(seen: Seen) -> list[Block]:
    usual = seen.policy.desk.managers_channel or seen.policy.desk.floor_channel
    asked = [block for name, role in _page(seen) for block in _role(name, role, usual)]
    return [section("Who holds each role signs for it. Its cards go to its channel."), *asked]


def _page(seen: Seen) -> list[tuple[str, Role]]:
    return list(seen.policy.roles.items())[page_of(seen.step)]


def _role(name: str, role: Role, usual: str) -> list[Block]:
    return [
        people_field(f"roles.{name}.members", f"{role.label}: who holds it", role.members),
        channel_field(f"roles.{name}.channel", f"{role.label}: channel of its cards", role.channel or usual),
    ]


def edited(view: Mapping[str, Any], seen: Seen) -> Policy:
    changed = {name: _edited(view, name, role) for name, role in _page(seen)}
    return seen.policy.model_copy(update={"roles": {**seen.policy.roles, **changed}})


def _edited(view: Mapping[str, Any], name: str, role: Role) -> Role:
    members = picked(view, f"roles.{name}.members", "selected_users")
    channel = written(view, f"roles.{name}.channel", "selected_conversation")
    return role.model_copy(
        update={"members": members, "notify": notified(role, members), "channel": channel or role.channel}
    )


def notified(role: Role, members: tuple[str, ...]) -> tuple[str, ...]:
    """Whoever was mentioned still is; where nobody was chosen for that, everybody."""
    return tuple(each for each in role.notify if each in members) or members
