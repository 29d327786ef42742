"""What the clock says: how long an order has left, that a request escalated, and that a hold's date has come."""

from datetime import date, datetime, timedelta

from bot.slack import text
from bot.slack.blocks import Block, Message, actions, button, message, plain_section, section
from bot.slack.ids import ActionId, hold_value
from workflows.clocks import calendar_of, day_of
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.reminders import ship_end
from workflows.signers import missing
from workflows.values import Hold
from workflows.views import OrderView, RequestView
from workflows.words import listed


def ship_words(policy: Policy, ship_by: date, now: datetime) -> str:
    """`today 15:30, 42 min left`, as of now; the rest of another day is its own business."""
    cutoff = f" {policy.desk.ship_cutoff}" if policy.desk.ship_cutoff else ""
    days, end = (ship_by - day_of(calendar_of(policy.desk), now)).days, ship_end(policy, ship_by)
    if days == 0:
        return f"today{cutoff}, {_span(end - now)} left" if end > now else f"today{cutoff}, {_span(now - end)} ago"
    late = f", {text.count(-days, 'day')} ago" if days < 0 else ", tomorrow" if days == 1 else ""
    return f"{text.day(ship_by)}{cutoff if days > 0 else ''}{late}"


def _span(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return f"{hours} h {minutes} min" if hours and minutes else f"{hours} h" if hours else f"{minutes} min"


def escalated(view: RequestView) -> list[Block]:
    """On the card of a request that is pending."""
    request = view.request
    if not request.escalated_to:
        return []
    to = text.mrkdwn(view.policy.role_label(request.escalated_to), 80)
    left = listed([text.mrkdwn(view.policy.role_label(role), 80) for role in missing(request.sign, request.decisions)])
    return [
        section(f":arrow_up: *Escalated to {to}.* It was not signed in time: {to} can now sign in place of {left}.")
    ]


def nobody_to_escalate_to(view: RequestView, to: str) -> Message | None:
    """For the managers' channel; None where it is decided by now."""
    request, policy = view.request, view.policy
    if not request.is_pending:
        return None
    labels = [text.mrkdwn(policy.role_label(role), 80) for role in dict.fromkeys(e.role for e in request.sign)]
    role = text.mrkdwn(policy.role_label(to), 80)
    order, since = text.strong(request.order_number), text.when(request.requested_at)
    said = (
        f":arrow_up: {request.name} on {order} has waited for {listed(labels, 'and')} since {since}. "
        f"It should go to {role} now, but nobody there can sign it as well."
    )
    step = f"*Next step:* an admin adds a person to {role}, or reminds {listed(labels, 'and')} in person."
    why = text.code(f"/desk why {request.order_number}", 120)
    fallback = f"{request.name} on {text.mrkdwn(request.order_number, 60)} waits, and there is nobody to escalate it to"
    return message(fallback, [section(f"{said}\n{step} {why} says who was asked.")])


def review(view: OrderView, number: int, until: date) -> Message | None:
    """Asks the owner of a hold on the day that it was to last until; None where it has ended or moved meanwhile."""
    hold = next((hold for hold in view.holds if hold.number == number and hold.is_open), None)
    if hold is None or hold.until != until:
        return None
    order, reason = text.strong(view.order.number), text.mrkdwn(reason_label(view.policy, "hold", hold.reason), 120)
    role = view.policy.roles.get(hold.owner)
    whom = text.people(role.notify, "and", most=10) if role and role.notify else ""
    asks = f"{whom}, what becomes of it?" if whom else "What becomes of it?"
    said = f":calendar: {hold.name} on {order} ({reason}) was to last until {text.day(until)}. {asks}"
    note = [plain_section(f"“{text.plain(hold.note, 600)}”")] if hold.note.strip() else []
    fallback = f"{hold.name} on {text.mrkdwn(view.order.number, 60)} was to last until {text.day(until)}"
    kept = section("Nothing is released by itself: until somebody acts here, the order stays on hold.")
    return message(fallback, [section(said), *note, kept, actions(choices(view, hold))])


def choices(view: OrderView, hold: Hold) -> list[Block]:
    value, on = hold_value(hold.number), f"{hold.name} on {view.order.number}"
    return [
        button("Release", ActionId.HOLD_RELEASE, value, style="primary", label=f"Ask for the release of {on}"),
        button("Extend", ActionId.HOLD_EXTEND, value, label=f"Extend {on}"),
        button("Cancel the order", ActionId.HOLD_CANCEL, value, label=f"Ask to cancel {view.order.number}"),
    ]


def extended(view: OrderView, number: int, until: date | None, by: str, note: str) -> Message | None:
    """In the channel of the hold's owner, so that nobody wonders what became of the question."""
    hold = next((hold for hold in view.holds if hold.number == number), None)
    if hold is None:
        return None
    goes_on = f"goes on until {text.day(until)}" if until else "goes on, without a date"
    order = text.mrkdwn(view.order.number, 60)
    said = f":calendar: {text.member(by)}: {hold.name} on {text.strong(view.order.number)} {goes_on}."
    quoted = [plain_section(f"“{text.plain(note, 600)}”")] if note.strip() else []
    return message(f"{hold.name} on {order} {goes_on}", [section(said), *quoted])
