"""Messages about a hold itself, in the thread of its placement's card where there is one."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from bot.delivery.ports import Call, Nothing, Post
from bot.slack import care_words, clock_words
from bot.slack.blocks import Message
from store.reading import Reading
from workflows.notices import Claimed
from workflows.views import OrderView


async def hold_message(reading: Reading, claimed: Claimed) -> Call:
    view = await reading.held(claimed.desk_id, int(claimed.payload["hold"]))
    said = ABOUT_HOLDS[claimed.kind](view, claimed.payload) if view else None
    if said is None:
        return Nothing("the hold has ended or has another date by now")
    channel = claimed.lane.removeprefix("slack:")
    posted = await reading.cards(claimed.desk_id, claimed.request) if claimed.request else ()
    thread = next((ts for where, ts in posted if where == channel), None)
    return Post(channel, said["text"], said["blocks"], thread_ts=thread, broadcast=thread is not None)


def _review(view: OrderView, payload: Mapping[str, Any]) -> Message | None:
    return clock_words.review(view, int(payload["hold"]), date.fromisoformat(payload["until"]))


def _nudge(view: OrderView, payload: Mapping[str, Any]) -> Message | None:
    return care_words.nudge(view, int(payload["hold"]), payload["by"])


def _assigned(view: OrderView, payload: Mapping[str, Any]) -> Message | None:
    return care_words.assigned(view, int(payload["hold"]), payload["by"])


def _extended(view: OrderView, payload: Mapping[str, Any]) -> Message | None:
    until = date.fromisoformat(payload["until"]) if payload["until"] else None
    return clock_words.extended(view, int(payload["hold"]), until, payload["by"], payload["note"])


ABOUT_HOLDS: Final[Mapping[str, Callable[[OrderView, Mapping[str, Any]], Message | None]]] = {
    "hold.assigned": _assigned,
    "hold.extended": _extended,
    "hold.nudge": _nudge,
    "hold.review": _review,
}
