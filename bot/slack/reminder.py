"""What signers read in the thread of a card that has waited."""

from collections.abc import Sequence
from datetime import date

from bot.slack import clock_words, text
from bot.slack.blocks import Message, message, section
from workflows.results import Signers
from workflows.signers import rung
from workflows.values import Kind
from workflows.views import RequestView
from workflows.words import listed

WHAT = {Kind.PLACE_HOLD: "hold", Kind.RELEASE_HOLD: "release", Kind.CANCEL: "cancel", Kind.CHANGE: "change"}


def _ship_by(view: RequestView, ship_by: date) -> str:
    return clock_words.ship_words(view.policy, ship_by, view.now) if view.now else text.day(ship_by)


def what_to_do(waiting: Sequence[Signers]) -> str:
    """For whoever reads the reminder. `waiting`: the roles of the channel, one of them for each of several requests."""
    can = {group.role for group in waiting if group.members}
    empty = {group.role: text.mrkdwn(group.label, 80) for group in waiting if group.role not in can}
    there = listed([*empty.values()], "or")
    nobody = f"Nobody in {there} can sign at the moment: tell an admin, who names people with `/desk roles`."
    return " ".join([*(["Approve or reject on the card above."] if can else []), *([nobody] if empty else [])])


def reminder(view: RequestView, channel: str) -> Message | None:
    """For the roles whose channel this is; None where none of them has still to sign."""
    policy, request = view.policy, view.request
    waiting = [group for group in view.waiting_for if policy.roles[group.role].channel == channel]
    if not request.is_pending or not waiting:
        return None
    whom = dict.fromkeys(user for group in waiting for user in rung(policy, request, group))
    labels = " and ".join(text.mrkdwn(group.label, 80) for group in waiting)
    who = text.people(list(whom), "and", most=10) or labels
    order = view.order
    ship_by = f" It is to ship by {_ship_by(view, order.ship_by)}." if order.ship_by else ""
    what = f"the {WHAT[request.kind]} of {text.strong(order.number)} ({text.mrkdwn(view.reason_label, 120)})"
    since = text.when(request.requested_at)
    said = f":hourglass: {who}: {request.name}, {what}, has waited for {labels} since {since}.{ship_by}"
    fallback = f"{request.name} still waits for {labels}: {WHAT[request.kind]} of {text.mrkdwn(order.number, 60)}"
    return message(fallback, [section(f"{said} {what_to_do(waiting)}")])
