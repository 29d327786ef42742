"""The playground as a stage: people act through its page, which signs and sends what they do as Slack would."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import httpx

from bot.rehearsal.stage import Letter, Post
from workflows.policy.model import Policy

ROOM: Final = "CREHEARSAL"
EXTRAS: Final = ("UREHEARSAL1", "UREHEARSAL2")
DOMAIN: Final = "rehearsal.example"
LIMIT: Final = 2000


def seed(policy: Policy, team: str) -> dict[str, Any]:
    """A workspace with everybody and every channel of the policy, and two members without a role."""
    return {
        "team": {"id": team, "name": policy.desk.name[:80], "domain": "rehearsal"},
        "users": [_user(user, title) for user, title in _people(policy).items()],
        "channels": [{"id": channel, "name": name} for channel, name in _channels(policy).items()],
        "bot": {"user_id": "UREHEARSALBOT"},
    }


def _people(policy: Policy) -> dict[str, str]:
    """Everybody's first role, by id."""
    found = dict.fromkeys(EXTRAS, "No role")
    for role in policy.roles.values():
        for member in role.members:
            found.setdefault(member, role.label)
    return found


def _user(user: str, title: str) -> dict[str, str]:
    return {"id": user, "name": user.lower(), "real_name": user, "email": f"{user.lower()}@{DOMAIN}", "title": title}


def _channels(policy: Policy) -> dict[str, str]:
    desk = policy.desk
    named = {desk.floor_channel: "floor", desk.managers_channel: "managers", desk.audit_channel: "audit"}
    found = {channel: name for channel, name in named.items() if channel} | {ROOM: "rehearsal"}
    for name, role in policy.roles.items():
        found.setdefault(role.channel, name)
    return found


class PlaygroundStage:
    """See `bot.rehearsal.stage.Stage`."""

    room = ROOM
    viewer = EXTRAS[0]
    """Somebody who is in every channel."""

    def __init__(self, address: str, client: httpx.AsyncClient, broken: Callable[[], str]) -> None:
        self._pages = f"{address}/playground"
        self._client = client
        self.broken = broken

    async def command(self, user: str, text: str) -> str:
        return await self._act("command", user=user, channel=self.room, text=text)

    async def click(self, user: str, post: Post, action_id: str) -> str:
        button = post.button(action_id)
        if button is None:
            return f"a card without a button {action_id}"
        place = {"channel": post.channel, "ts": post.ts, "action_id": action_id, "block_id": button["block_id"]}
        return await self._act("click", user=user, **place)

    async def posts(self, channel: str) -> Sequence[Post]:
        shown = await self._look("messages", user=self.viewer, channel=channel, limit=str(LIMIT))
        found = [each for each in shown.get("messages", ()) if each["from_bot"]]
        return [Post(channel, each["ts"], each["text"], each["blocks"], each["thread_ts"] or "") for each in found]

    async def private(self, user: str, channel: str, thread: str = "") -> Sequence[str]:
        page, more = ("thread", {"thread_ts": thread}) if thread else ("messages", {"limit": "1"})
        shown = await self._look(page, user=user, channel=channel, **more)
        return [each["text"] for each in shown.get("ephemerals", ())]

    async def letters(self, address: str) -> Sequence[Letter] | None:
        mails = (await self._look("mails"))["mails"]
        return [Letter(each["subject"], each["text"]) for each in mails if address in each["to"]]

    async def refused_post(self, post: Post) -> str:  # noqa: ARG002 - what stands on its page, it has taken
        return ""

    async def _look(self, page: str, **query: str) -> dict[str, Any]:
        answer = await self._client.get(f"{self._pages}/{page}", params=query)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    async def _act(self, verb: str, **body: str) -> str:
        try:
            answer = await self._client.post(f"{self._pages}/{verb}", json=body)
        except httpx.TransportError as failed:
            return self.broken() or f"the workspace did not answer ({type(failed).__name__})"
        done = answer.json()
        return "" if done["ok"] else str(done.get("shown") or done.get("error") or "an error without a name")
