"""Deputies sign in the name of somebody who is away, and the desk says so."""

import asyncio

from tests.office import ADAM, CREDIT_CHANNEL, CSR, IVAN, ROSA, WALT, seen

FAR = "2099-01-01"


async def in_days(office, days):
    return str(office.row("select (now() at time zone 'America/Chicago')::date + %s as day", days)["day"])


async def away(office, who, deputy, days=3):
    return str(await office.command(who, f"/desk away <@{deputy}> until {await in_days(office, days)}"))


async def asked(office, who=CSR):
    await office.command(who, "/hold ORD-123 credit wire")
    await office.settled()
    (card,) = office.cards()
    return card


def signed(office):
    return office.rows("select member, role, on_behalf_of from decisions order by at")


async def test_a_deputy_signs_in_the_name_of_who_is_away_and_card_and_audit_say_so(office):
    assert "signs in the name of" in await away(office, ROSA, WALT)
    card = await asked(office)
    await office.workspace.click(WALT, card, "request.approve")
    await office.settled()
    assert signed(office) == [{"member": WALT, "role": "credit", "on_behalf_of": ROSA}]
    (card,) = office.cards()
    assert f"<@{WALT}> for <@{ROSA}>" in seen(card)
    entry = next(each for each in office.audit() if each["action"] == "request.approved")
    assert entry["facts"]["for"] == ROSA


async def test_the_deputy_is_told_and_the_desk_remembers_who_did_it(office):
    await away(office, ROSA, WALT)
    await office.settled()
    (message,) = office.workspace.messages(WALT)
    assert "stand in for" in seen(message)
    assert "Credit" in seen(message)
    (entry,) = [each for each in office.audit("") if each["action"] == "member.away"]
    assert (entry["actor"], entry["facts"]["deputy"]) == (ROSA, WALT)


async def test_a_deputy_signs_neither_their_own_request_nor_that_of_whom_they_stand_in_for(office):
    await away(office, ROSA, WALT)
    card = await asked(office, WALT)
    await office.workspace.click(WALT, card, "request.approve")
    await office.settled()
    assert signed(office) == []


async def test_nobody_is_counted_twice_when_the_member_and_the_deputy_both_sign(office):
    first = {"kind": "place_hold", "sign": [{"role": "credit", "approvals": 2}]}
    rules = (type(office.policy.rules[0]).model_validate(first), *office.policy.rules) if office.policy.rules else ()
    assert rules, "the demo has rules"
    office.policy = office.policy.model_copy(update={"rules": rules})
    await office.apply()
    await away(office, ROSA, WALT)
    card = await asked(office)
    await office.workspace.click(WALT, card, "request.approve")
    await office.settled()
    (card,) = office.cards()
    await office.workspace.click(ROSA, card, "request.approve")
    await office.settled()
    assert [each["member"] for each in signed(office)] == [WALT]
    (card,) = office.cards()
    await office.workspace.click(IVAN, card, "request.approve")
    await office.settled()
    assert office.row("select state from holds")["state"] == "active"


async def test_it_ends_with_its_last_day_and_when_the_member_is_back(office):
    await away(office, ROSA, WALT, days=0)
    card = await asked(office)
    office.rows("update absences set until = until - 1")
    office.rows("update desks set people_version = people_version + 1")
    await office.workspace.click(WALT, card, "request.approve")
    assert signed(office) == []
    assert "is back" not in str(await office.command(ROSA, "/desk away off"))
    await away(office, ROSA, WALT)
    assert "no longer signs" in str(await office.command(ROSA, "/desk away off"))
    await office.workspace.click(WALT, card, "request.approve")
    await office.settled()
    assert signed(office) == []


async def test_what_cannot_be_is_refused_with_what_to_do(office):
    assert "yourself" in await away(office, ROSA, ROSA)
    assert "That day is over" in await away(office, ROSA, WALT, days=-1)
    assert "more than a year" in str(await office.command(ROSA, f"/desk away <@{WALT}> until {FAR}"))
    assert "not an active member" in await away(office, ROSA, "U0LEFT")
    assert "not an active member" in await away(office, ROSA, "U0GUES")
    await away(office, IVAN, ROSA)
    assert "leads back here" in await away(office, ROSA, IVAN)
    await away(office, WALT, CSR)
    assert "is away until" in await away(office, ROSA, WALT)
    assert "I do not know" in str(await office.command(ROSA, "/desk away @nobody-here until 2026-12-05"))
    assert "could not read" in str(await office.command(ROSA, "/desk away for a while"))


async def test_only_an_admin_speaks_for_somebody_else(office):
    day = await in_days(office, 2)
    text = f"/desk away for <@{ROSA}> <@{WALT}> until {day}"
    assert "Only an admin" in str(await office.command(CSR, text))
    assert "signs in the name of" in str(await office.command(ADAM, text))
    await office.settled()
    assert "noted that you are away" in seen(office.workspace.messages(ROSA)[-1])


async def test_two_that_name_a_deputy_at_once_leave_one_in_force(office):
    await asyncio.gather(*(away(office, ROSA, deputy) for deputy in (WALT, CSR, IVAN, ADAM)))
    assert office.row("select count(*) as open from absences where ended_at is null")["open"] == 1


async def test_whoever_is_away_is_not_named_as_the_one_to_ask(office):
    await away(office, ROSA, WALT)
    answer = str(await office.command(CSR, "/hold ORD-123 credit wire"))
    assert f"<@{WALT}>" in answer
    assert f"<@{ROSA}>" not in answer
    await office.settled()
    (card,) = office.cards(CREDIT_CHANNEL)
    assert "Walt" in seen(card)
