"""Whether this process can do its work right now, for `/readyz`."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.web.app import Ready
from store.outbox import Backlog, backlog
from store.pool import Pool

SECONDS: Final = 3.0


def readiness(pool: Pool, socket_client: SocketModeClient | None) -> Ready:
    async def ready() -> Mapping[str, Any]:
        notices = await _backlog(pool)
        if notices is None:
            return {"problems": ["the database cannot be reached"]}
        if socket_client and not await socket_client.is_connected():
            return {"problems": ["Slack is not connected over Socket Mode"], "notices": notices}
        return {"problems": [], "notices": notices}

    return ready


async def _backlog(pool: Pool) -> Mapping[str, Any] | None:
    """None where the database does not answer in time; a query cut off could itself wait for it, so none is."""
    asked = asyncio.ensure_future(backlog(pool))
    asked.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait([asked], timeout=SECONDS)
    if not asked.done() or isinstance(asked.exception(), (OperationalError, PoolTimeout)):
        return None
    return _totals(asked.result())


def _totals(backlogs: Sequence[Backlog]) -> Mapping[str, Any]:
    """Of all desks together: whoever asks for this page has shown no right to know which there are."""
    ages = [each.oldest.total_seconds() for each in backlogs if each.oldest]
    return {
        "dead": sum(each.dead for each in backlogs),
        "oldest_seconds": max(ages, default=0),
        "ready": sum(each.ready for each in backlogs),
    }
