"""A Slack workspace to act in: what a person does, what the app is sent, and what the person then sees."""

import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, TypeVar

from starlette.applications import Starlette
from starlette.types import ASGIApp

from playground.slack import answers, entry, payloads, persistence, server
from playground.slack.changes import Subscription
from playground.slack.delivering import Delivering
from playground.slack.elements import carried_values, find
from playground.slack.faults import Fault
from playground.slack.methods_files import new_file
from playground.slack.model import Answer, Blocks, Change, Delivery, File, Mail, Message, View
from playground.slack.seed import Seed, demo_seed
from playground.slack.state import find_message, find_view, im_channel, stack
from playground.slack.wire import escaped, file_json

T = TypeVar("T")
SHORTEST_QUERY = 3
"""min_query_length of an external menu that does not say."""
NOT_FOR_STRANGERS = "Slash commands of this workspace cannot be used by people of another one."


class Workspace(Delivering):
    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._state_files: dict[Path, persistence.StateFile] = {}

    # what people do

    async def command(self, user_id: str, channel_id: str, text: str) -> Answer:
        """Type "/hold ORD-123 credit". People of other workspaces cannot run commands: nothing is sent for them."""
        if self.state.users[user_id].team_id != self.seed.team_id:
            return Answer(error=NOT_FOR_STRANGERS)
        payload = self.payload_for_command(user_id, channel_id, text)
        return answers.command(self, await self.deliver("command", payload))

    async def click(
        self,
        user_id: str,
        message: Message,
        action_id: str,
        *,
        selected: Any = None,
        block_id: str = "",
        value: str | None = None,
    ) -> Answer:
        """Use an element of a message as it is in the given copy, which may be older than the message is by now.
        `selected`: an option's value or text, a date …; `block_id` and `value` tell buttons of one action id apart.
        """
        payload = self.payload_for_click(user_id, message, action_id, selected=selected, block_id=block_id, value=value)
        return answers.plain(await self.deliver("interactive", payload))

    async def act_in_view(
        self, user_id: str, view_id: str, action_id: str, value: Any = None, *, block_id: str = ""
    ) -> Answer:
        """Use an element of a modal or of the Home tab. `value`: as in state.values, or plain (an option's value …).
        Inside an input block the app hears of it only with dispatch_action.
        """
        shown = self._open_view(user_id, view_id)
        place = find(shown.blocks, action_id, block_id=block_id)
        view = self.show_view(entry.entered(shown, place, value, self.offered))
        if place.in_input and not place.block.get("dispatch_action"):
            return Answer(status=200)
        held = view.values.get(place.block_id, {}).get(place.action_id, {})
        chosen = held or payloads.chosen(place, value)
        payload = payloads.view_click(self, user_id, view, place, chosen)
        return answers.plain(await self.deliver("interactive", payload))

    async def submit(
        self, user_id: str, view_id: str, values: dict[str, dict[str, dict[str, Any]]] | None = None, **simple: Any
    ) -> Answer:
        """Fill in and send a modal: order="ORD-1", reason="credit", or `values` as in state.values.
        What Slack's client refuses (a required field left empty …) comes back in `errors` and is not sent.
        """
        view = entry.filled(self._open_view(user_id, view_id), values or {}, self._with_files(simple), self.offered)
        refused = entry.missing(view)
        self.show_view(replace(view, errors=refused))
        if refused:
            return Answer(errors=refused)
        delivery = await self.deliver("interactive", payloads.submission(self, user_id, view))
        now = self.state.views.get(view_id)
        return answers.submission(self, delivery, now) if now else answers.plain(delivery)

    async def close(self, user_id: str, view_id: str, *, all_views: bool = False) -> Answer:
        """Cancel a modal, or with `all_views` leave all by the x. The app hears of it with notify_on_close."""
        view = self._open_view(user_id, view_id)
        open_views = stack(self.state, user_id)
        cleared = all_views or bool(view.body.get("clear_on_close"))
        told = open_views[0] if cleared else view
        for one in reversed(open_views if cleared else [view]):
            self.close_view(one)
        if not told.body.get("notify_on_close"):
            return Answer(status=200)
        payload = payloads.closing(self, user_id, told, cleared=cleared)
        return answers.plain(await self.deliver("interactive", payload))

    async def suggest(
        self, user_id: str, source: str | View | Message, action_id: str, typed: str
    ) -> list[dict[str, Any]]:
        """The options an external menu offers for what was typed; groups are flattened. Why there are none is in
        `deliveries[-1].problem` or `.failure`.
        """
        shown = self._open_view(user_id, source) if isinstance(source, str) else source
        place = find(shown.blocks, action_id)
        if len(typed) < place.element.get("min_query_length", SHORTEST_QUERY):
            return []
        payload = payloads.suggestion(self, user_id, shown, place, typed)
        answer = answers.options(self, await self.deliver("interactive", payload))
        if isinstance(shown, View):
            self.offered[shown.id, action_id] = answer.options
        return answer.options

    async def shortcut(self, user_id: str, callback_id: str, message: Message | None = None) -> Answer:
        payload = self.payload_for_shortcut(user_id, callback_id, message)
        return answers.plain(await self.deliver("interactive", payload))

    async def open_home(self, user_id: str) -> Answer:
        return await self.event(payloads.home_opened(self, user_id))

    async def event(self, event: dict[str, Any]) -> Answer:
        """Send an event; one that is not acknowledged comes again, as `event_retries` says."""
        return answers.plain(await self.deliver_event(payloads.event(self, event)))

    async def announce(self, user_id: str, kind: str = "user_change") -> Answer:
        """Tell the app what a person is now (user_change), or that somebody is new (team_join)."""
        return await self.event(payloads.user_event(self, kind, user_id))

    async def announce_member(self, user_id: str, channel_id: str) -> Answer:
        return await self.event(payloads.member_joined(self, user_id, channel_id))

    async def verify_url(self) -> Answer:
        """What Slack asks of a request URL when somebody saves it: the challenge back, as text or as JSON."""
        challenge = secrets.token_urlsafe(32)
        delivery = await self.deliver("event", payloads.url_verification(challenge))
        return answers.verification(delivery, challenge)

    async def say(self, user_id: str, channel_id: str, text: str, thread_ts: str | None = None) -> Message:
        """A person writes. Slack keeps & < > as entities; mentions and links stay."""
        said = text.encode(errors="replace").decode()
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": said}]}
        blocks: Blocks = [{"type": "rich_text", "block_id": "said", "elements": [section]}]
        channel = self.channel(channel_id)
        return self.post(Message(channel.id, self.new_ts(), user_id, escaped(said), blocks, thread_ts=thread_ts))

    async def share_file(self, user_id: str, channel_id: str, name: str, content: bytes, text: str = "") -> Message:
        """A person uploads a file to a channel."""
        return await self.share_files(user_id, channel_id, {name: content}, text)

    async def share_files(
        self,
        user_id: str,
        channel_id: str,
        named: Mapping[str, bytes],
        text: str = "",
        thread_ts: str | None = None,
    ) -> Message:
        """A person uploads files with one message. The names must differ."""
        channel = self.channel(channel_id).id
        files = tuple(self.add_file(user_id, name, content, channel).id for name, content in named.items())
        for file in files:
            self.changes.tell(Change("file", channel, user_id, file))
        return self.post(Message(channel, self.new_ts(), user_id, escaped(text), thread_ts=thread_ts, files=files))

    def add_file(self, user_id: str, name: str, content: bytes, *channels: str) -> File:
        file = replace(new_file(self, name, user_id, content), complete=True, channels=channels)
        self.state.files[file.id] = file
        return file

    # what people see

    def messages(self, channel_id: str) -> list[Message]:
        """Oldest first, thread replies too. A person's id stands for the direct message with the app."""
        direct = channel_id in self.state.users
        key = im_channel(self.state, channel_id, self.seed.bot_user).id if direct else channel_id
        return list(self.state.messages.get(key, []))

    def message(self, channel_id: str, ts: str) -> Message | None:
        return find_message(self.state, channel_id, ts)

    def ephemerals(self, user_id: str, channel_id: str | None = None) -> list[Message]:
        return [
            one for one in self.state.ephemerals if one.ephemeral_to == user_id and channel_id in (None, one.channel)
        ]

    def views(self, user_id: str) -> list[View]:
        """The open modals, top last."""
        return stack(self.state, user_id)

    def home(self, user_id: str) -> View | None:
        return self.state.homes.get(user_id)

    @property
    def mails(self) -> list[Mail]:
        return list(self.state.mails)

    # requests as data

    def payload_for_command(self, user_id: str, channel_id: str, text: str) -> dict[str, Any]:
        return payloads.command(self, user_id, channel_id, text)

    def payload_for_click(
        self,
        user_id: str,
        message: Message,
        action_id: str,
        *,
        selected: Any = None,
        block_id: str = "",
        value: str | None = None,
    ) -> dict[str, Any]:
        place = find(message.blocks, action_id, block_id=block_id, value=value)
        chosen = payloads.chosen(place, selected)
        key = f"{user_id} {message.channel} {message.ts}"
        values = carried_values(message.blocks, self.state.message_values.get(key, {}))
        if place.action_id in values.get(place.block_id, {}):
            values[place.block_id][place.action_id] = chosen
        self.state.message_values[key] = values
        return payloads.message_click(self, user_id, message, place, value=chosen, state=values)

    def payload_for_submit(
        self, user_id: str, view_id: str, values: dict[str, dict[str, dict[str, Any]]] | None = None, **simple: Any
    ) -> dict[str, Any]:
        """A submission as it would be sent, without the checks of Slack's client."""
        view = entry.filled(self._open_view(user_id, view_id), values or {}, self._with_files(simple), self.offered)
        return payloads.submission(self, user_id, view)

    def payload_for_shortcut(self, user_id: str, callback_id: str, message: Message | None = None) -> dict[str, Any]:
        if message is None:
            return payloads.global_shortcut(self, user_id, callback_id)
        return payloads.message_shortcut(self, user_id, callback_id, message)

    # the test bench

    def fail(
        self,
        method: str,
        error: str = "",
        *,
        status: int = 200,
        retry_after: int | None = None,
        times: int = 1,
        delay: float = 0,
        cut: bool = False,
    ) -> None:
        """Let the next `times` calls (-1: until heal()) of a method fail. "response_url" and "emails" are methods here;
        "*" is any. `delay` alone only delays; `cut` carries the call out, then drops the connection.
        """
        self.faults.add(Fault(method, error, status, retry_after, times, delay, cut))

    def heal(self, method: str = "*") -> None:
        self.faults.heal(method)

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 5.0) -> T:  # noqa: ASYNC109
        return await self.changes.wait_for(predicate, timeout)

    def subscribe(self) -> Subscription:
        return self.changes.subscribe()

    def change_user(self, user_id: str, **what: Any) -> None:
        """Deactivate a person (deleted=True), make a guest of one (is_restricted=True) … No event is sent."""
        self.state.users[user_id] = replace(self.state.users[user_id], **what)

    def change_channel(self, channel_id: str, **what: Any) -> None:
        """Archive a channel (is_archived=True), change its members … No event is sent."""
        self.state.channels[channel_id] = replace(self.state.channels[channel_id], **what)

    def save(self, path: str | Path) -> None:
        """Costs what has changed since it was last saved there. Raises OSError."""
        kept = self._state_files.setdefault(Path(path), persistence.StateFile(Path(path)))
        kept.write(self.state, self.clock())

    @classmethod
    def load(cls, path: str | Path, seed: Seed | None = None, **options: Any) -> Self:
        """The workspace as it was saved. People and channels come from the file; the rest of the seed as given."""
        workspace = cls(seed or demo_seed(), **options)
        workspace.state = persistence.read(Path(path))
        if workspace.state.team_id != workspace.seed.team_id:
            raise ValueError(f"{path} holds the workspace {workspace.state.team_id}")
        return workspace

    def _with_files(self, simple: dict[str, Any]) -> dict[str, Any]:
        """File ids as the file objects that a form holds."""
        known = self.state.files
        return {
            name: [file_json(self, known[one]) if isinstance(one, str) and one in known else one for one in given]
            if isinstance(given, list)
            else given
            for name, given in simple.items()
        }

    def _open_view(self, user_id: str, view_id: str) -> View:
        view = find_view(self.state, view_id)
        if view is None or view.user != user_id:
            raise LookupError(f"{user_id} has no open view {view_id}")
        return view


def asgi(workspace: Workspace) -> Starlette:
    """The routes of the workspace's server, to be served or mounted."""
    return server.application(workspace, workspace.sockets)


@asynccontextmanager
async def running(
    workspace: Workspace,
    host: str = "127.0.0.1",
    port: int = 0,
    app: ASGIApp | None = None,
    listener: socket.socket | None = None,
) -> AsyncIterator[str]:
    """Serve the workspace (or an `app` that mounts it at "/"). Yields the base address: SLACK_API_URL is it + "/api/",
    RESEND_API_URL it + "/resend". A `listener` that is bound already takes the place of host and port.
    """
    listener = listener or server.bound_socket(host, port)
    workspace.base_url = f"http://{host}:{server.port_of(listener)}"
    async with server.serving(app or asgi(workspace), listener):
        try:
            yield workspace.base_url
        finally:
            await workspace.aclose()


__all__ = ["Answer", "Delivery", "Message", "View", "Workspace", "asgi", "running"]
