"""`--preview` at the end of a typed request: what would happen is said, and only that somebody looked is stored."""

import pytest

from tests.office import CSR, FLOOR_CHANNEL, IVAN, ROSA, WALT, action_ids, seen


def stored(office):
    counts = "select (select count(*) from requests) as requests, (select count(*) from holds) as holds"
    return tuple(office.row(counts).values())


@pytest.mark.parametrize("typed", ["--preview", "—preview", "waiting for wire --PREVIEW"])
async def test_a_preview_says_what_would_happen_and_who_would_sign(office, typed):
    answer = await office.command(CSR, f"/hold ORD-123 credit {typed}")

    said = seen(answer.message)
    for part in ("Preview", "ORD-123", "Credit not cleared", ROSA, IVAN):
        assert part in said
    assert "R-0" not in said
    assert action_ids(answer.message) == set()


async def test_a_preview_stores_only_that_somebody_looked(office):
    await office.command(CSR, "/hold ORD-123 credit --preview")
    await office.settled()

    assert stored(office) == (0, 0)
    assert office.rows("select 1 from notices") == []
    (entry,) = office.audit()
    assert (entry["actor"], entry["action"], entry["request"]) == (CSR, "request.previewed", None)
    assert entry["facts"]["kind"] == "place_hold"
    order = await office.command(CSR, "/order ORD-123")
    assert "previewed a request" in seen(order.message)


async def test_the_real_request_after_a_preview_is_the_first(office):
    await office.command(CSR, "/hold ORD-123 credit --preview")
    answer = await office.command(CSR, "/hold ORD-123 credit")
    assert "R-1" in seen(answer.message)


async def test_an_owner_sees_that_their_own_signature_would_be_enough(office):
    answer = await office.command(ROSA, "/hold ORD-123 credit --preview")
    assert "you sign for that yourself" in seen(answer.message)
    assert stored(office) == (0, 0)


async def test_a_release_is_previewed_with_its_hold_and_without_telling_the_floor(office):
    await office.command(ROSA, "/hold ORD-123 credit limit reached")
    await office.command(WALT, "/hold ORD-123 stock")
    several = await office.command(CSR, "/release ORD-123 --preview")
    assert "2 open holds" in seen(several.message)
    answer = await office.command(CSR, "/desk release ORD-123 credit paid --preview")
    assert "H-1" in seen(answer.message)
    assert ROSA in seen(answer.message)
    await office.settled()

    assert [row["state"] for row in office.rows("select state from holds order by number")] == ["active", "active"]
    assert office.workspace.messages(FLOOR_CHANNEL) == []
    assert office.workspace.views(CSR) == []
    assert office.actions()[-2:] == ["request.previewed", "request.previewed"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/hold ORD-123 weather --preview", "not a reason here"),
        ("/hold ORD-123 --preview", "A reason is missing"),
        ("/hold --preview", "order number is missing"),
        ("/hold ORD-132 credit --preview", "Did you mean"),
        ("/release ORD-123 --preview", "no open hold"),
    ],
)
async def test_what_would_be_refused_is_refused_in_the_same_words(office, typed, said):
    answer = await office.command(CSR, typed)
    assert said in seen(answer.message)
    assert office.workspace.views(CSR) == []
    assert stored(office) == (0, 0)
    (entry,) = office.rows("select actor, action from audit where action like 'request.%%'")
    assert entry == {"actor": CSR, "action": "request.previewed"}


async def test_guests_may_not_preview(office):
    answer = await office.command("U0GUES", "/hold ORD-123 credit --preview")
    assert "Guests" in seen(answer.message)
    assert office.audit() == []
