"""An order as `/order` shows it, the queue, and the help: long lists, cut before Slack refuses them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from bot.slack import asked as asked_facts
from bot.slack import contradictions, facts, text, timeline
from bot.slack.asked_card import calls
from bot.slack.blocks import (
    Block,
    Message,
    button,
    chunks,
    context,
    divider,
    fields,
    header,
    message,
    plain_section,
    section,
    text_length,
)
from bot.slack.ids import ActionId, hold_value, request_value
from workflows.asked import Asked, Cancellation
from workflows.gate import Block as GateBlock
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.results import Signers
from workflows.values import Hold, HoldState, Kind, Line, Request
from workflows.views import HookCall, OrderView, QueueItem
from workflows.words import listed

# Slack refuses a message somewhere past 13,000 characters, and a list that long is read by nobody.
WHOLE: Final = 9500
LINES: Final = 5000
QUEUE: Final = 9000
HOLDS: Final = 6
REQUESTS: Final = 5
TIMELINE: Final = 10

NOUNS: Final[Mapping[str, str]] = {
    Kind.PLACE_HOLD: "hold",
    Kind.RELEASE_HOLD: "release",
    Kind.CANCEL: "cancel",
    Kind.CHANGE: "change",
}


def order_message(view: OrderView, *, buttons: bool = True) -> Message:
    """Everything but the lines has its own bounds; the lines take the room that is left."""
    order = view.order
    before = [
        header(facts.title("Order", order.number)),
        section(may_ship(view)),
        fields(facts.order_facts(order)),
        *contradictions.exceptions(view.exceptions),
    ]
    after = [*_holds(view, buttons=buttons), *_requests(view), *_timeline(view)]
    room = WHOLE - text_length([*before, *after])
    customer = text.mrkdwn(order.customer, 120)
    said = f"{text.mrkdwn(order.number, 60)} {customer}. {may_ship(view, most=1)}"
    return message(said, [*before, *_lines(view, room), *after])


def details(view: OrderView) -> Message:
    """What *Details* on a card opens: the order as it is now, to be read and not acted on."""
    return order_message(view, buttons=False)


def may_ship(view: OrderView, most: int = 6) -> str:
    """`May it ship: no, because of Credit not cleared (H-17); @Rosa or @Ivan (Credit) can release it.`"""
    if view.gate.may_ship:
        return "*May it ship: yes*, no hold is open."
    if view.gate.state == "cancelled":
        return "*May it ship: no*, because it is cancelled."
    because = [_because(block, view) for block in view.gate.blocks[:most]]
    more = len(view.gate.blocks) - most
    if more > 0:
        because.append(f"{more} more")
    if len(because) == 1:
        return f"*May it ship: no*, because of {because[0]}."
    return "\n".join(["*May it ship: no*, because of", *(f"• {each}" for each in because)])


def _because(block: GateBlock, view: OrderView) -> str:
    hold = next((hold for hold in view.holds if hold.name == block.id), None)
    kind = "hold" if hold else next((each.kind.value for each in view.requests if each.name == block.id), "hold")
    label = text.mrkdwn(reason_label(view.policy, kind, block.reason), 120)
    asked = ", asked for" if hold and hold.state is HoldState.REQUESTED else ""
    can = "can release it" if hold and hold.state is not HoldState.REQUESTED else "can decide it"
    waits = "" if kind == "hold" else f"a {kind} that waits: "
    return f"{waits}{label} ({block.id}{asked}, since {text.when(block.since)}); {_who(block)} {can}"


def _who(block: GateBlock) -> str:
    return listed([_those(group) for group in block.can_act[:4]], "and") or "at the moment nobody"


def _those(group: Signers) -> str:
    label = text.mrkdwn(group.label, 60)
    return f"{text.people(group.members)} ({label})" if group.members else f"at the moment nobody in {label}"


def _lines(view: OrderView, room: int) -> list[Block]:
    if not view.order.lines:
        return [plain_section("No lines on this order.")]
    lines = [f"{line.line}. {facts.line_words(line)}{_originally(line)}" for line in view.order.lines]
    return [plain_section(part) for part in chunks(lines, min(room, LINES), "line", "lines")]


def _originally(line: Line) -> str:
    """What was ordered at first, where we changed it."""
    if line.original == line.ordered:
        return ""
    return f", {line.original:,} ordered at first" if line.original else ", added later"


def _holds(view: OrderView, *, buttons: bool) -> list[Block]:
    """Open ones first, then the newest; one that is in force can be asked to end from here."""
    if not view.holds:
        return []
    shown = sorted(view.holds, key=lambda hold: (hold.is_open, hold.number), reverse=True)
    more = len(shown) - HOLDS
    blocks = [_hold(hold, view, buttons=buttons) for hold in shown[:HOLDS]]
    return [divider(), *blocks, *([context(f"+ {text.count(more, 'more hold')}")] if more > 0 else [])]


def _hold(hold: Hold, view: OrderView, *, buttons: bool) -> Block:
    until = f" · until {text.day(hold.until)}" if hold.until else ""
    by = f"{text.member(hold.requested_by)}, {text.when(hold.requested_at)}{until}"
    note = text.mrkdwn(hold.note, 120)
    said = f"*{facts.hold_words(hold, view.policy)}*\n{by}{f' · {note}' if note else ''}"
    return section(said, accessory=_ask_for_release(hold, view) if buttons else None)


def _ask_for_release(hold: Hold, view: OrderView) -> Block | None:
    placement = next((request for request in view.requests if request.number == hold.request), None)
    if hold.state is not HoldState.ACTIVE:
        return None
    # A hold that was imported has no request.
    value = request_value(placement.number, placement.version) if placement else hold_value(hold.number)
    return button("Ask for release", ActionId.HOLD_RELEASE, value, label=f"Ask for the release of {hold.name}")


def _requests(view: OrderView) -> list[Block]:
    if not view.requests:
        return []
    shown = [said for request in view.requests[:REQUESTS] for said in _request(request, view)]
    more = len(view.requests) - REQUESTS
    return [section("\n".join(["*Requests*", *shown, *([f"+ {more} more"] if more > 0 else [])]))]


def _request(request: Request, view: OrderView) -> list[str]:
    decided = f" by {text.member(request.decided_by)}" if request.decided_by else ""
    at = text.when(request.decided_at or request.requested_at)
    asked = text.member(request.requested_by)
    what = f" of {_what(request.asked)}" if request.asked else ""
    said = f"{request.name} {NOUNS[request.kind]}{what}, asked by {asked}: {request.state}{decided}, {at}"
    beside = [*calls(_calls(request, view)), *contradictions.drift_of(request.number, view.drift)]
    return [said, *(f"    {each}" for each in beside)]


def _what(found: Asked) -> str:
    """`5 units of line 2, refund USD 87.50`."""
    said = asked_facts.brief(found)
    refund = text.money(found.total, found.currency) if isinstance(found, Cancellation) and found.total else ""
    return f"{said}, refund {refund}" if refund else said


def _calls(request: Request, view: OrderView) -> tuple[HookCall, ...]:
    return tuple(call for call in view.calls if call.request == request.number)


def _timeline(view: OrderView) -> list[Block]:
    if not view.timeline:
        return []
    told = [entry for entry in view.timeline if timeline.is_news(entry)]
    shown = [timeline.happened(entry) for entry in told[:TIMELINE]]
    older = f"Older: {text.code(f'/desk audit {view.order.number}', 120)}"
    more = [older] if len(told) > TIMELINE else []
    return [context("\n".join([*shown, *more]))] if shown else []


def queue_message(items: Sequence[QueueItem], role: str | None, more: int = 0, now: datetime | None = None) -> Message:
    """Open holds and pending requests, as given: the oldest first. `role` is the label that was asked for."""
    whose = f" of {text.mrkdwn(role, 80)}" if role else ""
    if not items:
        said = f"Nothing waits in the queue{whose}."
        hint = "`/desk queue` alone shows every role. " if role else ""
        return message(said, [section(f"{said}\n{hint}`/hold` stops an order.")])
    said = f"Queue{whose}, oldest first: {len(items)}{'+' if more else ''}"
    parts = chunks([queued(item, now or datetime.now(UTC)) for item in items], QUEUE, "entry", "entries")
    rest = [context("More is waiting than is shown here. `/desk queue credit` shows one role.")] if more else []
    return message(said, [section(f"*{said}*"), *(section(part) for part in parts), *rest])


def queued(item: QueueItem, now: datetime) -> str:
    """One line of a queue."""
    who = f"{text.mrkdwn(item.customer, 60) or 'no customer'}, {text.money(item.total, item.currency)}"
    return (
        f"*{text.age(item.since, now)}* · {text.strong(item.order_number, 60)} · "
        f"{text.mrkdwn(item.reason_label, 60)} · {who} · {_waiting(item)}"
    )


def _waiting(item: QueueItem) -> str:
    if item.kind == "hold":
        return f"{item.id} in force"
    roles = listed([text.mrkdwn(group.label, 40) for group in item.waiting_for[:4]], "and")
    waits = f"waits for {roles}" if roles else "and nobody can sign it"
    return f"{item.id} {NOUNS.get(item.kind, 'request')} by {text.member(item.by)}, {waits}"


COMMANDS: Final[tuple[tuple[str, str], ...]] = (
    ("/hold ORD-123 credit waiting for wire", "stops an order; `/hold` alone opens a form"),
    ("/hold ORD-123 credit --preview", "says what would happen and who would sign, and asks nobody"),
    ("/hold ORD-1, ORD-2, ORD-3", "opens the form for many orders; `/release` and `/cancel` do so too"),
    ("/release ORD-123", "asks for the end of a hold; the owner of the hold signs"),
    ("/cancel ORD-123 line 2 qty 5 customer-request", "cancels units; `all` for the order, alone for the form"),
    (
        "/change ORD-123 line 2 qty 12 because customer-request",
        "changes quantities, articles and dates",
    ),
    ("/order ORD-123", "lines, holds, requests, and whether it may ship"),
    ("/order", "finds an order by number, customer, article or who asked; `/order acme foods` and `/order @sami` too"),
    ("/desk why ORD-123", "why it waits, who can act, who was asked, and what happens next"),
    ("/desk audit ORD-123", "all that is recorded of an order, refusals too, and whether the record is whole"),
    ("/desk roles", "who holds which role"),
    ("/desk setup", "asks how the desk works, for admins: roles, reasons, amounts"),
    ("/desk away @deputy until 2026-12-05", "lets a deputy sign in your name; alone opens a form"),
    ("/desk queue credit", "open holds and waiting requests of a role, or of all"),
    ("/desk import", "brings orders in from a file; `/desk import sheet NAME` from a published sheet"),
    ("/desk digest", "what has waited for too long, as managers read it each morning"),
    ("/desk export cancellations", "what was decided, as a file for the system of record; `peek` takes nothing"),
    ("/desk hold …", "the same commands, where another app owns the short names"),
)


def help_message(
    policy: Policy | None, commands: Sequence[tuple[str, str]] = COMMANDS, *, unknown: str = ""
) -> Message:
    """What can be typed, and this desk's own reasons. `commands`: what to type, and what it does (mrkdwn)."""
    said = "Redtag stops an order until the right person has signed it off."
    first = f"{text.strong(unknown, 60)} is no command of mine. Here is what works.\n" if unknown else ""
    typed = "\n".join(f"{text.code(usage)} {does}" for usage, does in commands)
    return message(f"{first}{said}", [section(f"{first}{said}\n\n{typed}"), *_reasons(policy)])


def _reasons(policy: Policy | None) -> list[Block]:
    if policy is None:
        return [context("This workspace has no desk yet. Any full member here can make one: type `/desk setup`.")]
    reasons = [
        f"{text.code(reason.code, 60)} {text.mrkdwn(reason.label, 80)}: {_owner(policy, reason.owner)}"
        for reason in policy.reasons_of("hold")
    ]
    lines = ["*Reasons for a hold, and who signs*", *reasons]
    return [*(section(part) for part in chunks(lines, 6000, "reason", "reasons")), *_other_reasons(policy)]


def _other_reasons(policy: Policy) -> list[Block]:
    """The codes to type behind a cancel and a change."""
    codes = {kind: [text.code(reason.code, 60) for reason in policy.reasons_of(kind)] for kind in ("cancel", "change")}
    lines = [f"*Reasons for a {kind}:* {facts.several(known, most=20)}" for kind, known in codes.items() if known]
    return [section("\n".join(lines))] if lines else []


def _owner(policy: Policy, owner: str | None) -> str:
    return text.mrkdwn(policy.role_label(owner), 60) if owner else "nobody"
