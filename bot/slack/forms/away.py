"""Naming a deputy for the days that one is away."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.slack import text
from bot.slack.blocks import Block, View, actions, button, field, section
from bot.slack.forms.parts import NOWHERE, FormProblem, Where, carried, channel_of, form, written
from bot.slack.ids import ActionId, BlockId, CallbackId
from workflows.commands import GoAway, Origin
from workflows.policy.people import Absence

__all__ = ["build", "channel_of", "parse"]


def build(now: Absence | None, *, today: date, admin: bool, channel: str = "") -> View:
    """`now`: the absence of whoever opens it. An admin may also speak for somebody else."""
    deputy: Block = {"type": "users_select", **({"initial_user": now.deputy} if now else {})}
    until: Block = {"type": "datepicker", "initial_date": (now.until if now else today).isoformat()}
    others = [field(BlockId.MEMBER, "For somebody else", {"type": "users_select"}, optional=True)] if admin else []
    blocks = [
        *_state(now),
        field(BlockId.DEPUTY, "Who signs in your name?", deputy, hint="They never sign for what they asked for."),
        field(BlockId.UNTIL, "Last day away", until),
        *others,
    ]
    return form(CallbackId.AWAY_SUBMIT, "Away", "Save", blocks, carried(Where(channel)))


def _state(now: Absence | None) -> list[Block]:
    if now is None:
        return [section("While you are away, your deputy signs in your name. Cards and audit say so.")]
    said = f"You are away until {text.day(now.until)}; {text.member(now.deputy)} signs in your name."
    return [section(said), actions([button("I am back", ActionId.BACK, "back", style="primary")])]


def parse(view: Mapping[str, Any], origin: Origin = NOWHERE) -> GoAway:
    """Raises FormProblem."""
    deputy, until = (written(view, block, key) for block, key in ASKED)
    if not deputy:
        raise FormProblem(BlockId.DEPUTY, "Choose who signs in your name.")
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise FormProblem(BlockId.UNTIL, "Choose the last day of the absence.") from None
    return GoAway(deputy, day, written(view, BlockId.MEMBER, "selected_user"), origin)


ASKED = ((BlockId.DEPUTY, "selected_user"), (BlockId.UNTIL, "selected_date"))
