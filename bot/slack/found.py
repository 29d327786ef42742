"""What a search for orders found."""

from collections.abc import Sequence
from typing import Final

from bot.slack import text
from bot.slack.blocks import CHOICE_VALUE, Block, Message, button, context, message, section
from bot.slack.ids import ActionId
from workflows.views import OrderOption

FOUND: Final = 20


def found_message(typed: str, found: Sequence[OrderOption]) -> Message:
    """At most `FOUND`, and whether there are more."""
    said = f"No order has this number. Its customer or an article begins with {text.strong(typed, 60)}:"
    more = [context("There are more. Type more of the name.")] if len(found) > FOUND else []
    return message(said, [section(said), *(_line(order) for order in found[:FOUND]), *more])


def _line(order: OrderOption) -> Block:
    customer = text.mrkdwn(order.customer, 60) or "no customer"
    said = f"{text.strong(order.number, 60)} · {customer}, {text.money(order.total, order.currency)} · {order.stage}"
    fits = len(order.number) <= CHOICE_VALUE
    show = button("Show", ActionId.ORDER_SHOW, order.number, label=f"Show {order.number}") if fits else None
    return section(said, accessory=show)
