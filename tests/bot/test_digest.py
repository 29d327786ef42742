"""The digest: written once a workday, posted, drawn and mailed; its buttons; and what it does with far too much."""

import asyncio
import re
from datetime import timedelta

import psycopg
import pytest

from bot.clock.digesting import digest as tick
from bot.slack.digest import digest_message, more_value, parse_more
from bot.slack.specimens.digest import many
from bot.slack.specimens.values import sample_policy
from playground.slack import blockkit
from store.digest import Digests
from store.pool import make_pool
from store.reading import Reading
from store.seals import broken_seal
from tests.factories import NOW, make_hold, make_order, make_policy
from tests.office import CREDIT_CHANNEL, CSR, DESK, IVAN, ROSA, WALT, action_ids, office, seen
from workflows.care import decide_care, decide_nudge
from workflows.care_refusals import CannotTakeCare, NotYoursToAssign, NudgedLately
from workflows.clocks import calendar_of, later
from workflows.commands import AssignHold, NudgeHold
from workflows.digest import After, Wanted, after, stale_since
from workflows.outcome import Snapshot
from workflows.policy.model import Reason
from workflows.refusals import NoOpenHold
from workflows.results import Done
from workflows.seals import Seal
from workflows.values import Actor, HoldState, Standing

__all__ = ["office"]
MONA, MANAGERS, ADDRESS = "U0MONA", "C0MGRS", "managers@acme.example"
AUDIT = "C0AUDIT"
LONG_AGO = "now() - interval '20 days'"


async def morning(office):
    """The desk's time has come, whatever day this is."""
    await office.apply(workdays=(), digest_at="00:00")
    office.rows(f"update desks set created_at = {LONG_AGO}")


async def stale_hold(office, order="ORD-123"):
    await office.command(ROSA, f"/hold {order} credit waiting for the wire")
    await office.settled()
    office.rows(f"update holds set active_at = {LONG_AGO}, requested_at = {LONG_AGO}")


async def digested(office):
    begun = await tick(office.parts.digests, office.parts.committed)
    await office.settled()
    return begun


def posts(office):
    return [each for each in office.cards(MANAGERS) if "igest of" in each.text or "quiet day" in each.text]


def mails(office):
    return [mail for mail in office.workspace.mails if ADDRESS in str(mail)]


def ids(message):
    return {button["value"] for block in message.blocks for button in block.get("elements", []) if "value" in button}


async def test_the_digest_goes_out_once_with_its_chart_and_its_mail_however_many_schedulers_tick(office):
    await morning(office)
    await stale_hold(office)
    office.rows("update holds set until = current_date - 1")
    async with make_pool(office.url) as pool:
        other = Digests(pool, Reading(pool))
        rounds = [*(office.parts.digests.begin() for _ in range(4)), *(other.begin() for _ in range(4))]
        assert sum(await asyncio.gather(*rounds)) == 1
    assert await digested(office) == 0
    (post,) = posts(office)
    assert "1 stale hold and 1 review due" in post.text
    assert "USD 1,250.00; every order on hold has a stale one (1 hold)" in seen(post)
    assert f"asked for by <@{ROSA}>" in seen(post)
    assert {"hold.release", "hold.extend", "hold.nudge", "hold.assign", "digest.more"} <= action_ids(post)
    assert "H-1" in ids(post)
    (picture,) = [each for each in office.workspace.messages(MANAGERS) if each.files]
    assert picture.thread_ts == post.ts
    file = office.workspace.state.files[picture.files[0]]
    assert file.content.startswith(b"\x89PNG")
    assert file.alt == "Holds in force, by owner and age: Credit 1 of 14 days and more."
    (mail,) = mails(office)
    assert "ORD-123, Brightwater Foods: Credit not cleared (H-1)" in mail.text
    assert "<b>ORD-123, Brightwater Foods" in mail.html
    assert "Clear to ship" not in mail.text + mail.html
    (seal,) = office.workspace.messages(AUDIT)
    (shown,) = re.findall(r"[0-9]+:[0-9a-f]{64}", seal.text)
    assert shown in seen(post)
    assert shown in mail.text
    assert await broken_seal(office.parts.pool, DESK, Seal.read(shown)) == ""
    found = office.audit("")
    assert {each["facts"]["kind"] for each in found if each["action"] == "notice.sent"} == {"digest", "digest.email"}


async def test_a_quiet_day_is_one_line_and_only_managers_read_it_on_demand(office):
    await morning(office)
    assert await digested(office) == 1
    (post,) = posts(office)
    assert (len(post.blocks), "quiet day" in post.text) == (1, True)
    assert not [each for each in office.workspace.messages(MANAGERS) if each.files]
    assert "quiet day" in mails(office)[0].text
    await office.command(MONA, "/desk digest")
    assert "quiet day" in office.workspace.ephemerals(MONA)[-1].text
    await office.command(CSR, "/desk digest")
    assert "You cannot read the digest" in office.workspace.ephemerals(CSR)[-1].text


async def test_a_channel_without_the_bot_costs_the_post_alone_and_the_next_digest_says_so(office):
    await morning(office)
    await office.apply(audit_channel="")
    await stale_hold(office)
    office.workspace.fail("chat.postMessage", error="not_in_channel")
    office.workspace.fail("conversations.join", error="not_in_channel")
    await tick(office.parts.digests, office.parts.committed)
    await office.settled()
    office.workspace.heal()
    states = {
        row["kind"]: row["state"] for row in office.rows("select kind, state from notices where kind ~ '^digest'")
    }
    assert states == {"digest": "dead", "digest.chart": "skipped", "digest.email": "sent"}
    await office.command(MONA, "/desk digest")
    assert "Messages that never arrived: 1" in seen(office.workspace.ephemerals(MONA)[-1])


async def test_the_buttons_of_a_row_do_what_they_say_under_the_rules_of_the_desk(office):
    await morning(office)
    await stale_hold(office)
    await digested(office)
    (post,) = posts(office)

    async def click(user, action):
        await office.workspace.click(user, post, action, value="H-1")
        await office.settled()

    await click(WALT, "hold.nudge")
    nudged = office.cards(CREDIT_CHANNEL)[-1]
    assert f"<@{ROSA}>" in seen(nudged)
    assert f"<@{WALT}> asks what becomes of it" in seen(nudged)
    assert nudged.thread_ts == office.cards(CREDIT_CHANNEL)[0].ts
    assert {"hold.release", "hold.extend"} <= action_ids(nudged)
    assert "are reminded now" in office.workspace.ephemerals(WALT)[-1].text
    await click(MONA, "hold.nudge")
    assert "One nudge an hour is enough" in office.workspace.ephemerals(MONA)[-1].text
    assert office.actions().count("hold.nudged") == 1

    for user, action, form in ((ROSA, "hold.extend", "extend.submit"), (MONA, "hold.release", "release.submit")):
        await click(user, action)
        assert [view.callback_id for view in office.workspace.views(user)] == [form]
    for action, what in (("hold.extend", "extend H-1"), ("hold.assign", "say who takes care of H-1")):
        await click(CSR, action)
        (told,) = office.workspace.views(CSR)
        assert f"You cannot {what}: this desk leaves that to Credit (<@{ROSA}> or <@{IVAN}>)" in str(told.body)
        await office.workspace.close(CSR, told.id)

    await click(MONA, "hold.assign")
    form = office.workspace.views(MONA)[-1]
    assert IVAN in str(form.body["blocks"])
    await office.workspace.submit(MONA, form.id, member=IVAN)
    await office.settled()
    assert "asks you to take care of H-1" in seen(office.workspace.messages("D0IVAN")[-1])
    assert office.row("select assignee from holds")["assignee"] == IVAN
    (entry,) = [each for each in office.audit() if each["action"] == "hold.assigned"]
    assert entry["facts"] == {"before": "", "hold": 1, "to": IVAN}
    await office.command(MONA, "/desk digest")
    assert f"<@{IVAN}> takes care of it" in seen(office.workspace.ephemerals(MONA)[-1])


FILL = f"""
    with numbers as (select n from generate_series(1, %s) n),
    added as (
        insert into orders (desk_id, number, customer, currency, total, placed_total, changed_at)
        select '{DESK}', 'ORD-' || (1000 + n), 'Customer ' || n, case when n %% 3 = 0 then 'EUR' else 'USD' end,
               n %% 7 * 100, n %% 7 * 100, now() from numbers
    )
    insert into holds (desk_id, number, order_number, reason, owner, state, requested_by, requested_at, active_at)
    select '{DESK}', n, 'ORD-' || (1000 + n), case when n %% 2 = 0 then 'credit' else 'stock' end,
           case when n %% 2 = 0 then 'credit' else 'warehouse' end, 'active', 'U0CARL', now(),
           now() - interval '8 days' - (n %% 40) * interval '1 day' from numbers
"""


async def test_five_thousand_holds_take_as_many_statements_as_none_and_page_by_key(office, monkeypatch):
    digests, counted, ours = office.parts.digests, [], asyncio.current_task()
    execute = psycopg.AsyncConnection.execute

    async def counting(self, *arguments, **options):
        if asyncio.current_task() is ours:  # not what the office's loops look at meanwhile
            counted.append(arguments[0])
        return await execute(self, *arguments, **options)

    await digests.read(DESK)
    monkeypatch.setattr(psycopg.AsyncConnection, "execute", counting)
    assert (await digests.read(DESK)).is_quiet
    few = len(counted)
    office.rows(FILL, 5000)
    counted.clear()
    found = await digests.read(DESK)
    assert len(counted) == few
    assert (found.stale, found.counts.holds, [len(group.rows) for group in found.groups]) == (5000, 5000, [10, 10])
    assert blockkit.check_message({"channel": MANAGERS, **digest_message(found)}) == []
    assert sum(found.counts.ages["credit"]) == 2500
    rows, wanted = [], Wanted(owner="credit")
    while wanted:
        page = await digests.page(DESK, wanted, most=700)
        rows += page.rows
        wanted = parse_more(more_value(Wanted(owner="credit", after=after(page.rows[-1])))) if page.more else None
    assert len({row.hold.number for row in rows}) == len(rows) == 2500
    assert rows == sorted(rows, key=lambda row: (row.day, -row.total, row.hold.number))
    assert rows[:10] == list(next(group.rows for group in found.groups if group.owner == "credit"))


async def test_show_all_opens_the_rows_behind_the_first_ones(office):
    office.rows(FILL, 60)
    await office.command(MONA, "/desk digest")
    shown = office.workspace.ephemerals(MONA)[-1]
    more = next(block["accessory"] for block in shown.blocks if "accessory" in block)
    await office.workspace.click(MONA, shown, "digest.more", value=more["value"])
    (view,) = office.workspace.views(MONA)
    first = [button for block in view.body["blocks"] for button in block.get("elements", []) if "value" in button]
    assert first[-1]["action_id"] == "digest.more"
    await office.workspace.act_in_view(MONA, view.id, "hold.assign", value=first[0]["value"])
    (view, form) = office.workspace.views(MONA)
    assert form.callback_id == "assign.submit"
    await office.workspace.close(MONA, form.id)
    await office.workspace.act_in_view(MONA, view.id, "digest.more")
    (view,) = office.workspace.views(MONA)
    second = [button for block in view.body["blocks"] for button in block.get("elements", []) if "value" in button]
    assert not {each["value"] for each in first[:-1]} & {each["value"] for each in second[:-1]}


# Pure


@pytest.mark.parametrize(
    "value", ["", "stale", "stale.2026-13-40.1.2.credit", "x.2026-01-01.1.2.credit", "stale.1.2.3.4"]
)
def test_the_value_of_a_button_that_is_none_of_ours_is_refused(value):
    with pytest.raises(ValueError, match=rf"^{value}$|month must be"):
        parse_more(value)


def test_a_button_brings_back_what_it_was_made_of():
    for wanted in (Wanted(), Wanted(reviews=True), Wanted(owner="cs.lead", after=After(NOW.date(), -5, 17))):
        assert parse_more(more_value(wanted)) == wanted


@pytest.mark.parametrize("period", [timedelta(days=2), timedelta(hours=5), timedelta(minutes=90)])
@pytest.mark.parametrize("hours", [(), ("08:00", "17:00")])
def test_a_hold_is_stale_from_the_very_second_at_which_its_reason_says_so(period, hours):
    reasons = [Reason(kind="hold", code="credit", stale_after=period), Reason(kind="hold", code="x", stale_after=None)]
    policy = make_policy(desk={"work_hours": hours}, reasons=reasons)
    cuts, _ = stale_since(policy, NOW)
    calendar, at = calendar_of(policy.desk), cuts["credit"]
    assert later(calendar, at, period) <= NOW < later(calendar, at + timedelta(seconds=1), period)
    assert cuts["x"] is None


def test_far_too_much_stays_within_what_slack_takes():
    digest = many(sample_policy())
    message = digest_message(digest)
    assert len(message["blocks"]) <= 45
    assert blockkit.check_message({"channel": MANAGERS, **message}) == []


def decided(decide, command, actor="U0MONA", **hold):
    held = make_hold(**{"state": HoldState.ACTIVE, **hold})
    snapshot = Snapshot(NOW, Actor(actor, Standing.ACTIVE), make_order(), (held,))
    found = decide(snapshot, command, make_policy())
    return found.result if hasattr(found, "result") else found


NUDGE = NudgeHold("ORD-123", 17)


@pytest.mark.parametrize(
    ("hold", "expected"),
    [
        ({}, Done),
        ({"nudged_at": NOW - timedelta(hours=1)}, Done),
        ({"nudged_at": NOW - timedelta(minutes=59)}, NudgedLately),
        ({"state": HoldState.RELEASED}, NoOpenHold),
        ({"number": 18}, NoOpenHold),
    ],
)
def test_a_hold_is_nudged_at_most_once_an_hour_and_while_it_is_open(hold, expected):
    assert isinstance(decided(decide_nudge, NUDGE, **hold), expected)


@pytest.mark.parametrize(
    ("actor", "member", "expected"),
    [
        (MONA, IVAN, Done),
        ("U0ADAM", "", Done),
        (ROSA, ROSA, Done),
        (CSR, IVAN, NotYoursToAssign),
        (WALT, WALT, NotYoursToAssign),
        (MONA, CSR, CannotTakeCare),
    ],
)
def test_managers_and_the_owner_role_say_which_of_its_members_takes_care(actor, member, expected):
    assert isinstance(decided(decide_care, AssignHold("ORD-123", 17, member), actor), expected)
