"""Webhooks from the command to the receiver: every committed change once, to whoever wants to hear of it."""

import asyncio
import contextlib
import json

import psycopg
from click.testing import CliRunner

from bot.cli import group
from store.hook_log import HookLog
from tests.bot.api_client import calling
from tests.notices import until
from tests.office import CSR, DESK, LENA, ROSA, STOCK_CHANNEL, WALT, open_office, seen
from tests.receivers import Receiver

LEADS, MANAGERS = "C0CSLEAD", "C0MGRS"


@contextlib.asynccontextmanager
async def open_desk(database_url, **webhooks):
    """A desk whose webhooks lead to these receivers: `name=(receiver, *types)`."""
    async with open_office(database_url) as office:
        office.add_order("ORD-123", {"ordered": 10}, {"ordered": 4})
        await listen(office, **webhooks)
        yield office


async def listen(office, **webhooks):
    parts = tuple(receiver.webhook(name, *types) for name, (receiver, *types) in webhooks.items())
    office.policy = office.policy.model_copy(update={"webhooks": parts})
    await office.apply()


async def quiet(office, seconds=15):
    def nothing_due():
        office.parts.delivery.wake()
        return not office.rows("select 1 from notices where state = 'ready' and due_at <= clock_timestamp()")

    await until(nothing_due, seconds=seconds, what="the end of what is due")


async def time_passes(office):
    office.rows("update notices set due_at = now() where kind = 'hook' and state = 'ready'")
    await quiet(office)


async def approved(office, channel, signer, command):
    await office.command(CSR, command)
    await quiet(office)
    await office.workspace.click(signer, office.cards(channel)[-1], "request.approve")
    await quiet(office)


async def play(office):
    """A day with every kind of committed change; the last cancel ends the order and its other hold."""
    await office.command(ROSA, "/hold ORD-123 credit waiting for wire")
    await approved(office, STOCK_CHANNEL, WALT, "/hold ORD-123 stock")
    await approved(office, STOCK_CHANNEL, WALT, "/release ORD-123 stock")
    await approved(office, LEADS, LENA, "/change ORD-123 line 1 qty 8 because customer-request")
    await approved(office, LEADS, LENA, "/cancel ORD-123 all customer-request")


def stored(office, endpoint):
    query = "select type, webhook_id, body, state, error from hook_calls where endpoint = %s order by created_at, type"
    return office.rows(query, endpoint)


async def invoke(office, *arguments):
    return await asyncio.to_thread(CliRunner().invoke, group, ["webhooks", *arguments])


async def test_each_committed_change_arrives_once_and_can_be_sent_again_to_the_byte(database_url, monkeypatch):
    async with (
        Receiver().open() as erp,
        Receiver().open() as wms,
        Receiver().open() as refunds,
        open_desk(database_url, erp=(erp,), wms=(wms, "hold.placed", "hold.released")) as office,
    ):
        await office.apply(refund_hook=refunds.hook)
        await play(office)
        everything = ["hold.placed", "hold.placed", "hold.released", "change.approved", "cancellation.approved"]
        assert erp.types == [*everything, "hold.released"]
        assert wms.types == ["hold.placed", "hold.placed", "hold.released", "hold.released"]
        assert refunds.types == ["cancellation.approved"]
        everyone = [*erp.calls, *wms.calls, *refunds.calls]
        assert len({webhook_id for webhook_id, _ in everyone}) == len(everyone)
        rows = [*stored(office, "erp"), *stored(office, "wms"), *stored(office, "refund")]
        assert sorted((row["webhook_id"], row["body"].encode()) for row in rows) == sorted(everyone)
        assert {row["state"] for row in rows} == {"accepted"}

        placed, again, freed, *_, ended = [json.loads(body)["data"] for _, body in erp.calls]
        assert (placed["request"], placed["hold"], placed["note"]) == ("R-1", "H-1", "waiting for wire")
        assert placed["approvers"][0]["name"] == "Rosa Alvarez"
        assert [each["hold"] for each in again["other_holds"]] == [each["hold"] for each in freed["other_holds"]]
        assert (ended["hold"], ended["by"], ended["other_holds"]) == ("H-1", "cancel", [])

        monkeypatch.setenv("DATABASE_URL", office.url)
        (webhook_id, body), (refund, _) = erp.calls[0], refunds.calls[0]
        done = await invoke(office, "replay", webhook_id, refund, "msg_none")
        assert done.exit_code == 1
        assert "1 call will be sent again" in done.stdout
        assert "a refund that was accepted" in done.stdout
        assert "'msg_none' is not the id of a call" in done.stdout
        await quiet(office)
        assert erp.calls[6:] == [(webhook_id, body)]
        assert len(refunds.calls) == 1
        assert office.actions().count("webhook.replayed") == 1
        shown = await invoke(office, "show", webhook_id, "--json")
        assert json.loads(shown.stdout)["body"].encode() == body
        listed = json.loads((await invoke(office, "list", "--request", "R-1", "--json")).stdout)
        assert [each["attempts"] for each in listed if each["endpoint"] == "erp"] == [2]


async def test_a_dead_endpoint_delays_no_other_and_managers_hear_of_it_once(database_url, monkeypatch):
    monkeypatch.setattr("bot.delivery.hooks.SECONDS", 1.0)
    async with (
        Receiver().open() as erp,
        Receiver().open() as wms,
        open_desk(database_url, erp=(erp,), wms=(wms,)) as office,
    ):
        office.add_order("ORD-124")
        erp.answer = None
        for order in ("ORD-123", "ORD-124"):
            await office.command(ROSA, f"/hold {order} credit")
        await until(lambda: len(wms.calls) == 2, seconds=10, what="the calls of the endpoint that answers")
        assert len(erp.calls) == 1
        await quiet(office)
        assert [row["state"] for row in stored(office, "erp")] == ["unknown", "unknown"]
        erp.says(503)
        await time_passes(office)
        (told,) = [message for message in office.workspace.messages(MANAGERS) if "webhook" in message.text]
        assert "Nobody knows whether the webhook" in seen(told)
        monkeypatch.setenv("DATABASE_URL", office.url)
        assert (await invoke(office, "list", "--state", "failed")).stdout.count("HTTP 503") == 2
        erp.says(410)
        await time_passes(office)
        told = [message for message in office.workspace.messages(MANAGERS) if "webhook" in message.text]
        assert ["wants no more calls" in seen(each) for each in told] == [False, True, True]
        assert {row["state"] for row in stored(office, "wms")} == {"accepted"}


async def test_a_webhook_that_has_left_the_policy_is_skipped_until_somebody_sends_again(database_url, monkeypatch):
    async with Receiver().open() as erp, open_desk(database_url, erp=(erp,)) as office:
        erp.says(503)
        await office.command(ROSA, "/hold ORD-123 credit")
        await quiet(office)
        await listen(office)
        await time_passes(office)
        gone = office.row("select state, error from notices where lane = 'hook:erp'")
        assert gone == {"state": "skipped", "error": "the policy has no webhook erp any more"}

        erp.says(200)
        await listen(office, erp=(erp,))
        monkeypatch.setenv("DATABASE_URL", office.url)
        assert "1 call will be sent again" in (await invoke(office, "replay", "--failed")).stdout
        await quiet(office)
        assert [row["state"] for row in stored(office, "erp")] == ["accepted"]
        assert len(set(erp.calls)) == 1
        assert "Every call got through" in (await invoke(office, "replay", "--failed")).stdout


async def test_nothing_is_sent_before_the_commit(database_url):
    async with Receiver().open() as erp, open_desk(database_url, erp=(erp,)) as office:
        with psycopg.connect(office.url) as other:
            other.execute("lock table status_changes in share mode")
            placing = asyncio.ensure_future(office.command(ROSA, "/hold ORD-123 credit"))
            waits = "select 1 from pg_locks where not granted and relation = 'status_changes'::regclass"
            await until(lambda: office.rows(waits), seconds=5, what="a command that waits to be saved")
            office.parts.delivery.wake()
            assert office.rows("select 1 from hook_calls") == []
            assert erp.calls == []
        await placing
        await quiet(office)
        assert erp.types == ["hold.placed"]


async def test_the_log_is_read_page_by_page(database_url):
    async with Receiver().open() as erp, open_desk(database_url, erp=(erp,)) as office:
        await play(office)
        log, found = HookLog(office.parts.pool), []
        while page := await log.page(DESK, most=4, after=found[-1].id if found else None):
            found += page
        assert [each.created_at for each in found] == sorted((each.created_at for each in found), reverse=True)
        assert len({each.id for each in found}) == len(found) == 6
        assert [each.state for each in found] == ["accepted"] * 6
        assert await log.page("T0OTHER") == ()
        assert (await log.replay("T0OTHER", [found[0].id], actor="cli")).again == ()


async def test_other_systems_read_the_log_and_send_again_with_the_scope_for_it(database_url):
    async with (
        Receiver().open() as erp,
        Receiver().open() as refunds,
        open_desk(database_url, erp=(erp,)) as office,
        calling(office) as api,
    ):
        await office.apply(refund_hook=refunds.hook)
        await play(office)
        first = (await api("GET", "/webhooks?limit=4&endpoint=erp")).json()
        rest = (await api("GET", f"/webhooks?limit=4&endpoint=erp&cursor={first['next']}")).json()
        assert (len(first["webhooks"]), len(rest["webhooks"]), rest["next"]) == (4, 2, None)
        placed = rest["webhooks"][-1]
        assert (placed["request"], placed["hold"], placed["type"]) == ("R-1", "H-1", "hold.placed")
        (refund,) = (await api("GET", "/webhooks?endpoint=refund&state=accepted&request=R-5")).json()["webhooks"]

        reader = await api.new_key("exports:read", name="Reader")
        again = f"/webhooks/{placed['id']}/replay"
        assert (await api("POST", again, key=reader)).status_code == 403
        done = await api("POST", again)
        assert (done.status_code, done.json()["id"]) == (202, placed["id"])
        await quiet(office)
        assert erp.calls[-1] == erp.calls[0]
        assert [entry["actor"] for entry in office.audit() if entry["action"] == "webhook.replayed"] == ["key:WMS"]
        refused = await api("POST", f"/webhooks/{refund['id']}/replay")
        assert (refused.status_code, refused.json()["code"]) == (409, "refund_accepted")
        assert (await api("POST", "/webhooks/msg_none/replay")).status_code == 404
        wrong = await api("GET", "/webhooks?state=lost")
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "state")
