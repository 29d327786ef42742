"""Results as sentences: for Slack's messages, and plain for the lines under a form's fields."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.slack import asked_words, away_words, facts, text
from bot.slack.blocks import Block, Message, actions, button, message, plain_section, section
from bot.slack.ids import ActionId, request_value
from workflows import refusals
from workflows.results import Done, Refusal, Result, Signers
from workflows.values import Hold, Kind, Request
from workflows.views import RequestView
from workflows.words import listed

FIRST_VERSION: Final = 1
REASON_SHOWN: Final = 600  # characters of a note on a card or in a message


class SlackWords:
    """People are mentioned, moments shown in the reader's own time."""

    def member(self, user_id: str) -> str:
        return text.member(user_id)

    def text(self, value: str) -> str:
        return text.mrkdwn(value)

    def strong(self, value: str) -> str:
        return text.strong(value)

    def when(self, at: datetime) -> str:
        return text.when(at)


class PlainWords:
    """For places where Slack reads no markup, such as the line under a form's field."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self._names = names or {}

    def member(self, user_id: str) -> str:
        return text.one_line(self._names.get(user_id) or "a colleague", 80)

    def text(self, value: str) -> str:
        return text.one_line(value, 300)

    def strong(self, value: str) -> str:
        return text.one_line(value, 120)

    def when(self, at: datetime) -> str:
        return text.when_in_utc(at)


SENTENCES: Final[Mapping[tuple[str, str], str]] = {
    (
        "placed",
        Kind.PLACE_HOLD,
    ): "{request}: {order} is on hold ({hold}, {reason}). You sign for this reason yourself, so nobody else has to.",
    ("extended", Kind.PLACE_HOLD): "{hold} on {order} ({reason}) goes on, {lasts}.",
    ("nudged", Kind.PLACE_HOLD): "{hold} on {order} ({reason}): those who can act on it are reminded now.",
    ("assigned", Kind.PLACE_HOLD): "{deputy} takes care of {hold} on {order} ({reason}) from now on.",
    ("unassigned", Kind.PLACE_HOLD): "Nobody in particular takes care of {hold} on {order} ({reason}) any more.",
    ("requested", Kind.PLACE_HOLD): "{request}: you asked to hold {order} ({reason}). {signers}",
    ("release_requested", Kind.RELEASE_HOLD): (
        "{request}: you asked to release {hold} on {order} ({reason}). {signers} The order stays on hold until then."
    ),
    ("preview.placed", Kind.PLACE_HOLD): (
        "Preview, nothing is done: {order} would be on hold at once ({reason}), as you sign for that yourself. "
        "{to_do_it}"
    ),
    ("preview.requested", Kind.PLACE_HOLD): (
        "Preview, nothing is done: you would ask to hold {order} ({reason}). {signers} {to_do_it}"
    ),
    ("preview.release_requested", Kind.RELEASE_HOLD): (
        "Preview, nothing is done: you would ask to release {hold} on {order} ({reason}). {signers} {to_do_it}"
    ),
    ("signed", Kind.PLACE_HOLD): "You signed {request}, the hold on {order} ({reason}). Next: {signers}",
    ("signed", Kind.RELEASE_HOLD): "You signed {request}, the release of {hold} on {order} ({reason}). Next: {signers}",
    ("approved", Kind.PLACE_HOLD): "You approved {request}: {order} is on hold ({hold}, {reason}).",
    ("approved", Kind.RELEASE_HOLD): "You approved {request}: {hold} on {order} ({reason}) is released. {blockers}",
    ("rejected", Kind.PLACE_HOLD): "You rejected {request}: {order} is not put on hold ({reason}).",
    ("rejected", Kind.RELEASE_HOLD): "You rejected {request}: {hold} on {order} ({reason}) stays in force.",
    ("withdrawn", Kind.PLACE_HOLD): "You withdrew {request}: {order} is not put on hold ({reason}).",
    ("withdrawn", Kind.RELEASE_HOLD): "You withdrew {request}: {hold} on {order} ({reason}) stays in force.",
}
TYPE_IT: Final = "To do it, type the same without `--preview`."
SEND_IT: Final = "To do it, close this and send the form."


def say(result: Result, to_do_it: str = TYPE_IT) -> str:
    """What happened, in a sentence of mrkdwn. `to_do_it` ends a preview."""
    if isinstance(result, Refusal):
        return result.sentence(SlackWords())
    known = {**SENTENCES, **asked_words.SENTENCES, **away_words.SENTENCES}
    return known.get((result.what, result.kind), "Done: {request}.").format(
        order=text.strong(result.order),
        request=f"R-{result.request}",
        hold=f"H-{result.hold}",
        reason=text.mrkdwn(result.reason),
        signers=who_signs(result.sign, result.by if result.what == "signed" else ""),
        blockers=_blockers(result.blockers),
        to_do_it=to_do_it,
        asked=asked_words.named(result.asked, result.order),
        **away_words.facts(result),
        lasts=f"until {text.day(result.until)}" if result.until else "without a date",
    )


TELL_ADMIN: Final = "please tell an admin of the desk."


def who_signs(groups: Sequence[Signers], signed: str = "") -> str:
    """`@Rosa or @Ivan (Credit) can sign it.` `signed` has done so already."""
    if not groups:
        return f"Nobody can sign it at the moment: {TELL_ADMIN}"
    free = {group.role: [member for member in group.members if member != signed] for group in groups}
    labels = {group.role: text.mrkdwn(group.label, 80) for group in groups}
    if empty := [labels[role] for role, members in free.items() if not members]:
        return f"It needs {listed([*labels.values()], 'and')}, and nobody in {listed(empty)} can sign: {TELL_ADMIN}"
    people = [f"{text.people(members)} ({labels[role]})" for role, members in free.items()]
    return f"{people[0]} can sign it." if len(people) == 1 else f"It needs all of these: {'; '.join(people)}."


def _blockers(names: Sequence[str]) -> str:
    if not names:
        return "Nothing else holds the order; the floor is told."
    return f"The order is still on hold: {still_holding(names)}."


def still_holding(names: Sequence[str]) -> str:
    return facts.several([text.mrkdwn(name, 200) for name in names])


def answer(result: Result) -> Message:
    """The private answer to the one who acted. While their request is open it can be withdrawn right there."""
    said = say(result)
    offered = offers(result)
    return as_private(
        message(said, [section(said), *asked_words.about(result), *([actions(offered)] if offered else [])])
    )


def preview(result: Result) -> list[Block]:
    """What a form would come to, for a view over it."""
    return [section(say(result, SEND_IT)), *asked_words.about(result)]


def offers(result: Result) -> list[Block]:
    """What can be done about an answer right there."""
    request = _to_withdraw(result)
    if not request:
        return asked_words.offers(result)
    value = request_value(request, FIRST_VERSION)
    return [button("Withdraw", ActionId.WITHDRAW, value, label=f"Withdraw R-{request}")]


def private(sentence: str) -> Message:
    """A sentence of ours, in mrkdwn, that only the one who asked sees."""
    return as_private(message(sentence, [section(sentence)]))


def as_private(said: Message) -> Message:
    return {"response_type": "ephemeral", **said}


def safe(typed: str) -> str:
    return text.mrkdwn(typed)


def _to_withdraw(result: Result) -> int:
    """The reader's own pending request, or 0. Withdrawing is not judged by version."""
    if isinstance(result, Done):
        return result.request if result.what in {"requested", "release_requested"} else 0
    return result.request if isinstance(result, refusals.OwnRequest) else 0


OUTCOMES: Final[Mapping[tuple[str, str], str]] = {
    ("approved", Kind.PLACE_HOLD): "{by} approved {request}: {order} is on hold ({hold}, {reason}).",
    ("approved", Kind.RELEASE_HOLD): "{by} approved {request}: {hold} on {order} ({reason}) is released.",
    ("rejected", Kind.PLACE_HOLD): "{by} rejected {request}: {order} is not put on hold ({reason}).",
    ("rejected", Kind.RELEASE_HOLD): "{by} rejected {request}: {hold} on {order} ({reason}) stays in force.",
    ("void", Kind.PLACE_HOLD): "{request} is void: {order} moved on since you asked, so it is not put on hold.",
    ("void", Kind.RELEASE_HOLD): "{request} is void: {order} moved on since you asked, so {hold} stays in force.",
    (
        "expired",
        Kind.RELEASE_HOLD,
    ): "{request} has expired: nobody signed in time, so {hold} on {order} stays in force.",
    ("escalated", Kind.PLACE_HOLD): "{request}, the hold on {order} ({reason}), {escalated}.",
    ("escalated", Kind.RELEASE_HOLD): "{request}, the release of {hold} on {order}, {escalated}.",
}
ASK_AGAIN: Final = frozenset({"void", "expired"})


def outcome_dm(view: RequestView, what: str, by: str, note: str) -> Message:
    """The requester's direct message about what others did to a request."""
    said = f"{outcome(view, what, by)} {_still_held(view, what)}".strip()
    blocks: list[Block] = [section(said)]
    if note.strip():
        blocks.append(plain_section(facts.what_moved(note) if what == "void" else quoted(note)))
    if what in ASK_AGAIN and view.request.asked:
        blocks.append(actions([asked_words.again(view.request)]))
    elif what in ASK_AGAIN:
        blocks.append(section(f"You can ask again with today's values: {text.code(ask_again(view))}"))
    return message(said, blocks)


def outcome(view: RequestView, what: str, by: str) -> str:
    """Every kind has its sentence; one that is not here yet is told in general words."""
    request = view.request
    known = {**OUTCOMES, **asked_words.OUTCOMES}
    template = known.get((what, request.kind), "{request} on {order}: {what} by {by}.")
    return template.format(
        by=text.member(by),
        request=request.name,
        order=text.strong(request.order_number),
        hold=view.hold.name if view.hold else "the hold",
        reason=text.mrkdwn(view.reason_label),
        what=text.mrkdwn(what),
        asked=asked_words.named(request.asked, request.order_number),
        refund=asked_words.refunded(request),
        escalated=_escalated(view),
    )


def _escalated(view: RequestView) -> str:
    if not view.request.escalated_to:
        return "was not signed in time, and there is nobody to escalate it to: the managers are told"
    to = text.mrkdwn(view.policy.role_label(view.request.escalated_to), 80)
    return f"was not signed in time: it is escalated to {to}, who can sign as well"


def _still_held(view: RequestView, what: str) -> str:
    if view.request.kind is not Kind.RELEASE_HOLD or what != "approved":
        return ""
    others = facts.other_holds(view)
    return f"The order is still held by {facts.several(others)}." if others else "The floor is told."


def quoted(note: str, limit: int = REASON_SHOWN) -> str:
    """Somebody's words, for a plain_text object."""
    return f"“{text.plain(note, limit)}”"


def ask_again(view: RequestView) -> str:
    """What to type to ask for the same once more."""
    request, hold = view.request, view.hold
    return " ".join(filter(None, [*_typed(request, hold), text.one_line(request.note, 100)]))


def _typed(request: Request, hold: Hold | None) -> tuple[str, ...]:
    if request.kind is Kind.RELEASE_HOLD:
        return "/release", request.order_number, hold.name if hold else "", request.reason
    if request.kind is Kind.PLACE_HOLD:
        until = f"until {hold.until}" if hold and hold.until else ""
        return "/hold", request.order_number, request.reason, until
    return f"/{request.kind}", request.order_number


def plain_sentence(refusal: Refusal, names: Mapping[str, str] | None = None, limit: int = 500) -> str:
    """A refusal where no markup is read."""
    return text.one_line(refusal.sentence(PlainWords(names)).replace("`", ""), limit)
