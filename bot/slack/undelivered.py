"""Messages that were given up, in words: what each was, where it was to go, and why it did not arrive."""

import re
from collections.abc import Mapping
from typing import Final

from bot.slack import text
from workflows.endpoints import label_of

KINDS: Final[Mapping[str, str]] = {
    "absence": "News of an absence",
    "card": "Approval card",
    "card.email": "Approval card by e-mail",
    "card.redraw": "Update of an approval card",
    "channel.broken": "Warning about a channel",
    "digest": "Digest",
    "digest.chart": "Chart of the digest",
    "digest.email": "Digest by e-mail",
    "escalation.stuck": "Warning about an escalation",
    "export": "Export",
    "floor": "News for the floor",
    "floor.email": "News for the floor by e-mail",
    "hold.assigned": "Word that somebody takes care of a hold",
    "hold.extended": "Word that a hold goes on",
    "hold.nudge": "Nudge",
    "hold.review": "Question about a hold",
    "home": "Home tab",
    "hook": "Call",
    "import": "News of an import",
    "outcome": "What became of a request",
    "reminder": "Reminder",
    "reply": "Answer",
    "request.email": "E-mail about a request",
    "requester.email": "E-mail about a request",
    "role.empty": "Warning about a role",
    "seal": "Seal of the audit",
}
_CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,30}")
_CODE: Final = re.compile(r"[a-z_]+: ")  # what Slack calls it stands before our words


def kind(code: str) -> str:
    return KINDS.get(code) or text.mrkdwn(code.replace(".", " ").capitalize(), 60)


def destination(lane: str) -> str:
    """A channel or person as Slack shows them; an address, or the name of a hook, as it stands."""
    way, _, to = lane.partition(":")
    if way == "hook":
        return text.mrkdwn(label_of(to), 60)
    return f"<#{to}>" if _CHANNEL.fullmatch(to) else text.member(to) if to else text.mrkdwn(lane, 60)


def cause(error: str, limit: int = 200) -> str:
    code = None if error.startswith("network") else _CODE.match(error)
    said = error[code.end() : code.end() + 1].upper() + error[code.end() + 1 :] if code else error
    return text.mrkdwn(said, limit)
