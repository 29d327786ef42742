"""`/desk audit`: everything that is recorded of an order, page by page, and whether the record is whole."""

import re

import psycopg
import pytest

from bot.slack.audit_words import PAGE, audit_message, more_view
from bot.slack.ids import audit_value, parse_audit_value
from bot.slack.timeline import NOTICES
from tests.bot.hostile import HOSTILE, assert_message, texts
from tests.factories import make_entry
from tests.office import CSR, ROSA, WALT
from workflows.views import AuditPage

GUEST = "U0GUES"


async def audit(office, text=" ORD-123", user=WALT):
    await office.command(user, f"/desk audit{text}")
    await office.settled()
    return office.workspace.ephemerals(user)[-1]


def told(blocks):
    return "\n".join(texts(blocks, "mrkdwn"))


def numbers(blocks):
    """Of the entries, as they stand one below the other."""
    return [int(each) for each in re.findall(r"^(\d+)\. ", told(blocks), re.MULTILINE)]


async def test_all_that_is_recorded_is_told_newest_first_and_page_by_page(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    await office.workspace.click(WALT, office.cards()[0], "request.approve")
    await office.workspace.click(ROSA, office.cards()[0], "request.approve")
    await office.settled()
    shown = await audit(office, " ord-123")
    assert numbers(shown.blocks) == list(range(len(office.audit()), 0, -1))
    for words in (
        f"<@{CSR}> asked (R-1)",
        f"<@{WALT}> was refused (R-1): not yours to sign",
        f"<@{ROSA}> approved (R-1)",
        "redtag delivered: Approval card to <#C0CREDIT> (R-1)",
        "The record is whole",
    ):
        assert words in told(shown.blocks), words
    add_entries(office, 2 * PAGE)
    shown = await audit(office)
    seen = numbers(shown.blocks)
    await office.workspace.click(WALT, shown, "audit.more")
    (view,) = office.workspace.views(WALT)
    while "audit.more" in str(view.body):
        seen += numbers(view.body["blocks"])
        await office.workspace.act_in_view(WALT, view.id, "audit.more")
        (view,) = office.workspace.views(WALT)
    assert [*seen, *numbers(view.body["blocks"])] == list(range(len(office.audit()), 0, -1))


async def test_a_record_that_was_changed_is_told_and_what_is_no_order_is_helped_with(office):
    add_entries(office, 3)
    with psycopg.connect(office.url, autocommit=True) as superuser:
        superuser.execute("alter table audit disable trigger all")
        superuser.execute("update audit set actor = 'U0EVIL' where chain = 'ORD-123' and seq = 2")
    shown = told((await audit(office)).blocks)
    assert "The record of this order is not whole.*\n• Order ORD-123: entry 2 is not what was written." in shown
    assert numbers((await audit(office)).blocks) == [3, 2, 1]
    assert "ORD-123" in str((await audit(office, " ORD-132")).text)
    assert "/desk audit ORD-123" in str((await audit(office, "")).text)
    assert "recorded" not in str(await audit(office, user=GUEST))


def add_entries(office, count):
    office.rows(
        """insert into audit (desk_id, chain, at, actor, action, facts)
           select 'T0ACME', 'ORD-123', now(), 'key:WMS', 'gate.refused', '{}' from generate_series(1, %s)""",
        count,
    )


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_others_wrote_does_no_harm_and_a_page_finds_room(hostile):
    long = f"{hostile} " * 40
    facts = {"kind": long, "lane": f"email:{long}", "error": long}
    actions = ["some.thing", *NOTICES]
    entries = [
        make_entry(actor=long, action=actions[at % len(actions)], facts=facts, seq=10**9 - at) for at in range(PAGE)
    ]
    page = AuditPage(hostile[:60] or "X", tuple(entries), more=True, count=10**9, faults=(long,) * 9)
    assert_message(audit_message(page), frozenset())
    assert numbers(audit_message(page)["blocks"])[-1] == numbers(more_view(page)["blocks"])[-1] == entries[-1].seq


@pytest.mark.parametrize("value", ["", "ORD-123", "0:ORD-123", "-1:ORD-123", "9999999999999999999:ORD-123", "7:"])
def test_the_value_of_a_button_that_is_none_of_ours_is_refused(value):
    with pytest.raises(ValueError, match="not the value"):
        parse_audit_value(value)


def test_a_button_brings_back_what_it_was_made_of():
    assert parse_audit_value(audit_value(812, "A:1\nb")) == (812, "A:1\nb")
