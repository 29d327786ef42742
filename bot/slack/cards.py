"""The approval card: one function draws it in every state, always from the stored request."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from bot.slack import asked_card, clock_words, contradictions, facts, text
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    fields,
    header,
    message,
    numbered,
    plain_section,
    section,
)
from bot.slack.floor import floor_post
from bot.slack.ids import ActionId, request_value
from bot.slack.words import quoted
from workflows.results import Signers
from workflows.signers import missing, rung
from workflows.values import Decision, HoldState, Kind, RequestState
from workflows.views import RequestView
from workflows.words import listed

__all__ = ["approval_card", "floor_post"]

NO_REPLIES: Final = "Replies here do not sign."
WANTED: Final[Mapping[Kind, str]] = {
    Kind.PLACE_HOLD: "to put {order} on hold for *{reason}*.",
    Kind.RELEASE_HOLD: "to release {order} from *{reason}* ({hold}).",
    Kind.CANCEL: "to cancel {order} ({reason}).",
    Kind.CHANGE: "to change {order} ({reason}).",
}
QUESTIONS: Final[Mapping[Kind, str]] = {
    Kind.PLACE_HOLD: "Hold",
    Kind.RELEASE_HOLD: "Release",
    Kind.CANCEL: "Cancel",
    Kind.CHANGE: "Change",
}
HEADLINES: Final[Mapping[tuple[Kind, RequestState], tuple[str, str]]] = {
    (Kind.PLACE_HOLD, RequestState.APPROVED): ("", " is on hold"),
    (Kind.RELEASE_HOLD, RequestState.APPROVED): ("", ": hold released"),
}
OTHER_HEADLINES: Final[Mapping[RequestState, str]] = {
    RequestState.APPROVED: " approved",
    RequestState.REJECTED: " was rejected",
    RequestState.WITHDRAWN: " was withdrawn",
    RequestState.EXPIRED: " has expired",
    RequestState.VOID: " is void",
}
NOUNS: Final[Mapping[Kind, str]] = {
    Kind.PLACE_HOLD: "Hold on",
    Kind.RELEASE_HOLD: "Release of",
    Kind.CANCEL: "Cancel of",
    Kind.CHANGE: "Change of",
}
ENDINGS: Final[Mapping[RequestState, str]] = {
    RequestState.APPROVED: "✓ *Approved* by {by}{at}.",
    RequestState.REJECTED: "✕ *Rejected* by {by}{at}.",
    RequestState.WITHDRAWN: "*Withdrawn* by {by}{at}.",
    RequestState.EXPIRED: "*Expired*{at}: nobody signed in time.",
    RequestState.VOID: "*Void*{at}: the order moved on since it was asked, so nothing was signed.",
}


def approval_card(view: RequestView, role: str, *, today: date | None = None) -> Message:
    """The card in the channel of `role`, true as of the moment at which the view was taken.

    `today`, for the ship-by warning, is else the day of that, or the day on which it was asked.
    """
    request = view.request
    draw = _pending(view, role, today or _today(view)) if request.is_pending else _decided(view)
    return message(_fallback(view), numbered(draw, _draw_id(view)))


def _today(view: RequestView) -> date:
    return (view.now or view.request.requested_at).astimezone(ZoneInfo(view.policy.desk.timezone)).date()


def _draw_id(view: RequestView) -> str:
    request = view.request
    hold = view.hold.state.value if view.hold else "none"
    calls = "".join(f".{call.state}" for call in view.calls)
    clock = f".{request.reminded}.{request.escalated_to}" if request.is_pending else ""
    return f"card.{request.number}.{request.version}.{request.state}.{hold}.{len(request.decisions)}{calls}{clock}"


def _fallback(view: RequestView) -> str:
    """The card in a line, for phones: no mentions there, so nobody is pinged twice."""
    request, order = view.request, view.order
    what = headline(view)
    reason, customer = text.mrkdwn(view.reason_label, 120), text.mrkdwn(order.customer, 120)
    value = text.money(order.total, order.currency)
    said = f"{request.name} {text.mrkdwn(what)} ({reason}) · {customer}, {value}, {facts.stage(order).lower()}"
    return f"{said}. {NO_REPLIES}" if request.is_pending else said


def headline(view: RequestView) -> str:
    request = view.request
    if request.asked and (said := asked_card.headline(view, request.asked)):
        return said
    if request.is_pending:
        return facts.title(QUESTIONS[request.kind], request.order_number, "?")
    if view.hold and request.kind is Kind.PLACE_HOLD and view.hold.state is HoldState.RELEASED:
        return facts.title(NOUNS[request.kind], request.order_number, ": released")
    before, after = HEADLINES.get(
        (request.kind, request.state), (NOUNS[request.kind], OTHER_HEADLINES.get(request.state, ""))
    )
    return facts.title(before, request.order_number, after)


def _pending(view: RequestView, role: str, today: date) -> list[Block]:
    return [
        header(headline(view)),
        section(f"{_wanted(view, 'asks')} {_your_turn(view, role)}".strip()),
        *clock_words.escalated(view),
        *_note(view.request.note),
        fields(_with_time_left(view)),
        *_lines(view),
        *_other_holds(view),
        *_warnings(view, today),
        section(_effect(view)),
        *_signatures(view),
        actions(_buttons(view)),
        context(f"{view.request.name} · asked {text.when(view.request.requested_at)} · {NO_REPLIES}"),
    ]


def _facts(view: RequestView) -> list[tuple[str, str]]:
    asked = view.request.asked
    if asked is None:
        return [*facts.order_facts(view.order), *_release_reason(view)]
    customer, _value, *about = facts.order_facts(view.order)
    return [customer, *asked_card.money(view, asked), *about]


def _with_time_left(view: RequestView) -> list[tuple[str, str]]:
    """How long there is to sign, while it is pending."""
    ship_by = view.order.ship_by
    if ship_by is None or view.now is None:
        return _facts(view)
    left = clock_words.ship_words(view.policy, ship_by, view.now)
    return [(name, left if name == facts.SHIP_BY else value) for name, value in _facts(view)]


def _lines(view: RequestView) -> list[Block]:
    asked = view.request.asked
    if asked is None:
        return [plain_section(facts.lines_text(view.order.lines))]
    return [*asked_card.lines(view, asked), *asked_card.earlier(view)]


def _wanted(view: RequestView, asks: str) -> str:
    if view.request.asked:
        return asked_card.wanted(view, view.request.asked, asks)
    words = WANTED[view.request.kind].format(
        order=text.strong(view.request.order_number),
        reason=text.mrkdwn(view.reason_label, 200),
        hold=view.hold.name if view.hold else "",
    )
    return f"{text.member(view.request.requested_by)} {asks} {words}"


def _your_turn(view: RequestView, role: str) -> str:
    """Mentions, only while this role's signature is missing."""
    group = next((each for each in view.waiting_for if each.role == role), None)
    if group is None or role not in view.policy.roles:
        return ""
    whom = rung(view.policy, view.request, group)
    label = text.mrkdwn(group.label, 80)
    return f"{text.people(whom, 'and', most=10)}, please sign for {label}." if whom else f"{label} signs."


def _note(note: str) -> list[Block]:
    return [plain_section(quoted(note))] if note.strip() else []


def _why(view: RequestView) -> list[Block]:
    request = view.request
    if request.state is RequestState.VOID and request.decision_note:
        return [plain_section(facts.what_moved(request.decision_note))]
    return _note(request.decision_note)


def _release_reason(view: RequestView) -> list[tuple[str, str]]:
    label = view.release_reason_label
    return [("Release reason", text.mrkdwn(label, 200))] if label else []


def _other_holds(view: RequestView) -> list[Block]:
    others = facts.other_holds(view)
    return [section(f"*Other open holds:* {facts.several(others)}.")] if others else []


def _warnings(view: RequestView, today: date) -> list[Block]:
    found: tuple[str, ...] = ()
    if view.request.asked:
        found = asked_card.warnings(view, view.request.asked, today)
    elif view.request.kind is Kind.PLACE_HOLD:
        found = facts.placement_warnings(view.order, today)
    found = (*contradictions.moved(view), *found)
    return [section("\n".join(f":warning: {warning[0].upper()}{warning[1:]}" for warning in found))] if found else []


def _effect(view: RequestView) -> str:
    """What signing does, so that nobody has to remember it."""
    hold = view.hold.name if view.hold else "the hold"
    if view.request.asked:
        return asked_card.effect(view, view.request.asked)
    if view.request.kind is Kind.PLACE_HOLD:
        return f"*Approve* stops the order until {hold} is released. *Reject* lets it go on, and asks you why."
    if view.request.kind is Kind.RELEASE_HOLD:
        then = "the other holds still stop the order" if facts.other_holds(view) else "no other hold is open"
        return f"*Approve* ends {hold} and tells the floor; {then}. *Reject* keeps {hold}, and asks you why."
    return "*Approve* makes it so. *Reject* leaves the order as it is, and asks you why."


def _signatures(view: RequestView) -> list[Block]:
    """Who has signed and who is still missing."""
    signed = [_signed(decision, view) for decision in view.request.decisions if decision.decision == "approve"]
    waiting = [_missing(view, group) for group in view.waiting_for]
    return [section("\n".join([*signed, *waiting]))] if signed or waiting else []


def _signed(decision: Decision, view: RequestView) -> str:
    label = text.mrkdwn(view.policy.role_label(decision.role), 80)
    return f"✓ {label}: {_signer(decision)}, {text.when(decision.at)}"


def _signer(decision: Decision) -> str:
    name = f" for {text.member(decision.on_behalf_of)}" if decision.on_behalf_of else ""
    return f"{text.member(decision.member)}{name}"


def _needed(view: RequestView, role: str) -> int:
    """How many signatures of a role are still missing."""
    return missing(view.request.sign, view.request.decisions).count(role)


def _missing(view: RequestView, group: Signers) -> str:
    """Names, not mentions: only those who are to be notified are rung."""
    signed = {decision.member for decision in view.request.decisions}
    free = [member for member in group.members if member not in signed]
    needed = _needed(view, group.role)
    who = facts.named(view.names, free) or "nobody there can sign at the moment: tell an admin"
    instead = "" if needed else "or "
    return f"○ {instead}{text.mrkdwn(group.label, 80)}: {f'{needed} of ' if needed > 1 and free else ''}{who}"


def _buttons(view: RequestView) -> list[Block]:
    request = view.request
    value = request_value(request.number, request.version)
    return [
        *asked_card.reason_menu(view),
        button("Approve", ActionId.APPROVE, value, style="primary", label=f"Approve {request.name}"),
        button("Reject", ActionId.REJECT, value, style="danger", label=f"Reject {request.name}"),
        button("Details", ActionId.DETAILS, value, label=f"Details of {request.order_number}"),
    ]


def _decided(view: RequestView) -> list[Block]:
    request = view.request
    return [
        header(headline(view)),
        section("\n".join([_ending(view), *_outcome(view)])),
        *_why(view),
        section(_wanted(view, "asked")),
        *_note(request.note),
        fields(_facts(view)),
        *(_lines(view) if request.asked else []),
        *_ask_for_release(view),
        *asked_card.retry(view),
        context(f"{request.name} · asked {text.when(request.requested_at)}"),
    ]


def _ending(view: RequestView) -> str:
    request = view.request
    at = f", {text.when(request.decided_at)}" if request.decided_at else ""
    if request.state is RequestState.APPROVED:
        own = " They sign for this reason themselves." if request.decided_by == request.requested_by else ""
        return ENDINGS[request.state].format(by=_approvers(view), at=at) + own
    return ENDINGS[request.state].format(by=text.member(request.decided_by or "") or "the desk", at=at)


def _approvers(view: RequestView) -> str:
    signed = [decision for decision in view.request.decisions if decision.decision == "approve"]
    if not signed:
        return text.member(view.request.decided_by or "") or "the desk"
    shown = [f"{_signer(each)} ({text.mrkdwn(view.policy.role_label(each.role), 80)})" for each in signed[:10]]
    return listed(shown, "and")


def _outcome(view: RequestView) -> list[str]:
    """What it came to, as true now as when it was decided."""
    if view.request.asked:
        return [asked_card.outcome(view, view.request.asked)]
    if view.hold is None:
        return []
    name, request = view.hold.name, view.request
    if request.kind is Kind.PLACE_HOLD:
        return [_placement_outcome(view, name)]
    if request.state is not RequestState.APPROVED:
        return [f"{name} stays in force." if view.hold.is_open else f"{name} is {facts.HOLD_WORDS[view.hold.state]}."]
    others = facts.other_holds(view)
    still = f"The order is still held by {facts.several(others)}." if others else "The floor has been told."
    return [f"{name} is released. {still}"]


def _placement_outcome(view: RequestView, name: str) -> str:
    hold = view.hold
    if view.request.state is not RequestState.APPROVED or hold is None:
        return f"The order was not put on hold ({text.mrkdwn(view.reason_label, 200)})."
    if hold.state is HoldState.RELEASED:
        return f"{name} was released{f' {text.when(hold.closed_at)}' if hold.closed_at else ''}."
    if hold.state is HoldState.RELEASE_REQUESTED:
        return f"{name} is in force. Its release is asked for: see the newer card in this thread."
    return f"{name} is in force: the order does not ship until it is released."


def _ask_for_release(view: RequestView) -> list[Block]:
    request = view.request
    active = view.hold is not None and view.hold.state is HoldState.ACTIVE
    if not active or request.kind is not Kind.PLACE_HOLD or request.state is not RequestState.APPROVED:
        return []
    value = request_value(request.number, request.version)
    label = f"Ask for the release of {request.order_number}"
    return [actions([button("Ask for release", ActionId.HOLD_RELEASE, value, label=label)])]
