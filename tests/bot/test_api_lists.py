"""Lists, exports and the audit over the API."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from store.api_writes import ApiWrites
from tests.bot.api_client import api
from tests.office import ROSA

__all__ = ["api"]


async def pages(api, path, name):
    found, cursor = [], ""
    while cursor is not None:
        page = (await api("GET", f"{path}limit=2{f'&cursor={cursor}' if cursor else ''}")).json()
        found += page[name]
        cursor = page["next"]
    return found


async def test_lists_are_paged_by_key_and_filtered(api):
    for number in range(5):
        order = api.office.add_order(f"ORD-80{number}")
        reason = "credit" if number % 2 else "fraud"
        await api("POST", "/requests", json={"kind": "place_hold", "order": order, "reason": reason})
    assert [hold["hold"] for hold in await pages(api, "/holds?", "holds")] == ["H-1", "H-2", "H-3", "H-4", "H-5"]
    for query, count in (
        ("role=credit", 2),
        ("reason=fraud", 3),
        ("order=ord-801", 1),
        ("state=active", 0),
        ("order=ORD-1", 0),
    ):
        assert len(await pages(api, f"/holds?{query}&", "holds")) == count, query
    everything = await pages(api, "/audit?", "entries")
    assert {"policy.applied", "key.created", "request.created"} <= {entry["action"] for entry in everything}
    assert len({(entry["order"], entry["seq"]) for entry in everything}) == len(everything)
    assert everything == sorted(everything, key=lambda entry: (entry["at"], entry["order"] or "", entry["seq"]))
    one = await pages(api, "/audit?order=ORD-801&", "entries")
    assert {entry["order"] for entry in one} == {"ORD-801"}
    assert await pages(api, "/audit?since=2999-01-01T00:00:00Z&", "entries") == []
    await a_plain_day_begins_in_the_time_zone_of_the_desk(api)
    for bad in (
        "/holds?cursor=nonsense",
        "/holds?limit=9999",
        "/audit?since=yesterday",
        "/audit?since=2026-11-21T09:00:00",
        "/audit?since=2026-02-30",
        "/audit?cursor=WzFd",
        "/holds?state=x",
    ):
        assert (await api("GET", bad)).status_code == 422, bad


async def a_plain_day_begins_in_the_time_zone_of_the_desk(api):
    zone = ZoneInfo(api.office.policy.desk.timezone)
    add = """insert into audit (desk_id, chain, at, actor, action, facts)
             values ('T0ACME', 'ORD-123', %s, 'test', 'order.looked', '{}')"""
    midnight = datetime(2999, 7, 1, tzinfo=zone)
    assert midnight.utcoffset(), "in a zone that is UTC this could not fail"
    for at in (midnight - timedelta(seconds=1), midnight):
        api.office.rows(add, at)
    found = await pages(api, "/audit?since=2999-07-01&", "entries")
    assert [datetime.fromisoformat(entry["at"]) for entry in found] == [midnight]
    for day in ("0001-01-01", "9999-12-31"):
        assert (await api("GET", f"/audit?since={day}")).status_code == 200, day


async def test_batches_are_taken_once_listed_and_given_again(api):
    empty = await api("POST", "/exports/holds")
    assert (empty.status_code, empty.headers["redtag-changes"], "location" in empty.headers) == (200, "0", False)
    await api("POST", "/requests", json={"kind": "place_hold", "order": "ORD-123", "reason": "credit"})
    await api.office.settled()
    await api.office.workspace.click(ROSA, api.office.cards()[0], "request.approve")
    looked = await api("GET", "/exports/holds?peek=true")
    key = {"Idempotency-Key": "batch-1"}
    taken = await api("POST", "/exports/holds", headers=key)
    assert (taken.status_code, taken.headers["location"]) == (201, "/v1/exports/holds/1")
    assert (taken.headers["content-type"], looked.headers["redtag-changes"]) == ("text/csv", "1")
    again = await api("POST", "/exports/holds", headers=key)
    fetched = await api("GET", "/exports/holds/1")
    assert (again.status_code, again.content, again.headers["location"]) == (
        201,
        taken.content,
        taken.headers["location"],
    )
    assert fetched.content == taken.content
    assert (await api("POST", "/exports/holds")).status_code == 200
    nothing = [await api("POST", "/exports/holds", headers={"Idempotency-Key": "none"}) for _ in "ab"]
    assert nothing[0].content == nothing[1].content == empty.content
    listed = (await api("GET", "/exports/holds")).json()["batches"]
    assert [(each["batch"], each["changes"], each["taken_by"]) for each in listed] == [(1, 1, "key:WMS")]
    assert (await api("GET", "/exports")).json()["batches"] == listed
    assert (await api("GET", "/exports/changes/1")).status_code == 404
    assert (await api("GET", "/exports/holidays")).status_code == 422


async def test_a_batch_is_given_once_under_its_key_whoever_asks_at_the_same_time_or_dies(api, monkeypatch):
    await api("POST", "/requests", json={"kind": "place_hold", "order": "ORD-123", "reason": "credit"})
    await api.office.settled()
    await api.office.workspace.click(ROSA, api.office.cards()[0], "request.approve")
    key = {"Idempotency-Key": "batch-1"}
    died = ConnectionResetError("the process ends here")

    async def lost(_self, _write, _answer):
        raise died

    with monkeypatch.context() as dying, structlog.testing.capture_logs():
        dying.setattr(ApiWrites, "settle", lost)
        assert (await api("POST", "/exports/holds", headers=key)).status_code == 500
    answers = await asyncio.gather(*[api("POST", "/exports/holds", headers=key) for _ in range(4)])
    assert {(each.status_code, each.headers["redtag-batch"], each.content) for each in answers} == {
        (201, "1", answers[0].content)
    }
    assert api.office.row("select count(*) as batches from export_batches")["batches"] == 1
