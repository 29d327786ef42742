"""What the e-mails about many orders say, out of what is stored of each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.delivery.bulk_mail import BulkMail
from bot.delivery.bulk_mail import bulk_mail as words
from bot.delivery.mails import Words
from bot.slack import asked
from bot.slack.bulk_card import TITLES, because, held_for
from bot.slack.bulk_floor import judged, to_ship
from bot.slack.text import count
from workflows.asked import Cancellation
from workflows.money import show_money
from workflows.systems import shown, system_name
from workflows.values import RequestState
from workflows.views import BulkView, RequestView
from workflows.words import listed

Item = Mapping[str, Any]
NOTHING_HELD = "another hold"


def bulk_mail(view: BulkView, items: Sequence[Item]) -> Words:
    """Items with `clear` are for the floor, which hears of each order whether it may ship."""
    return words(mail_of(view, items))


def mail_of(view: BulkView, items: Sequence[Item]) -> BulkMail:
    told = judged(view, items)
    views = [each for each, _ in told]
    floor = [(each, item) for each, item in told if "clear" in item]
    ships = to_ship(floor)
    bulk, of_floor = view.bulk, {each.request.number for each, _ in floor}
    return BulkMail(
        bulk=bulk.name,
        headline=TITLES[bulk.kind].format(orders=count(len(views), "order")),
        summary=_summary(view, views),
        held_for=held_for(view.policy, bulk),
        because=because(view),
        requester=_name(view, bulk.requested_by),
        value=_sums((each.order.currency, each.order.total) for each in views),
        clear=[_line(each) for each, item in ships if item["clear"]],
        held=[_held(each, item) for each, item in ships if not item["clear"]],
        done=[_line(each) for each in views if each.request.number not in of_floor],
        stops=[stop for each in views for stop in _stops(each)],
        refund=_sums((each.currency, each.total) for each in map(_cancelled, views) if each and each.total),
        note=bulk.note,
        desk=view.policy.desk.name,
    )


def _line(view: RequestView) -> str:
    order, cancel = view.order, _cancelled(view)
    units = asked.units(cancel) if cancel else order.left_to_ship
    refund = f"refund {show_money(cancel.total, cancel.currency)}" if cancel and cancel.total else ""
    said = (order.number, order.customer, f"{count(units, 'unit')}{' cancelled' if cancel else ''}", refund)
    return ", ".join(each for each in said if each)


def _held(view: RequestView, item: Item) -> str:
    by = listed([str(each) for each in item["blockers"]], "and") or NOTHING_HELD
    return f"{view.order.number}{', ' if view.order.customer else ''}{view.order.customer}: by {by}"


def _cancelled(view: RequestView) -> Cancellation | None:
    return view.request.asked if isinstance(view.request.asked, Cancellation) else None


def _stops(view: RequestView) -> list[str]:
    cancel = _cancelled(view)
    back = asked.returns(cancel) if cancel and view.request.state is RequestState.APPROVED else []
    return [f"STOP: {view.order.number}: put back {each}." for each in back]


def _summary(view: BulkView, views: Sequence[RequestView]) -> str:
    """`38 approved by Rosa Alvarez`, as plain text."""
    found: dict[tuple[str, str], int] = {}
    for each in views:
        by = listed([_name(view, user) for user in each.deciders], "and") or "the desk"
        key = (each.request.state.value, by)
        found[key] = found.get(key, 0) + 1
    return listed([f"{number} {state} by {by}" for (state, by), number in found.items()], "and")


def _sums(amounts: Iterable[tuple[str, int]]) -> str:
    found: dict[str, int] = {}
    for currency, amount in amounts:
        found[currency] = found.get(currency, 0) + amount
    return listed([show_money(amount, currency) for currency, amount in found.items()], "and")


def _name(view: BulkView, user_id: str) -> str:
    system = system_name(user_id)
    return shown(system) if system else view.names.get(user_id) or user_id
