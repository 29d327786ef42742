"""One thing that the bot says, and how mistakes in forms are made to be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.forms import FormProblem
from bot.slack.forms.parts import Where, carried
from workflows.commands import Origin


@dataclass(frozen=True, slots=True)
class Saying:
    """`said` is a sentence of mrkdwn, a message, a view, or an e-mail with its subject."""

    name: str
    said: str | Mapping[str, Any]


def problem(parse: Any, values: Mapping[str, Any]) -> str:
    """What a form says of these values of its fields."""
    blocks = [{"type": "input", "block_id": block} for block in values]
    try:
        parse({"state": {"values": values}, "blocks": blocks, "private_metadata": carried(Where())}, Origin())
    except FormProblem as found:
        return str(found)
    raise AssertionError(values)
