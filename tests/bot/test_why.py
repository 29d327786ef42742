"""`/desk why`: what an order waits for, who can act, who was asked, and what comes next."""

from tests.office import CREDIT_CHANNEL, CSR, ROSA, WALT


async def test_a_pending_placement_says_who_was_asked_where_and_what_comes_next(office):
    await office.command(CSR, "/hold ORD-123 credit wire")
    await office.settled()
    answer = await why(office)
    assert "R-1, the hold, was asked for by" in answer
    assert f"<@{CSR}>" in answer
    assert f"<@{ROSA}>" in answer
    assert f"Asked in <#{CREDIT_CHANNEL}>." in answer
    assert "Next: a reminder" in answer


async def test_a_hold_that_nobody_asked_to_release_says_how_to_ask_and_who_signs(office):
    await office.command(ROSA, "/hold ORD-123 credit until 2099-12-01 wire")
    answer = await why(office)
    assert "In force since" in answer
    assert "Nobody has asked for its release" in answer
    assert "/release ORD-123 H-1" in answer
    assert "Dec 1" in answer or "2099" in answer


async def test_hold_and_cancel_on_one_order_are_both_explained(office):
    await office.command(ROSA, "/hold ORD-123 credit wire")
    await office.command(CSR, "/cancel ORD-123 line 1 qty 1 customer-request")
    answer = await why(office)
    assert "H-1" in answer
    assert "*Cancel of 1 unit of line 1" in answer


async def test_an_order_that_nothing_stops_says_so(office):
    assert "Nothing waits on" in await why(office)


async def test_an_unknown_number_suggests_and_a_missing_one_is_asked_for(office):
    assert "ORD-123" in await why(office, "ORD-132")
    assert "/desk why ORD-123" in await why(office, "")


async def why(office, text="ORD-123"):
    answer = await office.command(WALT, f"/desk why {text}".strip())
    return str(answer)
