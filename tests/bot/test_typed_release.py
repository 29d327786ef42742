"""A typed release that names too little opens the form with what it did name."""

from tests.office import CSR, ROSA, WALT, seen


def entered(view):
    """What each field of a form begins with."""
    elements = {block["block_id"]: block["element"] for block in view.blocks if block["type"] == "input"}
    return {
        name: element.get("initial_value") or element.get("initial_option", {}).get("value")
        for name, element in elements.items()
    }


async def test_several_holds_open_the_form_with_the_reason_and_note(office):
    await office.command(ROSA, "/hold ORD-123 credit")
    await office.command(WALT, "/hold ORD-123 stock")
    await office.command(CSR, "/release ord-123 paid the wire came in")

    (view,) = office.workspace.views(CSR)
    assert entered(view) == {"order": "ORD-123", "hold": None, "reason": "paid", "note": "the wire came in"}


async def test_a_missing_note_opens_the_form_with_the_hold_that_was_named(office):
    await office.command(ROSA, "/hold ORD-123 credit")
    await office.command(WALT, "/hold ORD-123 stock")
    await office.command(CSR, "/release ORD-123 H-2 approved-by-management")
    (view,) = office.workspace.views(CSR)
    assert entered(view) == {"order": "ORD-123", "hold": "H-2", "reason": "approved-by-management", "note": None}

    await office.workspace.submit(CSR, view.id, note="Mona said so")
    assert office.row("select hold, reason, note from requests where kind = 'release_hold'") == {
        "hold": 2,
        "reason": "approved-by-management",
        "note": "Mona said so",
    }


async def test_a_reason_that_does_not_hold_the_order_releases_no_other_hold(office):
    await office.command(ROSA, "/hold ORD-123 credit")
    answer = await office.command(CSR, "/release ORD-123 stock arrived")

    assert "not an open hold" in seen(answer.message)
    assert "H-1" in seen(answer.message)
    assert office.rows("select 1 from requests where kind = 'release_hold'") == []
