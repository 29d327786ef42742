"""Specimens of what is said of a channel that takes no messages."""

from collections.abc import Iterator

from bot.slack.channel_words import channel_broken
from bot.slack.specimens import values
from bot.slack.specimens.values import Specimen
from workflows.policy.model import Policy

WHY = "invite the app to the channel."


def specimens(policy: Policy) -> Iterator[Specimen]:
    role = policy.roles[values.owner(policy)]
    both = channel_broken(role.channel, WHY, cards=3, others=1, unmailed=())
    silent = channel_broken(role.channel, WHY, cards=1, others=0, unmailed=(role.label,))
    yield Specimen("channel.broken", "message", both)
    yield Specimen("channel.broken.unmailed", "message", silent)
    yield Specimen("channel.broken.others", "message", channel_broken("C0FLOOR", WHY, cards=0, others=2, unmailed=()))
