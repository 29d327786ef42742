"""Listeners: parse, one service call, an answer. Each takes the call and gives what `ack` says."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.slack.call import Call
from bot.slack.desk import Desk

Answer = Mapping[str, Any]
Listener = Callable[[Call, Desk], Awaitable[Answer]]

NOTHING: Answer = {}
