"""The Home tab: what waits for me, what I asked for, the queue of holds, and how the desk fares."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from bot.slack import text
from bot.slack.blocks import Block, View, actions, button, context, divider, header, numbered, section
from bot.slack.home_health import health_blocks
from bot.slack.home_queue import queue_blocks
from bot.slack.ids import ActionId, request_value
from bot.slack.order_view import NOUNS
from workflows.finding import Search
from workflows.homes import Home
from workflows.views import QueueItem
from workflows.words import listed

MINE: Final = 8
WAITING: Final = 8
COUNTED: Final = 100  # so many are read


def home_view(home: Home) -> View:
    """A `home` view of at most 100 blocks. The filters go along, so that a click knows what it was made on."""
    blocks = [
        actions([button("Find an order", ActionId.ORDER_FIND, Search().write())]),
        *_part("Waiting for your signature", home.to_sign, WAITING, _to_sign(home.now), "Nothing waits for you."),
        divider(),
        *_part("Your requests", home.mine, MINE, _mine(home.now), "You have no open request. `/hold` makes one."),
        divider(),
        *([*health_blocks(home.health, home.now), divider()] if home.health else ()),
        *queue_blocks(home),
        divider(),
        context(f"As of {text.when(home.now)}; it updates by itself. `/desk help` says what else there is."),
    ]
    return {
        "type": "home",
        "private_metadata": home.filters.write(),
        "blocks": numbered(blocks, f"home.{home.now:%Y%m%d%H%M%S%f}"),
    }


def _part(
    title: str, items: Sequence[QueueItem], most: int, shown: Callable[[QueueItem], list[Block]], empty: str
) -> list[Block]:
    count = f"{COUNTED}+" if len(items) >= COUNTED else str(len(items))
    blocks = [block for item in items[:most] for block in shown(item)]
    more = len(items) - most
    rest = [context(f"And {more}{'+' if len(items) >= COUNTED else ''} more: `/desk queue`.")] if more > 0 else []
    return [header(f"{title} ({count})" if items else title), *(blocks or [section(empty)]), *rest]


def _to_sign(now: datetime) -> Callable[[QueueItem], list[Block]]:
    def shown(item: QueueItem) -> list[Block]:
        value, name = _value(item), f"{item.id}, {item.order_number}"
        said = f"{_about(item)}\n{_asked(item)} · asked by {text.member(item.by)} {text.ago(item.since, now)}"
        return [
            section(said),
            actions(
                [
                    button("Approve", ActionId.APPROVE, value, style="primary", label=f"Approve {name}"),
                    button("Reject", ActionId.REJECT, value, label=f"Reject {name}"),
                    button("Details", ActionId.DETAILS, value, label=f"Details of {name}"),
                ]
            ),
        ]

    return shown


def _mine(now: datetime) -> Callable[[QueueItem], list[Block]]:
    def shown(item: QueueItem) -> list[Block]:
        roles = listed([text.mrkdwn(group.label, 40) for group in item.waiting_for[:4]], "and")
        waits = f"waits for {roles}" if roles else "nobody can sign it now"
        said = f"{_about(item)}\n{_asked(item)} · asked {text.ago(item.since, now)}, {waits}"
        withdraw = button("Withdraw", ActionId.WITHDRAW, _value(item), label=f"Withdraw {item.id}")
        return [section(said, accessory=withdraw)]

    return shown


def _about(item: QueueItem) -> str:
    customer = text.mrkdwn(item.customer, 60) or "no customer"
    return f"{text.strong(item.order_number, 60)} · {customer}, {text.money(item.total, item.currency)}"


def _asked(item: QueueItem) -> str:
    return f"{item.id} {NOUNS.get(item.kind, 'request')}: {text.mrkdwn(item.reason_label, 60)}"


def _value(item: QueueItem) -> str:
    return request_value(int(item.id.removeprefix("R-")), item.version)
