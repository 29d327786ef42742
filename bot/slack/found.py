"""What a search for orders found: in the private answer to a typed one, and in the form."""

from collections.abc import Iterator
from typing import Final

from bot.slack import facts, text
from bot.slack.blocks import Block, Message, actions, button, context, message, section
from bot.slack.ids import ActionId
from bot.slack.order_view import NOUNS
from workflows.finding import FoundOrder, FoundPage, Search

GROUPS: Final = {"number": "By number", "customer": "By customer", "article": "By article"}
STATES: Final = {"pending": "to be signed"}
FEW: Final = 3


def found_message(search: Search, page: FoundPage) -> Message:
    said = heading(search, page)
    return message(said, results(search, page))


def results(search: Search, page: FoundPage) -> list[Block]:
    return [section(heading(search, page)), *_grouped(page), *_further(search, page)]


def heading(search: Search, page: FoundPage) -> str:
    looked = _looked_for(search)
    if not page.items:
        nothing = f"No {'further ' if search.shown else ''}order was found {looked}."
        return f"{nothing} Fewer letters find more." if search.text and not search.shown else nothing
    first, last = search.shown + 1, search.shown + len(page.items)
    if first > 1:
        return f"*Orders {first:,} to {last:,}* {looked}:"
    return f"*{'The first ' if page.more else ''}{text.count(last, 'order')}* {looked}:"


def _looked_for(search: Search) -> str:
    begins = f"whose number, customer or article begins with {text.strong(search.text, 60)}" if search.text else ""
    asked = f"about which {text.member(search.asker)} asked something" if search.asker else ""
    return " and ".join(filter(None, [asked, begins]))


def _grouped(page: FoundPage) -> Iterator[Block]:
    """The ways of looking follow one another, so each has its place."""
    by = ""
    for item in page.items:
        if item.by != by and item.by in GROUPS:
            yield context(GROUPS[item.by])
        by = item.by
        yield section(_said(item), accessory=_show(item))


def _said(item: FoundOrder) -> str:
    order = item.order
    customer = text.mrkdwn(order.customer, 60) or "no customer"
    first = f"{text.strong(order.number, 60)} · {customer}, {text.money(order.total, order.currency)} · {order.stage}"
    return "\n".join(filter(None, [first, " · ".join(_about(item))]))


def _about(item: FoundOrder) -> Iterator[str]:
    if item.held:
        yield f"*On hold:* {facts.several([text.mrkdwn(label, 60) for label in item.held], most=FEW)}"
    if newest := item.newest:
        yield f"{_named(newest.id, newest.kind)}, {STATES.get(newest.state, newest.state)}, {text.when(newest.at)}"
    waiting = [_named(*each) for each in item.pending if newest is None or each[0] != newest.id]
    if waiting:
        yield f"to be signed: {facts.several(waiting, most=FEW)}"
    if item.article:
        yield f"article {text.mrkdwn(item.article, 60)}"


def _named(number: str, kind: str) -> str:
    return f"{NOUNS.get(kind, 'request')} {number}"


def _show(item: FoundOrder) -> Block:
    return button("Show", ActionId.ORDER_SHOW, item.order.number, label=f"Show {item.order.number}")


def _further(search: Search, page: FoundPage) -> list[Block]:
    """Each page begins behind an order and not at a count, so what comes and goes meanwhile moves none."""
    start = [button("From the start", ActionId.ORDER_FIND, search.at().write())] if search.shown else []
    more = [button("More", ActionId.FIND_MORE, page.following(search).write(), label="More orders")]
    offered = [*start, *(more if page.more else [])]
    return [actions(offered)] if offered else []
