"""Asking for the release of a hold. The choice of the order redraws the form with that order's open holds."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.slack.blocks import Block, View, field, menu, plain_section
from bot.slack.forms.parts import (
    NOWHERE,
    FormProblem,
    Where,
    carried,
    channel_of,
    form,
    note_field,
    order_field,
    preview_button,
    selected,
    written,
)
from bot.slack.ids import BlockId, CallbackId
from bot.slack.options import hold_options, reason_options
from workflows.commands import Origin, ReleaseHold
from workflows.policy.model import Policy
from workflows.values import Hold
from workflows.views import OrderOption

__all__ = ["build", "channel_of", "parse"]


def build(
    policy: Policy,
    *,
    order: OrderOption | None = None,
    typed_order: str = "",
    holds: Sequence[Hold] = (),
    hold: int | None = None,
    reason: str = "",
    note: str = "",
    channel: str = "",
    trace: str = "",
) -> View:
    """`holds` are the order's open ones; `hold` is the number of the one that is meant."""
    blocks = [
        order_field(order, typed_order, follow=True),
        _holds(policy, order, holds, hold),
        *reason_fields(policy, reason),
        note_field(note, hint="What has been settled? The signer reads this first."),
        preview_button(several=True),
    ]
    place = carried(Where(channel=channel, trace=trace))
    return form(CallbackId.RELEASE_SUBMIT, "Release a hold", "Ask for the release", blocks, place)


def _holds(policy: Policy, order: OrderOption | None, holds: Sequence[Hold], meant: int | None) -> Block:
    if not holds:
        none = "This order has no open hold." if order else "Choose the order first; its open holds then stand here."
        return plain_section(none)
    chosen = meant or (holds[0].number if len(holds) == 1 else 0)
    return field(BlockId.HOLD, "Hold", menu(BlockId.HOLD, "Which hold", hold_options(policy, holds), f"H-{chosen}"))


def reason_fields(policy: Policy, typed: str) -> list[Block]:
    """Asked for only where the desk lists reasons for a release."""
    choices = reason_options(policy, "release")
    if not choices:
        return []
    known = policy.reason("release", typed) if typed else None
    chosen = menu(BlockId.REASON, "Why it may go on", choices, known.code if known else "")
    return [field(BlockId.REASON, "Release reason", chosen)]


def parse(view: Mapping[str, Any], origin: Origin = NOWHERE) -> ReleaseHold:
    """Raises FormProblem. Without a chosen hold the rules take the only open one, or say that there are several."""
    order = selected(view, BlockId.ORDER)
    if not order:
        raise FormProblem(BlockId.ORDER, "Choose the order whose hold has to end.")
    return ReleaseHold(
        order,
        hold=selected(view, BlockId.HOLD),
        reason=selected(view, BlockId.REASON),
        note=written(view, BlockId.NOTE),
        origin=origin,
    )
