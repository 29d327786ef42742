"""The workspace in its file: soon after each change, and when it stops."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playground.slack.workspace import Workspace

PAUSE = 0.5  # seconds: a burst of changes is one write

log = logging.getLogger(__name__)


@asynccontextmanager
async def saved_as_it_changes(workspace: Workspace, path: Path, pause: float = PAUSE) -> AsyncIterator[None]:
    changed = asyncio.Event()
    tasks = (
        asyncio.create_task(_notice(workspace, changed)),
        asyncio.create_task(_keep(workspace, path, changed, pause)),
    )
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        _save(workspace, path)


async def _notice(workspace: Workspace, changed: asyncio.Event) -> None:
    async with workspace.subscribe() as changes:
        async for _ in changes:
            changed.set()


async def _keep(workspace: Workspace, path: Path, changed: asyncio.Event, pause: float) -> None:
    while await changed.wait():
        await asyncio.sleep(pause)
        changed.clear()
        _save(workspace, path)


def _save(workspace: Workspace, path: Path) -> None:
    """A full disk must not stop the demo: the next change tries again."""
    try:
        workspace.save(path)
    except OSError as problem:
        log.warning("the workspace could not be saved to %s: %s", path, problem)
