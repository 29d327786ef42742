"""Two holds on one order, both releases signed at the same instant: the floor hears "clear to ship" once."""

import asyncio

import pytest

from tests.office import CREDIT_CHANNEL, CSR, DESK, FLOOR_CHANNEL, IVAN, LENA, ROSA, STOCK_CHANNEL, WALT, seen
from tests.races.apps import PATIENCE, another_app, at, open_floor
from workflows.results import Done


async def with_two_releases(floor, order):
    """An order with two active holds whose releases are both pending; their request numbers."""
    floor.add_order(order)
    credit = await floor.hold(ROSA, order)
    stock = await floor.hold(WALT, order, "stock")
    return [(await floor.release(hold.hold, order)).request for hold in (credit, stock)]


async def signed_together(floor, order):
    """Both signed at the same instant, each through an app of its own."""
    credit, stock = await with_two_releases(floor, order)
    return await asyncio.gather(floor.approve(IVAN, credit, 0), floor.approve(LENA, stock, 1))


def assert_clear_once(floor, order):
    posts, mails = floor.notices("floor", order), floor.notices("floor.email", order)
    assert sorted(post["payload"]["clear"] for post in posts) == [False, True]
    assert [mail["payload"]["clear"] for mail in mails] == [post["payload"]["clear"] for post in posts] == [False, True]
    first, last = posts
    assert len(first["payload"]["blockers"]) == 1
    assert last["payload"]["blockers"] == []
    entries = floor.rows("select facts from audit where chain = %s and action = 'hold.released' order by seq", order)
    assert [len(entry["facts"]["blockers"]) for entry in entries] == [1, 0]


@pytest.mark.parametrize("rounds", [25, pytest.param(200, marks=pytest.mark.slow)])
async def test_of_two_releases_at_one_instant_exactly_one_is_clear_to_ship(database_url, rounds):
    async with open_floor(database_url) as floor:
        for number in range(rounds):
            order = f"ORD-{number}"
            results = await signed_together(floor, order)
            assert all(isinstance(result, Done) for result in results)
            assert_clear_once(floor, order)
        states = floor.rows("select state, count(*) from holds where desk_id = %s group by state", DESK)
        assert states == [{"state": "released", "count": 2 * rounds}]


async def test_three_holds_released_at_one_instant_are_clear_once(database_url):
    async with open_floor(database_url, apps=3) as floor:
        for number in range(8):
            order = f"ORD-{number}"
            requests = await with_two_releases(floor, order)
            fraud = await floor.hold("U0FAYE", order, "fraud")
            requests.append((await floor.release(fraud.hold, order)).request)
            people = (IVAN, LENA, "U0MONA")
            pairs = enumerate(zip(people, requests, strict=True))
            await asyncio.gather(*(floor.approve(user, request, app) for app, (user, request) in pairs))
            left = [len(post["payload"]["blockers"]) for post in floor.notices("floor", order)]
            assert left == [2, 1, 0]


async def test_a_hold_asked_for_while_the_last_one_is_released_is_never_talked_over(database_url):
    """Either the release sees the new hold and is not clear, or the hold comes after it."""
    async with open_floor(database_url) as floor:
        for number in range(25):
            order = floor.add_order(f"ORD-{number}")
            credit = await floor.hold(ROSA, order)
            release = await floor.release(credit.hold, order)
            await asyncio.gather(floor.approve(IVAN, release.request, 0), floor.hold(WALT, order, "stock", channel="C"))
            (post,) = floor.notices("floor", order)
            entries = [action for action in floor.actions(order) if action in {"hold.released", "hold.placed"}]
            held_before = entries.index("hold.released") == 2
            assert post["payload"]["clear"] is not held_before


@pytest.mark.parametrize("rounds", [5, pytest.param(40, marks=pytest.mark.slow)])
async def test_clicked_in_two_channels_at_once_the_floor_reads_clear_to_ship_once_an_order(office, rounds):
    """The same as Slack sends it, through two apps, down to the post and the e-mail."""
    workspace = office.workspace
    async with another_app(office) as other:
        for number in range(rounds):
            order = office.add_order(f"ORD-2{number:02}")
            await office.command(ROSA, f"/hold {order} credit")
            await office.command(WALT, f"/hold {order} stock")
            await office.command(CSR, f"/release {order} credit")
            await office.command(CSR, f"/release {order} stock")
        await office.settled(PATIENCE)
        for number in range(rounds):
            order = f"ORD-2{number:02}"
            signers = ((IVAN, CREDIT_CHANNEL), (LENA, STOCK_CHANNEL))
            cards = [(user, release_card(office, channel, order)) for user, channel in signers]
            first, second = (
                workspace.signed_request("interactive", workspace.payload_for_click(user, card, "request.approve"))
                for user, card in cards
            )
            await asyncio.gather(workspace.send_raw(first), workspace.send_raw(at(second, other)))
        await office.settled(PATIENCE)

    posts = [seen(message) for message in workspace.messages(FLOOR_CHANNEL)]
    for number in range(rounds):
        order = f"ORD-2{number:02}"
        of_order = [post for post in posts if order in post]
        assert ["Clear to ship" in post for post in of_order] == [False, True]
        assert ["Still on hold" in post for post in of_order] == [True, False]
        mails = [mail for mail in workspace.mails if order in mail.text]
        assert sorted("Clear to ship" in mail.text for mail in mails) == [False, True]


def release_card(office, channel, order):
    return [card for card in office.cards(channel) if order in seen(card)][-1]
