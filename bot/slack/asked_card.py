"""The parts of a card that only cancels and changes have."""

from datetime import date

from bot.slack import asked, facts, text
from bot.slack.blocks import Block, actions, button, chunks, menu, plain_section, section
from bot.slack.ids import ActionId, request_value
from bot.slack.options import reason_options
from workflows.asked import Asked, Cancellation
from workflows.values import GONE, Kind, RequestState
from workflows.views import HookCall, RequestView
from workflows.words import listed

LISTED = 4000  # characters of lines on a card
REJECT = "*Reject* leaves the order as it is, and asks you why."
CALLS = {
    "waiting": "is on its way to the refund system",
    "sent": "was sent; the refund system has not answered yet",
    "accepted": "was accepted by the refund system",
    "failed": "failed: the refund system does not take it",
    "unknown": "may or may not have arrived: look into the refund system",
}


def wanted(view: RequestView, found: Asked, verb: str) -> str:
    what = "cancel" if isinstance(found, Cancellation) else "change"
    said = asked.summary(found, text.strong(view.request.order_number))
    reason = text.mrkdwn(view.reason_label, 200)
    return f"{text.member(view.request.requested_by)} {verb} to {what} {said}{f' for *{reason}*' if reason else ''}."


def headline(view: RequestView, found: Asked) -> str:
    number, part = view.request.order_number, _is_part(found)
    if view.request.is_pending:
        what = "Change" if view.request.kind is Kind.CHANGE else "Cancel part of" if part else "Cancel"
        return facts.title(what, number, "?")
    if view.request.state is RequestState.APPROVED:
        done = " changed" if view.request.kind is Kind.CHANGE else " cancelled"
        return facts.title("Part of" if part else "", number, done)
    return ""


def _is_part(found: Asked) -> bool:
    return isinstance(found, Cancellation) and not found.whole


def money(view: RequestView, found: Asked) -> list[tuple[str, str]]:
    """What it costs: the refund of a cancel, and what becomes of the order's value."""
    order = view.order
    before, after = text.money(order.total, order.currency), text.money(asked.value_after(found, order), order.currency)
    value = [("Value", f"{before} {asked.ARROW} {after}" if before != after else before)]
    shown = value if view.request.is_pending else [("Value now", before)]
    if isinstance(found, Cancellation):
        return [(_title("Refund", view), text.mrkdwn(asked.refund(found))), *shown]
    return [(_title("Change of value", view), text.mrkdwn(asked.signed(found.amount, found.currency))), *shown]


def _title(title: str, view: RequestView) -> str:
    """What came to nothing was only asked for."""
    stands = view.request.state in {RequestState.PENDING, RequestState.APPROVED}
    return title if stands else f"{title} asked for"


def lines(view: RequestView, found: Asked) -> list[Block]:
    shown = asked.detail(found, view.order if view.request.is_pending else None)
    return [plain_section(part) for part in chunks([f"• {each}" for each in shown], LISTED, "line", "lines")]


def earlier(view: RequestView) -> list[Block]:
    """What of the order has been cancelled before."""
    if view.request.kind is not Kind.CANCEL:
        return []
    said = [
        f"{other.name}, {text.count(asked.units(other.asked), 'unit')}, "
        f"{text.money(other.asked.total, other.asked.currency)}"
        for other in view.others
        if other.state is RequestState.APPROVED and isinstance(other.asked, Cancellation)
    ]
    return [section(f"*Cancelled earlier:* {facts.several(said, most=4)}.")] if said else []


def warnings(view: RequestView, found: Asked, today: date) -> tuple[str, ...]:
    order = view.order
    back = [f"The floor is told to put back {text.mrkdwn(each)}." for each in asked.returns(found)]
    due = order.ship_by is not None and order.ship_by <= today and order.stage not in GONE
    ship_by = text.day(order.ship_by) if order.ship_by else ""
    soon = [f"It ships by {ship_by}: please sign today, as the order does not ship while this waits."] if due else []
    others = [
        f"{other.name} waits on this order as well, asked by {facts.person(view.names, other.requested_by)}."
        for other in view.others
        if other.is_pending and other.kind in {Kind.CANCEL, Kind.CHANGE}
    ]
    return (*back[:5], *soon, *others[:3])


def effect(view: RequestView, found: Asked) -> str:
    if isinstance(found, Cancellation):
        refund = [f"refunds {text.mrkdwn(asked.money(found.total, found.currency))}"] if found.total else []
        close = ["ends the order's holds"] if found.whole and view.open_holds else []
        return f"*Approve* {listed(['cancels these units', *refund, *close], 'and')}. {REJECT}"
    return "*Approve* writes these changes into the order. *Reject* leaves it as it is, and asks you why."


def reason_menu(view: RequestView) -> list[Block]:
    """The asker's reason, which the signer may correct; read when Approve is clicked."""
    choices = reason_options(view.policy, "cancel")
    if view.request.kind is not Kind.CANCEL or not choices:
        return []
    known = view.policy.reason("cancel", view.request.reason)
    return [menu(ActionId.REASON, "Reason", choices, known.code if known else "")]


def outcome(view: RequestView, found: Asked) -> str:
    """What it came to."""
    if view.request.state is not RequestState.APPROVED:
        return "Nothing was cancelled." if isinstance(found, Cancellation) else "Nothing was changed."
    if not isinstance(found, Cancellation):
        return "The order is changed, and the floor has been told."
    return "\n".join(
        [f"{text.count(asked.units(found), 'unit')} cancelled, and the floor has been told.", *calls(view.calls)]
    )


def retry(view: RequestView) -> list[Block]:
    """A refund that did not go through can be sent again by a person."""
    if not any(each.state in {"failed", "unknown"} for each in view.calls):
        return []
    value = request_value(view.request.number, view.request.version)
    return [actions([button("Send the refund again", ActionId.RETRY, value, label=f"Send {view.request.name} again")])]


def calls(found: tuple[HookCall, ...]) -> list[str]:
    """How the refund stands in the system that pays it."""
    return [
        f"The refund of {text.money(each.amount, each.currency)} {CALLS.get(each.state, text.mrkdwn(each.state, 40))}."
        for each in found
    ]
