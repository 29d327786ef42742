"""Orders from a published sheet: on a schedule, once in any number of replicas, and quiet unless there is news."""

import asyncio
import contextlib

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from playground.slack.server import bound_socket, port_of, serving
from store.policies import apply_policy
from store.pulls import Pulls
from tests.bot.orders_in_slack import MONA, NEW, file_of, press, said
from tests.office import DESK, office, seen
from workflows.policy.model import Sheet

__all__ = ["office"]
MANAGERS = "C0MGRS"


class Web:
    """Where a sheet is published. `content` None: it asks to log in."""

    def __init__(self):
        self.content = file_of(*NEW)
        self.asked = []
        self.status = 200

    async def sheet(self, request):
        self.asked.append(request.headers.get("if-none-match"))
        if self.status != 200:
            return PlainTextResponse("no", self.status)
        if self.content is None:
            return HTMLResponse("<html>Sign in</html>")
        etag = f'"{hash(self.content)}"'
        if request.headers.get("if-none-match") == etag:
            return PlainTextResponse("", 304)
        return PlainTextResponse(self.content, media_type="text/csv", headers={"ETag": etag})

    async def moved(self, request):
        return RedirectResponse("/sheet.csv")

    async def circle(self, request):
        return RedirectResponse("/circle.csv")

    @contextlib.asynccontextmanager
    async def open(self):
        listener = bound_socket("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{port_of(listener)}"
        routes = [Route("/sheet.csv", self.sheet), Route("/moved.csv", self.moved), Route("/circle.csv", self.circle)]
        async with serving(Starlette(routes=routes), listener):
            yield self


async def with_sheet(office, url, **more):
    sheet = Sheet.model_validate({"name": "web-orders", "url": url, **({"every": "1h"} | more)})
    await apply_policy(office.parts.pool, DESK, office.policy.model_copy(update={"sheets": (sheet,)}), by="test")


async def round_of(office):
    """The clock strikes, and the pull is done to its end."""
    office.rows("update slots set due_at = due_at - interval '1 day'")
    begun = await Pulls(office.parts.pool).pull()
    office.parts.imports.wake()
    async with asyncio.timeout(10):
        while office.rows("select 1 from import_jobs where state in ('waiting', 'confirmed') and error = ''"):
            await asyncio.sleep(0.02)
    await office.settled()
    return begun


def news(office):
    return [each for each in office.cards(MANAGERS) if "web-orders" in seen(each)]


async def test_a_scheduled_sheet_is_imported_once_told_when_there_is_news_and_quiet_otherwise(office):
    async with Web().open() as web:
        await with_sheet(office, f"{web.url}/moved.csv")
        begun = await asyncio.gather(*(Pulls(office.parts.pool).pull() for _ in range(5)))
        assert sum(begun) == 1
        office.rows("delete from slots")
        office.rows("update import_jobs set state = 'declined'")
        assert await round_of(office) == 1
        assert office.row("select imported_by, file_name from imports") == {
            "imported_by": "sheet:web-orders",
            "file_name": "web-orders",
        }
        assert len(news(office)) == 1
        for _ in range(3):
            assert await round_of(office) == 1
        assert web.asked[-1] is not None
        assert office.row("select count(*) as n from imports")["n"] == 1
        kept = office.row("select count(*) as n from import_jobs where report ->> 'nothing_new' = 'true'")
        assert kept["n"] == 1
        web.content = file_of(NEW[0].replace(",2,17.50", ",5,17.50"), NEW[1])
        await round_of(office)
        assert len(news(office)) == 2
        assert office.row("select count(*) as n from imports")["n"] == 2


async def test_trouble_with_a_sheet_is_told_once_and_its_end_too(office):
    async with Web().open() as web:
        web.content = None
        await with_sheet(office, f"{web.url}/sheet.csv")
        await round_of(office)
        await round_of(office)
        (told,) = news(office)
        assert "Publish to web" in seen(told)
        web.content = file_of(*NEW)
        await round_of(office)
        assert "can be read again" in seen(news(office)[-1])
        assert len(news(office)) == 2


async def test_a_server_that_is_down_for_a_moment_is_asked_again_before_anybody_hears_of_it(office):
    async with Web().open() as web:
        web.status = 503
        await with_sheet(office, f"{web.url}/sheet.csv")
        await round_of(office)
        assert "HTTP 503" in office.row("select error from import_jobs")["error"]
        assert news(office) == []
        web.status = 200
        office.rows("update import_jobs set free_at = now(), error = ''")
        office.parts.imports.wake()
        async with asyncio.timeout(10):
            while not office.rows("select 1 from imports"):
                await asyncio.sleep(0.02)


async def test_a_sheet_can_be_asked_for_by_name_and_is_previewed(office):
    async with Web().open() as web:
        await with_sheet(office, f"{web.url}/sheet.csv", every="never")
        assert await Pulls(office.parts.pool).pull() == 0
        answer = await office.command(MONA, "/desk import sheet other")
        assert "/desk import sheet web-orders" in answer.message.text
        await office.command(MONA, "/desk import sheet web-orders")
        await press(office, await said(office, "Preview of"), "import.confirm")
        assert "The sheet *web-orders*" in seen(await said(office, "Import 1"))
        await with_sheet(office, f"{web.url}/circle.csv", every="never")
        await office.command(MONA, "/desk import sheet web-orders")
        assert "without end" in seen(await said(office, "was not imported"))
