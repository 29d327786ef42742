"""What the floor reads when a hold ends. Only here, and only when nothing is left, are the words `Clear to ship`."""

import re
from collections.abc import Sequence
from typing import Final

from bot.slack import facts, floor_asked, text
from bot.slack.blocks import Message, context, message, section
from bot.slack.words import still_holding
from workflows.asked import Asked
from workflows.values import Kind, Request, RequestState
from workflows.views import RequestView
from workflows.words import listed

CLEAR: Final = "Clear to ship"
HELD: Final = "Still on hold"
# A customer or a reason may be called anything; beside an order that is held it must not read as leave to ship.
_THE_WORDS: Final = re.compile(r"clear\s+to\s+ship", re.IGNORECASE)


def floor_post(view: RequestView, clear: bool, blockers: Sequence[str] = ()) -> Message:
    """`clear` and `blockers` are as the deciding transaction saw them."""
    if view.request.asked and floor_asked.is_news(view):
        return _news(view, view.request.asked, clear, blockers)
    order = view.order
    name, number, customer = text.mrkdwn(order.number, 60), text.strong(order.number), text.mrkdwn(order.customer, 200)
    units = text.count(sum(max(line.remaining, 0) for line in order.lines), "unit")
    ship_by = f" · ship by {text.day(order.ship_by)}" if order.ship_by else ""
    shown = f"{customer} · {units}{ship_by}" if customer else f"{units}{ship_by}"
    held_by = still_holding(blockers) or "another hold"
    first = f"*{CLEAR}* · {number}" if clear else f"*{HELD}* · {number}\nBy {held_by}. Do not ship yet."
    fallback = f"{name}: {CLEAR}" if clear else f"{name}: {HELD} by {held_by}"
    said = [fallback, f"{first}\n{shown}", _why(view)]
    return _told(said, clear=clear)


def _told(said: list[str], *, clear: bool) -> Message:
    told, body, why = said if clear else [_THE_WORDS.sub("…", each) for each in said]
    return message(told, [section(body), context(why)])


def _news(view: RequestView, asked: Asked, clear: bool, blockers: Sequence[str]) -> Message:
    """An approved cancel or change. Where nothing is left to ship, nothing is clear to, and nothing is held."""
    clear = clear and view.order.left_to_ship > 0
    body = floor_asked.body(view, asked, CLEAR if clear else "", HELD, blockers)
    first = floor_asked.headline(view, asked).replace("*", "")
    state = CLEAR if clear else f"{HELD} by {still_holding(blockers)}" if view.order.left_to_ship else ""
    return _told([f"{first}: {state}".rstrip(": "), body, floor_asked.why(view, asked)], clear=clear)


def _why(view: RequestView) -> str:
    """`H-17 (Credit not cleared) was released: R-18, asked by …, signed by …`"""
    request = view.request
    if request.asked:
        return _nothing(view)
    hold = f"{view.hold.name if view.hold else 'The hold'} ({text.mrkdwn(view.reason_label, 120)})"
    by = listed([facts.person(view.names, user) for user in view.deciders], "and") or "the desk"
    if request.kind is Kind.RELEASE_HOLD:
        asker = facts.person(view.names, request.requested_by)
        return f"{hold} was released: {request.name}, asked by {asker}, signed by {by}."
    return f"{hold} was asked for and came to nothing: {request.name}, {_ended(request)} {by}."


def _nothing(view: RequestView) -> str:
    """A cancel or change that came to nothing no longer stops the order."""
    request = view.request
    what = "cancel" if request.kind is Kind.CANCEL else "change"
    by = listed([facts.person(view.names, user) for user in view.deciders], "and") or "the desk"
    return f"{request.name}, a {what} ({text.mrkdwn(view.reason_label, 120)}), came to nothing: {_ended(request)} {by}."


def _ended(request: Request) -> str:
    return "found void by" if request.state is RequestState.VOID else f"{request.state} by"
