"""How the refund of an approved cancel stands: a line in its thread, and to the managers where somebody should look."""

from collections.abc import Mapping
from typing import Final

from bot.slack import text
from bot.slack.blocks import Block, Message, actions, button, message, section
from bot.slack.ids import ActionId, request_value
from workflows.money import show_money
from workflows.views import HookCall, RequestView

SAID: Final[Mapping[str, str]] = {
    "accepted": "✓ The refund system accepted the refund of {request}: {amount}, {tries}.",
    "failed": ":warning: The refund system did not accept the refund of {request} ({amount}) on {order}: {error}.",
    "unknown": (
        ":warning: Nobody knows whether the refund of {request} ({amount}) on {order} was accepted: {error}. "
        "Trying again is safe: it carries the same id, so it counts once."
    ),
}
WAITING: Final = "The refund of {request} ({amount}) is being sent."
NEXT: Final = (
    "Redtag goes on trying for three days, unless that cannot help. "
    "Accounts receivable, a manager or an admin can try at once."
)


def refund_news(view: RequestView, call: HookCall) -> Message:
    amount = show_money(call.amount, call.currency)
    said = SAID.get(call.state, WAITING).format(
        amount=amount,
        error=text.mrkdwn(call.error, 300) or "no answer",
        order=text.strong(view.order.number),
        request=view.request.name,
        tries=text.count(call.attempts, "try") if call.attempts == 1 else f"{call.attempts} tries",
    )
    trouble = call.state in {"failed", "unknown"}
    body = f"{said}\n{NEXT}" if trouble else said
    fallback = f"{view.request.name}: refund {call.state}, {amount}, {text.mrkdwn(view.order.number, 60)}"
    return message(fallback, [section(body), *([_again(view)] if trouble else [])])


def _again(view: RequestView) -> Block:
    value = request_value(view.request.number, view.request.version)
    label = f"Send the refund of {view.request.name} again"
    return actions([button("Send the refund again", ActionId.RETRY, value, label=label)])
