"""Whether a click is up to whoever clicked, said before they fill in a form in vain."""

from bot.slack.call import Call
from bot.slack.desk import Desk
from bot.slack.forms import message_view
from bot.slack.words import SlackWords


async def is_theirs(call: Call, desk: Desk, what: str, *roles: str) -> bool:
    """They are told why not in a view of its own: it stays beside the message, and over a form that is open."""
    refusal = await desk.refused(call, what, *roles)
    if refusal and not await desk.open_view(call, message_view("Not done", refusal.sentence(SlackWords()))):
        await desk.telling.tell(call, refusal)
    return refusal is None
