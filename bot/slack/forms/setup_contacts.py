"""Where the e-mails of each role go, and the user groups whose members hold it; twenty roles a page."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.slack.blocks import Block, header, section
from bot.slack.forms.parts import written
from bot.slack.forms.setup_parts import Seen, text_field
from workflows.interview.steps import page_of
from workflows.policy.model import Policy, Role

HOW: Final = (
    "Who is written to when a card does not reach the role's channel, and whose members hold the role as well? Slack "
    "gives the id of a user group under *⋯ → Copy group ID*. Put commas between several."
)
MOST: Final = 500
FIELDS: Final = (("email", "E-mail addresses"), ("user_groups", "User groups"))


def blocks(seen: Seen) -> list[Block]:
    return [section(HOW), *(block for name, role in _page(seen) for block in _role(name, role))]


def _page(seen: Seen) -> list[tuple[str, Role]]:
    return list(seen.policy.roles.items())[page_of(seen.step)]


def _role(name: str, role: Role) -> list[Block]:
    asked = [text_field(f"roles.{name}.{key}", label, _shown(getattr(role, key)), most=MOST) for key, label in FIELDS]
    return [header(role.label), *asked]


def _shown(values: Sequence[str]) -> str:
    return ", ".join(values)


def edited(view: Mapping[str, Any], seen: Seen) -> Policy:
    changed = {name: role.model_copy(update=_edited(view, name, role)) for name, role in _page(seen)}
    return seen.policy.model_copy(update={"roles": {**seen.policy.roles, **changed}})


def _edited(view: Mapping[str, Any], name: str, role: Role) -> dict[str, tuple[str, ...]]:
    """Only what was touched: a long list may not fit into its field."""
    typed = {key: written(view, f"roles.{name}.{key}").strip() for key, _ in FIELDS}
    touched = {key: value for key, value in typed.items() if value != _shown(getattr(role, key))[:MOST].strip()}
    return {key: tuple(dict.fromkeys(value.replace(",", " ").split())) for key, value in touched.items()}
