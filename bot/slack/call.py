"""One payload from Slack, read into the few facts that listeners need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.commands import Origin
from workflows.services import Claim

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """`name` is the command, action id, callback id or event type; `trace` goes into every log line and notice."""

    desk_id: str
    claim: Claim
    name: str
    payload: Payload
    key: str
    trace: str

    @property
    def channel(self) -> str:
        channel = self.payload.get("channel")
        found = channel.get("id") if isinstance(channel, Mapping) else self.payload.get("channel_id")
        return str(found or "")

    @property
    def response_url(self) -> str:
        return str(self.payload.get("response_url") or "")

    @property
    def trigger_id(self) -> str:
        return str(self.payload.get("trigger_id") or "")

    @property
    def view(self) -> Payload:
        view = self.payload.get("view")
        return view if isinstance(view, Mapping) else {}

    @property
    def action(self) -> Payload:
        """The one thing that was clicked; Slack sends a list of one."""
        actions = self.payload.get("actions")
        first = actions[0] if isinstance(actions, list) and actions else {}
        return first if isinstance(first, Mapping) else {}

    @property
    def on_private_message(self) -> bool:
        container = self.payload.get("container")
        return isinstance(container, Mapping) and container.get("is_ephemeral") is True

    def typed(self) -> Origin:
        """A slash command: its answer can say anything."""
        return self._origin(says_done=True, says_refused=True)

    def clicked(self) -> Origin:
        """Slack ignores what is answered to a click, so every word is a notice."""
        return self._origin(says_done=False, says_refused=False, replaces=self.on_private_message)

    def submitted(self, channel: str) -> Origin:
        """A form can show why it is refused; once it has closed, the words go to where it was opened."""
        return Origin(channel=channel, says_done=False, says_refused=True, trace=self.trace, key=self.key)

    def _origin(self, **says: bool) -> Origin:
        return Origin(channel=self.channel, response_url=self.response_url, trace=self.trace, key=self.key, **says)


def read_call(payload: Payload, name: str, *, key: str, trace: str) -> Call:
    """The edge has seen to it that the parts read here are there; an event may have no person."""
    user = payload.get("user")
    user_id = user.get("id") if isinstance(user, Mapping) else payload.get("user_id") or _event_user(payload)
    desk_id = _desk_of(payload)
    return Call(desk_id, Claim(str(user_id), foreign=_foreign(payload, desk_id)), name, payload, key, trace)


def _desk_of(payload: Payload) -> str:
    """Empty for an organization-wide installation, which has no desk."""
    team = payload.get("team")
    return str((team.get("id") if isinstance(team, Mapping) else payload.get("team_id")) or "")


def _foreign(payload: Payload, desk_id: str) -> bool:
    """Through Slack Connect a stranger's click arrives with our team; only the person's own team tells.

    On Enterprise Grid that may be the id of the enterprise.
    """
    user = payload.get("user")
    home = user.get("team_id") if isinstance(user, Mapping) else None
    enterprise = payload.get("enterprise")
    ours = {desk_id, enterprise.get("id") if isinstance(enterprise, Mapping) else None}
    return home is not None and home not in ours


def _event_user(payload: Payload) -> object:
    event = payload.get("event")
    user = event.get("user") if isinstance(event, Mapping) else None
    return user.get("id") if isinstance(user, Mapping) else user or ""
