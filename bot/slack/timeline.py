"""What happened to an order, in words: an audit entry in a line."""

import re
from collections.abc import Mapping
from typing import Final

from bot.slack import text, undelivered
from workflows.views import TimelineEntry

HAPPENED: Final[Mapping[str, str]] = {
    "gate.refused": "was told by the ship gate that the order may not ship",
    "hold.assigned": "said who takes care of the hold",
    "hold.closed": "ended a hold, as the order ended",
    "hold.extended": "gave the hold another date",
    "hold.imported": "brought the hold in from a file",
    "hold.nudged": "reminded those who can act on the hold",
    "hold.placed": "put the order on hold",
    "hold.released": "released the hold",
    "hold.review_asked": "asked what becomes of the hold, as its date has come",
    "lines.cancelled": "cancelled units",
    "order.changed": "changed the order",
    "exception.closed": "saw an exception end",
    "exception.opened": "found cancelled units shipped",
    "order.imported": "imported the order",
    "order.missing": "did not find the order in a file",
    "request.approved": "approved",
    "request.created": "asked",
    "request.escalated": "escalated it, as it was not signed in time",
    "request.expired": "let it expire",
    "request.joined": "asked to be told the outcome",
    "request.mailed": "wrote to those who are to sign, as Slack did not show them the card",
    "request.previewed": "previewed a request",
    "request.refused": "was refused",
    "request.rejected": "rejected",
    "request.reminded": "reminded the signers",
    "request.signed": "signed",
    "request.void": "found it void",
    "request.withdrawn": "withdrew",
    "hook.retried": "had the refund asked for again",
    "webhook.replayed": "sent a webhook again",
}
TOLD: Final[Mapping[str, str]] = {"floor": "The floor was told of", "floor.email": "The floor has the e-mail about"}
NOTICES: Final[Mapping[str, str]] = {
    "notice.dead": "could not deliver",
    "notice.retried": "tries again to deliver",
    "notice.sent": "delivered",
    "notice.skipped": "had no need to deliver",
}


def is_news(entry: TimelineEntry) -> bool:
    """That a card or a direct message went out is in the audit; beside an order it would only hide what people did."""
    return entry.action != "notice.sent" or entry.facts.get("kind") in TOLD


def happened(entry: TimelineEntry) -> str:
    """`Nov 23, 15:30 · @Ivan was refused (R-12): not yours to sign`."""
    told = TOLD.get(str(entry.facts.get("kind"))) if entry.action == "notice.sent" else None
    if told and entry.request:
        return f"{text.when(entry.at)} · {told} R-{entry.request}"
    request = f" (R-{entry.request})" if entry.request else ""
    return f"{text.when(entry.at)} · {text.member(entry.actor)} {_what(entry)}{request}{_why(entry)}"


def _what(entry: TimelineEntry) -> str:
    if entry.action in NOTICES:
        noun = undelivered.kind(str(entry.facts.get("kind", "")))
        return f"{NOTICES[entry.action]}: {noun} to {undelivered.destination(str(entry.facts.get('lane', '')))}"
    return HAPPENED.get(entry.action) or text.mrkdwn(entry.action.replace(".", " "), 60)


def _why(entry: TimelineEntry) -> str:
    refusal, problem = entry.facts.get("refusal"), entry.facts.get("error") or entry.facts.get("reason")
    if isinstance(refusal, str):
        return f": {_spaced(refusal)}"
    return f": {undelivered.cause(problem, 120)}" if entry.action in NOTICES and isinstance(problem, str) else ""


def _spaced(name: str) -> str:
    """`NotYoursToSign` as people read it."""
    return text.mrkdwn(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower(), 60)
