"""The Home tab: what I asked for, what waits for me. Drawn anew each time it is opened and after a click in it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from bot.slack import text
from bot.slack.blocks import Block, View, button, context, divider, header, numbered, section
from bot.slack.ids import ActionId, request_value
from bot.slack.order_view import queued
from workflows.views import Home, QueueItem

MINE: Final = 20
WAITING: Final = 25


def home_view(home: Home) -> View:
    """A `home` view. A request is signed on its card, where everything about it is shown."""
    blocks = [
        *_part("Waiting for your signature", home.to_sign[:WAITING], home.now, _details, "Nothing waits for you."),
        *_more(len(home.to_sign) - WAITING),
        divider(),
        *_part("Your requests", home.mine[:MINE], home.now, _withdraw, "You have no open request. `/hold` makes one."),
        *_more(len(home.mine) - MINE),
        divider(),
        context(f"As of {text.when(home.now)} · `/desk queue` shows everything that waits · `/desk help`"),
    ]
    return {"type": "home", "blocks": numbered(blocks, f"home.{home.now:%Y%m%d%H%M%S%f}")}


def _part(
    title: str, items: Sequence[QueueItem], now: datetime, accessory: Callable[[QueueItem], Block], empty: str
) -> list[Block]:
    lines = [section(queued(item, now), accessory=accessory(item)) for item in items]
    return [header(title), *(lines or [section(empty)])]


def _details(item: QueueItem) -> Block:
    return button("Details", ActionId.DETAILS, _value(item), label=f"Details of {item.id}")


def _withdraw(item: QueueItem) -> Block:
    return button("Withdraw", ActionId.WITHDRAW, _value(item), label=f"Withdraw {item.id}")


def _value(item: QueueItem) -> str:
    return request_value(int(item.id.removeprefix("R-")), item.version)


def _more(count: int) -> list[Block]:
    return [context(f"And {count} more.")] if count > 0 else []
