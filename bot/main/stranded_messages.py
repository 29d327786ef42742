"""What is said where Slack does not take a card: the e-mail to the role, and which channel to mend."""

from dataclasses import replace
from typing import Final

from bot.delivery.ports import Call, Mail, Nothing, Post
from bot.delivery.problems import ADVICE
from bot.delivery.waiting_mail import Waiting, waiting_mail
from bot.main.mail_keys import key_with
from bot.slack import asked, cards, facts, text
from bot.slack.channel_words import channel_broken
from workflows.notices import Claimed
from workflows.views import BulkView, RequestView
from workflows.words import listed

MOST_LINES: Final = 20


def card_email(
    claimed: Claimed, view: RequestView, posted: tuple[tuple[str, str], ...], bulk: BulkView | None = None
) -> Call:
    """`posted`: where the request's cards stand; `bulk`: the one that it was asked in."""
    role = str(claimed.payload["role"])
    if not view.request.is_pending or role not in {group.role for group in view.waiting_for}:
        return Nothing("nobody there has still to sign")
    own = view.policy.roles.get(role)
    if {claimed.payload["channel"], own and own.channel} & {channel for channel, _ in posted}:
        return Nothing("its card has arrived meanwhile")
    values = waiting_values(view, role, str(claimed.payload["error"]))
    if bulk and (others := len(_waiting(bulk, role)) - 1) > 0:
        values = replace(values, others=others, bulk=bulk.bulk.name)
    mail = waiting_mail(values)
    return Mail(str(claimed.payload["to"]), mail.subject, mail.text, mail.html, key_with(claimed, mail.text))


def _waiting(bulk: BulkView, role: str) -> list[RequestView]:
    pending = (each for each in bulk.requests if each.request.is_pending)
    return [each for each in pending if role in {group.role for group in each.waiting_for}]


def waiting_values(view: RequestView, role: str, error: str) -> Waiting:
    request, order, found = view.request, view.order, view.request.asked
    lines = asked.detail(found) if found else [facts.line_words(line) for line in order.lines]
    return Waiting(
        order=order.number,
        customer=order.customer,
        request=request.name,
        headline=cards.headline(view),
        role=view.policy.role_label(role),
        code=role,
        why=_why(error),
        reason=view.reason_label,
        requester=_name(view, request.requested_by),
        signers=_signers(view, role),
        value=text.money(order.total, order.currency),
        lines=tuple(lines[:MOST_LINES]),
        more_lines=max(0, len(lines) - MOST_LINES),
        ship_by=text.day(order.ship_by) if order.ship_by else "",
        note=request.note,
        desk=view.policy.desk.name,
    )


def broken(claimed: Claimed) -> Call:
    payload = claimed.payload
    said = channel_broken(
        str(payload["channel"]),
        _why(str(payload["error"])),
        cards=int(payload["cards"]),
        others=int(payload["others"]),
        unmailed=tuple(payload["unmailed"]),
    )
    return Post(claimed.lane.removeprefix("slack:"), said["text"], said["blocks"])


def _why(error: str) -> str:
    """`not_in_channel: invite the app to the channel` as people read it."""
    advice = ADVICE.get(error.partition(":")[0], "")
    return f"{advice}." if advice else "it has not answered for a while."


def _signers(view: RequestView, role: str) -> str:
    done = {decision.member for decision in view.request.decisions}
    members = [each for group in view.waiting_for if group.role == role for each in group.members if each not in done]
    return listed([_name(view, each) for each in members[:10]], "or") or "nobody at the moment: tell an admin"


def _name(view: RequestView, user_id: str) -> str:
    return view.names.get(user_id) or user_id
