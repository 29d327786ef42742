"""Keys of other systems: who gets in, who does not, and what they are told."""

import asyncio

from click.testing import CliRunner

from bot.cli import group
from tests.bot.api_client import api
from tests.office import DESK

__all__ = ["api"]
PROBLEM = "application/problem+json"


async def test_only_a_good_key_with_the_scope_gets_in(api):
    nonsense = [
        "x",
        "rtk_T0ACME_short",
        "rtk_T0NONE_" + "a" * 43,
        api.key[:-1] + "-",
        "rtk_T0ACME_" + "a" * 43,
        "\u00e9",
    ]
    for key in nonsense:
        refused = await api("GET", "/orders/ORD-123", key=key)
        assert (refused.status_code, refused.headers["content-type"]) == (401, PROBLEM)
        assert refused.headers["www-authenticate"].startswith("Bearer")
    assert (await api.http.get("/v1/orders/ORD-123")).status_code == 401
    assert (await api("GET", "/orders/ORD-123")).json()["order"] == "ORD-123"
    auditor = await api.new_key("audit:read", name="Auditor")
    refused = await api("GET", "/orders/ORD-123", key=auditor)
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_scope")
    assert api.office.rows("select 1 from api_keys where hash = %s", api.key.encode()) == []


async def test_unknown_addresses_and_methods_are_problems_too(api):
    missing, wrong = await api("GET", "/nothing"), await api("DELETE", "/orders/ORD-123")
    assert (missing.status_code, missing.headers["content-type"]) == (404, PROBLEM)
    assert (wrong.status_code, wrong.headers["content-type"], wrong.headers["allow"]) == (405, PROBLEM, "GET, PUT")
    assert (await api("GET", "/openapi.json")).json()["servers"] == [{"url": "/v1"}]
    assert (await api("GET", "/docs")).status_code == 404


def cli(url, *arguments):
    return CliRunner().invoke(group, ["keys", *arguments], env={"DATABASE_URL": url})


async def test_a_key_is_shown_once_listed_audited_and_revoked(api):
    url = api.office.url
    made = await asyncio.to_thread(
        cli, url, "create", "--team", DESK, "--name", "Label printer", "--scope", "gate:read"
    )
    key = made.stdout.splitlines()[-1]
    assert (await api("GET", "/orders/ORD-123", key=key)).status_code == 200
    listed = (await asyncio.to_thread(cli, url, "list")).stdout
    assert "Label printer" in listed
    assert key not in listed
    assert api.office.row("select used_at from api_keys where name = 'Label printer'")["used_at"]
    again = await asyncio.to_thread(cli, url, "create", "--name", "Label printer", "--scope", "gate:read")
    assert again.exit_code == 1
    await asyncio.to_thread(cli, url, "revoke", "2")
    assert (await api("GET", "/orders/ORD-123", key=key)).status_code == 401
    assert [entry for entry in api.office.actions("") if entry.startswith("key.")] == [
        "key.created",
        "key.created",
        "key.revoked",
    ]
