"""Messages about many orders at once, drawn from what is stored when they are sent."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from bot.delivery.ports import Call, Mail, Nothing, Post, Update
from bot.main.bulk_values import bulk_mail
from bot.main.mail_keys import key_with
from bot.slack import bulk_words
from bot.slack.bulk_card import bulk_card
from bot.slack.bulk_floor import bulk_floor
from store.reading import Reading
from workflows.gate import Gate, gate
from workflows.notices import Claimed
from workflows.reasons import block_label
from workflows.views import BulkView, RequestView

Item = Mapping[str, Any]


async def bulk_message(reading: Reading, claimed: Claimed) -> Call:
    view = await reading.bulk(claimed.desk_id, int(claimed.payload["bulk"]))
    return await ABOUT_BULKS[claimed.kind](reading, claimed, view) if view else Nothing("the bulk is not there")


async def bulk_drawn(reading: Reading, claimed: Claimed, view: BulkView) -> Call:
    """One card a channel: where it stands already, it is drawn again."""
    channel = _destination(claimed)
    message = bulk_card(view, channel)
    anew = Post(channel, message["text"], message["blocks"])
    posted = await reading.cards(claimed.desk_id, claimed.request or 0)
    found = tuple(
        Update(channel, ts, message["text"], message["blocks"], fallback=anew)
        for where, ts in posted
        if where == channel
    )
    return found or (anew if claimed.kind == "card" else Nothing("its card was never posted"))


async def _outcome(reading: Reading, claimed: Claimed, view: BulkView) -> Call:  # noqa: ARG001
    message = bulk_words.bulk_outcome(view, claimed.payload["items"])
    return Post(_destination(claimed), message["text"], message["blocks"])


async def _round(reading: Reading, claimed: Claimed, view: BulkView) -> Call:
    round_ = await reading.bulk_round(claimed.desk_id, view.bulk.number, int(claimed.payload["round"]))
    if round_ is None:
        return Nothing("the round is not there")
    message = bulk_words.round_message(view, round_)
    return Post(_destination(claimed), message["text"], message["blocks"])


async def _reminder(reading: Reading, claimed: Claimed, view: BulkView) -> Call:
    channel = _destination(claimed)
    said = bulk_words.bulk_reminder(view, channel)
    posted = await reading.cards(claimed.desk_id, claimed.request or 0)
    thread = next((ts for where, ts in posted if where == channel), None)
    if said is None or thread is None:
        return Nothing("nobody here has still to sign")
    return Post(channel, said["text"], said["blocks"], thread_ts=thread)


async def _stuck(reading: Reading, claimed: Claimed, view: BulkView) -> Call:  # noqa: ARG001
    said = bulk_words.bulk_stuck(view, claimed.payload["items"], str(claimed.payload["to"]))
    return Post(_destination(claimed), said["text"], said["blocks"]) if said else Nothing("all are decided")


async def _floor(reading: Reading, claimed: Claimed, view: BulkView) -> Call:  # noqa: ARG001
    message = bulk_floor(view, _judged(view, claimed.payload["items"]))
    return Post(_destination(claimed), message["text"], message["blocks"])


async def _email(reading: Reading, claimed: Claimed, view: BulkView) -> Call:
    payload = claimed.payload
    address = str(payload.get("to") or await reading.email(claimed.desk_id, str(payload.get("user") or "")))
    if not address:
        return Nothing("no e-mail address in Slack")
    mail = bulk_mail(view, _judged(view, payload["items"]))
    return Mail(address, mail.subject, mail.text, mail.html, key_with(claimed, mail.text))


def _judged(view: BulkView, items: list[Item]) -> list[Item]:
    """Clear when it was committed, and still clear now: a hold placed since must not be talked over."""
    by_number = {each.request.number: each for each in view.requests}
    return [_judged_now(by_number[item["request"]], item) for item in items if item["request"] in by_number]


def _judged_now(view: RequestView, item: Item) -> Item:
    blocks = _gate(view).blocks
    if not item.get("clear") or not blocks:
        return item
    return {
        **item,
        "clear": False,
        "blockers": [f"{block_label(view.policy, each.reason)} ({each.id})" for each in blocks],
    }


def _gate(view: RequestView) -> Gate:
    pending = (request for request in (view.request, *view.others) if request.is_pending)
    return gate(view.order, view.open_holds, pending, view.policy)


def _destination(claimed: Claimed) -> str:
    return claimed.lane.removeprefix("slack:")


ABOUT_BULKS: Final[Mapping[str, Callable[[Reading, Claimed, BulkView], Awaitable[Call]]]] = {
    "bulk.round": _round,
    "card": bulk_drawn,
    "card.redraw": bulk_drawn,
    "escalation.stuck": _stuck,
    "floor": _floor,
    "floor.email": _email,
    "outcome": _outcome,
    "reminder": _reminder,
    "request.email": _email,
    "requester.email": _email,
}
