"""Choices in menus: orders as they are typed, reasons, holds."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.slack import text
from bot.slack.blocks import CHOICE_VALUE, CHOICES, Block, choice
from bot.slack.facts import HOLD_WORDS
from workflows.money import show_money
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.values import Hold
from workflows.views import OrderOption, OrderView


def order_options(found: Sequence[OrderOption]) -> dict[str, Any]:
    """The answer to a typeahead."""
    fitting = [option for order in found if (option := order_option(order))]
    return {"options": fitting[:CHOICES]}


def order_option(order: OrderOption) -> Block | None:
    """First the number, so that like orders can be told apart; None where it does not fit into a menu."""
    if not _fits(order.number):
        return None
    about = f"{order.customer}, {show_money(order.total, order.currency)}, {order.stage}".removeprefix(", ")
    return choice(f"{text.one_line(order.number, 50)} · {text.one_line(about)}", order.number)


def option_of(view: OrderView) -> OrderOption:
    order = view.order
    return OrderOption(order.number, order.customer, order.stage, order.currency, order.total)


def typed_option(typed: str) -> Block | None:
    """An order number as somebody typed it, whether or not there is such an order."""
    number = text.one_line(typed, CHOICE_VALUE)
    return choice(number, number) if number else None


def reason_options(policy: Policy, kind: str) -> list[Block]:
    return [
        choice(reason.label, reason.code, f"{policy.role_label(reason.owner)} signs" if reason.owner else "")
        for reason in policy.reasons_of(kind)
        if _fits(reason.code)
    ]


def hold_options(policy: Policy, holds: Iterable[Hold]) -> list[Block]:
    return [
        choice(f"{hold.name} {reason_label(policy, 'hold', hold.reason)}", hold.name, HOLD_WORDS[hold.state])
        for hold in holds
    ]


def _fits(value: str) -> bool:
    return 0 < len(value) <= CHOICE_VALUE and value == text.storable(value)
