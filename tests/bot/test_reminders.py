"""The clock at work: reminders, escalations, expiries and the dates of holds, each once, as people see them."""

import asyncio
import sys
import time
from datetime import datetime, timedelta

import pytest

from bot.clock.chasing import chase
from store.clocks import Clocks
from tests.office import CREDIT_CHANNEL, CSR, FLOOR_CHANNEL, ROSA, WALT, action_ids, seen

MONA, MANAGERS = "U0MONA", "C0MGRS"
DUE = "now() - interval '1 second'"


async def tick(office):
    return await chase(Clocks(office.parts.pool, office.parts.reading), office.parts.service)


async def ask(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()


async def hold_and_ask_release(office):
    await office.command(ROSA, "/hold ORD-123 credit")
    await office.command(CSR, "/release ORD-123 the wire is there")
    await office.settled()


def due(office, *columns):
    for column in columns or ["remind_at"]:
        office.rows(f"update requests set {column} = {DUE} where state = 'pending'")


def reminders(office, channel=CREDIT_CHANNEL):
    return [each for each in office.cards(channel) if each.thread_ts and "hourglass" in seen(each)]


def told(office, user):
    return office.workspace.messages(f"D0{user.removeprefix('U0')}")


async def test_a_reminder_stands_in_the_thread_and_rings_those_who_can_sign(office):
    await ask(office)
    assert await tick(office) == 0
    times = office.row("select remind_every, remind_at > now() as later, expire_at, escalate_to from requests")
    assert times == {"remind_every": 7200, "later": True, "expire_at": None, "escalate_to": "manager"}
    due(office)
    assert await tick(office) == 1
    await office.settled()
    (said,) = reminders(office)
    assert said.thread_ts == office.cards()[0].ts
    assert f"<@{ROSA}>" in seen(said)
    assert "R-1" in seen(said)
    assert office.actions()[-1] == "request.reminded"


@pytest.mark.parametrize("days", [2, -2])
async def test_a_machine_whose_clock_is_wrong_stores_and_chases_by_the_databases(office, monkeypatch, days):
    await ask(office)
    office.add_order("ORD-2")
    with monkeypatch.context() as machine:
        put_off(machine, timedelta(days=days))
        await office.command(CSR, "/hold ORD-2 credit")
        await office.settled()
        assert await tick(office) == 0
        due(office)
        assert await tick(office) == 2
        assert await tick(office) == 0
    moments = office.row(
        """select max(abs(extract(epoch from now() - requested_at))) < 60 as asked, min(remind_at) > now() as later
           from requests"""
    )
    assert moments == {"asked": True, "later": True}
    assert office.row("select max(abs(extract(epoch from now() - at))) < 60 as so from audit")["so"]


def put_off(machine, by):
    """All that we ask for the time is told another one; Slack's stand-in is on the same machine."""

    class Elsewhen(datetime):
        def __new__(cls, *parts, **more):
            return datetime(*parts, **more)  # noqa: DTZ001 - whatever zone is given

        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + by

    really = time.time
    machine.setattr(time, "time", lambda: really() + by.total_seconds())
    ours = [each for name, each in sys.modules.items() if name.split(".")[0] in {"bot", "store", "workflows"}]
    for module in ours:
        if getattr(module, "datetime", None) is datetime:
            machine.setattr(module, "datetime", Elsewhen)


async def test_ten_that_look_at_the_clock_at_once_remind_once(office):
    await ask(office)
    due(office)
    assert sum(await asyncio.gather(*(tick(office) for _ in range(10)))) == 1
    await office.settled()
    assert len(reminders(office)) == 1


async def test_what_is_decided_is_never_chased(office):
    await ask(office)
    due(office)
    office.rows("update lanes set free_at = now() + interval '1 hour'")
    assert await tick(office) == 1
    await office.workspace.click(ROSA, office.cards()[0], "request.approve")
    office.rows("update requests set remind_at = now(), escalate_at = now(), expire_at = now()")
    assert await tick(office) == 0
    office.rows("update lanes set free_at = now()")
    await office.settled()
    assert reminders(office) == []


async def test_a_near_ship_by_date_comes_sooner_and_is_on_the_card(office):
    office.rows("update orders set ship_by = current_date - 3")
    await ask(office)
    assert office.row("select remind_every from requests")["remind_every"] == 900
    assert "days ago" in seen(office.cards()[0])


async def test_an_escalated_request_is_signed_by_the_role_it_went_to(office):
    await ask(office)
    due(office, "remind_at", "escalate_at")
    assert await tick(office) == 1
    await office.settled()
    (there,) = office.cards(MANAGERS)
    here = office.cards()[0]
    assert all("Escalated to Manager" in seen(card) for card in (here, there))
    assert "or Manager" in seen(here)
    assert "sign for Manager" in seen(there) or "Manager signs" in seen(there)
    assert reminders(office) == []  # the escalation has said it
    assert any("it is escalated to Manager" in seen(each) for each in told(office, CSR))
    (entry,) = [each for each in office.audit() if each["action"] == "request.escalated"]
    assert (entry["actor"], entry["facts"]) == ("redtag", {"to": "manager", "waits_for": ["credit"]})
    await office.workspace.click(WALT, there, "request.approve")
    await office.workspace.click(MONA, there, "request.approve")
    await office.settled()
    assert office.row("select state from requests")["state"] == "approved"
    assert office.row("select member, role from decisions") == {"member": MONA, "role": "manager"}
    for card in (office.cards()[0], office.cards(MANAGERS)[0]):
        assert "request.approve" not in action_ids(card)
        assert "(Manager)" in seen(card)


async def test_who_asked_does_not_sign_after_an_escalation_either(office):
    await office.command(MONA, "/hold ORD-123 credit")
    await office.settled()
    due(office, "escalate_at")
    await tick(office)
    await office.settled()
    stuck = next(each for each in office.cards(MANAGERS) if "Next step" in seen(each))
    assert "nobody there can sign it" in seen(stuck)
    assert office.row("select escalated_to, escalate_at from requests") == {"escalated_to": "", "escalate_at": None}
    await office.workspace.click(MONA, office.cards()[0], "request.approve")
    assert office.row("select state from requests")["state"] == "pending"
    assert await tick(office) == 0


async def test_an_expired_release_leaves_the_hold_and_tells_who_asked(office):
    await hold_and_ask_release(office)
    due(office, "remind_at", "escalate_at", "expire_at")
    assert await tick(office) == 1
    await office.settled()
    assert office.row("select state, decided_by from requests where number = 2") == {
        "state": "expired",
        "decided_by": "redtag",
    }
    assert office.row("select state from holds")["state"] == "active"
    assert office.rows("select 1 from request_targets") == []
    card = office.cards()[-1]
    assert "has expired" in seen(card)
    assert "request.approve" not in action_ids(card)
    assert any("R-2 has expired" in seen(each) for each in told(office, CSR))
    assert not any("Clear to ship" in seen(each) for each in office.cards(FLOOR_CHANNEL))
    assert [each["actor"] for each in office.audit() if each["action"] == "request.expired"] == ["redtag"]


async def test_a_placement_never_expires(office):
    await ask(office)
    office.rows("update requests set requested_at = requested_at - interval '30 days'")
    assert office.row("select expire_at from requests")["expire_at"] is None
    assert await tick(office) == 0


async def dated(office):
    await office.command(ROSA, "/hold ORD-123 credit until 2099-01-05 waiting for the wire")
    await office.settled()
    office.rows("update holds set until = current_date - 4")
    assert await tick(office) == 1
    await office.settled()
    return office.cards()[-1]


async def test_the_owner_is_asked_about_a_hold_whose_date_has_come_and_extends_it(office):
    asked = await dated(office)
    assert "was to last until" in seen(asked)
    assert asked.thread_ts == office.cards()[0].ts
    assert action_ids(asked) == {"hold.release", "hold.extend", "hold.cancel"}
    assert await tick(office) == 0
    await office.workspace.click(WALT, asked, "hold.extend")
    assert "You cannot extend H-1: this desk leaves that to Credit" in str(office.workspace.views(WALT)[-1].body)
    assert "not later than today" in str(await extend(office, ROSA, asked, "2020-02-01"))
    await office.workspace.submit(
        ROSA, office.workspace.views(ROSA)[-1].id, until="2099-02-01", note="the bank is slow"
    )
    await office.settled()
    assert str(office.row("select until from holds")["until"]) == "2099-02-01"
    assert "goes on until" in seen(office.cards()[-1])
    assert "hold.extended" in office.actions()
    assert await tick(office) == 0


async def extend(office, user, message, until):
    await office.workspace.click(user, message, "hold.extend")
    answer = await office.workspace.submit(user, office.workspace.views(user)[-1].id, until=until)
    return f"{answer.body} {answer.errors}"


@pytest.mark.parametrize(("action", "title"), [("hold.release", "Release a hold"), ("hold.cancel", "Cancel")])
async def test_the_other_answers_open_their_forms(office, action, title):
    asked = await dated(office)
    await office.workspace.click(ROSA, asked, action)
    assert title in str(office.workspace.views(ROSA)[-1].title)
