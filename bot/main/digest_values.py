"""What the digest's e-mail says. Names stand in for mentions, and nothing can be clicked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.delivery.digest_mail import DigestMail, Item, Part
from bot.slack import text
from bot.slack.digest import headline, quiet
from bot.slack.seal_words import KEEP
from workflows.clocks import calendar_of
from workflows.contradictions import CANCEL_UNDONE, MISSING_ORDER, SHIPPED_AFTER_CANCEL, OpenException
from workflows.digest import Digest, Group, Held
from workflows.money import show_money
from workflows.reasons import reason_label
from workflows.systems import shown, system_name
from workflows.views import QueueItem
from workflows.words import listed

NOUNS: Final[Mapping[str, str]] = {
    "cancel": "cancel",
    "change": "change",
    "place_hold": "hold",
    "release_hold": "release",
}
CURRENCIES: Final = 4
GROUPS: Final = 8  # of owner roles; a mail past a hundred kilobytes is cut by some readers
ROWS: Final = 5  # of each of them


def mail_of(digest: Digest) -> DigestMail:
    counts, desk, day = digest.counts, digest.policy.desk.name, text.day(digest.day)
    if digest.is_quiet:
        return DigestMail(desk, day, "", "", "", quiet=quiet(digest))
    parts = (
        *(_group(group, digest) for group in digest.groups[:GROUPS]),
        *_other_groups(digest),
        _part("Past due, waiting for a signature", [_late(each, digest) for each in digest.past_due], counts.past_due),
        _part("Holds whose date has come", [_review(row, digest) for row in digest.reviews], counts.reviews),
        _part("Open exceptions", [_exception(each) for each in digest.exceptions], counts.exceptions),
        _part("Not taken over by the system of record", _drift(digest), counts.drift),
        _part("Messages that never arrived", _dead(digest), counts.dead),
        _part("Released since the last digest", _released(digest), counts.released),
        Part("Seal of the audit", [Item(str(digest.seal), KEEP)] if digest.seal else [], 0),
    )
    risk, held = _worth(counts.at_risk), _worth(counts.on_hold)
    return DigestMail(desk, day, headline(digest), risk, held, parts=tuple(part for part in parts if part.items))


def _part(title: str, items: list[Item], count: int) -> Part:
    return Part(f"{title}: {count:,}", items, max(0, count - len(items)))


def _worth(amounts: Mapping[str, int]) -> str:
    shown_first = [show_money(amount, currency) for currency, amount in list(amounts.items())[:CURRENCIES]]
    more = len(amounts) - CURRENCIES
    others = f"{more} other {'currency' if more == 1 else 'currencies'}"
    return listed([*shown_first, others] if more > 0 else shown_first, "and") or "nothing"


def _group(group: Group, digest: Digest) -> Part:
    title = f"{digest.policy.role_label(group.owner)}: {text.count(group.count, 'stale hold')}, {_worth(group.worth)}"
    items = [_held(row, digest) for row in group.rows[:ROWS]]
    return Part(title, items, group.count - len(items))


def _other_groups(digest: Digest) -> list[Part]:
    others = digest.groups[GROUPS:]
    items = [
        Item(digest.policy.role_label(group.owner), text.count(group.count, "stale hold")) for group in others[:20]
    ]
    return [Part("Other roles", items, len(others) - len(items))] if others else []


def _held(row: Held, digest: Digest) -> Item:
    hold, reason = row.hold, reason_label(digest.policy, "hold", row.hold.reason)
    facts = (
        show_money(row.total, row.currency),
        f"asked for by {_name(hold.requested_by, digest)}",
        f"until {text.day(hold.until)}" if hold.until else "",
        f"{_name(hold.assignee, digest)} takes care of it" if hold.assignee else "",
        f"last activity {_when(row.last.at, digest)} by {_name(row.last.actor, digest)}" if row.last else "",
    )
    title = (
        f"{hold.order_number}{f', {text.one_line(row.customer, 60)}' if row.customer else ''}: {reason} ({hold.name})"
    )
    return Item(title, ", ".join(each for each in facts if each), text.age(row.since, digest.now))


def _late(item: QueueItem, digest: Digest) -> Item:
    roles = listed([group.label for group in item.waiting_for[:4]], "and")
    waits = f"waits for {roles}" if roles else "nobody can sign it"
    detail = f"{show_money(item.total, item.currency)}, asked for by {_name(item.by, digest)}, {waits}"
    title = f"{item.order_number}: {NOUNS.get(item.kind, 'request')}, {item.reason_label} ({item.id})"
    return Item(title, detail, text.age(item.since, digest.now))


def _review(row: Held, digest: Digest) -> Item:
    until = text.day(row.hold.until) if row.hold.until else ""
    detail = f"until {until}, {digest.policy.role_label(row.hold.owner)} decides"
    return Item(f"{row.hold.order_number}: {row.hold.name}", detail)


def _exception(each: OpenException) -> Item:
    became = {SHIPPED_AFTER_CANCEL: "shipped", CANCEL_UNDONE: "back in the files"}.get(each.kind)
    if became:
        units = text.count(each.facts.get("units", 0), "cancelled unit")
        return Item(each.order_number, f"{units} of line {each.facts.get('line', '?')} {became}")
    missing = each.kind == MISSING_ORDER
    return Item(each.order_number, "not in the files any more" if missing else each.kind.replace("_", " "))


def _drift(digest: Digest) -> list[Item]:
    return [Item(f"{each.order_number} (R-{each.request})", each.what) for each in digest.drift]


def _dead(digest: Digest) -> list[Item]:
    return [
        Item(f"notice {each.id} to {each.lane.partition(':')[2]}", f"{each.kind.replace('.', ' ')}: {each.error[:200]}")
        for each in digest.dead
    ]


def _released(digest: Digest) -> list[Item]:
    policy = digest.policy
    return [
        Item(
            f"{each.order_number}: H-{each.hold}",
            f"{reason_label(policy, 'hold', each.reason)}, by {_name(each.by, digest)}, {_when(each.at, digest)}",
        )
        for each in digest.released
    ]


def _when(at: datetime, digest: Digest) -> str:
    """As the desk's clock shows it."""
    local = at.astimezone(calendar_of(digest.policy.desk).zone)
    return f"{text.day(local.date())} at {local:%H:%M}"


def _name(user_id: str, digest: Digest) -> str:
    system = system_name(user_id)
    return shown(system) if system else digest.names.get(user_id) or user_id
