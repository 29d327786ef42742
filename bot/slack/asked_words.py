"""What is said of cancels and changes: answers, direct messages, and what can be done about a refusal right there."""

from collections.abc import Mapping
from typing import Final

from bot.slack import asked, text
from bot.slack.blocks import CHOICE_VALUE, Block, button, chunks, plain_section
from bot.slack.ids import ActionId, request_value
from workflows import line_refusals
from workflows.asked import Asked, Cancellation, Change
from workflows.results import Done, Result
from workflows.values import Kind, Request

ABOUT: Final = 4000  # characters of lines in an answer
LONGEST_VALUE: Final = 2000  # of a button, in Slack
ANY_VERSION: Final = 1  # joining is not judged by version
SENTENCES: Final[Mapping[tuple[str, str], str]] = {
    ("requested", Kind.CANCEL): "{request}: you asked to cancel {asked} ({reason}). {signers}",
    ("requested", Kind.CHANGE): "{request}: you asked to change {asked}, because: {reason}. {signers}",
    ("preview.requested", Kind.CANCEL): (
        "Preview, nothing is done: you would ask to cancel {asked} ({reason}). {signers} {to_do_it}"
    ),
    ("preview.requested", Kind.CHANGE): (
        "Preview, nothing is done: you would ask to change {asked}, because: {reason}. {signers} {to_do_it}"
    ),
    ("signed", Kind.CANCEL): "You signed {request}, the cancel of {asked} ({reason}). Next: {signers}",
    ("signed", Kind.CHANGE): "You signed {request}, the change of {asked}, because: {reason}. Next: {signers}",
    ("approved", Kind.CANCEL): "You approved {request}, the cancel of {asked} ({reason}). The floor is told.",
    ("approved", Kind.CHANGE): "You approved {request}, the change of {asked}, because: {reason}. The floor is told.",
    ("rejected", Kind.CANCEL): "You rejected {request}: nothing of {order} is cancelled.",
    ("rejected", Kind.CHANGE): "You rejected {request}: {order} is not changed.",
    ("withdrawn", Kind.CANCEL): "You withdrew {request}: nothing of {order} is cancelled.",
    ("withdrawn", Kind.CHANGE): "You withdrew {request}: {order} is not changed.",
    ("retried", Kind.CANCEL): "The refund of {request} on {order} is sent again.",
    ("joined", Kind.CANCEL): "You will be told what becomes of {request}, the cancel of {asked}.",
    ("joined", Kind.CHANGE): "You will be told what becomes of {request}, the change of {asked}.",
}
OUTCOMES: Final[Mapping[tuple[str, str], str]] = {
    ("approved", Kind.CANCEL): "{by} approved {request}, the cancel of {asked} ({reason}). {refund}",
    ("approved", Kind.CHANGE): "{by} approved {request}, the change of {asked}, because: {reason}.",
    ("rejected", Kind.CANCEL): "{by} rejected {request}: nothing of {order} is cancelled ({reason}).",
    ("rejected", Kind.CHANGE): "{by} rejected {request}: {order} is not changed ({reason}).",
    ("withdrawn", Kind.CANCEL): "{by} withdrew {request}: nothing of {order} is cancelled ({reason}).",
    ("withdrawn", Kind.CHANGE): "{by} withdrew {request}: {order} is not changed ({reason}).",
    ("void", Kind.CANCEL): "{request} is void: {order} moved on since it was asked, so nothing of it is cancelled.",
    ("void", Kind.CHANGE): "{request} is void: {order} moved on since it was asked, so it is not changed.",
    ("expired", Kind.CANCEL): "{request} has expired: nobody signed in time, so nothing of {order} is cancelled.",
    ("expired", Kind.CHANGE): "{request} has expired: nobody signed in time, so {order} is not changed.",
    ("escalated", Kind.CANCEL): "{request}, the cancel of {asked} ({reason}), {escalated}.",
    ("escalated", Kind.CHANGE): "{request}, the change of {asked} ({reason}), {escalated}.",
}


def named(found: Asked | None, order: str) -> str:
    """What is asked for, within a sentence of mrkdwn."""
    return asked.summary(found, text.strong(order)) if found else text.strong(order)


def about(result: Result) -> list[Block]:
    """What the sentence leaves out: each line, the refund, what stays and why, and in a preview the rule."""
    if not isinstance(result, Done) or result.asked is None:
        return []
    if result.what not in {"requested", "preview.requested"}:
        return []
    found = result.asked
    rule = [f"Rule: {text.one_line(result.rule, 300)}"] if result.what.startswith("preview") and result.rule else []
    money = [f"Refund: {asked.refund(found)}"] if isinstance(found, Cancellation) else [f"Value: {_change(found)}"]
    back = [f"The floor has to put back {each}." for each in asked.returns(found)]
    stays = [f"Stays as it is: {text.one_line(each, 200)}" for each in result.blocked]
    lines = [*(f"• {each}" for each in asked.detail(found)), *money, *back[:5], *stays[:5], *rule]
    return [plain_section(part) for part in chunks(lines, ABOUT, "line", "lines")]


def _change(found: Change) -> str:
    return asked.signed(found.amount, found.currency)


def offers(result: Result) -> list[Block]:
    """What can be done about an answer right there."""
    match result:
        case line_refusals.PartlyGone(order=order, rest=rest, reason=reason, note=note) if rest and _fits(order):
            value = f"{order}\n{reason}\n{note}"[:LONGEST_VALUE]
            return [button("Cancel the rest", ActionId.CANCEL_REST, value, label=f"Cancel the rest of {order}")]
        case line_refusals.ZeroIsCancel(order=order, line=line, all=whole) if _fits(order):
            value = f"{'all' if whole else line} {order}"
            return [button("Cancel it instead", ActionId.CANCEL_INSTEAD, value, label=f"Cancel it on {order}")]
        case line_refusals.LinePending(request=request):
            value = request_value(request, ANY_VERSION)
            return [button("Tell me too", ActionId.JOIN, value, label=f"Tell me of R-{request} too")]
        case _:
            return []


def _fits(order: str) -> bool:
    """Order numbers are short; whatever is not goes into no button."""
    return len(order) <= CHOICE_VALUE


def refunded(request: Request) -> str:
    found = request.asked
    return f"Refund: {text.mrkdwn(asked.refund(found))}." if isinstance(found, Cancellation) and found.total else ""


def again(request: Request) -> Block:
    value = request_value(request.number, request.version)
    return button("Ask again with today's values", ActionId.AGAIN, value, label=f"Ask for {request.name} again")
