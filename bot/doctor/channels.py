"""Is every channel of the policy there, and is the bot in it?"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from slack_sdk.errors import SlackApiError

from bot.doctor.asking import each_of
from bot.doctor.finding import Finding, Findings, ok, problem, skipped, warning
from bot.doctor.slack import Workspace, code_of
from workflows.policy.model import Policy

CHANNELS: Final = "channels"
NAMED: Final = 6


def channels_of(policy: Policy) -> Mapping[str, Sequence[str]]:
    """Each channel with the keys of the policy that name it."""
    desk = policy.desk
    named = [(f"desk.{key}", getattr(desk, key)) for key in ("floor_channel", "managers_channel", "audit_channel")]
    named += [(f"roles.{name}", role.channel) for name, role in policy.roles.items()]
    found: dict[str, list[str]] = {}
    for where, channel in named:
        if channel:
            found.setdefault(channel, []).append(where)
    return found


async def check_channels(workspace: Workspace, policy: Policy) -> Findings:
    places = channels_of(policy)
    looked = await each_of(places, lambda channel: _look(workspace, channel, places[channel]))
    faults = [each for each in looked if isinstance(each, Finding)]
    good = [each for each in looked if isinstance(each, str)]
    if faults or not good:
        return [*faults, *([ok(CHANNELS, f"The other {len(good)} are in order.")] if good else [])]
    more = f" and {len(good) - NAMED} more" if len(good) > NAMED else ""
    return [ok(CHANNELS, f"@{workspace.bot_name} is in all {len(good)}: {', '.join(good[:NAMED])}{more}.")]


async def _look(workspace: Workspace, channel: str, where: Sequence[str]) -> Finding | str:
    """The channel's name, or what is wrong with it."""
    shown = f"{channel} ({', '.join(where)})"
    try:
        answer = await workspace.client.conversations_info(channel=channel)
    except SlackApiError as refused:
        return _refused(workspace, shown, code_of(refused), refused.response.get("needed"))
    return _judged(workspace, shown, answer["channel"])


def _refused(workspace: Workspace, shown: str, code: str, needed: object) -> Finding:
    if code == "channel_not_found":
        found = f"{shown} is not there, or it is private and the bot is not in it."
        mend = f"If it is private, type /invite @{workspace.bot_name} in it; else correct the id in the policy."
        return problem(CHANNELS, found, mend)
    if code == "missing_scope":
        return skipped(CHANNELS, f"{shown} cannot be looked at without the scope {needed}.", "See scopes.")
    return problem(CHANNELS, f"{shown}: Slack answers {code}.", "Correct the id in the policy, or try again.")


def _judged(workspace: Workspace, shown: str, channel: Mapping[str, Any]) -> Finding | str:
    kind = "private" if channel.get("is_private") else "public"
    name = f"#{channel.get('name')}"
    if channel.get("is_archived"):
        mend = "Restore it in Slack, or name another in the policy."
        return problem(CHANNELS, f"{name}, {shown}, is archived: nothing can be posted there.", mend)
    if channel.get("is_member"):
        return name
    invite = f"Type /invite @{workspace.bot_name} in {name}."
    found = f"The bot is not in {name}, {kind}, {shown}"
    if kind == "public" and workspace.scopes is not None and workspace.may("chat:write.public"):
        return warning(CHANNELS, f"{found}. It can post there, but not always answer people privately.", invite)
    return problem(CHANNELS, f"{found}: it cannot post there.", invite)
