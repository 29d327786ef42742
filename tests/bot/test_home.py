"""The Home tab, as the person who opens it sees it."""

from playground.slack.blockkit import check_view
from tests.factories import NOW, make_queue_item
from tests.office import CREDIT_CHANNEL, CSR, IVAN, ROSA, STOCK_CHANNEL, WALT, seen
from workflows.policy.model import Rule, Signature
from workflows.views import Home


async def test_home_shows_what_i_asked_for_and_what_waits_for_me(office):
    await office.command(CSR, "/hold ORD-123 credit")
    for user in (CSR, ROSA, WALT):
        await office.workspace.open_home(user)
    await office.settled()
    mine, signer, other = (str(office.workspace.home(user).body) for user in (CSR, ROSA, WALT))
    assert "request.withdraw" in mine
    assert "ORD-123" in signer
    assert "request.withdraw" not in signer
    assert "ORD-123" not in other


async def test_withdrawing_in_home_works_and_draws_it_again(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.workspace.open_home(CSR)
    await office.settled()
    await office.workspace.act_in_view(CSR, office.workspace.home(CSR).id, "request.withdraw")
    await office.settled()
    assert office.row("select state from requests")["state"] == "withdrawn"
    assert "ORD-123" not in str(office.workspace.home(CSR).body)


async def test_a_request_that_two_roles_sign_waits_in_the_queue_of_each(office):
    both = (Signature(role="credit"), Signature(role="warehouse"))
    office.policy = office.policy.model_copy(update={"rules": (Rule(kind="place_hold", sign=both),)})
    await office.apply()
    await office.command(CSR, "/hold ORD-123 credit")
    for user, role in ((ROSA, "credit"), (WALT, "warehouse")):
        assert "R-1" in seen((await office.command(user, f"/desk queue {role}")).message)
    await office.settled()
    for channel, user in ((CREDIT_CHANNEL, ROSA), (STOCK_CHANNEL, WALT)):
        await office.workspace.click(user, office.cards(channel)[0], "request.approve")
    await office.settled()
    assert office.actions() == ["request.created", "request.signed", "request.approved", "hold.placed"]


async def test_details_open_from_home(office):
    await office.command(CSR, "/hold ORD-123 credit")
    await office.workspace.open_home(IVAN)
    await office.settled()
    await office.workspace.act_in_view(IVAN, office.workspace.home(IVAN).id, "request.details")
    assert "ORD-123" in str(office.workspace.views(IVAN)[0].body)


async def test_a_guest_sees_nothing_of_the_desk(office):
    await office.workspace.open_home("U0GUES")
    await office.settled()
    assert office.workspace.home("U0GUES") is None


def test_home_fits_slack_empty_and_full():
    from bot.slack.home import home_view

    items = tuple(make_queue_item(id=f"R-{number}", customer="<!channel> " * 40) for number in range(1, 120))
    assert check_view(home_view(Home(NOW, (), ()))) == []
    assert check_view(home_view(Home(NOW, items, items))) == []
