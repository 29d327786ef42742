"""What a person types, as Slack's own clients send it: entities escaped, names turned into mentions."""

import re
from collections.abc import Mapping

from playground.slack.model import Channel, User


def to_mrkdwn(text: str, users: Mapping[str, User], channels: Mapping[str, Channel]) -> str:
    tokens = {f"@{user.real_name}": f"<@{user.id}>" for user in users.values()}
    tokens |= {f"#{channel.name}": f"<#{channel.id}|{channel.name}>" for channel in channels.values()}
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    longest_first = sorted(tokens, key=len, reverse=True)
    names = "|".join(re.escape(name) for name in longest_first)
    return re.sub(rf"(?<![\w@#])(?:{names})(?!\w)", lambda match: tokens[match.group()], safe)
