"""What people hear of a hold that somebody looks after: a nudge, and that it is theirs now."""

from bot.slack import text
from bot.slack.blocks import Block, Message, actions, message, plain_section, section
from bot.slack.clock_words import choices
from workflows.policy.rules import owner_of
from workflows.reasons import reason_label
from workflows.signers import members_of
from workflows.values import Hold
from workflows.views import OrderView


def nudge(view: OrderView, number: int, by: str) -> Message | None:
    """In the channel of the hold's owner, to whoever takes care of it; None where it has ended meanwhile."""
    hold = _open(view, number)
    if hold is None:
        return None
    said = f":wave: {_whom(view, hold)}: {_what(view, hold)} {_since(hold)}. {text.member(by)} asks what becomes of it."
    fallback = f"{hold.name} on {text.mrkdwn(view.order.number, 60)} waits: what becomes of it?"
    return message(fallback, [section(said), *_note(hold), actions(choices(view, hold))])


def assigned(view: OrderView, number: int, by: str) -> Message | None:
    """A direct message to the one who takes care of the hold from now on."""
    hold = _open(view, number)
    if hold is None:
        return None
    said = f":point_right: {text.member(by)} asks you to take care of {_what(view, hold)}, which {_since(hold)}."
    fallback = f"You take care of {hold.name} on {text.mrkdwn(view.order.number, 60)} from now on"
    return message(fallback, [section(said), *_note(hold), actions(choices(view, hold))])


def _open(view: OrderView, number: int) -> Hold | None:
    return next((hold for hold in view.holds if hold.number == number and hold.is_open), None)


def _whom(view: OrderView, hold: Hold) -> str:
    """The one who takes care of it, while they are there; else those whom the role has mentioned."""
    owner = owner_of(view.policy, None, hold.owner)
    if hold.assignee in members_of(view.policy, owner):
        return text.member(hold.assignee)
    role = view.policy.roles.get(owner)
    label = text.mrkdwn(view.policy.role_label(owner), 80)
    return text.people(role.notify, "and", most=10) if role and role.notify else label


def _what(view: OrderView, hold: Hold) -> str:
    reason = text.mrkdwn(reason_label(view.policy, "hold", hold.reason), 120)
    return f"{hold.name} on {text.strong(view.order.number)} ({reason})"


def _since(hold: Hold) -> str:
    return f"has been open since {text.when(hold.active_at or hold.requested_at)}"


def _note(hold: Hold) -> list[Block]:
    return [plain_section(f"“{text.plain(hold.note, 600)}”")] if hold.note.strip() else []
