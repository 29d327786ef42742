"""The card of many orders: one in each channel whose role signs, drawn from what is stored of every order."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from bot.slack import bulk_lines, facts, text
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    asking_first,
    button,
    context,
    fields,
    header,
    message,
    numbered,
    plain_section,
    section,
)
from bot.slack.cards import NO_REPLIES
from bot.slack.ids import ActionId, bulk_value
from bot.slack.words import quoted
from workflows.bulk import Bulk
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.signers import missing, rung
from workflows.values import Kind, RequestState
from workflows.views import BulkView, RequestView
from workflows.words import listed

QUESTIONS: Final[Mapping[Kind, str]] = {
    Kind.PLACE_HOLD: "Hold {orders}?",
    Kind.RELEASE_HOLD: "Release {orders}?",
    Kind.CANCEL: "Cancel {orders}?",
}
TITLES: Final[Mapping[Kind, str]] = {
    Kind.PLACE_HOLD: "Hold of {orders}",
    Kind.RELEASE_HOLD: "Release of {orders}",
    Kind.CANCEL: "Cancel of {orders}",
}
EFFECTS: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.PLACE_HOLD: ("stops each order until its hold is released", "lets them go on"),
    Kind.RELEASE_HOLD: ("ends each of these holds and tells the floor", "keeps them"),
    Kind.CANCEL: ("cancels all that is left of each order", "leaves them as they are"),
}
SURE: Final[Mapping[Kind, str]] = {
    Kind.PLACE_HOLD: "{orders} will be put on hold",
    Kind.RELEASE_HOLD: "The holds of {orders} will end",
    Kind.CANCEL: "{orders} will be cancelled",
}


def bulk_card(view: BulkView, channel: str, *, today: date | None = None) -> Message:
    """In this channel, true as of the moment at which the view was taken: only the orders it has to do with."""
    shown, waiting = view.in_channel(channel), view.waiting_in(channel)
    if not shown:
        return _nothing_here(view)
    headline = _headline(view, shown)
    blocks = [
        header(headline),
        section(f"{wanted(view, len(shown))} {_your_turn(view, channel, waiting)}".strip()),
        *_so_far(shown),
        *_escalated(view, waiting),
        *([plain_section(quoted(view.bulk.note))] if view.bulk.note.strip() else []),
        fields(_totals(view, shown)),
        *bulk_lines.listing(shown, waiting),
        *_warnings(view, waiting, today or _today(view, shown)),
        *_to_sign(view, shown, waiting),
        *_elsewhere(view, shown),
        context(f"{view.bulk.name} · asked {text.when(view.bulk.requested_at)}{f' · {NO_REPLIES}' if waiting else ''}"),
    ]
    return message(_fallback(view, shown, headline), numbered(blocks, _draw_id(view, shown)))


def _nothing_here(view: BulkView) -> Message:
    said = f"{view.bulk.name}: nothing of it is signed in this channel any more."
    return message(said, numbered([section(said)], f"bulk.{view.bulk.number}.none"))


def _today(view: BulkView, shown: Sequence[RequestView]) -> date:
    at = next((each.now for each in shown if each.now), view.bulk.requested_at)
    return at.astimezone(ZoneInfo(view.policy.desk.timezone)).date()


def _draw_id(view: BulkView, shown: Sequence[RequestView]) -> str:
    """Another one whenever a line may look otherwise."""
    told = [
        (
            each.request.number,
            each.request.version,
            each.request.state,
            len(each.request.decisions),
            each.request.escalated_to,
            each.hold.state if each.hold else "",
            [call.state for call in each.calls],
        )
        for each in shown
    ]
    return f"bulk.{view.bulk.number}.{zlib.crc32(repr(told).encode()):x}"


def _headline(view: BulkView, shown: Sequence[RequestView]) -> str:
    said = QUESTIONS if any(each.request.is_pending for each in shown) else TITLES
    return said[view.bulk.kind].format(orders=text.count(len(shown), "order"))


def _fallback(view: BulkView, shown: Sequence[RequestView], headline: str) -> str:
    """The card in a line, for phones: no mentions there, so nobody is pinged twice."""
    reason = f" ({text.mrkdwn(reason_of(view), 120)})" if reason_of(view) else ""
    decided = bulk_lines.summary(shown)
    return f"{view.bulk.name} {headline}{reason} · {bulk_lines.values(shown)}{f' · {decided}' if decided else ''}"


def reason_of(view: BulkView) -> str:
    """The label of what the orders are held for, or of why they are cancelled."""
    return held_for(view.policy, view.bulk) or because(view)


def because(view: BulkView) -> str:
    """The label of why they are cancelled or released."""
    kind, code = {Kind.CANCEL: "cancel", Kind.RELEASE_HOLD: "release"}.get(view.bulk.kind, ""), view.bulk.reason
    return reason_label(view.policy, kind, code) if kind and code else ""


def held_for(policy: Policy, bulk: Bulk) -> str:
    if bulk.kind is Kind.CANCEL:
        return ""
    code = bulk.reason if bulk.kind is Kind.PLACE_HOLD else bulk.hold
    return reason_label(policy, "hold", code) if code else ""


def wanted(view: BulkView, count: int) -> str:
    """`@Carla asks to put *12 orders* on hold for *Credit check*.`"""
    orders, bulk = f"*{text.count(count, 'order')}*", view.bulk
    reason, why = text.mrkdwn(held_for(view.policy, bulk), 200), text.mrkdwn(because(view), 200)
    asks = f"{text.member(bulk.requested_by)} asks"
    if bulk.kind is Kind.PLACE_HOLD:
        return f"{asks} to put {orders} on hold for *{reason}*."
    if bulk.kind is Kind.CANCEL:
        return f"{asks} to cancel {orders} for *{why}*."
    said = f"{asks} to release {orders}{f' from *{reason}*' if reason else ''}"
    return f"{said}{f', because: {why}' if why else ''}."


def whom(view: BulkView, channel: str, waiting: Sequence[RequestView]) -> tuple[list[str], list[str]]:
    """Labels of the roles of this channel that have still to sign, and who of them is rung."""
    here = view.roles_in(channel)
    groups = [(each.request, group) for each in waiting for group in each.waiting_for if group.role in here]
    roles = dict.fromkeys(group.role for _, group in groups)
    people = dict.fromkeys(user for request, group in groups for user in rung(view.policy, request, group))
    return [text.mrkdwn(view.policy.role_label(role), 80) for role in roles], list(people)


def _your_turn(view: BulkView, channel: str, waiting: Sequence[RequestView]) -> str:
    """Mentions, only while something waits for these roles."""
    labels, people = whom(view, channel, waiting)
    if not labels:
        return ""
    label = listed(labels, "and")
    return f"{text.people(people, 'and', most=10)}, please sign for {label}." if people else f"{label} signs."


def _so_far(shown: Sequence[RequestView]) -> list[Block]:
    decided = bulk_lines.summary(shown)
    open_still = sum(each.request.is_pending for each in shown)
    waits = f" {open_still} still {'waits' if open_still == 1 else 'wait'}." if open_still else ""
    return [section(f"*So far:* {decided}.{waits}" if waits else f"*Decided:* {decided}.")] if decided else []


def _escalated(view: BulkView, waiting: Sequence[RequestView]) -> list[Block]:
    found: dict[str, int] = {}
    for each in waiting:
        if to := each.request.escalated_to:
            found[to] = found.get(to, 0) + 1
    lines = [
        f":arrow_up: *Escalated to {label}:* {text.count(count, 'order')} not signed in time. {label} can sign as well."
        for to, count in found.items()
        for label in [text.mrkdwn(view.policy.role_label(to), 80)]
    ]
    return [section("\n".join(lines))] if lines else []


def _totals(view: BulkView, shown: Sequence[RequestView]) -> list[tuple[str, str]]:
    given_back = (RequestState.PENDING, RequestState.APPROVED)
    refunds = bulk_lines.refunds(each for each in shown if each.request.state in given_back)
    until = view.bulk.until
    return [
        ("Orders", str(len(shown))),
        ("Value", bulk_lines.values(shown)),
        *([("Refund", refunds)] if refunds else []),
        *([("Until", text.day(until))] if until else []),
    ]


OFF_THE_SHELF: Final[Mapping[Kind, str]] = {
    Kind.PLACE_HOLD: "Units of {orders} are off the shelf already: tell the floor by hand.",
    Kind.CANCEL: "Units of {orders} are off the shelf already: the floor is told to put them back.",
}


def _warnings(view: BulkView, waiting: Sequence[RequestView], today: date) -> list[Block]:
    """Counted: which orders they are stands in the list."""
    off = sum(any(line.picked > line.shipped for line in each.order.lines) for each in waiting)
    due = sum(each.order.ship_by is not None and each.order.ship_by <= today for each in waiting)
    picked = OFF_THE_SHELF.get(view.bulk.kind, "") if off else ""
    late = "{orders} should ship today or earlier: please sign today." if due else ""
    found = [picked.format(orders=text.count(off, "order")), late.format(orders=text.count(due, "order"))]
    return [section("\n".join(f":warning: {each}" for each in found if each))] if any(found) else []


def _to_sign(view: BulkView, shown: Sequence[RequestView], waiting: Sequence[RequestView]) -> list[Block]:
    if not waiting:
        return []
    does, rejecting = EFFECTS[view.bulk.kind]
    refunds = bulk_lines.refunds(waiting)
    money = f", and refunds {refunds}" if refunds else ""
    choose = " *Choose orders…* leaves some of them out." if len(waiting) > 1 else ""
    two = any(len(missing(each.request.sign, each.request.decisions)) > 1 for each in waiting)
    then = " What needs another signature waits for that." if two else ""
    effect = f"*Approve* {does}{money}.{then}{choose} *Reject* {rejecting}, and asks you why."
    return [section(effect), *_who(view, waiting), actions(_buttons(view, shown, waiting))]


def _who(view: BulkView, waiting: Sequence[RequestView]) -> list[Block]:
    """Names, not mentions: only those who are to be notified are rung."""
    found: dict[str, dict[str, None]] = {}
    counts: dict[str, int] = {}
    for group in (group for each in waiting for group in each.waiting_for):
        found.setdefault(group.role, {}).update(dict.fromkeys(group.members))
        counts[group.role] = counts.get(group.role, 0) + 1
    lines = [_missing(view, role, list(members), counts[role], len(waiting)) for role, members in found.items()]
    return [section("\n".join(lines))] if lines else []


def _missing(view: BulkView, role: str, members: list[str], count: int, of: int) -> str:
    who = facts.named(view.names, members) or "nobody there can sign at the moment: tell an admin"
    part = f" ({text.count(count, 'order')})" if count < of else ""
    return f"○ {text.mrkdwn(view.policy.role_label(role), 80)}{part}: {who}"


def _buttons(view: BulkView, shown: Sequence[RequestView], waiting: Sequence[RequestView]) -> list[Block]:
    value = bulk_value(view.bulk.number, [(each.request.number, each.request.version) for each in waiting])
    count, orders = len(waiting), text.count(len(waiting), "order")
    label = f"Approve all {count}" if count == len(shown) else f"Approve the other {count}"
    sure = f"{SURE[view.bulk.kind].format(orders=orders)}, worth {bulk_lines.values(waiting)}."
    approve = button(
        label if count > 1 else "Approve",
        ActionId.BULK_APPROVE,
        value,
        style="primary",
        label=f"{label} of {view.bulk.name}",
    )
    choose = button("Choose orders…", ActionId.BULK_CHOOSE, value, label=f"Choose orders of {view.bulk.name}")
    reject = button(
        "Reject all…" if count > 1 else "Reject…",
        ActionId.BULK_REJECT,
        value,
        style="danger",
        label=f"Reject {orders} of {view.bulk.name}",
    )
    asked = asking_first(approve, f"Approve {orders}?", sure, f"Approve {orders}")
    return [asked, *([choose] if count > 1 else []), reject]


def _elsewhere(view: BulkView, shown: Sequence[RequestView]) -> list[Block]:
    """Orders of the bulk with which this channel has nothing to do."""
    here = {each.request.number for each in shown}
    found: dict[str, int] = {}
    for each in view.requests:
        if each.request.number not in here and each.request.is_pending:
            roles = listed([text.mrkdwn(group.label, 80) for group in each.waiting_for], "and")
            found[roles] = found.get(roles, 0) + 1
    lines = [
        f"{_more(count)} of {view.bulk.name} {'waits' if count == 1 else 'wait'} for {roles}."
        for roles, count in found.items()
    ]
    return [context("\n".join(lines))] if lines else []


def _more(count: int) -> str:
    return f"{count} more {'order' if count == 1 else 'orders'}"
