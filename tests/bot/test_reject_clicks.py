"""Reject opens a form, and only for somebody who may reject: nobody writes a note in vain."""

import pytest

from tests.office import ADAM, CSR, IVAN, ROSA, seen


@pytest.fixture
async def card(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.settled()
    return office.cards()[0]


async def test_somebody_without_the_role_is_told_at_once_who_can_sign(office, card):
    await office.workspace.click(ADAM, card, "request.reject")
    await office.settled()

    assert office.workspace.views(ADAM) == []
    (told,) = office.workspace.ephemerals(ADAM)
    assert "not yours to sign" in seen(told)
    assert ROSA in seen(told)
    (entry,) = office.audit()[-1:]
    assert (entry["actor"], entry["action"], entry["request"]) == (ADAM, "request.refused", 1)


async def test_who_comes_second_is_told_who_was_first(office, card):
    await office.workspace.click(ROSA, card, "request.approve")
    await office.workspace.click(IVAN, card, "request.reject")
    await office.settled()

    assert office.workspace.views(IVAN) == []
    (told,) = office.workspace.ephemerals(IVAN)
    assert ROSA in seen(told)


async def test_opening_the_form_leaves_nothing_behind(office, card):
    before = office.audit()
    await office.workspace.click(ROSA, card, "request.reject")
    (view,) = office.workspace.views(ROSA)
    assert office.audit() == before
    await office.workspace.close(ROSA, view.id)
    await office.workspace.click(IVAN, card, "request.approve")
    assert office.row("select state from holds")["state"] == "active"


async def test_a_form_that_was_open_while_somebody_else_decided_says_so(office, card):
    await office.workspace.click(ROSA, card, "request.reject")
    (view,) = office.workspace.views(ROSA)
    await office.workspace.click(IVAN, card, "request.approve")
    await office.workspace.submit(ROSA, view.id, note="no wire seen")

    assert office.row("select state from holds")["state"] == "active"
    (shown,) = office.workspace.views(ROSA)
    assert IVAN in str(shown.blocks)
