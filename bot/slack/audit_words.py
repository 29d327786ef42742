"""What is recorded of an order, entry by entry, and whether the record is whole."""

from typing import Final

from bot.slack import facts, text
from bot.slack.blocks import Block, Message, View, actions, button, chunks, header, message, section
from bot.slack.forms import message_view
from bot.slack.ids import ActionId, audit_value
from bot.slack.timeline import happened
from workflows.views import AuditPage

PAGE: Final = 20  # entries, which all find room
ROOM: Final = 9300
FAULTS: Final = 3


def audit_message(page: AuditPage) -> Message:
    """The newest entries. `page` may be empty: a system of record can bring an order in that nobody has touched."""
    number = text.mrkdwn(page.order, 60)
    said = f"Audit of {number}: {_counted(page)}."
    return message(said, [header(facts.title("Audit of", page.order)), section(_whole(page)), *_entries(page)])


def more_view(page: AuditPage) -> View:
    """Older ones, in a view of their own; from there the next page takes its place."""
    if not page.entries:
        return message_view("Audit", f"Nothing older is recorded of {text.strong(page.order, 60)}.")
    first, last = page.entries[0].seq, page.entries[-1].seq
    said = f"*{text.mrkdwn(page.order, 60)}*, entries {first:,} to {last:,} of {page.count:,}"
    return message_view("Audit", [section(said), *_entries(page)])


def _whole(page: AuditPage) -> str:
    if not page.count and not page.faults:
        return "Nothing has happened to this order yet."
    counted = f"*{_counted(page)}*, the newest first."
    if page.faults is None:
        return f"{counted} They are too many to check here; `redtag audit verify` does."
    if not page.faults:
        return f"{counted} The record is whole: each entry follows from the one before, and none is missing."
    found = "\n".join(f"• {text.mrkdwn(fault)}" for fault in page.faults[:FAULTS])
    return (
        f":warning: *The record of this order is not whole.*\n{found}\n"
        "*Next step:* tell whoever runs Redtag; `redtag audit verify` checks the whole desk."
    )


def _counted(page: AuditPage) -> str:
    return "1 entry" if page.count == 1 else f"{page.count:,} entries"


def _entries(page: AuditPage) -> list[Block]:
    lines = [f"{entry.seq}. {happened(entry)}" for entry in page.entries]
    parts = [section(part) for part in chunks(lines, ROOM, "entry", "entries")]
    return [*parts, *([actions([_more(page)])] if page.more else [])]


def _more(page: AuditPage) -> Block:
    value = audit_value(page.entries[-1].seq, page.order)
    return button("More", ActionId.AUDIT_MORE, value, label=f"Older entries of {page.order}")
