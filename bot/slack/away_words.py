"""What is said of deputies."""

from collections.abc import Mapping
from typing import Final

from bot.slack import text
from bot.slack.blocks import Message, message, section
from workflows.results import Done
from workflows.words import listed

SENTENCES: Final[Mapping[tuple[str, str], str]] = {
    ("away", ""): "Until {until}, {deputy} signs in the name of {member} ({roles}). `/desk away off` ends it.",
    ("back", ""): "Noted: {member} is back, and {deputy} no longer signs in their name.",
}
TO_DEPUTY: Final = (
    "{by} asks you to stand in for {member} until {until}: you sign in their name as {roles}, but never for what one "
    "of you asked for. `/desk queue` shows what waits."
)
TO_MEMBER: Final = "{by} noted that you are away until {until}: {deputy} signs in your name. `/desk away off` ends it."
BACK_TO_DEPUTY: Final = "{member} is back. You no longer sign in their name. Thank you for standing in."
BACK_TO_MEMBER: Final = "{by} noted that you are back: {deputy} no longer signs in your name."


def facts(done: Done) -> dict[str, str]:
    return {
        "deputy": text.member(done.deputy) if done.deputy else "",
        "member": text.member(done.by) if done.by else "",
        "roles": listed([text.mrkdwn(role, 60) for role in done.roles], "and"),
        "until": text.day(done.until) if done.until else "",
    }


def absence_dm(done: Done, to: str, by: str) -> Message:
    """To the deputy, or to the member for whom somebody else spoke."""
    deputy = to == done.deputy
    templates = (BACK_TO_MEMBER, BACK_TO_DEPUTY) if done.what == "back" else (TO_MEMBER, TO_DEPUTY)
    said = templates[deputy].format(by=text.member(by), **facts(done))
    return message(said, [section(said)])
