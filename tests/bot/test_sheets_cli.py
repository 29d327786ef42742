"""`redtag orders import URL`: a published sheet from the shell."""

import asyncio
import contextlib
import threading

import pytest
from click.testing import CliRunner

from bot.cli import group
from bot.main.stop import Stop
from tests.bot.orders_in_slack import NEW, file_of
from tests.bot.test_imports_sheet import Web
from tests.bot.test_orders_cli import apply


@contextlib.contextmanager
def published():
    """A sheet on a thread of its own, since the command brings its own loop."""
    web, loop, ready, done = Web(), asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve():
        async with web.open():
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(10)
    yield web
    loop.call_soon_threadsafe(done.set)
    thread.join()
    loop.close()


def test_a_published_sheet_is_imported_by_its_address(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDTAG_ALLOW_PRIVATE_HOOKS", "1")
    monkeypatch.chdir(tmp_path)
    apply(database_url)
    bad = NEW[0].replace("ORD-900", "ORD-902").replace(",2,", ",-2,")
    with published() as web:
        web.content = file_of(*NEW, bad)
        done = CliRunner().invoke(group, ["orders", "import", f"{web.url}/sheet.csv"], catch_exceptions=False)
        web.content = None
        with pytest.raises(Stop, match="Publish to web"):
            CliRunner().invoke(group, ["orders", "import", f"{web.url}/sheet.csv"], catch_exceptions=False)
    assert "Orders: 2 new" in done.output
    assert "is below zero" in (tmp_path / "sheet.csv.errors.csv").read_text()
    monkeypatch.delenv("REDTAG_ALLOW_PRIVATE_HOOKS")
    with pytest.raises(Stop, match="must begin with https"):
        CliRunner().invoke(group, ["orders", "import", "http://127.0.0.1:9/sheet.csv"], catch_exceptions=False)
