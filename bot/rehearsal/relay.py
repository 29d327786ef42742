"""Stands between a rehearsal's bot and Slack. It passes on what belongs into the test channel, and keeps what it saw.

Messages for single people go no further, and who would be mentioned is only named, so that nobody is bothered. Buttons
that reach Slack carry nothing: if somebody pressed one, the desk's real bot would get the click, and take its number
for that of a real request.
"""

import copy
import json
import re
import socket
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from html import escape
from typing import Any, Final
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web

from bot.rehearsal.stage import Post

JSON = dict[str, Any]
INERT: Final = "rehearsal"
FOR_ONE_PERSON: Final = frozenset({"chat.postEphemeral", "conversations.open", "views.open", "views.publish"})
PEOPLE: Final = ("U", "W", "D")
KEPT: Final = frozenset({"chat.postMessage", "chat.update"})
STRUCTURED: Final = ("attachments", "blocks", "metadata")
FORWARD_SECONDS: Final = 30
MENTION: Final = re.compile(r"<@([UW][A-Z0-9]+)>")


class Relay:
    """`posts` are as the bot wrote them, in their order; `private` what each person alone would have read."""

    def __init__(self, api_url: str, token: str, room: str, email: str = "") -> None:
        self._api_url = api_url
        self._token = token
        self.room = room
        self._email = email
        self.posts: dict[str, Post] = {}
        self.private: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, str] = {}

    @asynccontextmanager
    async def serving(self, listener: socket.socket) -> AsyncIterator[None]:
        timeout = aiohttp.ClientTimeout(total=FORWARD_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as self._session:
            app = web.Application(client_max_size=4 * 1024**2)
            app.router.add_route("*", "/api/{method}", self._api)
            app.router.add_post("/answers/{user}", self._answer)
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            await web.SockSite(runner, listener).start()
            try:
                yield
            finally:
                await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        """A response_url."""
        said = await request.json()
        self.private[request.match_info["user"]].append(str(said.get("text", "")))
        return web.Response(text="ok")

    async def _api(self, request: web.Request) -> web.Response:
        method, arguments = request.match_info["method"], await _arguments(request)
        if self._is_for_one(method, arguments):
            return self._kept_back(arguments)
        try:
            return await self._passed_on(method, arguments)
        except (TimeoutError, aiohttp.ClientError) as failed:
            return web.json_response({"ok": False, "error": "service_unavailable", "why": str(failed)}, status=503)

    def _is_for_one(self, method: str, arguments: Mapping[str, Any]) -> bool:
        channel = str(arguments.get("channel", ""))
        return method in FOR_ONE_PERSON or (method in KEPT and channel.startswith(PEOPLE) and channel != self.room)

    def _kept_back(self, arguments: Mapping[str, Any]) -> web.Response:
        user = str(arguments.get("user") or arguments.get("channel") or "")
        self.private[user].append(str(arguments.get("text", "")))
        ts = f"{time.time():.6f}"
        return web.json_response({"ok": True, "channel": user, "ts": ts, "message_ts": ts})

    async def _passed_on(self, method: str, arguments: JSON) -> web.Response:
        headers = {"Authorization": f"Bearer {self._token}"}
        shown = without_values(arguments)
        if method in KEPT:
            shown = named_only(shown, self._names)
        form = {name: _written(value) for name, value in shown.items() if value is not None}
        url = f"{self._api_url}{method}"
        async with self._session.post(url, data=form, headers=headers, allow_redirects=False) as answer:
            body = await answer.read()
            if method in KEPT:
                self._keep(arguments, body)
            if method.startswith("users."):
                self._names |= _names(body)
                body = _readdressed(body, self._email)
            waiting = answer.headers.get("Retry-After")
            more = {"Retry-After": waiting} if waiting else {}
            return web.Response(body=body, status=answer.status, headers=more, content_type="application/json")

    def _keep(self, arguments: Mapping[str, Any], body: bytes) -> None:
        """What Slack took, with the buttons as the bot made them."""
        answer = _json(body)
        if not answer.get("ok"):
            return
        ts, thread = str(answer["ts"]), str(arguments.get("thread_ts") or "")
        before = self.posts.get(ts)
        blocks = arguments.get("blocks") or []
        text = str(arguments.get("text", ""))
        self.posts[ts] = Post(str(answer["channel"]), ts, text, blocks, before.thread if before else thread)


def _people(answer: JSON) -> list[JSON]:
    found = (answer.get("user"), *(answer.get("members") or ()))
    return [person for person in found if isinstance(person, dict) and isinstance(person.get("profile"), dict)]


def _names(body: bytes) -> dict[str, str]:
    people = _people(_json(body))
    return {str(one.get("id")): str(one["profile"].get("real_name") or one.get("name") or "") for one in people}


def _readdressed(body: bytes, email: str) -> bytes:
    """People as Slack describes them, with another address."""
    answer = _json(body)
    for person in _people(answer):
        person["profile"]["email"] = email
    return json.dumps(answer).encode() if answer else body


def _json(body: bytes) -> JSON:
    """Empty where it is none, as when Slack is down."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _arguments(request: web.Request) -> JSON:
    """As JSON or as a form, whichever way the SDK sends this method."""
    body = await request.text()
    if request.content_type == "application/json":
        found: JSON = json.loads(body)
        return found
    given = {**request.query, **dict(parse_qsl(body, keep_blank_values=True))}
    return {name: json.loads(value) if name in STRUCTURED else value for name, value in given.items()}


def without_values(arguments: JSON) -> JSON:
    """The same, with buttons that lead nowhere."""
    shown = copy.deepcopy(arguments)
    for block in shown.get("blocks") or ():
        for element in (*block.get("elements", ()), *filter(None, [block.get("accessory")])):
            if isinstance(element, dict) and "value" in element:
                element["value"] = INERT
    return shown


def named_only(said: Any, names: Mapping[str, str]) -> Any:
    """The same, with names where people were mentioned: a mention notifies."""
    if isinstance(said, str):
        return MENTION.sub(lambda found: escape(names.get(found[1]) or found[1], quote=False), said)
    if isinstance(said, Mapping):
        return {key: named_only(value, names) for key, value in said.items()}
    return [named_only(each, names) for each in said] if isinstance(said, list) else said


def _written(value: Any) -> str:
    """For a form, which every method takes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)
