"""Server-sent events: what the page of one person should read again."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from playground.slack.model import Change
from playground.slack.workspace import Workspace
from playground.web.inspecting import newest

STILL_HERE = 15.0  # seconds: proxies and browsers drop a silent stream
KINDS = {"view": "views", "view_closed": "views", "home": "home", "mail": "mail"}


def for_page(change: Change, user: str) -> dict[str, str] | None:
    """None: it is somebody else's."""
    if change.user not in {"", user}:
        return None
    kind = KINDS.get(change.kind, "messages")
    return {"kind": kind, "channel": change.channel}


def line(told: dict[str, str]) -> str:
    return f"data: {json.dumps(told)}\n\n"


async def stream(workspace: Workspace, user: str, closing: asyncio.Event) -> AsyncIterator[str]:
    """The page reads everything on each (re)connection, as it may have missed something."""
    async with workspace.subscribe() as changes:
        yield "retry: 1000\n" + line({"kind": "all"})
        closed = asyncio.ensure_future(closing.wait())
        coming = asyncio.ensure_future(anext(changes))
        shown = newest(workspace)
        try:
            while not closed.done():
                happened = workspace.changes.upcoming()
                if newest(workspace) != shown:
                    shown = newest(workspace)
                    yield line({"kind": "exchanges"})
                first: set[asyncio.Future[Any]] = {coming, closed, happened}
                done, _ = await asyncio.wait(first, timeout=STILL_HERE, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    yield ": still here\n\n"
                if not coming.done():
                    continue
                told = for_page(coming.result(), user)
                coming = asyncio.ensure_future(anext(changes))
                if told:
                    yield line(told)
        finally:
            closed.cancel()
            coming.cancel()
