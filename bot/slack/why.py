"""Why an order waits: every open hold and pending request, who can act, who was asked, and what happens next."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.slack import facts, text
from bot.slack.asked import brief
from bot.slack.blocks import Block, Message, chunks, header, message, section
from bot.slack.order_view import NOUNS, may_ship
from workflows.policy.model import Policy
from workflows.reasons import reason_label
from workflows.results import Signers
from workflows.signers import signers, waiting_for
from workflows.values import Hold, Request
from workflows.views import NextSteps, OrderView
from workflows.words import listed

ROOM: Final = 9000
FEW: Final = 6  # each is a paragraph of its own


def why_message(view: OrderView, steps: Sequence[NextSteps]) -> Message:
    """One part for each thing that is open. `steps`: of the order's pending requests."""
    number, following = view.order.number, {each.request: each for each in steps}
    parts = [*_holds(view, following), *_others(view, following)]
    if not parts:
        said = f"Nothing waits on {text.strong(number, 60)}: no hold is open and no request is pending."
        return message(said, [section(f"{said}\n{may_ship(view)}")])
    few = len(parts) <= FEW
    blocks: list[Block] = [section(part) for part in (parts if few else chunks(parts, ROOM, "entry", "entries"))]
    said = f"Why {text.mrkdwn(number, 60)} waits. {may_ship(view, most=1)}"
    return message(said, [header(facts.title("Why", number, " waits")), section(may_ship(view)), *blocks])


def _holds(view: OrderView, following: Mapping[int, NextSteps]) -> Iterable[str]:
    for hold in view.holds:
        if hold.is_open:
            asked = next((each for each in view.requests if each.is_pending and each.hold == hold.number), None)
            about = f"*{facts.hold_words(hold, view.policy)}*{_note(hold.note)}"
            wait = _waiting(asked, view.policy, following) if asked else _nobody_asked(hold, view)
            yield "\n".join([about, *(f"• {each}" for each in [*_placed(hold), *wait, *_review(hold)])])


def _others(view: OrderView, following: Mapping[int, NextSteps]) -> Iterable[str]:
    for request in reversed(view.requests):
        if request.is_pending and request.hold is None:
            label = text.mrkdwn(reason_label(view.policy, request.kind.value, request.reason), 120)
            what = f" of {brief(request.asked)}" if request.asked else ""
            about = f"*{NOUNS[request.kind].capitalize()}{what}, {label}*{_note(request.note)}"
            yield "\n".join([about, *(f"• {each}" for each in _waiting(request, view.policy, following))])


def _note(note: str) -> str:
    return f": {text.mrkdwn(note, 160)}" if note else ""


def _placed(hold: Hold) -> list[str]:
    return (
        [f"In force since {text.when(hold.active_at)}, asked for by {text.member(hold.requested_by)}."]
        if hold.active_at
        else []
    )


def _review(hold: Hold) -> list[str]:
    if hold.until is None:
        return []
    return [f"Until {text.day(hold.until)}: its owner is asked then; nothing is released by itself."]


def _nobody_asked(hold: Hold, view: OrderView) -> list[str]:
    can = _who(signers(view.policy, [hold.owner]))
    typed = text.code(f"/release {view.order.number} {hold.name}", 120)
    return [f"Nobody has asked for its release. {typed} asks; {can} can sign."]


def _waiting(request: Request, policy: Policy, following: Mapping[int, NextSteps]) -> list[str]:
    left = waiting_for(policy, request)
    asker = f"{text.member(request.requested_by)}, {text.when(request.requested_at)}"
    said = [f"{request.name}, the {NOUNS[request.kind]}, was asked for by {asker}; it waits for {_who(left)}."]
    if request.decisions:
        signed = [f"{text.member(each.member)} ({policy.role_label(each.role)})" for each in request.decisions]
        said.append(f"Signed already by {listed(signed, 'and')}.")
    steps = following.get(request.number)
    return [*said, *([_asked_in(steps), _next(steps, policy)] if steps else [])]


def _who(groups: Iterable[Signers]) -> str:
    return listed([_group(group) for group in groups], "and") or "nobody at the moment"


def _group(group: Signers) -> str:
    label = text.mrkdwn(group.label, 60)
    return f"{text.people(group.members)} ({label})" if group.members else f"nobody at the moment in {label}"


def _asked_in(steps: NextSteps) -> str:
    if not steps.channels:
        return "Its card is on the way."
    where = listed([f"<#{channel}>" for channel in steps.channels], "and")
    times = {0: "", 1: ", reminded once", 2: ", reminded twice"}.get(
        steps.reminded, f", reminded {steps.reminded} times"
    )
    return f"Asked in {where}{times}."


def _next(steps: NextSteps, policy: Policy) -> str:
    """What the clock does, the soonest first."""
    escalated = f"It was escalated to {text.mrkdwn(policy.role_label(steps.escalated_to), 60)}. "
    coming = sorted((at, what) for at, what in _coming(steps) if at)
    then = ", then ".join(f"{what} {text.when(at)}" for at, what in coming)
    return f"{escalated if steps.escalated_to else ''}Next: {then or 'nothing by itself'}."


def _coming(steps: NextSteps) -> tuple[tuple[datetime | None, str], ...]:
    escalation = None if steps.escalated_to else steps.escalate_at
    return (steps.remind_at, "a reminder"), (escalation, "it escalates"), (steps.expire_at, "it expires")
