"""That a webhook is not taken, for the managers."""

from collections.abc import Mapping
from typing import Final

from bot.slack import text
from bot.slack.blocks import Message, message, section
from workflows.views import HookCall, RequestView

SAID: Final[Mapping[str, str]] = {
    "failed": ":warning: The webhook {endpoint} did not take {what} ({request}) on {order}: {error}.",
    "unknown": ":warning: Nobody knows whether the webhook {endpoint} took {what} ({request}) on {order}: {error}.",
}
NEXT: Final = (
    "Redtag goes on trying for three days, unless that cannot help. What was given up is sent again, "
    "with the same id and bytes, by {replay}."
)


def webhook_news(view: RequestView, call: HookCall) -> Message | None:
    """None where there is nothing to do any more."""
    if call.state not in SAID:
        return None
    said = SAID[call.state].format(
        endpoint=text.strong(call.endpoint),
        error=text.mrkdwn(call.error, 300) or "no answer",
        order=text.strong(view.order.number),
        request=view.request.name,
        what=text.mrkdwn(call.type, 40),
    )
    fallback = f"{view.request.name}: webhook {text.mrkdwn(call.endpoint, 40)}, {call.type} {call.state}"
    return message(fallback, [section(f"{said}\n{NEXT.format(replay=text.code('redtag webhooks replay'))}")])
