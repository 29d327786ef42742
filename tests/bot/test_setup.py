"""`/desk setup`: the interview, from nothing to a desk and from one policy to the next."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.slack.forms import setup as setup_form
from bot.slack.forms import setup_readback
from bot.slack.forms.setup_parts import Seen
from bot.slack.specimens.setup import of_size
from playground.slack import blockkit
from tests.factories import make_policy
from tests.office import ADAM, CSR, DESK, IVAN, LENA, ROSA, WALT, open_office, seen
from workflows.interview.answers import EMPTY
from workflows.interview.draft import Draft
from workflows.interview.last_file import LastFile
from workflows.interview.readback import worries
from workflows.interview.steps import READ_BACK, steps
from workflows.policy.check import problems_in
from workflows.policy.load import policy_from_json
from workflows.policy.people import People

GUEST, MANAGERS = "U0GUES", "C0MGRS"


@pytest.fixture
async def empty(database_url):
    async with open_office(database_url, set_up=False) as office:
        yield office


def shown(office, who):
    return str(office.workspace.views(who)[-1].body)


def title(office, who):
    return office.workspace.views(who)[-1].body["title"]["text"]


async def begin(office, who):
    return str(await office.command(who, "/desk setup"))


async def send(office, who, **entered):
    """Send the step that stands open, with what is entered; what came back under the fields."""
    view = office.workspace.views(who)[-1]
    await office.workspace.submit(who, view.id, **entered)
    open_views = office.workspace.views(who)
    return open_views[-1].errors if open_views else {}


async def go(office, who, where, action="setup.go"):
    await office.workspace.act_in_view(who, office.workspace.views(who)[-1].id, action, where)


def version(office):
    return office.row("select coalesce(max(policy_version), 0) as at from desks")["at"]


def drafts(office):
    return {row["member"]: row["step"] for row in office.rows("select member, step from policy_drafts")}


def new_reason(office, who, **entered):
    """The fields of the group in which a reason is added, whose ids are new each time."""
    view = office.workspace.views(who)[-1]
    (code,) = [b["block_id"] for b in view.body["blocks"] if b.get("block_id", "").endswith(".code")]
    return {f"{code.removesuffix('code')}{name}": value for name, value in entered.items()}


async def test_an_admin_adds_a_reason_with_a_role_and_the_next_hold_reaches_its_channel(office):
    before = version(office)
    await begin(office, ADAM)
    assert title(office, ADAM) == "The desk"
    assert await send(office, ADAM, **{"desk.timezone": "America/Chicgo"}) == {
        "desk.timezone": "“America/Chicgo” is not a timezone. Did you mean America/Chicago?"
    }
    await send(office, ADAM, **{"desk.timezone": "Europe/Berlin"})
    assert "ORD-123" in shown(office, ADAM)
    refused = await send(office, ADAM, **{"desk.order_number.pattern": "INV-[0-9]+"})
    assert "ORD-123" in refused["desk.order_number.pattern"]
    await send(office, ADAM, **{"desk.order_number.pattern": "ORD-[0-9]+"})
    await send(office, ADAM, **{"stages.shipped": "Invoiced\nGone out"})
    await send(office, ADAM)
    await send(office, ADAM)
    assert "Choose who owns" in str(await send(office, ADAM, **new_reason(office, ADAM, code="export licence")))
    legal = {"role": "Legal", "members": [LENA, WALT], "channel": MANAGERS}
    await send(office, ADAM, **new_reason(office, ADAM, code="export licence", **legal))
    assert "Export licence (export-licence)" in shown(office, ADAM)
    await send(office, ADAM)
    assert "USD 5000" in str(await send(office, ADAM, **{"rules.cancel.order_total_over": "5000 dollars"}))
    await send(office, ADAM, **{"rules.cancel.order_total_over": "USD 7500"})
    await send(office, ADAM)
    await send(office, ADAM, odd="The last truck leaves at 15:30\nGift cards are never cancelled")
    read = shown(office, ADAM)
    assert "“Export licence” (export-licence): Legal signs" in read
    assert "cards in <#C0CREDIT>" in read
    assert "Not handled: Gift cards are never cancelled" in read
    assert "ship_cutoff" in read or "15:30" in read
    assert version(office) == before
    await send(office, ADAM)
    assert title(office, ADAM) == "Applied"
    assert (version(office), drafts(office)) == (before + 1, {})
    (entry,) = [each for each in office.audit("") if each["action"] == "policy.applied" and each["actor"] == ADAM]
    assert "7,500" in str(entry["facts"])
    await office.command(CSR, "/hold ORD-123 export-licence needs papers")
    await office.settled()
    assert any("ORD-123" in seen(card) for card in office.cards(MANAGERS))


async def test_words_of_the_last_file_addresses_groups_and_periods_are_asked_for(office):
    mapping = {"name": "erp", "columns": {"number": "Auftrag"}, "decimal": ",", "day_first": True}
    office.rows(
        """with mapping as (insert into mappings (desk_id, name, document, saved_at, saved_by)
                           values (%s, 'erp', %s, now(), 'U0ADAM'))
           insert into imports (desk_id, number, at, imported_by, file_name, file_sha256, preset, counts)
           values (%s, 1, now(), 'U0ADAM', 'auftraege.csv', '', 'erp', '{"words": ["Awaiting pickup", "packed"]}')""",
        DESK, json.dumps(mapping), DESK,
    )  # fmt: skip
    await begin(office, ADAM)
    await send(office, ADAM)
    for said in ("auftraege.csv", "a comma stands before the cents", r"`ORD-\\d+`"):
        assert said in shown(office, ADAM)
    await send(office, ADAM)
    (word,) = [each["block_id"] for each in blocks(office, ADAM) if each.get("block_id", "").startswith("means.")]
    assert "What does “Awaiting pickup” mean?" in shown(office, ADAM)
    await send(office, ADAM, **{word: "packed"})
    await go(office, ADAM, "stages")
    assert "means." not in shown(office, ADAM)
    await go(office, ADAM, "contacts")
    wrong = await send(office, ADAM, **{"roles.credit.email": "credit", "roles.credit.user_groups": "@credit"})
    assert set(wrong) == {"roles.credit.email", "roles.credit.user_groups"}
    given = {"roles.credit.email": "a@acme.example, b@acme.example", "roles.credit.user_groups": "S0CREDIT"}
    assert await send(office, ADAM, **given) == {}
    await go(office, ADAM, "waiting")
    await send(office, ADAM, **{"rules.cancel.remind_after": "30m", "rules.cancel.escalate_to": "credit"})
    await go(office, ADAM, "readback")
    assert "A cancel that nobody answers brings a reminder after 30 minutes, goes to Credit" in shown(office, ADAM)
    await send(office, ADAM)
    policy = policy_from_json(office.row("select document from policies order by version desc limit 1")["document"])
    credit, cancels = policy.roles["credit"], [rule for rule in policy.rules if rule.kind == "cancel"]
    assert (credit.email, credit.user_groups) == (("a@acme.example", "b@acme.example"), ("S0CREDIT",))
    assert policy.stages["Awaiting pickup"] == "packed"
    assert [(rule.remind_after, rule.escalate_to) for rule in cancels] == [(timedelta(minutes=30), "credit")] * len(
        cancels
    )


def blocks(office, who):
    return office.workspace.views(who)[-1].body["blocks"]


async def test_what_was_answered_is_there_again_and_only_the_read_back_applies(office):
    before = version(office)
    await begin(office, ADAM)
    await send(office, ADAM, **{"desk.name": "Night desk"})
    assert drafts(office) == {ADAM: "orders"}
    await begin(office, ADAM)
    assert "Night desk" in shown(office, ADAM)
    await go(office, ADAM, None)
    assert title(office, ADAM) == "Order data"
    await go(office, ADAM, "readback")
    assert "Night desk" in shown(office, ADAM)
    await begin(office, ADAM)
    await go(office, ADAM, None, action="setup.anew")
    assert "Night desk" not in shown(office, ADAM)
    assert (version(office), drafts(office)) == (before, {})


async def test_two_admins_at_once_keep_what_the_other_applied(office):
    admins = office.policy.roles["admin"].model_copy(update={"members": (ADAM, IVAN)})
    office.policy = office.policy.model_copy(update={"roles": {**office.policy.roles, "admin": admins}})
    await office.apply()
    for who, name in ((ADAM, {"desk.name": "Night desk"}), (IVAN, {"desk.digest_at": "07:15"})):
        await begin(office, who)
        await send(office, who, **name)
        await go(office, who, "readback")
    await send(office, IVAN)
    await send(office, ADAM)
    assert title(office, ADAM) == "Not applied yet"
    assert f"<@{IVAN}>" in shown(office, ADAM)
    assert "07:15" in shown(office, ADAM)
    await send(office, ADAM)
    assert title(office, ADAM) == "Read back"
    await send(office, ADAM)
    desk = office.row("select document -> 'desk' as d from policies order by version desc limit 1")["d"]
    assert (desk["name"], desk["digest_at"]) == ("Night desk", "07:15")


async def test_only_admins_set_up_a_desk_and_others_hear_who_they_are(office):
    answer = await begin(office, CSR)
    assert f"<@{ADAM}>" in answer
    assert not office.workspace.views(CSR)
    assert any(entry["action"] == "request.refused" for entry in office.audit(""))


async def test_whoever_sets_up_first_is_admin_and_nobody_else_sets_up_after_them(empty):
    for text in ("/hold ORD-1", "/desk roles", "/desk help"):
        assert "/desk setup" in str(await empty.command(CSR, text))
    assert "Guests" in await begin(empty, GUEST)
    desk = {"desk.name": "Acme", "desk.timezone": "America/Chicago", "desk.floor_channel": "C0FLOOR"}
    for who in (ROSA, IVAN):
        await begin(empty, who)
        await send(empty, who, **desk)
        await go(empty, who, "roles")
    people = {f"roles.{role}.members": [IVAN, WALT] for role in ("credit", "warehouse", "cs_lead", "fraud", "pricing")}
    await send(empty, ROSA)
    await go(empty, ROSA, "readback")
    assert "nobody can sign as Credit" in shown(empty, ROSA)
    await send(empty, ROSA)
    assert title(empty, ROSA) == "Roles"
    await send(empty, ROSA, **people)
    await go(empty, ROSA, "readback")
    await send(empty, ROSA)
    assert title(empty, ROSA) == "Applied"
    assert (version(empty), drafts(empty)) == (1, {IVAN: "orders"})
    await send(empty, IVAN)
    assert f"<@{ROSA}>" in shown(empty, IVAN)
    grants = empty.rows("select user_id from role_grants where desk_id = %s and role = 'admin'", DESK)
    assert grants == [{"user_id": ROSA}]


@pytest.mark.parametrize("count", [0, 1, 50, 100])
def test_slack_takes_each_step_however_many_roles_and_reasons_there_are(count):
    policy = of_size(make_policy(), count)
    policy = policy.model_copy(update={"roles": dict(list(policy.roles.items())[:50])})
    words, numbers = tuple(f"{'<&>' * 20}{at}" for at in range(20)), ("ORD-1",) * min(count, 1)
    file = LastFile("x" * 300, datetime.now(UTC), "p" * 80, words, numbers, ",", "EUR", day_first=True)
    for step in steps(policy):
        seen_there = Seen(step, policy, Draft(1, EMPTY), file=file)
        view = setup_form.build(seen_there)
        if step == READ_BACK:
            found = {
                "problems": problems_in(policy),
                "worries": worries(policy, People(), date(2026, 11, 23), ["x" * 300]),
            }
            view = setup_readback.build(seen_there, changed=["Credit: + @U0ROSA"] * count, **found)
        assert (step, blockkit.check_view(view)) == (step, [])
