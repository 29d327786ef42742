"""The API of an office, in process, called with keys of its desk."""

import contextlib

import httpx
import pytest

from bot.main.parts import web_app
from store.api_keys import ApiKeys
from tests.office import DESK, open_office
from workflows.systems import SCOPES


class ApiClient:
    def __init__(self, office, http, key):
        self.office, self.http, self.key = office, http, key

    async def __call__(self, method, path, *, key=None, **rest):
        headers = {"Authorization": f"Bearer {key or self.key}".encode("latin-1"), **rest.pop("headers", {})}
        return await self.http.request(method, f"/v1{path}", headers=headers, **rest)

    async def new_key(self, *scopes, name="Other", desk=DESK):
        return (await ApiKeys(self.office.parts.pool).create(desk, name, scopes or SCOPES, "cli:test"))[1]


@contextlib.asynccontextmanager
async def calling(office):
    transport = httpx.ASGITransport(web_app(office.parts, office.settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.example") as http:
        _, key = await ApiKeys(office.parts.pool).create(DESK, "WMS", SCOPES, "cli:test")
        yield ApiClient(office, http, key)


@pytest.fixture
async def api(database_url):
    async with open_office(database_url) as office, calling(office) as client:
        office.add_order()
        yield client
