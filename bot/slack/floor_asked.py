"""What the floor reads when a cancel or a change has been signed: what to stop, what to put back, what may go on."""

from collections.abc import Sequence
from typing import Final

from bot.slack import asked, facts, text
from bot.slack.words import still_holding
from workflows.asked import Asked, Cancellation
from workflows.values import RequestState, Stage
from workflows.views import RequestView
from workflows.words import listed

SHOWN: Final = 12  # lines


def is_news(view: RequestView) -> bool:
    """Whether the order is another one than before; a cancel that came to nothing only ends the waiting for it."""
    return view.request.asked is not None and view.request.state is RequestState.APPROVED


def headline(view: RequestView, found: Asked) -> str:
    what = "Changed" if not isinstance(found, Cancellation) else "Cancelled" if found.whole else "Partly cancelled"
    return f"*{what}* · {text.strong(view.order.number)}"


def body(view: RequestView, found: Asked, clear: str, held: str, blockers: Sequence[str]) -> str:
    """`clear` and `held` are the two words for what is left; one of them at most is said."""
    shown = [f"• {text.mrkdwn(each)}" for each in asked.on_the_floor(found)]
    more = [f"+ {len(shown) - SHOWN} more"] if len(shown) > SHOWN else []
    lines = [*shown[:SHOWN], *more, *stops(found, view)]
    return "\n".join([headline(view, found), *lines, rest(view, clear, held, blockers)])


def stops(found: Asked, view: RequestView) -> list[str]:
    """Boxes that somebody has in hand."""
    back = [f":octagonal_sign: *STOP:* put back {text.mrkdwn(each)}." for each in asked.returns(found)]
    gone = [f":octagonal_sign: *STOP:* nothing of {text.strong(view.order.number)} ships any more."]
    return [*back[:SHOWN], *(gone if view.order.stage is Stage.CANCELLED else [])]


def rest(view: RequestView, clear: str, held: str, blockers: Sequence[str]) -> str:
    if view.order.stage is Stage.CANCELLED:
        return "The order is cancelled."
    if not view.order.left_to_ship:
        return "Nothing is left to ship."
    units = text.count(view.order.left_to_ship, "unit")
    ship_by = f", ship by {text.day(view.order.ship_by)}" if view.order.ship_by else ""
    if clear:
        return f"*{clear}* · left to ship: {units}{ship_by}"
    return (
        f"*{held}* · left to ship: {units}{ship_by}. By {still_holding(blockers) or 'another hold'}. Do not ship yet."
    )


def why(view: RequestView, found: Asked) -> str:
    request = view.request
    what = "cancel" if isinstance(found, Cancellation) else "change"
    by = listed([facts.person(view.names, user) for user in view.deciders], "and") or "the desk"
    asker = facts.person(view.names, request.requested_by)
    return f"{request.name}, a {what} ({text.mrkdwn(view.reason_label, 120)}): asked by {asker}, signed by {by}."
