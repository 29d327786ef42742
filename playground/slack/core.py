"""The workspace as its own server sees it: state, clock, tokens, limits, faults, and the record of what happened."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from playground.slack.changes import Changes
from playground.slack.faults import Faults
from playground.slack.limits import Limits
from playground.slack.model import Call, Change, Channel, Delivery, Message, View
from playground.slack.seed import Seed
from playground.slack.state import (
    ResponseUrl,
    Trigger,
    drop_view,
    im_channel,
    next_id,
    next_ts,
    put_message,
    put_view,
    remove_message,
    state_of,
)

LONGEST_RECORD = 20_000
"""Exchanges of a kind; what only a page looks at needs fewer."""
"""Calls and deliveries kept; the oldest go first."""

T = TypeVar("T")


class SlackError(Exception):
    """Slack's documented error code, with what else the answer holds."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


class RateLimited(Exception):
    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class Core:
    def __init__(
        self,
        seed: Seed,
        *,
        signing_secret: str = "playground-signing-secret",  # noqa: S107 — of a workspace that is not real
        bot_token: str = "xoxb-playground-bot",  # noqa: S107
        app_token: str = "xapp-playground-app",  # noqa: S107
        clock: Callable[[], float] = time.time,
        rate_limits: bool = True,
    ) -> None:
        self.seed = seed
        self.state = state_of(seed)
        self.clock = clock
        self.signing_secret = signing_secret
        self.bot_token = bot_token
        self.app_token = app_token
        self.rate_limits = rate_limits
        self.token_error = ""
        """Set it to account_inactive, token_revoked …: what every method then answers to the bot token."""
        self.mail_domains = {f"{seed.team_domain}.example": "verified"}
        """The mail service's sender domains, and how far each is verified."""
        self.limits = Limits(clock)
        self.faults = Faults()
        self.changes = Changes()
        self.longest_record = LONGEST_RECORD
        self.calls: list[Call] = []
        self.deliveries: list[Delivery] = []
        self.socket_tickets: set[str] = set()
        """Given out by apps.connections.open, each good for one socket."""
        self.socket_mode = False
        """While it is on nothing is sent over HTTP. The first socket switches it on."""
        self.base_url = ""
        """Where this workspace is reached; known once it runs."""

    # ids and tickets

    def new_trigger(self, user: str) -> str:
        number = next_id(self.state, "")
        trigger = f"{int(self.clock() * 1000)}.{number[1:6]}.{number.lower()}"
        self.state.triggers[trigger] = Trigger(user, self.clock())
        return trigger

    def new_response_url(self, kind: str, leads_to: ResponseUrl) -> str:
        ticket = next_id(self.state, "R")
        self.state.response_urls[ticket] = leads_to
        return f"{self.base_url}/{kind}/{self.seed.team_id}/{ticket}"

    # channels

    def channel(self, given: str) -> Channel:
        """A channel by its id, or the direct message with a person by the person's id."""
        if given in self.state.channels:
            return self.state.channels[given]
        user = self.state.users.get(given)
        if user is None or user.team_id != self.seed.team_id or user.deleted:
            raise SlackError("channel_not_found")
        if user.is_bot:
            raise SlackError("cannot_dm_bot")
        return im_channel(self.state, given, self.seed.bot_user)

    # what people see

    def post(self, message: Message) -> Message:
        kept = put_message(self.state, message)
        self._tell("ephemeral" if message.ephemeral_to else "message", kept)
        return kept

    def redraw(self, message: Message) -> Message:
        kept = put_message(self.state, message)
        self._tell("ephemeral_changed" if message.ephemeral_to else "message_changed", kept)
        return kept

    def remove(self, message: Message) -> None:
        remove_message(self.state, message)
        self._tell("ephemeral_deleted" if message.ephemeral_to else "message_deleted", message)

    def _tell(self, kind: str, message: Message) -> None:
        self.changes.tell(Change(kind, message.channel, message.ephemeral_to or "", message.ts))

    def new_ts(self) -> str:
        return next_ts(self.state, self.clock())

    def show_view(self, view: View) -> View:
        put_view(self.state, view)
        self.changes.tell(Change("home" if view.type == "home" else "view", "", view.user, view.id))
        return view

    def close_view(self, view: View) -> None:
        drop_view(self.state, view)
        self.changes.tell(Change("view_closed", "", view.user, view.id))

    # the record

    def record_call(self, call: Call) -> None:
        _keep(self.calls, call, self.longest_record)
        self.changes.touch()

    def record_delivery(self, delivery: Delivery) -> Delivery:
        _keep(self.deliveries, delivery, self.longest_record)
        self.changes.touch()
        return delivery

    def note_problem(self, delivery: Delivery, problem: str) -> Delivery:
        """Write into the record what Slack would not have accepted."""
        noted = replace(delivery, problem=problem)
        self.deliveries[:] = [noted if one.id == delivery.id else one for one in self.deliveries]
        return noted


def _keep(record: list[T], newest: T, longest: int) -> None:
    record.append(newest)
    if len(record) > longest:
        del record[: max(1, longest // 10)]
