"""Signers are reminded in the thread of the card, once each time, however many look at the clock."""

import asyncio

from store.reminders import Reminders
from tests.office import CREDIT_CHANNEL, CSR, ROSA, seen


async def ask(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()


def due(office):
    office.rows("update requests set remind_at = now() - interval '1 second'")


def reminders(office):
    card = office.cards()[0]
    return [each for each in office.cards(CREDIT_CHANNEL) if each.thread_ts == card.ts and "hourglass" in seen(each)]


async def test_nobody_is_reminded_before_the_time(office):
    await ask(office)
    assert await Reminders(office.parts.pool).remind() == 0
    every = office.row("select remind_every = interval '2 hours' as so, remind_at > now() as later from requests")
    assert every == {"so": True, "later": True}


async def test_a_reminder_stands_in_the_thread_and_rings_those_who_can_sign(office):
    await ask(office)
    due(office)
    assert await Reminders(office.parts.pool).remind() == 1
    await office.settled()
    (said,) = reminders(office)
    assert f"<@{ROSA}>" in seen(said)
    assert "R-1" in seen(said)
    assert "request.reminded" in office.actions()


async def test_ten_that_look_at_the_clock_at_once_remind_once(office):
    await ask(office)
    due(office)
    reminded = await asyncio.gather(*(Reminders(office.parts.pool).remind() for _ in range(10)))
    assert sum(reminded) == 1
    await office.settled()
    assert len(reminders(office)) == 1


async def test_each_reminder_waits_twice_as_long_as_the_one_before(office):
    await ask(office)
    waits = []
    for _ in range(3):
        due(office)
        await Reminders(office.parts.pool).remind()
        waits.append(office.row("select extract(epoch from remind_at - now())::int as wait from requests")["wait"])
    assert [round(wait / 3600) for wait in waits] == [4, 8, 16]


async def test_after_an_outage_one_reminder_comes_and_not_all_that_were_missed(office):
    await ask(office)
    office.rows("update requests set remind_at = now() - interval '3 days'")
    clock = Reminders(office.parts.pool)
    assert [await clock.remind() for _ in range(3)] == [1, 0, 0]


async def test_what_is_decided_is_never_reminded_of(office):
    await ask(office)
    due(office)
    await office.workspace.click(ROSA, office.cards()[0], "request.approve")
    await office.settled()
    assert await Reminders(office.parts.pool).remind() == 0


async def test_what_was_decided_while_the_reminder_was_on_its_way_is_not_said(office):
    await ask(office)
    due(office)
    office.rows("update lanes set free_at = now() + interval '1 hour'")
    await Reminders(office.parts.pool).remind()
    await office.workspace.click(ROSA, office.cards()[0], "request.approve")
    office.rows("update lanes set free_at = now()")
    await office.settled()
    assert reminders(office) == []


async def test_a_near_ship_by_date_comes_sooner(office):
    office.rows("update orders set ship_by = current_date - 2")
    await ask(office)
    assert office.row("select remind_every = interval '15 minutes' as soon from requests")["soon"]
