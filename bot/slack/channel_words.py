"""What admins read of a channel that takes no messages."""

from collections.abc import Sequence
from typing import Final

from bot.slack import text
from bot.slack.blocks import Message, message, section
from workflows.words import listed

NEXT: Final = (
    "*Next step:* mend the channel, or name another for the role with `/desk roles`; then have what waits posted with "
    "`redtag notices retry --all`. Cards go to the channel that the role has by then."
)
MEND: Final = "*Next step:* mend the channel; then have what waits posted with `redtag notices retry --all`."


def channel_broken(channel: str, why: str, *, cards: int, others: int, unmailed: Sequence[str]) -> Message:
    """`others`: messages that are no cards; `unmailed`: labels of roles without an e-mail address."""
    waits = [text.count(cards, "card")] if cards else []
    rest = [text.count(others, "other message")] if others else []
    lines = [
        f":warning: Messages do not reach <#{channel}>: {text.mrkdwn(why, 200)}",
        f"{listed([*waits, *rest], 'and')} could not be posted there.",
        *([_mailed(unmailed)] if cards else []),
        NEXT if cards else MEND,
    ]
    return message(f"Messages do not reach a channel: {text.mrkdwn(why, 200)}", [section("\n".join(lines))])


def _mailed(unmailed: Sequence[str]) -> str:
    if not unmailed:
        return "Those who are to sign have an e-mail instead; they sign in Redtag's Home tab."
    roles = listed([text.mrkdwn(label, 60) for label in unmailed], "and")
    return f"Nobody was told by e-mail: {roles} {'has' if len(unmailed) == 1 else 'have'} no address."
