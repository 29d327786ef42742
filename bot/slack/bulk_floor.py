"""What the floor reads of many orders at once: which may go, which are still held, what to put back."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.slack import asked, bulk_lines, facts, floor_asked, text
from bot.slack.blocks import Block, Message, chunks, context, message, section
from bot.slack.bulk_card import reason_of
from bot.slack.floor import CLEAR, HELD
from bot.slack.words import still_holding
from workflows.asked import Cancellation
from workflows.values import Kind, RequestState
from workflows.views import BulkView, RequestView

Item = Mapping[str, Any]
SAID = {Kind.PLACE_HOLD: "holds", Kind.RELEASE_HOLD: "releases", Kind.CANCEL: "cancels"}
NAMED = 20
STOPS = 2500  # characters
LISTS = 7900
BESIDE_STOPS = 4000


def bulk_floor(view: BulkView, items: Sequence[Item]) -> Message:
    """`clear` and `blockers` of each item are as they are now; `Clear to ship` stands above those that are."""
    told = judged(view, items)
    cancelled = [each for each, _ in told if floor_asked.is_news(each)]
    left = to_ship(told)
    clear = [each for each, item in left if item["clear"]]
    held = [(each, item) for each, item in left if not item["clear"]]
    width = min(bulk_lines.LINE, (BESIDE_STOPS if cancelled else LISTS) // max(len(told), 1) - 1)
    blocks = [
        *_cancelled(cancelled),
        *_group(f"*{CLEAR}*", [_line(each, width) for each in clear]),
        *_group(f"*{HELD}* · Do not ship yet.", [_held(each, item, width) for each, item in held]),
        context(_why(view, [each for each, _ in told])),
    ]
    return message(_fallback(view, cancelled, clear, [each for each, _ in held]), blocks)


def judged(view: BulkView, items: Sequence[Item]) -> list[tuple[RequestView, Item]]:
    by_number = {each.request.number: each for each in view.requests}
    return [(by_number[int(item["request"])], item) for item in items if int(item["request"]) in by_number]


def to_ship(told: Sequence[tuple[RequestView, Item]]) -> list[tuple[RequestView, Item]]:
    """Where a cancel left nothing to ship, nothing is clear to, and nothing is held."""
    return [(each, item) for each, item in told if each.order.left_to_ship or not floor_asked.is_news(each)]


def _group(title: str, lines: Sequence[str]) -> list[Block]:
    return [section(part) for part in chunks([title, *lines], LISTS, "order", "orders")] if lines else []


def _line(view: RequestView, width: int) -> str:
    order = view.order
    ship_by = [f"ship by {order.ship_by:%a} {order.ship_by.day} {order.ship_by:%b}"] if order.ship_by else []
    first = f"• {text.strong(order.number, max(20, min(60, width // 3)))}"
    return bulk_lines.squeezed(first, order.customer, (text.count(order.left_to_ship, "unit"), *ship_by), width)


def _held(view: RequestView, item: Item, width: int) -> str:
    """By what it is held matters more than whose it is."""
    number = text.strong(view.order.number, max(20, min(60, width // 3)))
    by = text.cut(f"by {still_holding(item['blockers']) or 'another hold'}", max(width - len(number) - 5, 16))
    return f"• {number} · {by}"


def _cancelled(views: Sequence[RequestView]) -> list[Block]:
    if not views:
        return []
    orders = _orders([each.order.number for each in views], most=100)
    gone = [each for each in views if not each.order.left_to_ship]
    nothing = f"\n:octagonal_sign: *STOP:* nothing of {_these(len(gone))} ships any more." if gone else ""
    stops = [
        f":octagonal_sign: *STOP:* {text.strong(each.order.number, 60)}: put back {text.mrkdwn(back)}."
        for each in views
        if isinstance(each.request.asked, Cancellation)
        for back in asked.returns(each.request.asked)
    ]
    first = text.cut(f"*Cancelled* · {orders}", 2800)
    return [section(f"{first}{nothing}"), *(section(part) for part in chunks(stops, STOPS, "line", "lines"))]


def _these(count: int) -> str:
    return "this order" if count == 1 else f"these {count} orders"


def _orders(numbers: Sequence[str], most: int = NAMED) -> str:
    return facts.several([text.strong(number, 60) for number in numbers], most=most)


def _fallback(
    view: BulkView, cancelled: Sequence[RequestView], clear: Sequence[RequestView], held: Sequence[RequestView]
) -> str:
    parts = (("Cancelled", cancelled), (CLEAR, clear), (HELD, held))
    said = [f"{title}: {_orders([each.order.number for each in views])}." for title, views in parts if views]
    return f"{view.bulk.name}: {' '.join(said)}".replace("*", "")


def _why(view: BulkView, told: Sequence[RequestView]) -> str:
    """`B-7, releases (Credit not cleared): asked by …, 38 released by …`"""
    asker = facts.person(view.names, view.bulk.requested_by)
    reason = f" ({text.mrkdwn(reason_of(view), 120)})" if reason_of(view) else ""
    nothing = all(each.request.state is not RequestState.APPROVED for each in told)
    came = " They came to nothing:" if nothing else ""
    return f"{view.bulk.name}, {SAID[view.bulk.kind]}{reason}, asked by {asker}.{came} {bulk_lines.summary(told)}."
