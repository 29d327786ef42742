"""The digest of a workday as Slack shows it: the worst first, the rest a click away."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from bot.slack import text, undelivered
from bot.slack.blocks import Block, Message, View, actions, button, chunks, context, divider, header, message, section
from bot.slack.forms import message_view
from bot.slack.ids import ActionId, hold_value
from bot.slack.order_view import queued
from bot.slack.seal_words import sealed
from bot.slack.timeline import HAPPENED
from workflows.contradictions import CANCEL_UNDONE, MISSING_ORDER, SHIPPED_AFTER_CANCEL, DriftedChange, OpenException
from workflows.digest import After, DeadNews, Digest, Group, Held, HeldPage, Released, Wanted, after
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.values import HoldState
from workflows.words import listed

ROWS: Final = 8  # stale holds with their buttons
GROUPS: Final = 5  # owner roles among them
LISTED: Final = 5  # of everything else
LIST: Final = 1000  # characters of such a list
PAGE: Final = 20  # rows of the view behind Show more
CURRENCIES: Final = 4
_MORE: Final = re.compile(r"(stale|reviews)\.(\d{4}-\d\d-\d\d)\.(-?\d{1,18})\.(\d{1,10})\.(.{0,60})")


def digest_message(digest: Digest) -> Message:
    """With buttons on each stale hold. A quiet day is one line."""
    if digest.is_quiet:
        said = quiet(digest)
        return message(said, [section(f":sunny: {said}")])
    counts = digest.counts
    blocks = [
        header(f"Digest of {text.day(digest.day)}"),
        section("\n".join(_summary(digest))),
        *_stale(digest),
        divider(),
        *_list("Past due, waiting for a signature", _past_due(digest), counts.past_due, "`/desk queue` shows all."),
        *_reviews(digest),
        *_list("Open exceptions", [_exception(each) for each in digest.exceptions], counts.exceptions),
        *_list("Not taken over by the system of record", [_drift(each) for each in digest.drift], counts.drift),
        *_list("Messages that never arrived", [_dead(each) for each in digest.dead], counts.dead, DEAD),
        *_list(f"Released since {text.when(digest.since)}", _released(digest), counts.released),
        context(_how(digest)),
        *([context(sealed(digest.seal))] if digest.seal else ()),
    ]
    return message(f"Digest of {text.day(digest.day)}: {headline(digest)}.", blocks)


DEAD: Final = "`redtag notices dead` says why."


def quiet(digest: Digest) -> str:
    """One line for a day on which nothing waits for anybody."""
    holds, released = digest.counts.holds, digest.counts.released
    held = f"{text.count(holds, 'hold')} in force" if holds else "No order is on hold"
    freed = f", {released:,} released since the last digest" if released else ""
    return f"{text.day(digest.day)} is a quiet day: nothing is stale, past due or in doubt. {held}{freed}."


def headline(digest: Digest) -> str:
    """`12 stale holds, 3 past-due approvals, 2 reviews due and 1 exception`."""
    counts = digest.counts
    numbers = (
        (digest.stale, "stale hold"),
        (counts.past_due, "past-due approval"),
        (counts.reviews, "review"),
        (counts.exceptions, "exception"),
        (counts.drift, "change"),
        (counts.dead, "undelivered message"),
    )
    return listed([_count(number, noun) for number, noun in numbers if number], "and")


def _count(number: int, noun: str) -> str:
    counted, rest = {"change": ("change", " not taken over"), "review": ("review", " due")}.get(noun, (noun, ""))
    return f"{text.count(number, counted)}{rest}"


def worth(amounts: Mapping[str, int]) -> str:
    """`USD 1,250.00 and EUR 90.00`; each currency for itself."""
    shown = [text.money(amount, currency) for currency, amount in list(amounts.items())[:CURRENCIES]]
    more = len(amounts) - CURRENCIES
    others = f"{more} other {'currency' if more == 1 else 'currencies'}"
    return listed([*shown, others] if more > 0 else shown, "and") or "nothing"


def _summary(digest: Digest) -> list[str]:
    counts = digest.counts
    holds = text.count(counts.holds, "hold")
    if counts.at_risk == counts.on_hold:
        rest = f"; every order on hold has a stale one ({holds})." if counts.holds else "."
    else:
        rest = f" in orders with a stale hold; {worth(counts.on_hold)} in all orders on hold ({holds})."
    return [f"*{headline(digest)}*", f"*Value at risk:* {worth(counts.at_risk)}{rest}"]


def _how(digest: Digest) -> str:
    return (
        f"As of {text.when(digest.now)}. Oldest day first, within a day the most valuable order first. A hold is stale "
        "when it has been in force for longer than its reason allows, in working time. `/desk digest` shows it anew."
    )


def _stale(digest: Digest) -> list[Block]:
    groups, left, blocks = digest.groups[:GROUPS], ROWS, list[Block]()
    for place, group in enumerate(groups):
        room = left // (len(groups) - place)  # what one leaves is the next ones'
        rows = group.rows[:room]
        left -= len(rows)
        blocks += [divider(), _title(group, digest.policy, len(rows))]
        blocks += [block for row in rows for block in row_blocks(row, digest.policy, digest.now)]
    return [*blocks, *_other_groups(digest)]


def _title(group: Group, policy: Policy, shown: int) -> Block:
    label = text.mrkdwn(policy.role_label(group.owner), 80)
    said = f"*{label}:* {text.count(group.count, 'stale hold')}, {worth(group.worth)}"
    if group.count <= shown:
        return section(said)
    return section(said, accessory=_show_all(group.count, Wanted(owner=group.owner), f"Show all of {label}"))


def _other_groups(digest: Digest) -> list[Block]:
    others = digest.groups[GROUPS:]
    if not others:
        return []
    count = sum(group.count for group in others)
    labels = [text.mrkdwn(digest.policy.role_label(group.owner), 40) for group in others[:10]]
    more = [f"{len(others) - 10} more roles"] if len(others) > 10 else []
    said = f"*{listed([*labels, *more], 'and')}:* {text.count(count, 'stale hold')}"
    return [divider(), section(said, accessory=_show_all(digest.stale, Wanted(), "Show all stale holds"))]


def _show_all(count: int, wanted: Wanted, label: str) -> Block:
    return button(f"Show all {count:,}", ActionId.DIGEST_MORE, more_value(wanted), label=label)


def row_blocks(row: Held, policy: Policy, now: datetime) -> list[Block]:
    return [section(_row(row, policy, now)), actions(_row_buttons(row))]


def _row(row: Held, policy: Policy, now: datetime) -> str:
    hold = row.hold
    reason = text.mrkdwn(reason_label(policy, "hold", hold.reason), 80)
    customer = text.mrkdwn(row.customer, 60) or "no customer"
    facts = (
        f"asked for by {text.member(hold.requested_by)}",
        f"until {text.day(hold.until)}" if hold.until else "",
        "release asked for" if hold.state is HoldState.RELEASE_REQUESTED else "",
        f"{text.member(hold.assignee)} takes care of it" if hold.assignee else "",
        _last(row),
    )
    return (
        f"*{text.age(row.since, now)}* · {text.strong(hold.order_number, 60)} · {reason} ({hold.name}) · {customer}, "
        f"{text.money(row.total, row.currency)}\n{', '.join(each for each in facts if each)}"
    )


def _last(row: Held) -> str:
    """`last: @Rosa asked what becomes of it, Mon 23 Nov at 10:00`."""
    if row.last is None:
        return ""
    did = HAPPENED.get(row.last.action) or text.mrkdwn(row.last.action.replace(".", " "), 60)
    return f"last: {text.member(row.last.actor)} {did}, {text.when(row.last.at)}"


def _row_buttons(row: Held) -> list[Block]:
    value, on = hold_value(row.hold.number), f"{row.hold.name} on {row.hold.order_number}"
    asks = [button("Release", ActionId.HOLD_RELEASE, value, label=f"Ask for the release of {on}")]
    return [
        *(asks if row.hold.state is HoldState.ACTIVE else []),
        button("Extend", ActionId.HOLD_EXTEND, value, label=f"Extend {on}"),
        button("Nudge", ActionId.HOLD_NUDGE, value, label=f"Nudge those who can act on {on}"),
        button("Reassign", ActionId.HOLD_ASSIGN, value, label=f"Say who takes care of {on}"),
    ]


def _list(title: str, lines: Sequence[str], count: int, hint: str = "") -> list[Block]:
    if not lines:
        return []
    more = [" ".join(part for part in (f"And {count - LISTED:,} more.", hint) if part)] if count > LISTED else []
    shown = [f"• {each}" for each in lines[:LISTED]]
    (said, *_) = chunks([f"*{title}: {count:,}*", *shown], LIST, "line", "lines")
    return [section("\n".join([said, *more]))]


def _past_due(digest: Digest) -> list[str]:
    return [queued(item, digest.now) for item in digest.past_due]


def _reviews(digest: Digest) -> list[Block]:
    count = digest.counts.reviews
    found = _list("Holds whose date has come", [_review(row, digest.policy) for row in digest.reviews], count)
    more = _show_all(count, Wanted(reviews=True), "Show the holds whose date has come")
    act = "Act on it" if count == 1 else f"Act on all {count:,}"
    return [{**block, "accessory": {**more, "text": {**more["text"], "text": act}}} for block in found]


def _review(row: Held, policy: Policy) -> str:
    until = text.day(row.hold.until) if row.hold.until else ""
    reason = text.mrkdwn(reason_label(policy, "hold", row.hold.reason), 80)
    label = text.mrkdwn(policy.role_label(row.hold.owner), 40)
    return f"{row.hold.name} on {text.strong(row.hold.order_number, 60)}, {reason}: until {until}, {label} decides"


def _exception(each: OpenException) -> str:
    order, since = text.strong(each.order_number, 60), text.when(each.opened_at)
    if each.kind == SHIPPED_AFTER_CANCEL:
        units = text.count(each.facts.get("units", 0), "cancelled unit")
        return f"{order}: {units} of line {each.facts.get('line', '?')} shipped, {since}"
    if each.kind == CANCEL_UNDONE:
        units = text.count(each.facts.get("units", 0), "cancelled unit")
        return f"{order}: {units} of line {each.facts.get('line', '?')} back in the files, {since}"
    if each.kind == MISSING_ORDER:
        return f"{order}: not in the files any more, {since}"
    return f"{order}: {text.mrkdwn(each.kind.replace('_', ' '), 60)}, {since}"


def _drift(each: DriftedChange) -> str:
    batch = f"exported in batch {each.batch}" if each.batch else "not exported yet"
    return f"{text.strong(each.order_number, 60)}: {text.mrkdwn(each.what, 120)} (R-{each.request}, {batch})"


def _dead(each: DeadNews) -> str:
    order = f"{text.strong(each.order_number, 60)}: " if each.order_number else ""
    what, to = undelivered.kind(each.kind), undelivered.destination(each.lane)
    return f"{order}{what} to {to} (notice {each.id}). {undelivered.cause(each.error, 80)}"


def _released(digest: Digest) -> list[str]:
    return [_release(each, digest.policy) for each in digest.released]


def _release(each: Released, policy: Policy) -> str:
    reason = text.mrkdwn(reason_label(policy, "hold", each.reason), 80)
    return f"H-{each.hold} on {text.strong(each.order_number, 60)}, {reason}: by {text.member(each.by)}"


def more_value(wanted: Wanted) -> str:
    """What a button for further rows carries: which ones, and behind which row."""
    at = wanted.after or After(date.min, 0, 0)
    what = "reviews" if wanted.reviews else "stale"
    return f"{what}.{at.day.isoformat()}.{at.total}.{at.hold}.{wanted.owner[:60]}"


def parse_more(value: str) -> Wanted:
    """Raises ValueError on anything that `more_value` does not write."""
    found = _MORE.fullmatch(value)
    if not found:
        raise ValueError(value)
    what, day, total, hold, owner = found.groups()
    at = After(date.fromisoformat(day), int(total), int(hold)) if int(hold) else None
    return Wanted(what == "reviews", owner, at)


def more_view(page: HeldPage, wanted: Wanted) -> View:
    """Further rows with their buttons, a page at a time."""
    title = "Dates that have come" if wanted.reviews else "Stale holds"
    if not page.rows:
        return message_view(title, "Nothing is left here: somebody was faster.")
    rows = [block for row in page.rows for block in row_blocks(row, page.policy, page.now)]
    return message_view(title, [section(_whose(page.policy, wanted)), *rows, *_next(page, wanted)])


def _whose(policy: Policy, wanted: Wanted) -> str:
    owner = text.mrkdwn(policy.role_label(wanted.owner), 80) if wanted.owner else ""
    of = f" of {owner}" if owner else ""
    return (
        f"*Holds whose date has come*{of}, the earliest first" if wanted.reviews else f"*Stale holds{of}*, oldest first"
    )


def _next(page: HeldPage, wanted: Wanted) -> Iterable[Block]:
    if not page.more:
        return []
    following = Wanted(wanted.reviews, wanted.owner, after(page.rows[-1]))
    return [actions([button("Show more", ActionId.DIGEST_MORE, more_value(following), label="Show more holds")])]
