"""What people are told of many orders at once: how a round went, what was decided, what still waits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil
from typing import Any, Final

from bot.slack import facts, text
from bot.slack.blocks import Block, Message, actions, asking_first, button, chunks, message, section
from bot.slack.bulk_card import reason_of, whom
from bot.slack.ids import ActionId, bulk_value
from bot.slack.reminder import what_to_do
from bot.slack.words import SlackWords
from workflows import refusals
from workflows.bulk import RoundAction, Step, went_well
from workflows.results import Done, Refusal
from workflows.values import Kind
from workflows.views import BulkView, RequestView, RoundView
from workflows.words import listed

MOST: Final = 8000  # characters of lines in a message
NAMED: Final = 40  # orders in a row
ROW: Final = 30
UNKNOWN: Final = "there are no such orders on this desk. Check the numbers, or ask for the newest order file."
NOUNS: Final[Mapping[Kind, str]] = {
    Kind.PLACE_HOLD: "hold",
    Kind.RELEASE_HOLD: "release",
    Kind.CANCEL: "cancel",
}
ABOUT: Final[Mapping[Kind, str]] = {Kind.PLACE_HOLD: "on", Kind.RELEASE_HOLD: "of", Kind.CANCEL: "of"}
SIGNED: Final[Mapping[RoundAction, str]] = {
    RoundAction.APPROVE: "you approved {good} of {orders}.",
    RoundAction.REJECT: "you rejected {good} of {orders}.",
    RoundAction.WITHDRAW: "you withdrew {good} of {orders}.",
}
Item = Mapping[str, Any]


def round_message(view: BulkView, round_: RoundView) -> Message:
    """To whoever began the round: what was asked for, and every order with which it did not go well, and why."""
    said = _asked(view, round_) if round_.action is RoundAction.ASK else _signed(round_)
    parts = [section(part) for part in _parts(failures(round_.steps))]
    waiting = _to_withdraw(view, round_) if round_.action is RoundAction.ASK else []
    return message(said, [section(said), *parts, *([actions([_withdraw(view, waiting)])] if waiting else [])])


def _asked(view: BulkView, round_: RoundView) -> str:
    name, good = view.bulk.name, sum(went_well(step.result) for step in round_.steps)
    orders = text.count(len(round_.steps), "order")
    reason = f" ({text.mrkdwn(reason_of(view), 120)})" if reason_of(view) else ""
    if not good:
        return f"{name}: nothing was asked for{reason}. Here is what stands against it:"
    of = orders if good == len(round_.steps) else f"{good} of {orders}"
    noun = NOUNS[view.bulk.kind]
    first = f"{name}: you asked for {'a ' + noun if good == 1 else noun + 's'} {ABOUT[view.bulk.kind]} *{of}*{reason}."
    rest = "The others were not asked for:" if good < len(round_.steps) else ""
    return " ".join(filter(None, (first, _who_signs(view, round_), _at_once(round_), rest)))


def _who_signs(view: BulkView, round_: RoundView) -> str:
    found: dict[str, int] = {}
    for each in _to_withdraw(view, round_):
        for group in each.waiting_for:
            found[group.role] = found.get(group.role, 0) + 1
    roles = [f"{text.mrkdwn(view.policy.role_label(role), 80)} ({count})" for role, count in found.items()]
    return f"To be signed by {listed(roles, 'and')}. You hear when they have." if roles else ""


def _at_once(round_: RoundView) -> str:
    """What needed nobody else's signature."""
    done = [
        step.result.order for step in round_.steps if isinstance(step.result, Done) and step.result.what == "placed"
    ]
    return f"On hold at once, as you sign for this reason yourself: {_orders(done)}." if done else ""


def _signed(round_: RoundView) -> str:
    good = sum(went_well(step.result) for step in round_.steps)
    said = SIGNED[round_.action].format(good=good, orders=text.count(len(round_.steps), "order"))
    return f"{round_.bulk.name}: {said}" if good == len(round_.steps) else f"{round_.bulk.name}: {said} Of the others:"


def failures(steps: Iterable[Step]) -> list[tuple[str, int]]:
    """What is said of the orders that were refused, and of how many; one sentence for those that are alike."""
    found: dict[str, list[tuple[str, str]]] = {}
    for step in steps:
        if isinstance(step.result, Refusal):
            sentence = step.result.sentence(SlackWords())
            found.setdefault(_alike(sentence, step), []).append((step.order, sentence))
    return [part for alike, refused in found.items() for part in _failure(alike, refused)]


def _alike(sentence: str, step: Step) -> str:
    """The sentence as it can be said of several orders."""
    if isinstance(step.result, refusals.OrderUnknown):
        return sentence if step.result.close else UNKNOWN
    number = text.strong(str(getattr(step.result, "order", "") or step.order))
    return f"each {sentence.removeprefix(number).lstrip()}" if sentence.startswith(number) else sentence


def _failure(alike: str, refused: list[tuple[str, str]]) -> Iterator[tuple[str, int]]:
    orders = [order for order, _ in refused]
    if len(orders) == 1:
        named = text.strong(orders[0]) in refused[0][1] or alike == UNKNOWN
        yield f"• {'' if named else f'{_orders(orders)}: '}{refused[0][1]}", 1
        return
    for row in _rows(orders):
        yield f"• {_orders(row)}: {alike}", len(row)


def _rows(orders: Sequence[str]) -> Iterator[Sequence[str]]:
    """Rows of like length, so that none stands alone in the last one."""
    size = ceil(len(orders) / ceil(len(orders) / ROW))
    for start in range(0, len(orders), size):
        yield orders[start : start + size]


def _parts(said: list[tuple[str, int]]) -> list[str]:
    """Texts of a section each, and how many orders there was no room for."""
    fits = [len(line) for line, _ in said]
    most = next((at for at in range(len(said)) if sum(fits[: at + 1]) + at > MOST), len(said))
    left = sum(orders for _, orders in said[most:])
    lines = [*(line for line, _ in said[:most]), *([f"And {text.count(left, 'more order')}."] if left else [])]
    return chunks(lines, 2 * MOST, "line", "lines")


def _orders(numbers: Sequence[str], last: str = "and") -> str:
    return facts.several([text.strong(number, 60) for number in numbers], last, most=NAMED)


def _to_withdraw(view: BulkView, round_: RoundView) -> list[RequestView]:
    """What came of this round and still waits."""
    numbers = {step.result.request for step in round_.steps if isinstance(step.result, Done)}
    return [each for each in view.requests if each.request.number in numbers and each.request.is_pending]


def _withdraw(view: BulkView, waiting: Sequence[RequestView]) -> Block:
    value = bulk_value(view.bulk.number, [(each.request.number, each.request.version) for each in waiting])
    made = button("Withdraw all", ActionId.BULK_WITHDRAW, value, label=f"Withdraw what waits of {view.bulk.name}")
    what = text.count(len(waiting), "order")
    return asking_first(made, f"Withdraw {what}?", "Whatever waits by then is withdrawn.", "Withdraw all")


def bulk_outcome(view: BulkView, items: Sequence[Item]) -> Message:
    """A direct message about what others did to requests of a bulk."""
    by_number = {each.request.number: each for each in view.requests}
    found: dict[tuple[str, str], list[tuple[RequestView, str]]] = {}
    for item in items:
        if each := by_number.get(int(item["request"])):
            found.setdefault((str(item["what"]), str(item["by"])), []).append((each, str(item["note"])))
    lines = [_became(view, what, by, told) for (what, by), told in found.items()]
    said = lines[0].partition("\n")[0] if lines else f"{view.bulk.name}: nothing has changed."
    parts = chunks([each for line in lines for each in line.split("\n")], MOST, "line", "lines")
    return message(said, [section(part) for part in parts] or [section(said)])


TOLD: Final[Mapping[str, str]] = {
    "approved": "✓ {by} approved {count} ({name}).",
    "rejected": "✕ {by} rejected {count} ({name}).",
    "void": "– {count} ({name}) came to nothing, as the orders moved on since it was asked. Ask again for these:",
    "expired": "– {count} ({name}) expired: nobody signed in time. Ask again for these:",
    "escalated": ":arrow_up: {count} ({name}) not signed in time: {escalated}.",
}


def _became(view: BulkView, what: str, by: str, told: Sequence[tuple[RequestView, str]]) -> str:
    noun = NOUNS[view.bulk.kind]
    nouns = noun if len(view.requests) == 1 else f"{noun}s"
    count = f"*{len(told)} of {len(view.requests)} {nouns}*"
    first = TOLD.get(what, "– {count} ({name}): {what} by {by}.").format(
        by=text.member(by),
        count=count,
        escalated=_escalated(told[0][0]),
        name=view.bulk.name,
        what=text.mrkdwn(what, 40),
    )
    return "\n".join([first, *_with_notes(what, told), *_still_held(view, what, told)])


def _with_notes(what: str, told: Sequence[tuple[RequestView, str]]) -> list[str]:
    """The orders by what was noted about them; where it did not go as it was asked, every one of them."""
    found: dict[str, list[str]] = {}
    for each, note in told:
        found.setdefault(text.mrkdwn(note, 300), []).append(each.order.number)
    return [
        f"• {_orders(row)}{f': {note}' if note else ''}"
        for note, orders in found.items()
        for row in ([orders] if what == "approved" else _rows(orders))
    ]


def _still_held(view: BulkView, what: str, told: Sequence[tuple[RequestView, str]]) -> list[str]:
    if view.bulk.kind is not Kind.RELEASE_HOLD or what != "approved":
        return []
    held = [each.order.number for each, _ in told if facts.other_holds(each)]
    return [f"Still held by something else: {_orders(held)}."] if held else []


def _escalated(view: RequestView) -> str:
    if not view.request.escalated_to:
        return "there is nobody to escalate to, and the managers are told"
    return f"{text.mrkdwn(view.policy.role_label(view.request.escalated_to), 80)} can sign as well now"


def bulk_reminder(view: BulkView, channel: str) -> Message | None:
    """In the card's thread, for the roles whose channel this is; None where none of them has still to sign."""
    waiting = view.waiting_in(channel)
    labels, rung = whom(view, channel, waiting)
    if not labels:
        return None
    label, noun = listed(labels, "and"), NOUNS[view.bulk.kind]
    who = text.people(rung, "and", most=10) or label
    dates = [each.order.ship_by for each in waiting if each.order.ship_by]
    ship_by = f" The first of them is to ship by {text.day(min(dates))}." if dates else ""
    orders, since = text.count(len(waiting), "order"), text.when(min(each.request.requested_at for each in waiting))
    reason = f" ({text.mrkdwn(reason_of(view), 120)})" if reason_of(view) else ""
    has = "has" if len(waiting) == 1 else "have"
    what = f"*{orders}* of {view.bulk.name}, the {noun}s{reason},"
    said = f":hourglass: {who}: {what} {has} waited for {label} since {since}.{ship_by}"
    fallback = f"{view.bulk.name} still waits for {label}: {orders}"
    roles = [group for each in waiting for group in each.waiting_for if group.role in view.roles_in(channel)]
    return message(fallback, [section(f"{said} {what_to_do(roles)}")])


def bulk_stuck(view: BulkView, items: Sequence[Item], to: str) -> Message | None:
    """For the managers' channel; None where all of it is decided by now."""
    numbers = {int(item["request"]) for item in items}
    waiting = [each for each in view.requests if each.request.number in numbers and each.request.is_pending]
    if not waiting:
        return None
    policy, orders = view.policy, text.count(len(waiting), "order")
    roles = dict.fromkeys(entry.role for each in waiting for entry in each.request.sign)
    labels = listed([text.mrkdwn(policy.role_label(role), 80) for role in roles], "and")
    role, since = text.mrkdwn(policy.role_label(to), 80), text.when(min(e.request.requested_at for e in waiting))
    has, they = ("has", "It") if len(waiting) == 1 else ("have", "They")
    said = (
        f":arrow_up: *{orders}* of {view.bulk.name} {has} waited for {labels} since {since}. "
        f"{they} should go to {role} now, but nobody there can sign as well."
    )
    step = f"*Next step:* an admin adds a person to {role}, or reminds {labels} in person."
    named = _orders([each.order.number for each in waiting])
    fallback = f"{orders} of {view.bulk.name} {'waits' if has == 'has' else 'wait'}, and there is nobody to escalate to"
    return message(fallback, [section(f"{said}\n{named}\n{step}")])
